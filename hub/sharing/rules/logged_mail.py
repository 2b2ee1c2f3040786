"""What became of a mail that was copied to a log address, and to how many it went. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.core.dates import plural


class Outcome(StrEnum):
    """What became of a mail that came to a log address."""

    LOGGED = "logged"
    NOTHING_FOUND = "nothing-found"  # it counts as soon as its person says what was in it
    DISMISSED = "dismissed"  # its person says that nothing of the hub was in it
    OWN_ONLY = "own-only"
    FORGED = "forged"
    AUTOMATIC = "automatic"
    SEEN = "seen"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {
            "logged": "Logged",
            "nothing-found": "No resource recognized",
            "dismissed": "Nothing of the hub in it",
            "own-only": "Not counted: own organization only",
            "forged": "Not counted: not from you",
            "automatic": "Not counted: automatic",
            "seen": "Seen before",
        }[self.value]


@dataclass(frozen=True)
class Audience:
    """To how many a mail went, by domain; no address is kept. None: they stood in BCC, which no one sees."""

    people: int | None
    domains: Mapping[str, int]

    @property
    def label(self) -> str:
        """As it stands on the record: ``12 recipients at 3 domains: a.org 7, b.org 4, c.org 1``."""
        if self.people is None:
            return "recipients in BCC, not counted"
        shown = sorted(self.domains.items(), key=lambda one: (-one[1], one[0]))[:8]
        more = ", …" if len(self.domains) > len(shown) else ""
        where = plural(len(self.domains), "domain")
        who = plural(self.people, "recipient")
        return f"{who} at {where}: {', '.join(f'{domain} {count:,}' for domain, count in shown)}{more}"

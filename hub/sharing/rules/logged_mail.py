"""Outcome and audience of emails that were copied to a log address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.core.dates import number, plural


class Outcome(StrEnum):
    """The outcome of an email to a log address."""

    LOGGED = "logged"
    NOTHING_FOUND = "nothing-found"  # it counts as soon as its sender names the resource
    DISMISSED = "dismissed"  # its sender says that nothing from the hub was in it
    OWN_ONLY = "own-only"
    FORGED = "forged"
    AUTOMATIC = "automatic"
    SEEN = "seen"

    @property
    def label(self) -> str:
        """The name shown on pages."""
        return {
            "logged": "Logged",
            "nothing-found": "No resource recognized",
            "dismissed": "No hub resource in it",
            "own-only": "Not counted: sent only within your organization",
            "forged": "Not counted: not from you",
            "automatic": "Not counted: sent automatically",
            "seen": "Already received",
        }[self.value]


@dataclass(frozen=True)
class Audience:
    """The recipients of an email, counted by domain; addresses aren't kept. None: they were in BCC, so unknown."""

    people: int | None
    domains: Mapping[str, int]

    @property
    def label(self) -> str:
        """The text for the sharing log: ``12 recipients at 3 domains: a.org 7, b.org 4, c.org 1``."""
        if self.people is None:
            return "recipients in BCC, not counted"
        shown = sorted(self.domains.items(), key=lambda item: (-item[1], item[0]))[:8]
        more = ", …" if len(self.domains) > len(shown) else ""
        where = plural(len(self.domains), "domain")
        who = plural(self.people, "recipient")
        return f"{who} at {where}: {', '.join(f'{domain} {number(count)}' for domain, count in shown)}{more}"

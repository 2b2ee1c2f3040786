"""Evidence of openings. Scanners fetch every link, so only pressing a button counts. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True)
class Visitor:
    """Someone who opens a link: their browser, the address that they come from, and whose people use that browser."""

    browser: str  # the browser's random id
    address: str  # an IP address; empty if it isn't known
    organizations: frozenset[int] = frozenset()  # of people who are or were signed in on the browser

    @property
    def network(self) -> str:
        """The network that they come from; see `network_of`."""
        return network_of(self.address)


def network_of(address: str) -> str:
    """Return the network of an IP address, as large as one household or office has: /24, or /48 for IPv6.

    Addresses of one network are most often the same people, so they count once (docs/decisions/0012).
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))  # noqa: PLR2004 - IPv4


def is_outside(organization_id: int, organizations: Collection[int]) -> bool:
    """Return True if someone with these organizations is outside the sharing one, so that their opening counts.

    An organization's people are its accounts; its stakeholders are outside.
    """
    return organization_id not in organizations


class Trace(StrEnum):
    """An action that a person took on a pack's page."""

    OPENED = "opened"
    DOWNLOADED = "downloaded"
    USEFUL = "useful"
    NOT_FOR_ME = "not_for_me"
    QUESTION = "question"

    @property
    def label(self) -> str:
        """The words shown on screens."""
        return {"not_for_me": "Not for me", "question": "Asked a question"}.get(self.value, self.value.capitalize())


# What recipients can say about an item; the last answer counts.
OPINIONS = frozenset({Trace.USEFUL, Trace.NOT_FOR_ME})


class Seen(StrEnum):
    """The strongest evidence about a recipient's link."""

    DOWNLOADED = "downloaded"
    PERSON = "person"
    MACHINE = "machine"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        """The words shown on screens."""
        return SEEN_LABELS[self]


SEEN_LABELS = {
    Seen.DOWNLOADED: "Downloaded",
    Seen.PERSON: "Opened by a person",
    Seen.MACHINE: "Opened by a scanner or unknown",
    Seen.NOTHING: "Not opened",
}


def seen(acts: Collection[Trace], fetches: int) -> Seen:
    """Return the strongest evidence of a link: any action is by a person, a fetch alone by a scanner or unknown.

    Mail scanners open every link of every message, so a fetch is never evidence of a person.
    """
    if Trace.DOWNLOADED in acts:
        return Seen.DOWNLOADED
    if acts:
        return Seen.PERSON
    return Seen.MACHINE if fetches else Seen.NOTHING

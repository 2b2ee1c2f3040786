"""The rules of share links and packs: whether they open, expiry, and who may revoke them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from hub.members.rules.permissions import Permission, PermissionHolder, PermissionSubject, may

LINK_DAYS = (7, 30, 90, 180, 365)


class LinkState(StrEnum):
    """The state of a share link or a pack; only one that is OPEN opens."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"  # its resource is withdrawn, or limited to its organization
    ENDED = "ended"  # who shared it no longer shares for the organization
    UNSENT = "unsent"

    @property
    def label(self) -> str:
        """The word shown on screens."""
        labels = {
            LinkState.OPEN: "Active",
            LinkState.ENDED: "Closed: its creator no longer shares for the organization",
        }
        return labels.get(self, self.value.capitalize())


class Sharer(PermissionHolder, Protocol):
    """A person who shared something."""

    @property
    def is_active(self) -> bool:
        """True if they aren't deactivated."""


@dataclass(frozen=True)
class Offer:
    """What an organization opened to outsiders, through a link or a pack."""

    sharer: Sharer
    organization_id: int
    until: datetime | None  # None: it hasn't been sent yet
    is_revoked: bool = False
    is_open: bool = True  # its resource isn't withdrawn, and outsiders may see it (`is_open_to_outsiders`)


def opens(offer: Offer, now: datetime) -> bool:
    """Return True if outsiders can open it at ``now``: the only question that links, packs and their files ask."""
    return state_of(offer, now) is LinkState.OPEN


def state_of(offer: Offer, now: datetime) -> LinkState:
    """Return the state of a link or a pack at ``now``, the lasting reason first."""
    if offer.is_revoked:
        return LinkState.REVOKED
    if not shares_for(offer.sharer, offer.organization_id):
        return LinkState.ENDED
    if not offer.is_open:
        return LinkState.CLOSED
    if offer.until is None:
        return LinkState.UNSENT
    return LinkState.OPEN if now < offer.until else LinkState.EXPIRED


def shares_for(person: Sharer, organization_id: int) -> bool:
    """Return True if ``person`` still shares for the organization: active, still in it, and it is in the alliance."""
    return person.is_active and person.organization_id == organization_id and may(person, Permission.SEND_PACKS)


def link_end(today: date, days: int, zone: ZoneInfo) -> datetime:
    """Return the expiry of a link created today: the last second of the day ``days`` days away, in ``zone``."""
    return datetime.combine(today + timedelta(days=days), time(23, 59, 59), zone)


class KnownPerson(PermissionHolder, Protocol):
    """A person who may have created a share link."""

    @property
    def id(self) -> int:
        """Their person id."""


class OwnedLink(PermissionSubject, Protocol):
    """The columns of a share link that determine who may revoke it."""

    @property
    def person_id(self) -> int:
        """The person id of its creator."""


def may_revoke(person: KnownPerson, link: OwnedLink) -> bool:
    """Return True if the person created the link or manages its organization, since the creator may leave."""
    return link.person_id == person.id or may(person, Permission.MANAGE_PEOPLE, link)

"""The rules of share links: state, expiry, and who may revoke them. Pure."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from hub.members.rules.permissions import Permission, PermissionHolder, PermissionSubject, may

LINK_DAYS = (7, 30, 90, 180, 365)


class LinkState(StrEnum):
    """The state of a share link."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The word shown on screens."""
        return "Active" if self is LinkState.OPEN else self.value.capitalize()


class LinkFacts(Protocol):
    """The columns of a share link that determine its state."""

    @property
    def expires_at(self) -> datetime:
        """When it expires."""

    @property
    def revoked_at(self) -> datetime | None:
        """When it was revoked."""


def link_state(link: LinkFacts, now: datetime, *, is_open: bool = True) -> LinkState:
    """Return the state of the link at ``now``; a revoked link stays revoked.

    ``is_open``: what it opens may be shown to outsiders (`is_open_to_outsiders`).
    """
    if link.revoked_at is not None:
        return LinkState.REVOKED
    if not is_open:
        return LinkState.CLOSED
    return LinkState.OPEN if now < link.expires_at else LinkState.EXPIRED


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

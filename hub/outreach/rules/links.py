"""Whether a share link opens, until when, and who may close it. Pure."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from hub.members.rules.permissions import Permission, SomePerson, Thing, may

LINK_DAYS = (7, 30, 90, 180, 365)


class LinkState(StrEnum):
    """Whether a share link opens."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """The word shown on screens."""
        return "Active" if self is LinkState.OPEN else self.value.capitalize()


class SomeLink(Protocol):
    """What tells whether a share link opens."""

    @property
    def expires_at(self) -> datetime:
        """The moment from which it opens nothing."""

    @property
    def revoked_at(self) -> datetime | None:
        """When it was revoked."""


def link_state(link: SomeLink, now: datetime) -> LinkState:
    """Return whether the link opens at that moment; a revoked link stays revoked."""
    if link.revoked_at is not None:
        return LinkState.REVOKED
    return LinkState.OPEN if now < link.expires_at else LinkState.EXPIRED


def link_end(today: date, days: int, zone: ZoneInfo) -> datetime:
    """Return when a link made today ends: with the last second of the day ``days`` days away, in the hub's time zone."""
    return datetime.combine(today + timedelta(days=days), time(23, 59, 59), zone)


class KnownPerson(SomePerson, Protocol):
    """Somebody who may have made a share link."""

    @property
    def id(self) -> int:
        """Who they are."""


class OwnedLink(Thing, Protocol):
    """What tells whose share link it is."""

    @property
    def person_id(self) -> int:
        """Who made it."""


def may_revoke(person: KnownPerson, link: OwnedLink) -> bool:
    """Its sharer may, and who manages the people of its organization: the sharer may have left."""
    return link.person_id == person.id or may(person, Permission.MANAGE_PEOPLE, link)

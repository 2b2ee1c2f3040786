"""Sharing events, and the rules for an organization's standing in a quarter. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from hub.core.dates import with_year
from hub.core.quarters import Quarter
from hub.members.rules.organizations import is_due_on


class Act(StrEnum):
    """The kind of a sharing event."""

    DOWNLOAD = "download"
    DECLARED = "declared"
    FORWARD = "forward"

    @property
    def label(self) -> str:
        """The name shown on pages and in reports."""
        return {"download": "Downloaded", "declared": "Reported", "forward": "Forwarded"}[self.value]


# The acts that count as sharing; a download alone doesn't show that anything was shared.
SHARING_ACTS = frozenset({Act.FORWARD, Act.DECLARED})


class Mark(StrEnum):
    """A remark on an entry that was or is a correction. The values are part of audit packets and exports."""

    NONE = ""
    CORRECTION = "correction"  # of an earlier entry
    SUPERSEDED = "superseded"  # by a later entry
    RETRACTED = "taken back"

    @property
    def label(self) -> str:
        """The word shown on pages and in PDF reports."""
        return {Mark.SUPERSEDED: "corrected", Mark.RETRACTED: "retracted"}.get(self, self.value)


class Standing(StrEnum):
    """The standing of an organization in a quarter: the strongest one that applies."""

    CONFIRMED = "confirmed"
    FORWARDED = "forwarded"
    DOWNLOADED = "downloaded"
    SILENT = "silent"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The name shown on pages and in reports."""
        return self.value.replace("_", " ").capitalize()

    @property
    def met(self) -> bool:
        """True if the commitment to share at least quarterly is met."""
        return self in {Standing.CONFIRMED, Standing.FORWARDED}


class Channel(StrEnum):
    """The channel through which something was shared."""

    EMAIL = "email"
    NEWSLETTER = "newsletter"
    MEETING = "meeting"
    WEBSITE = "website"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The name shown on pages and in reports."""
        return {"email": "Email", "meeting": "Meeting or call"}.get(self.value, self.value.capitalize())


class EventFacts(Protocol):
    """The columns of a sharing event that determine the standing."""

    @property
    def act(self) -> Act:
        """The act, such as a download."""

    @property
    def happened_on(self) -> date:
        """The date of the act, which decides the quarter."""


class CorrectionFacts(Protocol):
    """The columns of a sharing event that decide if it is current."""

    @property
    def id(self) -> int:
        """Its number in the log."""

    @property
    def supersedes_id(self) -> int | None:
        """The number of the entry that it corrects."""

    @property
    def void(self) -> bool:
        """True if it only retracts that entry."""


class ConfirmationFacts(Protocol):
    """The columns of a confirmation that determine the standing."""

    @property
    def quarter(self) -> str:
        """The quarter that it confirms, as ``2026Q3``."""

    @property
    def shared(self) -> bool:
        """False if it says that there was nothing to share."""

    @property
    def confirmed_at(self) -> datetime:
        """The moment of confirming."""


class Membership(Protocol):
    """The columns of an organization that decide if sharing is due."""

    @property
    def kind(self) -> str:
        """Member, BFF or host."""

    @property
    def joined_on(self) -> date:
        """Its first day."""

    @property
    def left_on(self) -> date | None:
        """Its last day, if it has left."""


C = TypeVar("C", bound=ConfirmationFacts)
E = TypeVar("E", bound=CorrectionFacts)

# A confirmation made more than 30 days after the quarter's end is marked late.
LATE_AFTER = timedelta(days=30)


def standing(
    events: Collection[EventFacts],
    confirmations: Sequence[ConfirmationFacts],
    quarter: Quarter,
    membership: Membership,
) -> Standing:
    """Return the standing of an organization in a quarter: the strongest that applies.

    ``events`` are the organization's current entries (without superseded and void ones), ``confirmations`` its
    confirmations; those of other quarters are ignored. The last confirmation counts. If it says that nothing was
    shared, the log decides the standing.
    """
    last = last_confirmation(confirmations, quarter)
    acts = {event.act for event in events if Quarter.of(event.happened_on) == quarter}
    return strongest_standing(
        acts, due=is_due(membership, quarter.first_day, quarter.last_day), confirmed=last is not None and last.shared
    )


def strongest_standing(acts: Collection[Act], *, due: bool, confirmed: bool) -> Standing:
    """Return the strongest standing that applies, from precomputed facts.

    ``acts`` are those of the current entries in the quarter, ``due`` tells if sharing was due, and ``confirmed`` if
    the last confirmation says that something was shared.
    """
    if not due:
        return Standing.NOT_DUE
    if confirmed:
        return Standing.CONFIRMED
    if not SHARING_ACTS.isdisjoint(acts):
        return Standing.FORWARDED
    return Standing.DOWNLOADED if Act.DOWNLOAD in acts else Standing.SILENT


def is_due(membership: Membership, first_day: date, last_day: date) -> bool:
    """Return True if sharing is due between two days: never from the host, nor before joining or after leaving."""
    return membership.kind != "host" and is_due_on(membership.joined_on, membership.left_on, first_day, last_day)


def last_confirmation(confirmations: Sequence[C], quarter: Quarter) -> C | None:
    """Return the last confirmation of ``quarter``, or None."""
    return max(
        (c for c in confirmations if c.quarter == str(quarter)),
        key=lambda c: (c.confirmed_at, getattr(c, "id", 0)),
        default=None,
    )


def is_late(quarter: Quarter, confirmed_on: date) -> bool:
    """Return True if a confirmation on that day (in the hub's time zone) is over 30 days after the quarter's end."""
    return confirmed_on > quarter.last_day + LATE_AFTER


def current_events(events: Iterable[E]) -> list[E]:
    """Return the events that count, in the given order: not superseded by another of ``events``, and not void."""
    events = list(events)
    superseded = {event.supersedes_id for event in events}
    return [event for event in events if not event.void and event.id not in superseded]


# Objections: one sentence that tells the person what to do, or None.


def objection_to_confirming(quarter: Quarter, today: date, membership: Membership) -> str | None:
    """Return why ``quarter`` can't be confirmed today, or None: it hasn't started, or nothing is due from the organization."""
    if quarter > Quarter.of(today):
        return f"{quarter.label} hasn’t started yet. Confirm it once you have shared something."
    if not is_due(membership, quarter.first_day, quarter.last_day):
        return f"Nothing is due for {quarter.label}, because your organization didn’t take part in that quarter."
    return None


def objection_to_day(happened_on: date, today: date, joined_on: date) -> str | None:
    """Return why a share can't be dated ``happened_on``, or None: it is in the future, or before the organization joined."""
    if happened_on > today:
        return "That date is in the future. Enter the date when you shared it."
    if happened_on < joined_on:
        return f"That date is before your organization joined ({with_year(joined_on)}). Enter a later date."
    return None

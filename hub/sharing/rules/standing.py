"""What counts as sharing, and what a quarter's log adds up to: an organization's standing. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from hub.core.dates import with_year
from hub.core.quarters import Quarter
from hub.members.rules.organizations import is_due_on


class Act(StrEnum):
    """What was done with a resource."""

    DOWNLOAD = "download"
    DECLARED = "declared"
    FORWARD = "forward"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"download": "Downloaded", "declared": "Declared", "forward": "Forwarded"}[self.value]


# What shows that something was passed on; a download alone shows only that it was taken.
PASSED_ON = frozenset({Act.FORWARD, Act.DECLARED})


class Standing(StrEnum):
    """Where an organization stands in a quarter: the strongest that applies."""

    CONFIRMED = "confirmed"
    FORWARDED = "forwarded"
    DOWNLOADED = "downloaded"
    SILENT = "silent"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return self.value.replace("_", " ").capitalize()

    @property
    def met(self) -> bool:
        """Whether the commitment to share at least quarterly is met."""
        return self in {Standing.CONFIRMED, Standing.FORWARDED}


class Channel(StrEnum):
    """How something was shared."""

    EMAIL = "email"
    NEWSLETTER = "newsletter"
    MEETING = "meeting"
    WEBSITE = "website"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"email": "E-mail", "meeting": "Meeting or call"}.get(self.value, self.value.capitalize())


class SomeEvent(Protocol):
    """What the rule reads of a sharing event."""

    @property
    def act(self) -> Act:
        """What was done."""

    @property
    def happened_on(self) -> date:
        """When; it decides the quarter."""


class LoggedEvent(Protocol):
    """What tells whether a sharing event still stands."""

    @property
    def id(self) -> int:
        """Its number in the log."""

    @property
    def supersedes_id(self) -> int | None:
        """The entry that it corrects."""

    @property
    def void(self) -> bool:
        """Whether it only takes that entry back."""


class SomeConfirmation(Protocol):
    """What the rule reads of a confirmation."""

    @property
    def quarter(self) -> str:
        """What it confirms, as ``2026Q3``."""

    @property
    def shared(self) -> bool:
        """False when it says that nothing was shared."""

    @property
    def confirmed_at(self) -> datetime:
        """When it was made."""


class Membership(Protocol):
    """What the rule reads of an organization."""

    @property
    def kind(self) -> str:
        """Member, BFF or host."""

    @property
    def joined_on(self) -> date:
        """Its first day."""

    @property
    def left_on(self) -> date | None:
        """Its last day, once it left."""


C = TypeVar("C", bound=SomeConfirmation)
E = TypeVar("E", bound=LoggedEvent)

# A confirmation made more than 30 days after the quarter's end is marked late.
LATE_AFTER = timedelta(days=30)


def standing(
    events: Collection[SomeEvent],
    confirmations: Sequence[SomeConfirmation],
    quarter: Quarter,
    membership: Membership,
) -> Standing:
    """Has this organization shared this quarter? The strongest standing that applies.

    ``events`` and ``confirmations`` are the organization's own that stand (what was superseded is left out);
    those of other quarters are ignored. Of several confirmations the last one stands. One that says honestly
    that nothing was shared leaves the standing to the log.
    """
    last = last_confirmation(confirmations, quarter)
    acts = {event.act for event in events if Quarter.of(event.happened_on) == quarter}
    return strongest(
        acts, due=is_due(membership, quarter.first_day, quarter.last_day), confirmed=last is not None and last.shared
    )


def strongest(acts: Collection[Act], *, due: bool, confirmed: bool) -> Standing:
    """Return the same rule for what was gathered already.

    The acts that stand in a quarter, whether sharing was due in it, and whether the confirmation that stands says
    that something was shared.
    """
    if not due:
        return Standing.NOT_DUE
    if confirmed:
        return Standing.CONFIRMED
    if not PASSED_ON.isdisjoint(acts):
        return Standing.FORWARDED
    return Standing.DOWNLOADED if Act.DOWNLOAD in acts else Standing.SILENT


def is_due(membership: Membership, first_day: date, last_day: date) -> bool:
    """Return whether sharing is due in those days: not from the host, nor before the organization joined or after it left."""
    return membership.kind != "host" and is_due_on(membership.joined_on, membership.left_on, first_day, last_day)


def last_confirmation(confirmations: Sequence[C], quarter: Quarter) -> C | None:
    """Return the confirmation of ``quarter`` that stands: the last one, whoever made it."""
    return max(
        (c for c in confirmations if c.quarter == str(quarter)),
        key=lambda c: (c.confirmed_at, getattr(c, "id", 0)),
        default=None,
    )


def is_late(quarter: Quarter, confirmed_on: date) -> bool:
    """Return whether a confirmation of that day (in the hub's time zone) came more than 30 days after the quarter's end."""
    return confirmed_on > quarter.last_day + LATE_AFTER


def what_stands(events: Iterable[E]) -> list[E]:
    """Return the events that count, in their order: neither superseded by another of ``events`` nor void."""
    events = list(events)
    superseded = {event.supersedes_id for event in events}
    return [event for event in events if not event.void and event.id not in superseded]


# What is refused, each as one sentence that the person can act on; None when nothing speaks against it.


def objection_to_confirming(quarter: Quarter, today: date, membership: Membership) -> str | None:
    """Why ``quarter`` can't be confirmed today, if so: it is still to come, or nothing is due from the organization."""
    if quarter > Quarter.of(today):
        return f"{quarter.label} has not begun yet. Confirm it when you have shared something in it."
    if not is_due(membership, quarter.first_day, quarter.last_day):
        return f"Nothing is due for {quarter.label}: your organization did not take part in that quarter."
    return None


def objection_to_day(happened_on: date, today: date, joined_on: date) -> str | None:
    """Why something can't have been shared on that day, if so: it is still to come, or before the organization joined."""
    if happened_on > today:
        return "The day is still to come. Give the day on which you shared it."
    if happened_on < joined_on:
        return f"The day is before your organization joined ({with_year(joined_on)})."
    return None

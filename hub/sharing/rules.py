"""What counts as sharing, and what a quarter's log adds up to. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from hub.core.quarters import Quarter
from hub.members.rules import is_due_on


class Act(StrEnum):
    """What was done with a resource."""

    DOWNLOAD = "download"
    DECLARED = "declared"
    FORWARD = "forward"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"download": "Downloaded", "declared": "Declared", "forward": "Forwarded"}[self.value]


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
    def act(self) -> Act: ...
    @property
    def happened_on(self) -> date: ...


class SomeConfirmation(Protocol):
    """What the rule reads of a confirmation."""

    @property
    def quarter(self) -> str: ...
    @property
    def shared(self) -> bool: ...
    @property
    def confirmed_at(self) -> datetime: ...


class Membership(Protocol):
    """What the rule reads of an organization."""

    @property
    def kind(self) -> str: ...
    @property
    def joined_on(self) -> date: ...
    @property
    def left_on(self) -> date | None: ...


C = TypeVar("C", bound=SomeConfirmation)

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
    if membership.kind == "host" or not is_due_on(
        membership.joined_on, membership.left_on, quarter.first_day, quarter.last_day
    ):
        return Standing.NOT_DUE
    last = last_confirmation(confirmations, quarter)
    if last and last.shared:
        return Standing.CONFIRMED
    acts = {event.act for event in events if Quarter.of(event.happened_on) == quarter}
    if acts & {Act.FORWARD, Act.DECLARED}:
        return Standing.FORWARDED
    return Standing.DOWNLOADED if Act.DOWNLOAD in acts else Standing.SILENT


def last_confirmation(confirmations: Sequence[C], quarter: Quarter) -> C | None:
    """The confirmation of ``quarter`` that stands: the last one, whoever made it."""
    return max(
        (c for c in confirmations if c.quarter == str(quarter)),
        key=lambda c: (c.confirmed_at, getattr(c, "id", 0)),
        default=None,
    )


def is_late(quarter: Quarter, confirmed_on: date) -> bool:
    """Whether a confirmation of that day (in the hub's time zone) came more than 30 days after the quarter's end."""
    return confirmed_on > quarter.last_day + LATE_AFTER

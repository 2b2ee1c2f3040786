"""Sharing events, and the rules for an organization's standing in a quarter. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from hub.core.dates import with_year
from hub.core.quarters import Quarter
from hub.members.rules.membership import Membership
from hub.members.rules.organizations import OrganizationKind


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
    SHARED = "shared"
    NOTHING_TO_SHARE = "nothing_to_share"
    DOWNLOADED = "downloaded"
    SILENT = "silent"
    NO_RECORDS = "no_records"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The name shown on pages and in reports."""
        return self.value.replace("_", " ").capitalize()

    @property
    def met(self) -> bool:
        """True if the commitment to share at least quarterly is met."""
        return self in {Standing.CONFIRMED, Standing.SHARED}

    @property
    def commitment_met(self) -> str:
        """Whether the commitment is met, in the words of reports."""
        if not self.is_due:
            return "none due"
        return "yes" if self.met else "no, answered" if self is Standing.NOTHING_TO_SHARE else "no"

    @property
    def is_due(self) -> bool:
        """True if the organization had to share in the quarter, so that it counts in totals."""
        return self not in {Standing.NO_RECORDS, Standing.NOT_DUE}

    @property
    def is_behind(self) -> bool:
        """True if the commitment isn't met and the organization hasn't said why: it is reminded."""
        return self in {Standing.DOWNLOADED, Standing.SILENT}


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


class Due(StrEnum):
    """Whether sharing is due from an organization in a quarter."""

    YES = "yes"
    NO_RECORDS = "no records"  # the quarter ended before the hub's records begin
    NO = "no"


C = TypeVar("C", bound=ConfirmationFacts)
E = TypeVar("E", bound=CorrectionFacts)

# A confirmation made more than 30 days after the quarter's end is marked late.
LATE_AFTER = timedelta(days=30)


def standing(
    events: Collection[EventFacts],
    confirmations: Sequence[ConfirmationFacts],
    quarter: Quarter,
    membership: Membership,
    records_begin: date = date.min,
) -> Standing:
    """Return the standing of an organization in a quarter: the strongest that applies.

    ``events`` are the organization's current entries (without superseded and void ones), ``confirmations`` its
    confirmations; those of other quarters are ignored. The last confirmation counts. ``records_begin`` is the first
    day of the hub's records.
    """
    last = last_confirmation(confirmations, quarter)
    acts = {event.act for event in events if Quarter.of(event.happened_on) == quarter}
    return strongest_standing(
        acts, due=due_in(membership, quarter, records_begin), said_shared=last.shared if last else None
    )


def strongest_standing(acts: Collection[Act], *, due: Due, said_shared: bool | None) -> Standing:
    """Return the strongest standing that applies, from precomputed facts.

    ``acts`` are those of the current entries in the quarter. ``said_shared`` is what the last confirmation says: True
    if something was shared, False if there was nothing to share, None without a confirmation. If it says that there
    was nothing to share but the log has sharing, the log counts.
    """
    if due is not Due.YES:
        return Standing.NO_RECORDS if due is Due.NO_RECORDS else Standing.NOT_DUE
    if said_shared:
        return Standing.CONFIRMED
    if not SHARING_ACTS.isdisjoint(acts):
        return Standing.SHARED
    if said_shared is False:
        return Standing.NOTHING_TO_SHARE
    return Standing.DOWNLOADED if Act.DOWNLOAD in acts else Standing.SILENT


def due_in(membership: Membership, quarter: Quarter, records_begin: date) -> Due:
    """Return whether sharing is due in ``quarter``: from members and BFFs of its last day, once there are records."""
    last_day = quarter.last_day
    period = membership.period_on(last_day)
    if period is None or period.kind is OrganizationKind.HOST:
        return Due.NO
    return Due.NO_RECORDS if last_day < records_begin else Due.YES


def count_met(standings: Iterable[Standing]) -> tuple[int, int]:
    """Return the number of standings that meet the commitment, and the number for which it was due."""
    due = [standing for standing in standings if standing.is_due]
    return sum(standing.met for standing in due), len(due)


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


def objection_to_confirming(quarter: Quarter, today: date, membership: Membership, records_begin: date) -> str | None:
    """Return why ``quarter`` can't be confirmed today, or None: it hasn't started, or nothing is due from the organization."""
    if quarter > Quarter.of(today):
        return f"{quarter.label} hasn’t started yet. Confirm it once you have shared something."
    due = due_in(membership, quarter, records_begin)
    if due is Due.NO_RECORDS:
        return (
            f"The hub’s records begin {with_year(records_begin)}, after {quarter.label}. "
            "Ask the coordinator to set an earlier day if you want to record that quarter."
        )
    if due is Due.NO:
        return f"Nothing is due for {quarter.label}, because your organization wasn’t a member on its last day."
    return None


def objection_to_day(happened_on: date, today: date, membership: Membership) -> str | None:
    """Return why a share can't be dated ``happened_on``, or None: it is in the future, or outside of the membership."""
    if happened_on > today:
        return "That date is in the future. Enter the date when you shared it."
    if membership.includes(happened_on):
        return None
    if happened_on < membership.first_day:
        return f"That date is before your organization joined ({with_year(membership.first_day)}). Enter a later date."
    return f"Your organization wasn’t in the alliance on {with_year(happened_on)}. Enter another date."

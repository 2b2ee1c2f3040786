"""Confirming a quarter: what the log doesn't say yet, and what a confirmation says in one form that never varies. Pure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from hub.core.dates import plural
from hub.core.quarters import Quarter


class SaidInWriting(Protocol):
    """What of a confirmation goes into its digest: all that was said, by whom, and when."""

    @property
    def organization_id(self) -> int: ...  # noqa: D102 - the columns of a confirmation
    @property
    def quarter(self) -> str: ...  # noqa: D102
    @property
    def person_id(self) -> int: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def confirmed_at(self) -> datetime: ...  # noqa: D102
    @property
    def shared(self) -> bool: ...  # noqa: D102
    @property
    def with_whom(self) -> str: ...  # noqa: D102
    @property
    def people(self) -> int | None: ...  # noqa: D102
    @property
    def note(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def supersedes_id(self) -> int | None: ...  # noqa: D102


def canonical(said: SaidInWriting, resource_ids: Iterable[int]) -> str:
    """Return the confirmation as JSON: keys in order of the alphabet, no spaces, moments in UTC to the microsecond.

    Organizations, people and resources stand by their numbers, which never change; names and titles may.
    docs/sharing.md describes the form, so that anyone can compute the digest.
    """
    facts = {
        "confirmed_at": moment(said.confirmed_at),
        "note": said.note,
        "organization": said.organization_id,
        "people": said.people,
        "person": said.person_id,
        "quarter": said.quarter,
        "reason": said.reason,
        "resources": sorted(resource_ids),
        "role": str(said.role),
        "shared": said.shared,
        "supersedes": said.supersedes_id,
        "with_whom": said.with_whom,
    }
    return in_order(facts)


def in_order(facts: object) -> str:
    """JSON that is the same for the same facts: keys in order, no spaces, letters as they are."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def moment(at: datetime) -> str:
    """Return a moment in UTC, always to the microsecond: ``2026-10-08T14:03:22.000123Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


@dataclass(frozen=True)
class Known:
    """What the log of a quarter says, as far as something may be missing."""

    shared: int  # resources that were declared or forwarded
    taken: int  # resources that were only taken out
    without_audience: int  # shared ones for which no one said with whom
    without_people: int  # shared ones for which no one knows how many
    unnamed_mails: int  # mails to log addresses in which no resource was recognized
    quarter: Quarter
    today: date
    open_before: Quarter | None = None  # the quarter before, when it was due and isn't confirmed


def gaps(known: Known) -> list[str]:
    """Return what is missing, each as a sentence that says what to do; empty when the log says it all."""
    return list(_gaps(known))


def _gaps(known: Known) -> Iterator[str]:
    if not known.shared and not known.taken:
        yield "Nothing is logged. Tick or describe below what you shared, or say that there was nothing."
    if known.taken:
        yield f"{_count(known.taken, 'was', 'were')} taken out, and no one said whether you shared {_them(known.taken)}."
    if known.unnamed_mails:
        mails = plural(known.unnamed_mails, "email")
        yield f"{mails} came to a log address without a resource that the hub knows: tick below what was in it."
    if known.without_audience:
        yield f"{_count(known.without_audience, 'was', 'were')} shared, and no one said with whom."
    if known.without_people:
        yield f"{_count(known.without_people, 'was', 'were')} shared with no one knows how many people."
    if known.today <= known.quarter.last_day:
        yield "The quarter still runs: what you share until its end, add by confirming again."
    if known.open_before is not None:
        yield f"{known.open_before.label} isn't confirmed either."


def _count(number: int, one: str, many: str) -> str:
    return f"1 resource {one}" if number == 1 else f"{number:,} resources {many}"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"

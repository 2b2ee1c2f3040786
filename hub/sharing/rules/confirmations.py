"""Confirmations of a quarter: information missing from the log, and the canonical form of a confirmation. Pure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from hub.core.dates import number, plural
from hub.core.quarters import Quarter


class StatementFacts(Protocol):
    """The columns of a confirmation that its digest covers."""

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


def canonical(statement: StatementFacts, resource_ids: Iterable[int], earlier_ids: Iterable[int] = ()) -> str:
    """Return the confirmation as JSON with sorted keys and no spaces; times are in UTC, to the microsecond.

    ``earlier_ids`` are those of the resources that were shared earlier, outside the hub; without any, the form has no
    such key, like those of older confirmations. It has the ids of organizations, people and resources, because names and titles may change.
    docs/sharing.md describes the form, so that anyone can compute the digest.
    """
    facts: dict[str, object] = {
        "confirmed_at": moment(statement.confirmed_at),
        "note": statement.note,
        "organization": statement.organization_id,
        "people": statement.people,
        "person": statement.person_id,
        "quarter": statement.quarter,
        "reason": statement.reason,
        "resources": sorted(resource_ids),
        "role": str(statement.role),
        "shared": statement.shared,
        "supersedes": statement.supersedes_id,
        "with_whom": statement.with_whom,
    }
    earlier = sorted(earlier_ids)
    return canonical_json(facts | {"earlier": earlier} if earlier else facts)


def canonical_json(facts: object) -> str:
    """Return JSON that is always the same for the same facts: sorted keys, no spaces, Unicode unescaped."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def moment(at: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, always to the microsecond: ``2026-10-08T14:03:22.000123Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


@dataclass(frozen=True)
class LogFacts:
    """Facts from a quarter's log that show what may be missing."""

    shared: int  # resources that were declared or forwarded
    only_downloaded: int  # resources that were downloaded, and neither declared nor forwarded
    without_audience: int  # shared resources without an audience
    without_people: int  # shared resources without a number of people
    unmatched_mails: int  # emails to log addresses in which no resource was recognized
    quarter: Quarter
    today: date
    open_before: Quarter | None = None  # the previous quarter, if it was due and isn't confirmed


def gaps(facts: LogFacts) -> list[str]:
    """Return a sentence for everything that is missing, with what to do about it."""
    return list(_gaps(facts))


def _gaps(facts: LogFacts) -> Iterator[str]:
    if not facts.shared and not facts.only_downloaded:
        yield "Nothing is logged. Check or describe below what you shared, or confirm that there was nothing to share."
    if facts.only_downloaded:
        them = "it" if facts.only_downloaded == 1 else "them"
        yield f"{_resources(facts.only_downloaded)} downloaded. If you shared {them}, check {them} below."
    if facts.unmatched_mails:
        emails = plural(facts.unmatched_mails, "email")
        them = "it" if facts.unmatched_mails == 1 else "them"
        yield f"{emails} came to a log address, but the hub recognized no resource. Check below what was in {them}."
    if facts.without_audience:
        yield f"{_resources(facts.without_audience)} shared, but no audience is logged."
    if facts.without_people:
        yield f"{_resources(facts.without_people)} shared, but no number of people is logged."
    if facts.today <= facts.quarter.last_day:
        yield "The quarter is still open. If you share more, confirm again to add it."
    if facts.open_before is not None:
        yield f"{facts.open_before.label} isn’t confirmed either."


def _resources(count: int) -> str:
    return "1 resource was" if count == 1 else f"{number(count)} resources were"

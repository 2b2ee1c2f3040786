"""Keep an organization's periods of membership, and the day on which the hub's records begin.

Prints which standings change for which organization and quarter, and which calls and presentations for which year. The
rules before and after are written out here, because the hub's own rules may change again.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_membership_periods"
down_revision = "2026_11_24_titles_in_the_log"
branch_labels = None
depends_on = None

ORGANIZATION = sa.table(
    "organization", *(sa.column(name) for name in ("id", "name", "kind")), sa.column("joined_on", sa.Date()),
    sa.column("left_on", sa.Date()),
)  # fmt: skip
PERIOD = sa.table(
    "membership_period", sa.column("organization_id"), sa.column("kind"), sa.column("joined_on", sa.Date()),
    sa.column("left_on", sa.Date()), sa.column("reason"),
)  # fmt: skip
SETTING = sa.table("setting", sa.column("name"), sa.column("value"))
PERSON = sa.table("person", sa.column("created_at", sa.DateTime(timezone=True)))
EVENT = sa.table(
    "sharing_event", *(sa.column(name) for name in ("id", "organization_id", "quarter", "act", "supersedes_id")),
    sa.column("void", sa.Boolean()),
)  # fmt: skip
CONFIRMATION = sa.table(
    "confirmation", *(sa.column(name) for name in ("id", "organization_id", "quarter", "confirmed_at")),
    sa.column("shared", sa.Boolean()),
)  # fmt: skip

CALL = sa.table(
    "weekly_call", sa.column("id"), sa.column("day", sa.Date()), sa.column("state"), sa.column("ends_at", Utc())
)  # fmt: skip
ATTENDANCE = sa.table(
    "call_attendance", *(sa.column(name) for name in ("id", "call_id", "organization_id", "supersedes_id")),
    sa.column("void", sa.Boolean()),
)  # fmt: skip
PRESENTATION = sa.table("presentation", *(sa.column(name) for name in ("call_id", "organization_id", "state")))

LABELS = {"confirmed": "Confirmed", "shared": "Shared", "nothing_to_share": "Nothing to share",
          "downloaded": "Downloaded", "silent": "Silent", "no_records": "No records", "not_due": "Not due"}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "membership_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_membership_period_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_period")),
    )
    op.create_index(op.f("ix_membership_period_organization_id"), "membership_period", ["organization_id"])
    connection = op.get_bind()
    today, begin = _days(connection)
    for line in [*changes(connection, today, begin), *changes_of_years(connection, today, begin)]:
        op.get_context().config.print_stdout(line)  # type: ignore[union-attr]
    columns = [ORGANIZATION.c.id, ORGANIZATION.c.kind, ORGANIZATION.c.joined_on, ORGANIZATION.c.left_on, sa.literal("")]
    op.execute(
        PERIOD.insert().from_select(["organization_id", "kind", "joined_on", "left_on", "reason"], sa.select(*columns))
    )
    if begin is not None:
        op.execute(SETTING.insert().values(name="RECORDS_BEGIN", value=begin.isoformat()))
    # Not as a batch, which on SQLite would replace the table that most others refer to.
    op.drop_column("organization", "left_on")
    op.drop_column("organization", "joined_on")


def downgrade() -> None:
    op.add_column("organization", sa.Column("joined_on", sa.Date(), nullable=False, server_default="2020-01-01"))
    op.add_column("organization", sa.Column("left_on", sa.Date(), nullable=True))
    of_organization = PERIOD.c.organization_id == ORGANIZATION.c.id
    joined = sa.select(sa.func.min(PERIOD.c.joined_on)).where(of_organization).scalar_subquery()
    left = (
        sa.select(PERIOD.c.left_on).where(of_organization).order_by(PERIOD.c.joined_on.desc()).limit(1)
    ).scalar_subquery()
    op.execute(ORGANIZATION.update().values(joined_on=joined, left_on=left))
    op.execute(SETTING.delete().where(SETTING.c.name == "RECORDS_BEGIN"))
    op.drop_table("membership_period")


def _days(connection: sa.Connection) -> tuple[date, date | None]:
    """Return today, and the day on which records begin; None for an empty hub.

    That is the hub's first day, when its first person was added, unless past records were imported.
    """
    chosen = connection.scalar(sa.select(SETTING.c.value).where(SETTING.c.name == "TIME_ZONE"))
    zone = ZoneInfo(chosen or "America/New_York")
    first = connection.scalar(sa.select(sa.func.min(PERSON.c.created_at)))
    if first is None:
        return datetime.now(zone).date(), None
    moment = datetime.fromisoformat(str(first))
    first_day = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone).date()
    return datetime.now(zone).date(), _records_begin(connection, first_day)


def _records_begin(connection: sa.Connection, first_day: date) -> date:
    """Return the hub's first day, or an earlier day if past records were imported, which count as before.

    They were if, in a quarter before the first day, at least half of the organizations then in the alliance have an
    entry or a confirmation. One share that was reported late is no reason to call everyone else silent.
    """
    recorded: dict[str, set[int]] = defaultdict(set)
    for number, quarter in [*_acts(connection), *_statements(connection)]:
        recorded[quarter].add(number)
    due: dict[tuple[date, date, str], set[int]] = defaultdict(set)
    for organization in connection.execute(sa.select(ORGANIZATION).where(ORGANIZATION.c.kind != "host")):
        for quarter, first, last in _quarters(organization.joined_on, first_day):
            if last < first_day and (organization.left_on or date.max) >= last:
                due[first, last, quarter].add(organization.id)
    imported = [key for key in sorted(due) if 2 * len(due[key] & recorded[key[2]]) >= len(due[key])]
    start, last, _ = imported[0] if imported else (_start_of_quarter(first_day), first_day, "")
    attended = (day for days in _attended(connection).values() for day in days if day >= start)
    return min(first_day, last, *attended)


def _start_of_quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def changes(connection: sa.Connection, today: date, begin: date | None) -> Iterable[str]:
    """Yield a line for each organization and run of quarters whose standing changes, apart from its new name."""
    acts, statements = _acts(connection), _statements(connection)
    for organization in connection.execute(sa.select(ORGANIZATION).order_by(ORGANIZATION.c.name)):
        rows = []
        for quarter, first, last in _quarters(organization.joined_on, today):
            key = organization.id, quarter
            before = _before(organization, acts[key], statements.get(key), first, last)
            after = _after(organization, acts[key], statements.get(key), last, begin)
            rows.append((quarter, before, after))
        for (before, after), run in groupby(rows, key=lambda row: row[1:]):
            if before != after:
                quarters = [row[0] for row in run]
                span = quarters[0] if len(quarters) == 1 else f"{quarters[0]} to {quarters[-1]}"
                yield f"{organization.name}, {span}: {LABELS[before]} becomes {LABELS[after]}."


def _before(organization: Any, acts: set[str], shared: bool | None, first: date, last: date) -> str:  # noqa: FBT001
    left = organization.left_on
    due = organization.kind != "host" and organization.joined_on <= last and (left is None or left >= first)
    if not due:
        return "not_due"
    return "confirmed" if shared else _by_acts(acts)


def _after(organization: Any, acts: set[str], shared: bool | None, last: date, begin: date | None) -> str:  # noqa: FBT001
    left = organization.left_on
    if organization.kind == "host" or organization.joined_on > last or (left is not None and left < last):
        return "not_due"
    if begin is not None and last < begin:
        return "no_records"
    if shared:
        return "confirmed"
    if shared is False and not acts & {"forward", "declared"}:
        return "nothing_to_share"
    return _by_acts(acts)


def _by_acts(acts: set[str]) -> str:
    if acts & {"forward", "declared"}:
        return "shared"
    return "downloaded" if "download" in acts else "silent"


def _acts(connection: sa.Connection) -> dict[tuple[int, str], set[str]]:
    """Return the acts of the entries that count, by organization and quarter."""
    later = EVENT.alias("later")
    counts = ~EVENT.c.void, ~sa.exists().where(later.c.supersedes_id == EVENT.c.id)
    rows = connection.execute(
        sa.select(EVENT.c.organization_id, EVENT.c.quarter, EVENT.c.act).where(*counts).distinct()
    )
    acts: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in rows:
        acts[row.organization_id, row.quarter].add(row.act)
    return acts


def _statements(connection: sa.Connection) -> dict[tuple[int, str], bool]:
    """Return whether the last confirmation says that something was shared, by organization and quarter."""
    rows = connection.execute(sa.select(CONFIRMATION).order_by(CONFIRMATION.c.confirmed_at, CONFIRMATION.c.id))
    return {(row.organization_id, row.quarter): row.shared for row in rows}


def _quarters(joined_on: date, today: date) -> Iterable[tuple[str, date, date]]:
    """Yield the quarters from joining until today, with their first and last days."""
    first, last = ((day.year, (day.month - 1) // 3 + 1) for day in (joined_on, today))
    yield from _quarters_from(*first, 4 * (last[0] - first[0]) + last[1] - first[1] + 1)


def _quarters_from(year: int, number: int, count: int) -> Iterable[tuple[str, date, date]]:
    for _ in range(count):
        first = date(year, 3 * number - 2, 1)
        following = date(year + number // 4, (3 * number) % 12 + 1, 1)
        yield f"{year}Q{number}", first, date.fromordinal(following.toordinal() - 1)
        year, number = (year + 1, 1) if number == 4 else (year, number + 1)  # noqa: PLR2004


def changes_of_years(connection: sa.Connection, today: date, begin: date | None) -> Iterable[str]:
    """Yield a line for each organization and year of which some calls, or the presentation, are before records begin."""
    held, attended, presented = _held(connection), _attended(connection), _presented(connection)
    members = ORGANIZATION.c.kind != "host"
    for organization in connection.execute(sa.select(ORGANIZATION).where(members).order_by(ORGANIZATION.c.name)):
        joined, left, rows = organization.joined_on, organization.left_on or date.max, []
        for year in range(joined.year, min(begin.year, today.year, left.year) + 1) if begin else ():
            days = {day for day in held if day.year == year and joined <= day <= left}
            counted = {day for day in days if begin and day >= begin}
            was, becomes = (f"{len(these & attended[organization.id])} of {len(these)}" for these in (days, counted))
            if days != counted:
                yield f"{organization.name}, calls of {year}: {was} becomes {becomes}."
            in_time = date(year, 6, 30)
            is_due = joined <= in_time and left >= date(year, 12, 31) and (organization.id, year) not in presented
            if is_due and begin and begin > in_time:
                was = "Overdue" if year < today.year else "Due"
                rows.append((year, was, "No records" if year < begin.year else "Not due"))
        for (was, becomes), run in groupby(rows, key=lambda row: row[1:]):
            years = [row[0] for row in run]
            span = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
            yield f"{organization.name}, presentation of {span}: {was} becomes {becomes}."


def _held(connection: sa.Connection) -> set[date]:
    is_held = CALL.c.state == "planned", CALL.c.ends_at <= datetime.now(UTC)
    return set(connection.scalars(sa.select(CALL.c.day).where(*is_held)))


def _attended(connection: sa.Connection) -> dict[int, set[date]]:
    """Return the days of the calls on which organizations attended."""
    later = ATTENDANCE.alias("later")
    counts = ~ATTENDANCE.c.void, ~sa.exists().where(later.c.supersedes_id == ATTENDANCE.c.id)
    joined = sa.select(ATTENDANCE.c.organization_id, CALL.c.day).join(CALL, CALL.c.id == ATTENDANCE.c.call_id)
    attended: dict[int, set[date]] = defaultdict(set)
    for row in connection.execute(joined.where(*counts, CALL.c.state == "planned").distinct()):
        attended[row.organization_id].add(row.day)
    return attended


def _presented(connection: sa.Connection) -> set[tuple[int, int]]:
    """Return the organizations and years of presentations that have a date, or counted as given."""
    joined = sa.select(PRESENTATION.c.organization_id, CALL.c.day).join(CALL, CALL.c.id == PRESENTATION.c.call_id)
    rows = connection.execute(joined.where(PRESENTATION.c.state.in_(("accepted", "proposed"))))
    return {(row.organization_id, row.day.year) for row in rows}

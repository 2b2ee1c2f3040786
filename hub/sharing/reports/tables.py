"""The tables of reports: what stands in their columns, for CSV files and workbooks alike."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.core.fingerprints import digest_of
from hub.core.tables import Sheet, csv_of, xlsx_of
from hub.sharing.models import Confirmation
from hub.sharing.queries.entries import LoggedLine
from hub.sharing.queries.quarters import QuarterRow
from hub.sharing.queries.reports import Report
from hub.sharing.rules.evidence import Rung, RungCount
from hub.sharing.rules.standing import is_late

ENTRIES = (
    "entry",
    "quarter",
    "happened_on",
    "recorded_at",
    "act",
    "evidence",
    "resource",
    "title",
    "revision",
    "page",
    "person",
    "with_whom",
    "people",
    "channel",
    "note",
    "supersedes",
    "counts",
    "mark",
)
CONFIRMATIONS = (
    "confirmation",
    "quarter",
    "confirmed_at",
    "late",
    "person",
    "role",
    "shared",
    "with_whom",
    "people",
    "resources",
    "note",
    "reason",
    "supersedes",
    "stands",
    "digest",
)
# The rungs below the top, as columns; who confirmed has columns of its own.
RUNGS = tuple(rung for rung in Rung if rung is not Rung.CONFIRMED)
QUARTERS = (
    "quarter",
    "standing",
    "met",
    "confirmed_on",
    "confirmed_by",
    "late",
    *(rung.value.replace("-", "_") for rung in RUNGS),
)
RESOURCES = (
    "resource",
    "title",
    "kind",
    *(rung.value.replace("-", "_") for rung in RUNGS),
    "people",
    "entries_without_people",
    "with_whom",
)
ALLIANCE = ("organization", "name", "kind", "region", *QUARTERS)


def entry_cells(lines: Iterable[LoggedLine], zone: ZoneInfo) -> Iterable[list[object]]:
    """Yield every entry as ENTRIES name it; moments in the hub's time zone."""
    for line in lines:
        event = line.event
        yield [
            event.id,
            event.quarter,
            event.happened_on,
            _local(event.recorded_at, zone),
            event.act.value,
            line.rung.value,
            event.resource_id,
            event.title,
            event.revision_number,
            event.page_number,
            event.person.name if event.person else "",
            event.with_whom,
            event.people,
            event.channel.value if event.channel else "",
            event.note,
            event.supersedes_id,
            "yes" if line.counts else "no",
            line.mark,
        ]


def confirmation_cells(confirmations: Sequence[Confirmation], zone: ZoneInfo) -> Iterable[list[object]]:
    """Yield every confirmation as CONFIRMATIONS name it; the last one of each quarter stands."""
    last = {one.quarter: one.id for one in confirmations}
    for one in confirmations:
        yield [
            one.id,
            one.quarter,
            _local(one.confirmed_at, zone),
            "yes" if is_late(one.of_quarter, one.confirmed_at.astimezone(zone).date()) else "no",
            one.person.name,
            one.role.value,
            "yes" if one.shared else "no",
            one.with_whom,
            one.people,
            "; ".join(f"{item.resource_id} {item.title}" for item in one.items),
            one.note,
            one.reason,
            one.supersedes_id,
            "yes" if last[one.quarter] == one.id else "no",
            digest_of(one.canonical),
        ]


def quarter_cells(rows: Iterable[QuarterRow]) -> Iterable[list[object]]:
    """Yield every quarter as QUARTERS name it."""
    for row in rows:
        yield [
            str(row.quarter),
            row.standing.value,
            "yes" if row.standing.met else "no",
            row.confirmed_on,
            row.confirmation.person.name if row.confirmation else None,
            "yes" if row.late else "no",
            *_counts(row.evidence),
        ]


def resource_cells(report: Report) -> Iterable[list[object]]:
    """Yield every resource of the period as RESOURCES name it."""
    for line in report.by_resource():
        yield [
            line.resource.id,
            line.title,
            line.resource.kind.label,
            *_counts(line.evidence),
            line.reached.people,
            line.reached.unknown,
            "; ".join(line.with_whom),
        ]


def alliance_cells(rows: Iterable[QuarterRow]) -> Iterable[list[object]]:
    """Yield every organization's quarter as ALLIANCE name it."""
    for row in rows:
        one = row.organization
        [quarter] = quarter_cells([row])
        yield [one.slug, one.name, one.kind.label, one.region, *quarter]


def report_as_xlsx(report: Report, zone: ZoneInfo) -> bytes:
    """Return a workbook: quarters, resources, entries, confirmations."""
    return xlsx_of(
        f"Sharing of {report.organization.name}, {report.period.label}",
        [
            Sheet("Quarters", QUARTERS, list(quarter_cells(report.rows))),
            Sheet("Resources", RESOURCES, list(resource_cells(report))),
            Sheet("Entries", ENTRIES, list(entry_cells(report.lines, zone))),
            Sheet("Confirmations", CONFIRMATIONS, list(confirmation_cells(report.confirmations, zone))),
        ],
    )


def report_as_csv(report: Report, zone: ZoneInfo) -> bytes:
    """Return every entry of the log, the oldest first."""
    return csv_of(ENTRIES, entry_cells(report.lines, zone))


def alliance_as_csv(rows: Sequence[QuarterRow]) -> bytes:
    """Return every organization's quarter."""
    return csv_of(ALLIANCE, alliance_cells(rows))


def alliance_as_xlsx(rows: Sequence[QuarterRow], quarter: str) -> bytes:
    """Return the same as a workbook."""
    return xlsx_of(f"Sharing in {quarter}", [Sheet(quarter, ALLIANCE, list(alliance_cells(rows)))])


def _counts(evidence: Sequence[RungCount]) -> list[int]:
    counts = {step.rung: step.count for step in evidence}
    return [counts.get(rung, 0) for rung in RUNGS]


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(microsecond=0)

"""Tables of reports, for CSV files and workbooks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.core.fingerprints import digest_of
from hub.core.tables import Sheet, csv_of, xlsx_of
from hub.sharing.models import Confirmation, ConfirmedResource, SharingEvent
from hub.sharing.queries.entries import LogEntry
from hub.sharing.queries.quarters import QuarterRow
from hub.sharing.queries.reports import Report
from hub.sharing.rules.earlier import REMARK
from hub.sharing.rules.evidence import Rung, RungCount
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import Act, is_late

# Columns: their names, which never change in audit packets, and their heads in CSV files and workbooks.
ENTRIES = {
    "entry": "Entry",
    "quarter": "Quarter",
    "happened_on": "Date",
    "recorded_at": "Recorded",
    "act": "Activity",
    "evidence": "Evidence",
    "resource": "Resource ID",
    "title": "Title",
    "revision": "Revision",
    "page": "Page",
    "person": "Person",
    "with_whom": "Shared with",
    "known": "People reached",
    "reported": "Said to have reached",
    "channel": "Channel",
    "note": "Note",
    "supersedes": "Corrects entry",
    "counts": "Counts",
    "mark": "Remark",
    "share": "Share",
    "earlier": "Shared earlier, outside the hub",
    "organization": "Organization",
}
# In audit packets, one column has both numbers, and the act of the entry says which one it is.
PACKET_ENTRIES = (
    *("entry", "quarter", "happened_on", "recorded_at", "act", "evidence", "resource", "title", "revision", "page"),
    *(
        "person",
        "with_whom",
        "people",
        "channel",
        "note",
        "supersedes",
        "counts",
        "mark",
        "share",
        "earlier",
        "organization",
    ),
)
CONFIRMATIONS = {
    "confirmation": "Confirmation",
    "quarter": "Quarter",
    "confirmed_at": "Confirmed",
    "late": "Late",
    "person": "Person",
    "role": "Role",
    "shared": "Shared",
    "with_whom": "Shared with",
    "people": "Said to have reached",
    "resources": "Resources",
    "note": "Note",
    "reason": "Reason",
    "supersedes": "Replaces confirmation",
    "stands": "Current",
    "digest": "Fingerprint",
    "organization": "Organization",
}
# The rungs below the top, as columns; confirmations have columns of their own.
RUNGS = tuple(rung for rung in Rung if rung is not Rung.CONFIRMED)
_RUNG_HEADS = tuple(rung.label for rung in RUNGS)
QUARTERS = ("Quarter", "Standing", "Commitment met", "Confirmed on", "Confirmed by", "Late", *_RUNG_HEADS)
_REACHED = ("People reached", "Said to have reached", "Shares without a number")
RESOURCES = ("Resource ID", "Title", "Kind", *_RUNG_HEADS, *_REACHED, "Shared with")
REACH = ("Period", *_REACHED)
ALLIANCE = ("Organization ID", "Organization", "Kind", "Region", *QUARTERS)


def entry_cells(
    lines: Iterable[LogEntry], zone: ZoneInfo, columns: Iterable[str] = tuple(ENTRIES)
) -> Iterable[list[object]]:
    """Yield the cells of every entry, in the order of ``columns``; times are in the hub's time zone."""
    columns = tuple(columns)
    for line in lines:
        cells = _cells_of(line, zone)
        yield [cells[name] for name in columns]


def _cells_of(line: LogEntry, zone: ZoneInfo) -> dict[str, object]:
    event = line.event
    return {
        "entry": event.id,
        "quarter": event.quarter,
        "happened_on": event.happened_on,
        "recorded_at": _local(event.recorded_at, zone),
        "act": event.act.value,
        "evidence": line.rung.value,
        "resource": event.resource_id,
        "title": event.title,
        "revision": event.revision_number,
        "page": event.page_number,
        "person": event.person_name,
        "with_whom": event.with_whom,
        "people": event.people,
        "known": 1 if line.rung is Rung.OPENING else None if event.act is Act.DECLARED else event.people,
        "reported": event.people if event.act is Act.DECLARED else None,
        "channel": event.channel.value if event.channel else "",
        "note": event.note,
        "supersedes": event.supersedes_id,
        "counts": "yes" if line.counts else "no",
        "mark": line.mark.value,
        "share": event.share,
        "earlier": "yes" if event.earlier else "",
        "organization": event.organization_name,
    }


def confirmation_cells(confirmations: Sequence[Confirmation], zone: ZoneInfo) -> Iterable[list[object]]:
    """Yield the cells of every confirmation, in the order of CONFIRMATIONS; the last of each quarter is current."""
    last = {confirmation.quarter: confirmation.id for confirmation in confirmations}
    for confirmation in confirmations:
        confirmed_on = confirmation.confirmed_at.astimezone(zone).date()
        yield [
            confirmation.id,
            confirmation.quarter,
            _local(confirmation.confirmed_at, zone),
            "yes" if is_late(confirmation.of_quarter, confirmed_on) else "no",
            confirmation.person_name,
            confirmation.role.value,
            "yes" if confirmation.shared else "no",
            confirmation.with_whom,
            confirmation.people,
            "; ".join(f"{item.resource_id} {with_remark(item)}" for item in confirmation.items),
            confirmation.note,
            confirmation.reason,
            confirmation.supersedes_id,
            "yes" if last[confirmation.quarter] == confirmation.id else "no",
            digest_of(confirmation.canonical),
            confirmation.organization_name,
        ]


def quarter_cells(rows: Iterable[QuarterRow]) -> Iterable[list[object]]:
    """Yield the cells of every quarter, in the order of QUARTERS."""
    for row in rows:
        yield [
            str(row.quarter),
            row.standing.value,
            row.standing.commitment_met,
            row.confirmed_on,
            row.confirmation.person_name if row.confirmation else None,
            "yes" if row.late else "no",
            *_counts(row.evidence),
        ]


def resource_cells(report: Report) -> Iterable[list[object]]:
    """Yield the cells of every resource of the period, in the order of RESOURCES."""
    for line in report.by_resource():
        yield [
            line.resource.id,
            line.title,
            line.resource.kind.label,
            *_counts(line.evidence),
            *_reached(line.reached),
            "; ".join(line.with_whom),
        ]


def reach_cells(report: Report) -> Iterable[list[object]]:
    """Yield the cells of every quarter and of the whole period, in the order of REACH.

    A person reached in two quarters counts in both, and once in the period.
    """
    periods = [(quarter.label, reached) for quarter, reached in report.reached_in.items()]
    if report.period.is_year:
        periods.append((report.period.label, report.reached))
    for label, reached in periods:
        yield [label, *_reached(reached)]


def _reached(reached: Reached) -> tuple[int, int, int]:
    return reached.people, reached.reported, reached.unknown


def alliance_cells(rows: Iterable[QuarterRow]) -> Iterable[list[object]]:
    """Yield the cells of every organization's quarter, in the order of ALLIANCE."""
    for row in rows:
        organization = row.organization
        [quarter] = quarter_cells([row])
        yield [organization.slug, organization.name, row.kind.label, organization.region, *quarter]


def report_as_xlsx(report: Report, zone: ZoneInfo) -> bytes:
    """Return a workbook with sheets for quarters, people reached, resources, entries and confirmations."""
    return xlsx_of(
        f"Sharing in {report.period.label}: {report.organization.name}",
        [
            Sheet("Quarters", QUARTERS, list(quarter_cells(report.rows))),
            Sheet("People reached", REACH, list(reach_cells(report))),
            Sheet("Resources", RESOURCES, list(resource_cells(report))),
            Sheet("Entries", tuple(ENTRIES.values()), list(entry_cells(report.lines, zone))),
            Sheet(
                "Confirmations",
                tuple(CONFIRMATIONS.values()),
                list(confirmation_cells(report.confirmations, zone)),
            ),
        ],
    )


def report_as_csv(report: Report, zone: ZoneInfo) -> bytes:
    """Return the report's log entries as CSV, oldest first."""
    return entries_as_csv(report.lines, zone)


def entries_as_csv(lines: Iterable[LogEntry], zone: ZoneInfo) -> bytes:
    """Return log entries as CSV."""
    return csv_of(tuple(ENTRIES.values()), entry_cells(lines, zone))


def alliance_as_csv(rows: Sequence[QuarterRow]) -> bytes:
    """Return every organization's quarter as CSV."""
    return csv_of(ALLIANCE, alliance_cells(rows))


def alliance_as_xlsx(rows: Sequence[QuarterRow], quarter: str) -> bytes:
    """Return every organization's quarter as a workbook."""
    return xlsx_of(f"Sharing in {quarter}", [Sheet(quarter, ALLIANCE, list(alliance_cells(rows)))])


def _counts(evidence: Sequence[RungCount]) -> list[int]:
    counts = {step.rung: step.count for step in evidence}
    return [counts.get(rung, 0) for rung in RUNGS]


def with_remark(row: SharingEvent | ConfirmedResource) -> str:
    """Return the title of an entry or a confirmed resource, and whether it was shared earlier, outside the hub."""
    return f"{row.title} ({REMARK})" if row.earlier else row.title


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(microsecond=0)

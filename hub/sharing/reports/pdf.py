"""Reports as PDF: an organization's quarter or year, and the alliance's quarter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.core.dates import moment_with_year, plural, with_year
from hub.core.fingerprints import digest_of
from hub.core.pdf import Column, Head, Paper
from hub.core.quarters import Quarter
from hub.sharing.models import Confirmation
from hub.sharing.queries.quarters import QuarterRow
from hub.sharing.queries.reports import Report, ResourceLine
from hub.sharing.reports.tables import RUNGS
from hub.sharing.rules.evidence import Rung, RungCount
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import Standing, is_late

MOST_ENTRIES = 400  # that a PDF lists; the tables have all


@dataclass(frozen=True)
class Setting:
    """What a document says of the hub that made it."""

    hub_name: str
    zone: ZoneInfo
    now: datetime

    @property
    def made_at(self) -> datetime:
        """Now, in the hub's time zone."""
        return self.now.astimezone(self.zone)


def report_as_pdf(report: Report, setting: Setting) -> bytes:
    """Return what was shared and what proves it, on paper."""
    title = f"Sharing in {report.period.label}"
    paper = Paper(Head(title, report.organization.name, setting.hub_name, setting.made_at))
    paper.banner(report.organization.name)
    paper.paragraph(_summary(report))
    paper.heading("Standing")
    _put_quarters(paper, report.rows)
    _put_ladder(paper, report)
    _put_confirmations(paper, report, setting.zone)
    _put_resources(paper, report.by_resource())
    _put_entries(paper, report, setting.zone)
    return paper.as_bytes()


def _summary(report: Report) -> str:
    met, due = report.met
    name = report.organization.name
    if not due:
        return f"Nothing was due from {name} in {report.period.label}."
    if report.period.is_year:
        said = f"{name} met the commitment to share at least quarterly in {met} of {plural(due, 'quarter')}."
    else:
        said = f"{name} {'met' if met else 'has not met'} the commitment to share at least quarterly."
    return f"{said} {_people(report.reached)}"


def _people(who: Reached) -> str:
    """Return how many were reached, with what no one counted."""
    if not who.people:
        return "Nobody said how many people were reached." if who.unknown else ""
    unsaid = f"; {plural(who.unknown, 'entry', 'entries')} without a number" if who.unknown else ""
    return f"About {who.people:,} people were reached, counting each sharing by itself{unsaid}."


def _put_quarters(paper: Paper, rows: Sequence[QuarterRow]) -> None:
    columns = [Column("Quarter", 2.2), Column("Standing", 2.9), Column("Confirmed", 4.6)]
    columns += [Column(rung.label, 3, is_number=True) for rung in RUNGS]
    paper.grid(columns, [[row.quarter.label, row.standing.label, _confirmed(row), *_counts(row)] for row in rows])


def _confirmed(row: QuarterRow) -> str:
    if row.confirmation is None or row.confirmed_on is None:
        return "-"
    late = ", late" if row.late else ""
    nothing = "" if row.confirmation.shared else ": nothing to share"
    return f"{with_year(row.confirmed_on)} by {row.confirmation.person.name}{late}{nothing}"


def _counts(row: QuarterRow) -> list[str]:
    counts = {step.rung: step.count for step in row.evidence}
    return [f"{counts.get(rung, 0):,}" for rung in RUNGS]


def _put_ladder(paper: Paper, report: Report) -> None:
    """What each kind of evidence proves, with how much there is."""
    counts = Counter[Rung]()
    for row in report.rows:
        counts.update({step.rung: step.count for step in row.evidence})
    paper.heading("Evidence, the strongest first")
    paper.grid(
        [Column("Evidence", 3), Column("Count", 1, is_number=True), Column("What it proves", 8)],
        [[rung.label, f"{counts[rung]:,}", rung.proves] for rung in Rung],
    )


def _put_confirmations(paper: Paper, report: Report, zone: ZoneInfo) -> None:
    paper.heading("Said in writing")
    if not report.confirmations:
        paper.paragraph("Nothing was confirmed yet.")
    last = {one.quarter: one.id for one in report.confirmations}
    for one in report.confirmations:
        paper.paragraph(_said(one, stands=last[one.quarter] == one.id, zone=zone))
        paper.small(f"Confirmation {one.id}, SHA-256 {digest_of(one.canonical)}")


def _said(one: Confirmation, *, stands: bool, zone: ZoneInfo) -> str:
    at = one.confirmed_at.astimezone(zone)
    late = ", late" if is_late(one.of_quarter, at.date()) else ""
    head = f"{one.of_quarter.label}: {one.person.name}, {one.role.label.lower()}, on {moment_with_year(at)}{late}"
    head += "" if stands else " (superseded by a later one)"
    if not one.shared:
        return f"{head}: there was nothing to share. {one.reason}"
    people = f", about {plural(one.people, 'person', 'people')}" if one.people else ""
    named = "\n".join(f"- {item.title}" for item in one.items)
    return "\n".join(part for part in (f"{head}: shared with {one.with_whom}{people}.", named, one.note) if part)


def _put_resources(paper: Paper, lines: Sequence[ResourceLine]) -> None:
    paper.heading("By resource")
    if not lines:
        paper.paragraph("Nothing is logged.")
        return
    columns = [Column("Resource", 6), Column("Evidence", 4), Column("People", 1.4, is_number=True)]
    rows = [[line.title, _rungs(line.evidence), f"{line.reached.people or '-'}"] for line in lines]
    paper.grid(
        [*columns, Column("With whom", 4)],
        [[*row, "; ".join(line.with_whom)] for row, line in zip(rows, lines, strict=True)],
    )


def _rungs(evidence: Sequence[RungCount]) -> str:
    return ", ".join(f"{step.rung.label} {step.count:,}" for step in evidence)


def _put_entries(paper: Paper, report: Report, zone: ZoneInfo) -> None:
    lines = [line for line in report.lines if line.rung is not Rung.DOWNLOAD]
    paper.heading("What was passed on, entry by entry")
    if not lines:
        paper.paragraph("Nothing was declared or forwarded.")
        return
    columns = [Column("Entry", 1.3, is_number=True), Column("Happened", 2), Column("Recorded", 2), Column("What", 2.4)]
    columns += [Column("Resource", 4.4), Column("Who", 2), Column("With whom", 3.6)]
    rows = []
    for line in lines[:MOST_ENTRIES]:
        event = line.event
        mark = f" ({line.mark})" if line.mark else ""
        who = event.person.name if event.person else "-"
        audience = ", ".join(
            part for part in (event.with_whom, plural(event.people, "person", "people") if event.people else "") if part
        )
        recorded = with_year(event.recorded_at.astimezone(zone).date())
        what = f"{line.rung.label}{mark}"
        rows.append([str(event.id), with_year(event.happened_on), recorded, what, event.title, who, audience])
    paper.grid(columns, rows)
    if len(lines) > MOST_ENTRIES:
        paper.small(f"{len(lines) - MOST_ENTRIES:,} more entries stand in the table of this report.")


def alliance_as_pdf(rows: Sequence[QuarterRow], quarter: Quarter, setting: Setting) -> bytes:
    """Return every organization's standing in a quarter, on paper."""
    head = Head(f"Who has shared in {quarter.label}", "The alliance", setting.hub_name, setting.made_at, landscape=True)
    paper = Paper(head)
    due = [row for row in rows if row.standing is not Standing.NOT_DUE]
    met = sum(row.standing.met for row in due)
    paper.banner("Members and BFFs")
    share = f", {round(100 * met / len(due))} %" if due else ""
    paper.paragraph(
        f"{met:,} of {plural(len(due), 'organization')} met the commitment to share at least quarterly{share}."
    )
    counts = Counter(row.standing for row in rows)
    columns = [Column("Standing", 3), Column("Organizations", 1.4, is_number=True), Column("Commitment", 8)]
    paper.grid(columns, [[one.label, f"{counts[one]:,}", _commitment(one)] for one in Standing])
    paper.heading("By organization")
    columns = [Column("Organization", 6), Column("Kind", 1.8), Column("Standing", 2.6), Column("Confirmed", 5)]
    columns += [Column(rung.label, 2.3, is_number=True) for rung in RUNGS]
    table = [
        [row.organization.name, row.organization.kind.label, row.standing.label, _confirmed(row), *_counts(row)]
        for row in rows
    ]
    paper.grid(columns, table)
    return paper.as_bytes()


def _commitment(standing: Standing) -> str:
    if standing is Standing.NOT_DUE:
        return "none"
    return "met" if standing.met else "not met"

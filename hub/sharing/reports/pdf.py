"""Reports as PDF: an organization's quarter or year, and the alliance's quarter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.core.dates import moment_with_year, number, plural, with_year
from hub.core.fingerprints import digest_of
from hub.core.pdf import Column, Head, Paper
from hub.core.quarters import Quarter
from hub.sharing.models import Confirmation
from hub.sharing.queries.quarters import QuarterRow
from hub.sharing.queries.reports import Report, ResourceLine
from hub.sharing.reports.tables import RUNGS, with_remark
from hub.sharing.rules.evidence import Rung, RungCount
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import Act, Standing, count_met, is_late

COMMITMENTS = {"yes": "Met", "no": "Not met", "no, answered": "Not met, answered", "none due": "None"}
MOST_ENTRIES = 400  # listed in a PDF; the CSV file has all


@dataclass(frozen=True)
class Setting:
    """The hub's name and time for a document's header."""

    hub_name: str
    zone: ZoneInfo
    now: datetime

    @property
    def made_at(self) -> datetime:
        """Now, in the hub's time zone."""
        return self.now.astimezone(self.zone)


def report_as_pdf(report: Report, setting: Setting) -> bytes:
    """Return a report of what was shared, with its evidence."""
    title = f"Sharing in {report.period.label}"
    paper = Paper(Head(title, report.organization.name, setting.hub_name, setting.made_at))
    paper.banner(report.organization.name)
    paper.paragraph(_summary(report))
    if former := report.former_names:
        paper.paragraph(f"In this period, the organization was called {' and '.join(former)}.")
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
    standings = [row.standing for row in report.rows]
    if not due and Standing.NO_RECORDS in standings:
        return f"The hub has no records of {report.period.label}, because they begin later."
    if not due:
        return f"No sharing was due from {name} in {report.period.label}."
    if report.period.is_year:
        sentence = f"{name} met the commitment to share at least quarterly in {met} of {plural(due, 'quarter')}."
    else:
        sentence = f"{name} {'met' if met else 'has not met'} the commitment to share at least quarterly."
    if answered := standings.count(Standing.NOTHING_TO_SHARE):
        quarters = f" in {plural(answered, 'quarter')}" if report.period.is_year else ""
        sentence += f" It confirmed in writing that there was nothing to share{quarters}."
    return f"{sentence} {_people(report.reached)}"


def _people(reached: Reached, by: str = "By its reports, it is") -> str:
    """Return sentences with the people reached, the number that was only reported, and the shares without either."""
    known = (
        f"{plural(reached.people, 'person was', 'people were')} reached, each counted once." if reached.people else ""
    )
    reported = f"{by} said to have reached about {number(reached.reported)}." if reached.reported else ""
    unknown = f"{plural(reached.unknown, 'share doesn’t', 'shares don’t')} say how many." if reached.unknown else ""
    return " ".join(sentence for sentence in (known, reported, unknown) if sentence)


def _put_quarters(paper: Paper, rows: Sequence[QuarterRow]) -> None:
    columns = [Column("Quarter", 2.2), Column("Standing", 2.9), Column("Confirmed", 4.6)]
    columns += [Column(rung.label, 3.5 if rung is Rung.DOWNLOAD else 2.9, is_number=True) for rung in RUNGS]
    paper.grid(columns, [[row.quarter.label, row.standing.label, _confirmed(row), *_counts(row)] for row in rows])


def _confirmed(row: QuarterRow) -> str:
    if row.confirmation is None or row.confirmed_on is None:
        return "-"
    late = ", late" if row.late else ""
    nothing = "" if row.confirmation.shared else ": nothing to share"
    return f"{with_year(row.confirmed_on)} by {row.confirmation.person_name}{late}{nothing}"


def _counts(row: QuarterRow) -> list[str]:
    counts = {step.rung: step.count for step in row.evidence}
    return [number(counts.get(rung, 0)) for rung in RUNGS]


def _put_ladder(paper: Paper, report: Report) -> None:
    """Add the ladder of evidence: what each rung shows, with its number of entries."""
    counts = Counter[Rung]()
    for row in report.rows:
        counts.update({step.rung: step.count for step in row.evidence})
    paper.heading("Evidence, strongest first")
    paper.grid(
        [Column("Evidence", 3), Column("Entries", 1.2, is_number=True), Column("Meaning", 8)],
        [[rung.label, number(counts[rung]), rung.explanation] for rung in Rung],
    )


def _put_confirmations(paper: Paper, report: Report, zone: ZoneInfo) -> None:
    paper.heading("Written confirmations")
    if not report.confirmations:
        paper.paragraph("No confirmations yet.")
    last = {confirmation.quarter: confirmation.id for confirmation in report.confirmations}
    for confirmation in report.confirmations:
        is_current = last[confirmation.quarter] == confirmation.id
        paper.paragraph(_statement(confirmation, is_current=is_current, zone=zone))
        paper.small(f"Confirmation {confirmation.id}, SHA-256 {digest_of(confirmation.canonical)}")


def _statement(confirmation: Confirmation, *, is_current: bool, zone: ZoneInfo) -> str:
    at = confirmation.confirmed_at.astimezone(zone)
    person, quarter = confirmation.person_name, confirmation.of_quarter
    late = ", late" if is_late(quarter, at.date()) else ""
    head = f"{quarter.label}: {person}, {confirmation.role.label.lower()} of {confirmation.organization_name}, on {moment_with_year(at)}{late}"
    head += "" if is_current else " (replaced by a later confirmation)"
    if not confirmation.shared:
        return f"{head}: there was nothing to share. {confirmation.reason}"
    people = f", about {plural(confirmation.people, 'person', 'people')}" if confirmation.people else ""
    titles = "\n".join(f"- {with_remark(item)}" for item in confirmation.items)
    sentence = f"{head}: shared with {confirmation.with_whom}{people}."
    return "\n".join(part for part in (sentence, titles, confirmation.note) if part)


def _put_resources(paper: Paper, lines: Sequence[ResourceLine]) -> None:
    paper.heading("By resource")
    if not lines:
        paper.paragraph("No entries yet.")
        return
    columns = [Column("Resource", 5.4), Column("Evidence", 3.6), Column("People reached", 1.7, is_number=True)]
    rows = [
        [line.title, _rungs(line.evidence), _number(line.reached.people), _number(line.reached.reported)]
        for line in lines
    ]
    paper.grid(
        [*columns, Column("Said to have reached", 1.7, is_number=True), Column("Shared with", 3.6)],
        [[*row, "; ".join(line.with_whom)] for row, line in zip(rows, lines, strict=True)],
    )


def _number(count: int) -> str:
    return number(count) if count else "-"


def _rungs(evidence: Sequence[RungCount]) -> str:
    return ", ".join(f"{step.rung.label} {number(step.count)}" for step in evidence)


def _put_entries(paper: Paper, report: Report, zone: ZoneInfo) -> None:
    lines = [line for line in report.lines if line.rung is not Rung.DOWNLOAD]
    paper.heading("Forwarded and reported")
    if not lines:
        paper.paragraph("Nothing was forwarded or reported.")
        return
    columns = [Column("Date", 2), Column("Recorded", 2), Column("Entry", 1.3, is_number=True), Column("Evidence", 2.4)]
    columns += [Column("Resource", 4.4), Column("Person", 2), Column("Shared with", 3.6)]
    rows = []
    for line in lines[:MOST_ENTRIES]:
        event = line.event
        mark = f" ({line.mark.label})" if line.mark else ""
        person = event.person_name or "-"
        about = "about " if event.act is Act.DECLARED else ""
        people = f"{about}{plural(event.people, 'person', 'people')}" if event.people else ""
        audience = ", ".join(part for part in (event.with_whom, people) if part)
        recorded = with_year(event.recorded_at.astimezone(zone).date())
        evidence = f"{line.rung.label}{mark}"
        rows.append(
            [with_year(event.happened_on), recorded, str(event.id), evidence, with_remark(event), person, audience]
        )
    paper.grid(columns, rows)
    if len(lines) > MOST_ENTRIES:
        paper.small(f"The CSV file and the workbook have {number(len(lines) - MOST_ENTRIES)} more.")


def alliance_as_pdf(rows: Sequence[QuarterRow], quarter: Quarter, reached: Reached, setting: Setting) -> bytes:
    """Return a report of every organization's standing in a quarter, and of the people whom they ``reached``."""
    head = Head(f"Sharing in {quarter.label}", "The alliance", setting.hub_name, setting.made_at, landscape=True)
    paper = Paper(head)
    met, due = count_met(row.standing for row in rows)
    paper.banner("Members and BFFs")
    share = f" ({round(100 * met / due)}%)" if due else ""
    paper.paragraph(
        f"{number(met)} of {plural(due, 'organization')} met the commitment to share at least quarterly{share}."
    )
    if people := _people(reached, "By their reports, they are"):
        paper.paragraph(people)
    counts = Counter(row.standing for row in rows)
    columns = [Column("Standing", 3), Column("Organizations", 1.4, is_number=True), Column("Commitment", 8)]
    paper.grid(
        columns,
        [[standing.label, number(counts[standing]), COMMITMENTS[standing.commitment_met]] for standing in Standing],
    )
    paper.heading("By organization")
    columns = [Column("Organization", 6), Column("Kind", 1.8), Column("Standing", 2.6), Column("Confirmed", 5)]
    columns += [Column(rung.label, 2.6 if rung is Rung.DOWNLOAD else 2.3, is_number=True) for rung in RUNGS]
    table = [
        [row.organization.name, row.kind.label, row.standing.label, _confirmed(row), *_counts(row)] for row in rows
    ]
    paper.grid(columns, table)
    return paper.as_bytes()

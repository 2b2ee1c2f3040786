"""Reports of a year's commitments as PDF, CSV and workbook, and the export of a person's data."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from config import Config
from hub.calls.rules.commitment import AttendanceCounts
from hub.core import clock
from hub.core.dates import number, plural, with_year
from hub.core.pdf import Column, Head, Paper
from hub.core.tables import Sheet, csv_of, xlsx_of
from hub.members.models import Person
from hub.overview.queries.commitments import Commitments, YearCommitments
from hub.sharing.reports.pdf import Setting
from hub.sharing.rules.standing import Standing, count_met

HEADER = ("Organization ID", "Organization", "Kind", "Calls attended", "Calls held", "Call commitment", "Presentation")


def commitments_as_csv(table: YearCommitments) -> bytes:
    """Return the commitments as CSV, one line per organization."""
    return csv_of(_header(table), list(_cells(table)))


def commitments_as_xlsx(table: YearCommitments) -> bytes:
    """Return the commitments as a workbook with one sheet."""
    return xlsx_of(f"Commitments, {table.year}", [Sheet(str(table.year), _header(table), list(_cells(table)))])


def commitments_as_pdf(table: YearCommitments, setting: Setting, *, whose: str) -> bytes:
    """Return the commitments as a PDF; ``whose`` is the name of the organization, or "The alliance"."""
    is_single = len(table.rows) == 1
    title = f"Commitments, {table.year}"
    paper = Paper(Head(title, whose, setting.hub_name, setting.made_at, landscape=not is_single))
    paper.banner(whose)
    for sentence in _sentences(table):
        paper.paragraph(sentence)
    columns = [Column("Organization", 5), Column("Calls", 2.6), Column("Presentation", 2.4)]
    columns += [Column(quarter.label, 2.2) for quarter in table.quarters]
    paper.grid(
        columns,
        [
            [
                row.organization.name,
                _calls(row.attended),
                row.presentation.label,
                *(standing.label for standing in row.quarters),
            ]
            for row in table.rows
        ],
    )
    paper.small(
        "The commitment: attend at least half of the calls held while in the alliance, present once a year, and share at "
        "least once a quarter. Confirmed and Shared meet it; Nothing to share is an answer, but doesn’t."
    )
    return paper.as_bytes()


def _sentences(table: YearCommitments) -> Iterator[str]:
    """Yield the year's totals as sentences."""
    if not any(row.was_member for row in table.rows):
        is_single = len(table.rows) == 1
        who = f"{table.rows[0].organization.name} wasn’t" if is_single else "No organizations were"
        yield f"{who} in the alliance in {table.year}."
        return
    standings = [standing for row in table.rows for standing in row.quarters]
    met, due = count_met(standings)
    if due:
        yield f"Sharing: the commitment was met in {number(met)} of {plural(due, 'quarter')} due so far."
    if answered := standings.count(Standing.NOTHING_TO_SHARE):
        yield f"In {plural(answered, 'quarter')} there was nothing to share, as a written confirmation says."
    attended, held = (sum(getattr(row.attended, name) for row in table.rows) for name in ("attended", "held"))
    if held:
        yield f"Calls: {number(attended)} of {number(held)} attended."
    if not due and not held:
        yield f"Nothing was due in {table.year}."
    if Standing.NO_RECORDS in standings:
        yield "“No records” means that the hub’s records begin later; it counts in no total."


def _calls(attended: AttendanceCounts) -> str:
    if not attended.held:
        return "No records" if attended.before_records else "None held"
    return f"{attended.attended} of {attended.held}"


def _header(table: YearCommitments) -> Sequence[str]:
    return [*HEADER, *(quarter.label for quarter in table.quarters)]


def _cells(table: YearCommitments) -> Iterator[Sequence[object]]:
    yield from (_line(row) for row in table.rows)


def _line(row: Commitments) -> Sequence[object]:
    organization, attended = row.organization, row.attended
    return [
        organization.slug,
        organization.name,
        row.kind.value,
        attended.attended,
        attended.held,
        attended.status.value,
        row.presentation.value,
        *(standing.value for standing in row.quarters),
    ]


README = """{person}: everything that {hub} has about this person, on {day}.

person.json has a list for each kind of data, with the records as the hub stores them. Times are in UTC.
Left out: passwords, keys and other secrets, and data of other people.
"""


def personal_data(
    person: Person, held: Iterable[tuple[str, str, list[dict[str, Any]]]], config: Config
) -> tuple[bytes, int]:
    """Return a zip with person.json, and its number of rows; ``held`` has each table's name, subject and rows."""
    tables = {name: {"about": about, "rows": rows} for name, about, rows in held}
    readme = README.format(person=person, hub=config.HUB_NAME, day=with_year(clock.today(config.zone)))
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        archive.writestr("person.json", json.dumps(tables, default=str, ensure_ascii=False, indent=1))
    return content.getvalue(), sum(len(table["rows"]) for table in tables.values())

"""The three commitments of a year as PDF, CSV and workbook: of the alliance, and of one organization."""

from collections.abc import Iterator, Sequence

from hub.calls.rules.commitment import Attended
from hub.core.pdf import Column, Head, Paper
from hub.core.tables import Sheet, csv_of, xlsx_of
from hub.overview.queries.commitments import Commitments, CommitmentsOfAYear
from hub.overview.rules.board import met_of
from hub.sharing.reports.pdf import Setting

HEADER = ("organization", "name", "kind", "calls attended", "calls held", "calls", "presentation")


def commitments_as_csv(found: CommitmentsOfAYear) -> bytes:
    """Return a line for each organization."""
    return csv_of(_header(found), list(_cells(found)))


def commitments_as_xlsx(found: CommitmentsOfAYear) -> bytes:
    """Return the same as a workbook."""
    return xlsx_of(f"Commitments of {found.year}", [Sheet(str(found.year), _header(found), list(_cells(found)))])


def commitments_as_pdf(found: CommitmentsOfAYear, setting: Setting, *, whose: str) -> bytes:
    """Return the year on paper. ``whose`` it is: an organization's name, or the alliance's."""
    alone = len(found.rows) == 1
    title = f"The three commitments in {found.year}"
    paper = Paper(Head(title, whose, setting.hub_name, setting.made_at, landscape=not alone))
    paper.banner(whose)
    for sentence in _sentences(found):
        paper.paragraph(sentence)
    columns = [Column("Organization", 5), Column("Calls", 2.6), Column("Presentation", 2.4)]
    columns += [Column(quarter.label, 2.2) for quarter in found.quarters]
    paper.grid(
        columns,
        [
            [
                row.organization.name,
                _calls(row.attended),
                row.presentation.label,
                *(standing.label for standing in row.quarters),
            ]
            for row in found.rows
        ],
    )
    paper.small(
        "Calls: attended of those held while the organization took part in the year; half of them are promised. "
        "Presentation: one in the year. Sharing: at least quarterly; confirmed or forwarded meets it."
    )
    return paper.as_bytes()


def _sentences(found: CommitmentsOfAYear) -> Iterator[str]:
    """Yield what the year adds up to."""
    if not found.rows:
        yield "No organization took part in this year."
        return
    met = met_of(standing for row in found.rows for standing in row.quarters)
    yield f"Sharing: {met[0]:,} of {met[1]:,} quarters that were due so far are met."
    attended, held = (sum(getattr(row.attended, name) for row in found.rows) for name in ("attended", "held"))
    yield f"Calls: {attended:,} of {held:,} attended."


def _calls(attended: Attended) -> str:
    return f"{attended.attended} of {attended.held}" if attended.held else "none held"


def _header(found: CommitmentsOfAYear) -> Sequence[str]:
    return [*HEADER, *(str(quarter) for quarter in found.quarters)]


def _cells(found: CommitmentsOfAYear) -> Iterator[Sequence[object]]:
    yield from (_line(row) for row in found.rows)


def _line(row: Commitments) -> Sequence[object]:
    organization, attended = row.organization, row.attended
    return [
        organization.slug,
        organization.name,
        organization.kind.value,
        attended.attended,
        attended.held,
        attended.keeping.value,
        row.presentation.value,
        *(standing.value for standing in row.quarters),
    ]

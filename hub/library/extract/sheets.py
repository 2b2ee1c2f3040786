"""Excel workbooks: each sheet as lines of text, up to the limits."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from hub.library.extract.container import open_office
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Cut, Document, ExtractedPage, Lost, one_line
from hub.library.extract.properties import core_properties
from hub.library.rules import PageKind

Value = object


def open_workbook(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the workbook's sheets in order; formulas have their last computed values."""
    with open_office(path, file_format, limits) as package:
        title, published_on = core_properties(package)
    # With a path, openpyxl would refuse a file whose name doesn't end with .xlsx.
    workbook = load_workbook(path.open("rb"), read_only=True, data_only=True, keep_links=False)
    return Document(sheets(workbook, limits), title, published_on)


def sheets(workbook: Workbook, limits: Limits) -> Iterator[ExtractedPage | Lost | Cut]:
    """Yield all sheets; one that can't be read doesn't affect the others."""
    for number, sheet in enumerate(workbook.worksheets, start=1):
        try:
            sheet.reset_dimensions()
            text, whole = sheet_text(sheet.iter_rows(values_only=True), limits)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            yield Lost(number)
            continue
        if not whole:
            yield Cut(number)
        hidden = sheet.sheet_state != "visible"
        yield ExtractedPage(number, PageKind.SHEET, one_line(sheet.title), text, hidden=hidden)


def sheet_text(rows: Iterable[tuple[Value, ...]], limits: Limits) -> tuple[str, bool]:
    """Return the rows as lines, and True if they are complete: reading ends when the page would be too long."""
    lines: list[str] = []
    length = 0
    for number, row in enumerate(rows):
        if number >= limits.sheet_rows or length > limits.page_characters:
            return "\n".join(lines), False
        if line := row_text(row):
            lines.append(line)
            length += len(line) + 1
    return "\n".join(lines), True


def row_text(row: tuple[Value, ...]) -> str:
    """Return the row's cells separated by tabs; "" when the row is blank."""
    return "\t".join(" ".join(value_text(value).split()) for value in row).rstrip("\t")


def value_text(value: Value) -> str:
    """Return a cell's value as text: dates as ISO 8601, numbers without rounding errors."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)

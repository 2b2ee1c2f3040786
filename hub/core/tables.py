"""CSV files and Excel workbooks."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Spreadsheets treat a cell that begins with one of these as a formula, which may run or load something.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file that spreadsheets open correctly: UTF-8 with a byte order mark, dates in ISO 8601.

    None becomes an empty cell. Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([cell_of(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def cell_of(value: object) -> object:
    """Return the value as the hub writes it to CSV files."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else value


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook. Text, numbers and dates keep their types; None is an empty cell."""

    name: str  # at most 31 characters
    header: Sequence[str]
    rows: Sequence[Sequence[object]]


WIDEST, NARROWEST = 60, 9  # columns, in characters
LONGEST_CELL = 32_767  # characters in a cell; the limit of the file format
DAY_FORMAT, MOMENT_FORMAT = "mmm d, yyyy", "mmm d, yyyy h:mm AM/PM"


def xlsx_of(title: str, sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook whose sheets have a frozen header with filters.

    Dates and times are real date cells; a time is shown in the time zone of its value. Text stays text: it can't
    become a formula or a link.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, options | {"default_date_format": DAY_FORMAT})
    book.set_properties({"title": title})
    head = book.add_format({"bold": True, "bg_color": "#14213D", "font_color": "#FFFFFF", "text_wrap": True})
    moment = book.add_format({"num_format": MOMENT_FORMAT})
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.name), sheet, head, moment)
    book.close()
    return file.getvalue()


def _fill(page: Worksheet, sheet: Sheet, head: Format, moment: Format) -> None:
    page.write_row(0, 0, sheet.header, head)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _write(page, number, column, value, moment)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.header) - 1)
    for column, name in enumerate(sheet.header):
        longest = max((len(str(row[column])) for row in sheet.rows), default=0)
        page.set_column(column, column, min(WIDEST, max(NARROWEST, longest, len(name)) + 2))


def _write(page: Worksheet, row: int, column: int, value: object, moment: Format) -> None:
    if isinstance(value, bool):
        page.write_string(row, column, "yes" if value else "no")
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), moment)  # workbooks have no time zones
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001 - a date
    elif value is not None:
        page.write_string(row, column, str(value)[:LONGEST_CELL])

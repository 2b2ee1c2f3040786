"""Tables that leave the hub as CSV files and workbooks."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet reads a cell that begins so as a formula, which may run or fetch something.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file that spreadsheets open as it is: UTF-8 with a byte order mark, every text cell shown, none run.

    None becomes an empty cell; a text that a spreadsheet would run gets an apostrophe before it.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([cell_of(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def cell_of(value: object) -> object:
    """Return the value as it stands in a CSV file of the hub."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else value


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; texts, numbers and days stay what they are, None is an empty cell."""

    name: str  # at most 31 letters
    header: Sequence[str]
    rows: Sequence[Sequence[object]]


WIDEST, NARROWEST = 60, 9  # columns, in letters
LONGEST_CELL = 32_767  # letters that a workbook's cell holds


def xlsx_of(title: str, sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook with a frozen, filterable head on each sheet. Nothing in it runs or links: texts stay texts."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, options | {"default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": title})
    head = book.add_format({"bold": True, "bg_color": "#14213D", "font_color": "#FFFFFF", "text_wrap": True})
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.name), sheet, head)
    book.close()
    return file.getvalue()


def _fill(page: Worksheet, sheet: Sheet, head: object) -> None:
    page.write_row(0, 0, sheet.header, head)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _write(page, number, column, value)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.header) - 1)
    for column, name in enumerate(sheet.header):
        longest = max((len(str(row[column])) for row in sheet.rows), default=0)
        page.set_column(column, column, min(WIDEST, max(NARROWEST, longest, len(name)) + 2))


def _write(page: Worksheet, row: int, column: int, value: object) -> None:
    if isinstance(value, bool):
        page.write_string(row, column, "yes" if value else "no")
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    elif isinstance(value, datetime):
        page.write_string(row, column, value.isoformat(timespec="seconds"))  # a workbook knows no time zones
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001 - a day
    elif value is not None:
        page.write_string(row, column, str(value)[:LONGEST_CELL])

"""Tables that leave the hub as CSV files."""

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet reads a cell that begins so as a formula, which may run or fetch something.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that spreadsheets open as it is: UTF-8 with a byte order mark, every text cell shown, none run.

    None becomes an empty cell; a text that a spreadsheet would run gets an apostrophe before it.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value

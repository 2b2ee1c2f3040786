"""Sheets as tables for screens. Pure."""

import csv
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A sheet as a table: a head if the first row looks like one, then the rows to show, all equally long."""

    head: list[str]
    rows: list[list[str]]
    rows_in_all: int
    columns_in_all: int


MOST_ROWS = 200
MOST_COLUMNS = 50


def table_of(text: str, file_name: str = "") -> Table:
    """Return the first rows of a sheet's text as a table: cells separated by tabs, or by a CSV file's delimiter."""
    lines = text.split("\n") if text else []
    some = lines[: MOST_ROWS + 1]
    cells = _csv_cells(some) if file_name.lower().endswith(".csv") else [line.split("\t") for line in some]
    columns = max(map(len, cells), default=0)
    width = min(columns, MOST_COLUMNS)
    rows = [(row + [""] * width)[:width] for row in cells]
    head = rows.pop(0) if len(rows) > 1 and width > 1 and _is_head(rows[0]) else []
    return Table(head, rows[:MOST_ROWS], len(lines) - bool(head), columns)


def _csv_cells(lines: list[str]) -> list[list[str]]:
    """Return the cells of a CSV file, whose delimiter is detected; whole lines if it isn't valid CSV."""
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    try:
        return list(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter))
    except csv.Error:
        return [[line] for line in lines]


# A cell with a figure, as opposed to a column head; a year can be a column head.
FIGURE = re.compile(r"(?!(19|20)\d\d$)[-+$€£(]*[\d.,]+[%)]*|\d{4}-\d\d-\d\d.*")


def _is_head(row: list[str]) -> bool:
    """Return True if a row looks like a table head: no cell is blank (except perhaps the first) or a figure."""
    return all(row[1:]) and not any(FIGURE.fullmatch(cell) for cell in row)


def after_title(title: str, text: str) -> str:
    """Return ``text`` without the title at its start, even if the title is broken into lines there."""
    words = r"\s+".join(re.escape(word) for word in title.split())
    match = re.match(rf"\s*{words}(?:[ \n]+|$)", text) if words else None
    return text[match.end() :] if match else text

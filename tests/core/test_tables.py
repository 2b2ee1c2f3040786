"""CSV files and workbooks."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.tables import FORMULA_STARTS, Sheet, csv_of, xlsx_of


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_shown_as_text(cell: str) -> None:
    assert read(csv_of(["a"], [[cell]])) == [["a"], [f"'{cell}"]]


def test_csv_files_open_as_utf_8_and_none_is_an_empty_cell() -> None:
    content = csv_of(["name", "people", "note"], [["Peña 🦊", 40, None]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert read(content)[1] == ["Peña 🦊", "40", ""]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=5))
def test_any_text_survives_and_none_becomes_a_formula(cells: list[str]) -> None:
    [_, row] = read(csv_of(["x"] * len(cells), [cells]))
    assert not any(cell.startswith(FORMULA_STARTS) for cell in row)
    assert [cell.removeprefix("'") if cell[1:].startswith(FORMULA_STARTS) else cell for cell in row] == [
        cell.removeprefix("'") if cell[1:].startswith(FORMULA_STARTS) else cell for cell in cells
    ]


def test_a_workbook_has_american_dates_and_times_in_their_own_time_zone() -> None:
    moment = datetime(2026, 7, 8, 15, 5, tzinfo=ZoneInfo("America/New_York"))
    content = xlsx_of("Report", [Sheet("Entries", ("day", "time"), [[date(2026, 6, 30), moment]])])
    day, time = openpyxl.load_workbook(io.BytesIO(content))["Entries"][2]
    assert (day.value, day.number_format) == (datetime(2026, 6, 30), "mmm d, yyyy")
    assert (time.value, time.number_format) == (datetime(2026, 7, 8, 15, 5), "mmm d, yyyy h:mm AM/PM")


def test_a_csv_file_has_iso_dates_and_times() -> None:
    moment = datetime(2026, 7, 8, 15, 5, tzinfo=ZoneInfo("America/New_York"))
    assert read(csv_of(["day", "time"], [[date(2026, 6, 30), moment]]))[1] == [
        "2026-06-30",
        "2026-07-08T15:05:00-04:00",
    ]

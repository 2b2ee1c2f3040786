"""CSV files that leave the hub."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.tables import FORMULA_STARTS, csv_of


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
def test_every_text_survives_and_none_starts_a_formula(cells: list[str]) -> None:
    [_, row] = read(csv_of(["x"] * len(cells), [cells]))
    assert not any(cell.startswith(FORMULA_STARTS) for cell in row)
    assert [cell.removeprefix("'") if cell[1:].startswith(FORMULA_STARTS) else cell for cell in row] == [
        cell.removeprefix("'") if cell[1:].startswith(FORMULA_STARTS) else cell for cell in cells
    ]

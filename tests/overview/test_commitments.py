"""The three commitments on the board and on home."""

import csv
import io

import pytest
from openpyxl import load_workbook
from pypdfium2 import PdfDocument

from hub.calls.rules.commitment import AttendanceCounts
from hub.calls.rules.presentations import PresentationStanding
from hub.core.quarters import Quarter
from hub.overview.rules.next_steps import CommitmentsNow, next_steps
from hub.sharing.rules.standing import Standing, count_met
from tests.calls.conftest import SetClock, alliance, set_clock
from tests.world import SignIn

__all__ = ["alliance", "set_clock"]

Q3 = Quarter(2026, 3)
KEPT = AttendanceCounts(15, 20, 6)


def test_an_organization_without_a_due_commitment_is_not_counted() -> None:
    assert count_met(Standing) == (2, 5), (
        "confirmed and shared, out of these plus nothing to share, downloaded and silent"
    )
    assert count_met([Standing.NOT_DUE] * 3) == (0, 0)


@pytest.mark.parametrize(
    ("commitments", "sentence"),
    [
        (
            CommitmentsNow(Q3, Standing.SHARED, Standing.SHARED, True, KEPT, PresentationStanding.DUE, 2026, 2),
            "Confirm Q3. Your presentation is due by December 31 (2 open slots left).",
        ),
        (
            CommitmentsNow(Q3, Standing.SHARED, Standing.SHARED, False, KEPT, PresentationStanding.GIVEN, 2026),
            "Q3 is waiting for your representative to confirm it.",
        ),
        (
            CommitmentsNow(Quarter(2025, 4), Standing.SILENT, Standing.SILENT, True, KEPT, PresentationStanding.DUE, 2026, 1),
            "Confirm Q4 2025. Your presentation is due by December 31 (1 open slot left).",
        ),
        (
            CommitmentsNow(Q3, Standing.CONFIRMED, Standing.SILENT, True, AttendanceCounts(9, 20, 6), PresentationStanding.GIVEN, 2026),
            "Share something in Q4, by December 31. Attend 4 of the next 6 calls to reach half.",
        ),
        (
            CommitmentsNow(
                Q3, Standing.CONFIRMED, Standing.DOWNLOADED, True, KEPT, PresentationStanding.SCHEDULED, 2026,
                presents_on="Mon, Nov 30",
            ),
            "Report which of your Q4 downloads you shared. You present on Mon, Nov 30. Upload your deck.",
        ),
        (
            CommitmentsNow(
                Q3, Standing.CONFIRMED, Standing.SHARED, True, AttendanceCounts(0, 20, 6), PresentationStanding.PROPOSED,
                2026, presents_on="Mon, Nov 30",
            ),
            "Your presentation on Mon, Nov 30 is waiting for the coordinator’s approval.",
        ),
        (
            CommitmentsNow(Q3, Standing.CONFIRMED, Standing.CONFIRMED, True, KEPT, PresentationStanding.NO_SHOW, 2026, 2),
            "Your presentation didn’t take place. Choose another call by December 31 (2 open slots left).",
        ),
        (
            CommitmentsNow(Q3, Standing.CONFIRMED, Standing.CONFIRMED, True, KEPT, PresentationStanding.NOT_CONFIRMED, 2026),
            "The coordinator hasn’t confirmed your presentation yet.",
        ),
        (
            CommitmentsNow(Q3, Standing.NOT_DUE, Standing.NOT_DUE, True, AttendanceCounts(0, 0), PresentationStanding.NOT_DUE, 2026),
            "There’s nothing you need to do right now.",
        ),
    ],
)  # fmt: skip
def test_home_names_the_next_steps_for_all_three_commitments(commitments: CommitmentsNow, sentence: str) -> None:
    assert next_steps(commitments) == sentence


@pytest.mark.both_databases
@pytest.mark.usefixtures("alliance")
def test_the_board_shows_all_three_commitments_of_a_year(sign_in: SignIn, set_clock: SetClock) -> None:
    sign_in("rosa@lakeshore.example").post("/calls/2026-11-16/check-in")
    set_clock("2026-11-16T12:01")
    board = sign_in("board@amcc.example")
    table = board.get("/board?view=commitments&year=2026&format=csv").data.decode("utf-8-sig")
    rows = {row["Organization ID"]: row for row in csv.DictReader(io.StringIO(table))}
    assert set(rows) == {"lakeshore-forge", "prairie-works", "supply-atlas"}
    assert rows["lakeshore-forge"]["Calls attended"] == "1"
    held = int(rows["lakeshore-forge"]["Calls held"])
    assert held == 46 - 5  # Mondays through November 16, except five holidays
    assert int(rows["prairie-works"]["Calls held"]) < held  # it joined in July
    assert rows["prairie-works"]["Presentation"] == "not_due"
    assert rows["lakeshore-forge"]["Q3 2026"] == "silent"
    page = board.get("/board?view=commitments&behind=1&kind=member").text
    assert f"1 of {held}" in page
    assert "Supply Atlas" not in page
    details = board.get("/board/lakeshore-forge?year=2026").text
    assert "half is out of reach" in details
    assert "Rosa Peña" in details
    assert board.get("/board?view=commitments&year=1999").status_code == 200
    assert sign_in("rosa@lakeshore.example").get("/board?view=commitments").status_code == 403


@pytest.mark.both_databases
@pytest.mark.usefixtures("alliance")
def test_home_shows_members_and_bffs_their_forecast_and_the_host_nothing_due(sign_in: SignIn) -> None:
    home = sign_in("ingrid@gmail.com").get("/").text
    assert "0 of 40 calls attended; half is out of reach this year" in home
    assert "Your presentation is due by December 31 (12 open slots left)." in home
    host = sign_in("cora@amcc.example").get("/").text
    assert "Your attendance this year" not in host
    assert "Next call" in host


@pytest.mark.both_databases
@pytest.mark.usefixtures("alliance")
def test_people_who_may_see_a_years_commitments_can_download_them(sign_in: SignIn, set_clock: SetClock) -> None:
    sign_in("rosa@lakeshore.example").post("/calls/2026-11-16/check-in")
    set_clock("2026-11-16T12:01")
    rosa, board = sign_in("rosa@lakeshore.example"), sign_in("board@amcc.example")
    sheet = load_workbook(io.BytesIO(rosa.get("/commitments/2026?format=xlsx").data)).active
    assert sheet is not None
    header, own = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert own[header.index("Organization ID")] == "lakeshore-forge"
    assert own[header.index("Calls attended")] == 1
    pdf = PdfDocument(rosa.get("/commitments/2026").data)
    words = pdf[0].get_textpage().get_text_range()
    pdf.close()
    assert "Commitments, 2026" in words
    assert "1 of 41" in words
    all_organizations = load_workbook(io.BytesIO(board.get("/board?view=commitments&format=xlsx").data)).active
    assert all_organizations is not None
    assert all_organizations.max_row == 1 + 3
    assert board.get("/board?view=commitments&format=pdf").data.startswith(b"%PDF-")
    assert board.get("/commitments/2026?organization=lakeshore-forge&format=csv").status_code == 200
    assert rosa.get("/commitments/2026?organization=supply-atlas").status_code == 403
    for address in ("/commitments/1999", "/commitments/2026?format=exe"):
        assert rosa.get(address).status_code == 404, address

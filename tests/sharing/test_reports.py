"""Reports of a quarter, a year and the alliance as PDF, CSV and workbook."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

import openpyxl
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import clock
from hub.core.db import Database
from hub.core.fonts import plain, printable
from hub.core.pdf import Column, Head, Paper
from hub.core.quarters import Quarter
from hub.core.tables import Sheet, xlsx_of
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.models import SharingEvent
from hub.sharing.rules.reports import Period, Reached, reached
from hub.sharing.rules.standing import Act, Channel
from tests.world import LONG_AGO, SignIn, a_person, a_resource, an_organization

FORMULA = "=HYPERLINK(1)"
JULY = datetime(2026, 7, 8, 15, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, 4, 59, tzinfo=UTC)  # still New Year's Eve in New York


def test_a_period_is_a_quarter_or_a_year() -> None:
    assert Period.parse("2026Q3").quarters == (Quarter(2026, 3),)
    year = Period.parse("2026")
    assert (str(year), year.label, year.is_year, len(year.quarters)) == ("2026", "2026", True, 4)
    assert year.until(Quarter(2026, 2)) == (Quarter(2026, 1), Quarter(2026, 2))
    assert Period.parse("2027").until(Quarter(2026, 4)) == ()
    for text in ("0000", "26", "2026Q5", "２０２６", "20261", ""):
        with pytest.raises(ValueError, match="is not a quarter"):
            Period.parse(text)


@dataclass(frozen=True)
class AnEvent:
    act: Act
    share: int
    people: int | None = None


def test_known_people_count_once_and_what_was_only_reported_is_added_up_apart() -> None:
    events = [
        AnEvent(Act.DOWNLOAD, 1),
        AnEvent(Act.FORWARD, 2, 3),
        AnEvent(Act.FORWARD, 2, 3),  # another resource in the same email
        AnEvent(Act.FORWARD, 4, 2),  # an email to two of the same people
        AnEvent(Act.FORWARD, 5),  # everyone was in BCC
        AnEvent(Act.DECLARED, 6, 40),
        AnEvent(Act.DECLARED, 6, 40),  # another resource in the same report
        AnEvent(Act.DECLARED, 8, 40),  # another report
        AnEvent(Act.DECLARED, 9),
    ]
    assert reached(events, {1: ["zoe"], 2: ["ana", "bo", "cy"], 4: ["ana", "bo"]}) == Reached(3, 80, 2)


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_a_pdf_takes_any_text(text: str) -> None:
    assert plain(text).encode("windows-1252") is not None
    paper = Paper(Head(text, text, "Hub", datetime(2026, 7, 8, tzinfo=UTC)))
    paper.banner(text)
    paper.paragraph(text)
    paper.grid([Column(text, 1), Column("n", 5, is_number=True)], [[text, text]])
    assert paper.as_bytes().startswith(b"%PDF-")


def test_letters_that_the_pdf_lacks_lose_their_accents_and_signs_are_marked() -> None:
    assert printable("Peña, “Größe”, Łódź, Čapek, Жанна, 日本 🦊\u202e") == "Peña, “Größe”, Łódź, Čapek, Жанна, ?? ?"
    assert plain("Peña, “Größe”, Łódź, Čapek") == "Peña, “Größe”, ?ódz, Capek"


def test_names_with_letters_of_any_european_language_are_in_the_pdf() -> None:
    paper = Paper(Head("Łukasz’ report", "Őrség Iparpark", "Hub", datetime(2026, 7, 8, tzinfo=UTC)))
    paper.banner("Jiří Čapek")
    paper.paragraph("≥ 12 shops\nof Strålsund")
    paper.grid([Column("Who", 1), Column("n", 1, is_number=True)], [["Ştefan Țepeș", "1"], ["Ana", "2"]])
    text = pypdfium2.PdfDocument(paper.as_bytes())[0].get_textpage().get_text_bounded()
    for words in ("Łukasz’ report", "Őrség Iparpark", "Jiří Čapek", "≥ 12 shops", "Strålsund", "Ştefan Țepeș", "Ana"):
        assert words in text, text


@settings(max_examples=40)
@given(
    st.lists(
        st.lists(
            st.one_of(st.none(), st.text(max_size=50), st.integers(0, 10**9), st.dates(date(1900, 3, 1))),
            min_size=2,
            max_size=2,
        ),
        max_size=8,
    )
)
def test_a_workbook_holds_what_it_was_given_and_runs_nothing(rows: list[list[object]]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of("T", [Sheet("One", ("a", "b"), [[FORMULA, "x"], *rows])])))
    page = book["One"]
    assert [cell.value for cell in page[1]] == ["a", "b"]
    assert (page["A2"].value, page["A2"].data_type) == (FORMULA, "s")
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in page.iter_rows() for cell in row)
    for row, shown in zip(rows, page.iter_rows(min_row=3), strict=False):  # empty rows at the end are none
        for value, cell in zip(row, shown, strict=True):
            if isinstance(value, date):
                assert cell.value == datetime(value.year, value.month, value.day)
            elif isinstance(value, int):
                assert cell.value == value


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share of June 30 that was recorded on July 8 and confirmed by two people, and one other community."""
    monkeypatch.setattr("hub.core.clock.now", lambda: JULY)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    with database.writing() as db:
        prairie = an_organization(db, "Prairie Works", joined_on=date(2025, 5, 1), region="Plains")
        other = an_organization(db, "Delta Works", kind=OrganizationKind.BFF)
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        rita = a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita Peña")
        alan = a_person(db, prairie, Role.ALTERNATE, "alan@prairie.example", "Alan")
        a_person(db, prairie, Role.CONTRIBUTOR, "ana@prairie.example")
        a_person(db, prairie, Role.BOARD, "bo@prairie.example")
        a_person(db, other, Role.REPRESENTATIVE, "dora@delta.example")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        resource = a_resource(db, host, title=f"{FORMULA} Toolkit", created_at=LONG_AGO)
        declaration = declarations_actions.Declaration(
            date(2026, 6, 30), "our 40 manufacturers", Channel.EMAIL, 40, note="@all"
        )
        declarations_actions.declare(db, rita, [resource.id], declaration)
        statement = confirmations_actions.Statement(
            shared=True, resource_ids=(resource.id,), with_whom="them", people=40
        )
        for person in (rita, alan):
            confirmations_actions.confirm(db, person, Quarter(2026, 2), statement)
        db.add(
            SharingEvent(
                act=Act.DOWNLOAD,
                organization_id=prairie.id,
                person_id=rita.id,
                resource_id=resource.id,
                title=resource.title,
                happened_on=date(2026, 7, 1),
                quarter="2026Q3",
                recorded_at=clock.now(),
            )
        )


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(text.split())


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def sheets_of(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


@pytest.mark.both_databases
@pytest.mark.usefixtures("world")
def test_the_pdf_the_csv_file_and_the_workbook_of_a_quarter_agree(sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    answers = {form: browser.get(f"/sharing/reports/2026Q2?format={form}") for form in ("pdf", "csv", "xlsx")}
    for form, answer in answers.items():
        assert answer.status_code == 200
        assert f"sharing-prairie-works-2026Q2.{form}" in answer.headers["Content-Disposition"]
    words = words_of(answers["pdf"].data)
    for part in (
        "Sharing in Q2 2026",
        "met the commitment",
        "By its reports, it is said to have reached about 40.",
        "Rita Peña",
        "Jun 30, 2026",
        "Jul 8, 2026",
    ):
        assert part in words
    assert words.count("SHA-256") == 2
    assert words.count("replaced by a later confirmation") == 1
    [entry] = rows_of(answers["csv"].data)
    assert (entry["Date"], entry["Recorded"]) == ("2026-06-30", "2026-07-08T11:00:00-04:00")
    assert (entry["Evidence"], entry["Note"], entry["Title"]) == ("declared", "'@all", f"'{FORMULA} Toolkit")
    sheets = sheets_of(answers["xlsx"].data)
    assert list(sheets) == ["Quarters", "People reached", "Resources", "Entries", "Confirmations"]
    assert sheets["Quarters"][1][:6] == ("2026Q2", "confirmed", "yes", datetime(2026, 7, 8), "Alan", "no")
    assert sheets["Resources"][1][1] == f"{FORMULA} Toolkit"
    assert sheets["Entries"][1][2] == datetime(2026, 6, 30)
    assert [row[13] for row in sheets["Confirmations"][1:]] == ["no", "yes"]
    assert browser.get("/sharing/reports/2026Q2").data.startswith(b"%PDF-")


@pytest.mark.both_databases
@pytest.mark.usefixtures("world")
def test_a_year_adds_up_its_quarters_so_far(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in("rita@prairie.example")
    sheets = sheets_of(browser.get("/sharing/reports/2026?format=xlsx").data)
    assert [row[:2] for row in sheets["Quarters"][1:]] == [
        ("2026Q1", "silent"),
        ("2026Q2", "confirmed"),
        ("2026Q3", "downloaded"),
    ]
    assert "1 of 3 quarters" in words_of(browser.get("/sharing/reports/2026").data)
    assert len(sheets_of(browser.get("/sharing/reports/2025?format=xlsx").data)["Quarters"]) == 5
    assert browser.get("/sharing/reports/2027").status_code == 404
    monkeypatch.setattr("hub.core.clock.now", lambda: JANUARY)
    assert browser.get("/sharing/reports/2027").status_code == 404, "in New York the year isn't over"
    assert len(sheets_of(browser.get("/sharing/reports/2026?format=xlsx").data)["Quarters"]) == 5
    page = browser.get("/sharing/reports").text
    assert "All of 2026" in page
    assert "Q2 2025" in page
    assert "Q1 2025" not in page, "it joined in the quarter after"
    assert "2027" not in page


@pytest.mark.usefixtures("world")
def test_the_alliances_quarter_is_for_the_coordinator_and_the_board(sign_in: SignIn) -> None:
    for who in ("coordinator@hub.example", "bo@prairie.example"):
        browser = sign_in(who)
        words = words_of(browser.get("/board/reports/2026Q2").data)
        assert "1 of 2 organizations met the commitment" in words
        rows = rows_of(browser.get("/board/reports/2026Q2?format=csv").data)
        assert [(row["Organization ID"], row["Standing"], row["Reported"]) for row in rows] == [
            ("delta-works", "silent", "0"),
            ("prairie-works", "confirmed", "1"),
        ]
        [sheet] = sheets_of(browser.get("/board/reports/2026Q2?format=xlsx").data).values()
        assert [row[0] for row in sheet] == ["Organization ID", "delta-works", "prairie-works"]
        assert "/board/reports/2026Q2?format=pdf" in browser.get("/board").text
    for who in ("rita@prairie.example", "alan@prairie.example", "ana@prairie.example", "dora@delta.example"):
        assert sign_in(who).get("/board/reports/2026Q2").status_code == 403


@pytest.mark.usefixtures("world")
def test_another_organizations_report_is_for_those_who_see_its_record(sign_in: SignIn) -> None:
    for who, status in (("coordinator@hub.example", 200), ("bo@prairie.example", 200), ("dora@delta.example", 403)):
        browser = sign_in(who)
        for address in (
            "/sharing/reports/2026Q2?format=csv&organization=prairie-works",
            "/sharing/reports?organization=prairie-works",
        ):
            assert browser.get(address).status_code == status
    coordinator = sign_in("coordinator@hub.example")
    for address in ("/sharing/reports/2026Q9", "/sharing/reports/2026Q4", "/sharing/reports/2026Q2?format=exe"):
        assert coordinator.get(address).status_code == 404
        assert coordinator.get(address.replace("/sharing", "/board")).status_code == 404

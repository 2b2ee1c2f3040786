"""The library's rules: kinds and dates from file names, tables, titles, processing status."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.formats import FORMATS
from hub.library.file_names import date_from, kind_from
from hub.library.rules import (
    Kind,
    PageKind,
    PreviewState,
    Progress,
    State,
    progress,
)
from hub.library.tables import MOST_COLUMNS, MOST_ROWS, after_title, table_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Call notes 2026-03-02.docx", Kind.CALL_NOTES),
        ("minutes.md", Kind.CALL_NOTES),
        ("Monday call notes.pptx", Kind.CALL_NOTES),
        ("CMMC_grant-deck v2.pdf", Kind.PRESENTATION),
        ("Policy briefing.pptx", Kind.PRESENTATION),
        ("policy-briefing.pdf", Kind.BRIEFING),
        ("AMCC Update 14.txt", Kind.BRIEFING),
        ("anything.eml", Kind.BRIEFING),
        ("updated plan.docx", Kind.RESOURCE),
        ("site selection.pdf", Kind.RESOURCE),
        ("decker.pdf", Kind.RESOURCE),
    ],
)
def test_a_files_name_and_format_suggest_its_kind(name: str, kind: Kind) -> None:
    assert kind_from(name) is kind


@given(st.text(), st.sampled_from(["", *FORMATS]))
def test_any_name_suggests_a_kind_and_no_future_date(stem: str, extension: str) -> None:
    assert kind_from(f"{stem}.{extension}") in Kind
    day = date_from(stem, date(2026, 11, 23))
    assert day is None or day <= date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Call 2026-11-16.md", date(2026, 11, 16)),
        ("20261116_notes.pdf", date(2026, 11, 16)),
        ("2026.02.30.pdf", None),
        ("A-1312/B 2026.pdf", None),
        ("2099-01-01.pdf", None),
    ],
)
def test_a_date_in_the_name_is_the_documents_date(name: str, day: date | None) -> None:
    assert date_from(name, date(2026, 11, 23)) == day


@given(st.text(), st.sampled_from(["", "a.csv", "b.xlsx"]))
def test_any_text_is_a_table_with_rows_of_equal_length(text: str, name: str) -> None:
    table = table_of(text, name)
    assert len(table.rows) <= MOST_ROWS
    lengths = {len(row) for row in [*table.rows, *([table.head] if table.head else [])]}
    assert len(lengths) <= 1
    assert max(lengths, default=0) <= MOST_COLUMNS


def test_a_first_row_of_words_is_a_head_and_one_of_numbers_is_not() -> None:
    assert table_of("Year\tJobs\n2024\t12").head == ["Year", "Jobs"]
    assert table_of("\tJobs\tSites\n2024\t12\t3").head == ["", "Jobs", "Sites"]
    assert table_of("\t2024\t2025\nCounty\t1\t2").head == ["", "2024", "2025"]
    assert table_of("2024\t12\n2025\t14").head == []
    assert table_of("A title alone\nA\tB").head == []
    assert table_of('Name,Note\nAna,"one, two"', "a.csv").rows == [["Ana", "one, two"]]
    assert table_of("Name;Jobs\nAna;3", "a.csv").head == ["Name", "Jobs"]


def test_a_title_is_not_repeated() -> None:
    assert after_title("Overview of it", "Overview\nof   it\nPresented by Ana") == "Presented by Ana"
    assert after_title("Overview", "Overview") == ""
    assert after_title("Over", "Overview of it") == "Overview of it"
    assert after_title("", "Text") == "Text"
    assert after_title("(.*)", "Text") == "Text"


def test_progress_tells_the_processing_status() -> None:
    reading = progress(State.WAITING, PreviewState.WAITING, None, 0, is_read=False)
    is_read = progress(State.OK, PreviewState.WAITING, PageKind.SLIDE, 34, is_read=True)
    drawn = progress(State.OK, PreviewState.PICTURES, PageKind.SLIDE, 34, is_read=True)
    many = progress(State.OK, PreviewState.NONE, PageKind.SECTION, 1234, is_read=True)
    assert reading.busy
    assert is_read.sentence == "34 slides, searchable. Creating previews."
    assert (drawn.sentence, drawn.busy) == ("34 slides, searchable.", False)
    assert many.sentence == "1,234 sections, searchable."
    assert len({reading.mark, is_read.mark, drawn.mark}) == 3


def test_progress_tells_how_many_pictures_are_being_read() -> None:
    def of_pages(pictures: int) -> Progress:
        return progress(State.PARTIAL, PreviewState.PICTURES, PageKind.PAGE, 12, is_read=True, pictures=pictures)

    assert of_pages(12).sentence == "12 pages. Reading the text in 12 pictures."
    assert of_pages(1).sentence == "12 pages, searchable. Reading the text in 1 picture."
    assert of_pages(1).busy
    assert not of_pages(0).busy
    assert len({of_pages(pictures).mark for pictures in range(13)}) == 3  # done, up to 10, up to 20

"""Each part of a file ends as read, left out on purpose, or named as not read."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.answers import MOST_SENTENCES, Outcome, ReportReader, ReportWriter
from hub.library.extract.formats import FORMATS
from hub.library.extract.inside import Unpacking
from hub.library.extract.jobs import line_of
from hub.library.extract.limits import Limits
from hub.library.extract.openers import open_alone
from hub.library.extract.pages import (
    Cut,
    Document,
    ExtractedPage,
    Extraction,
    Inner,
    LeftOut,
    Lost,
    Part,
    Unread,
    listed,
)
from hub.library.rules import PageKind, State

LIMITS = Limits()
FINISHED = Outcome(0, timed_out=False, overflowed=False, size=0)


def a_page(number: int, text: str = "words", kind: PageKind = PageKind.PAGE, **others: object) -> ExtractedPage:
    return ExtractedPage(number, kind, "", text, **others)  # type: ignore[arg-type]


def reported(*parts: Part, limits: Limits = LIMITS) -> Extraction:
    """Return what the hub receives of a document with these parts."""
    document = Document(Unpacking(open_alone, limits).parts(Document(iter(parts))))
    report = ReportReader()
    for entry in ReportWriter(document, PageKind.PAGE, limits).lines():
        report.feed(line_of(entry))
    return report.extraction(FINISHED)


def test_a_file_whose_parts_were_all_read_is_searchable() -> None:
    extraction = reported(a_page(1), LeftOut("Comments are not searched."))
    assert (extraction.state, extraction.detail, extraction.unread) == (State.OK, "", ())
    assert extraction.left_out == ("Comments are not searched.",)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (Unread("The chart on page 3 couldn’t be read."), "The chart on page 3 couldn’t be read."),
        (Lost(2), "Part of this file couldn’t be read and can’t be searched: page 2."),
        (Cut(1), "Too long to search in full, so only the beginning is searchable: page 1."),
        (a_page(2, "", is_picture=True), "Page 2 is a picture without text."),
        (
            Inner("plan.zip", b"PK"),
            "The attachment “plan.zip” is of a kind that the hub can’t read inside another file.",
        ),
        (Inner("plan.pdf", b"no PDF"), "The attachment “plan.pdf” contains something other than its name says."),
        (Inner("plan.txt", b""), "The attachment “plan.txt” is empty."),
    ],
)
def test_a_file_with_a_part_that_was_not_read_is_partly_searchable_and_names_it(part: Part, sentence: str) -> None:
    extraction = reported(a_page(1), part)
    assert extraction.state is State.PARTIAL
    assert extraction.unread[0].startswith(sentence)
    assert sentence in extraction.detail


def test_pages_that_are_pictures_are_named_together() -> None:
    pages = [a_page(number, "", is_picture=number in {2, 3, 4, 7}) for number in range(2, 9)]
    extraction = reported(a_page(1), *pages)
    assert extraction.detail == "Pages 2 to 4 and 7 are pictures without text."


@given(st.sets(st.integers(1, 60), min_size=1))
def test_a_list_of_pages_names_each_run_once(numbers: set[int]) -> None:
    words = listed(PageKind.SLIDE, sorted(numbers))
    assert words.startswith("slides " if len(numbers) > 1 else "slide ")
    assert str(min(numbers)) in words.split()[1]
    assert words.count(" to ") <= len(numbers) // 3


def test_a_report_with_very_many_unread_parts_counts_the_rest() -> None:
    parts = [Unread(f"Attachment {number} is damaged.") for number in range(MOST_SENTENCES + 3)]
    extraction = reported(a_page(1), *parts, *parts)
    assert extraction.unread[-1] == "3 parts more couldn’t be read."
    assert len(extraction.unread) == MOST_SENTENCES + 1


def test_the_pages_of_a_file_inside_come_after_those_of_the_document() -> None:
    extraction = reported(a_page(3), Inner("notes.txt", b"Words of the notes", "2"), a_page(7))
    assert [(page.number, page.kind, page.title, page.part) for page in extraction.pages] == [
        (3, PageKind.PAGE, "", ""),
        (7, PageKind.PAGE, "", ""),
        (8, PageKind.ATTACHMENT, "notes.txt", "2"),
    ]


def test_files_inside_are_opened_only_up_to_a_number() -> None:
    files = [Inner(f"{number}.txt", b"words") for number in range(5)]
    extraction = reported(a_page(1), *files, limits=Limits(inner_files=3))
    assert [page.title for page in extraction.pages[1:]] == ["0.txt", "1.txt", "2.txt"]
    assert len(extraction.unread) == 2


def test_files_inside_are_opened_only_to_a_depth() -> None:
    def nested(*_: object) -> Document:
        return Document(iter([a_page(1), Inner("deeper.txt", b"words", "1")]))

    parts = list(Unpacking(nested, LIMITS).parts(nested()))
    assert [part.part for part in parts if isinstance(part, ExtractedPage)] == ["", "1", "1/1", "1/1/1"]
    name = " / ".join(["deeper.txt"] * 4)
    assert parts[-1] == Unread(f"The attachment “{name}” wasn’t opened, because it is too deep inside other files.")


def test_a_file_inside_whose_parser_fails_does_not_affect_the_others() -> None:
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    extraction = reported(a_page(1), Inner("a.docx", broken.getvalue()), Inner("b.txt", b"words"))
    assert [page.title for page in extraction.pages[1:]] == ["b.txt"]
    assert extraction.unread == ("The attachment “a.docx” is damaged.",)


def test_a_parser_that_fails_in_an_unforeseen_way_is_a_damaged_part() -> None:
    def opener(path: Path, *_others: object) -> Document:
        return Document(pages(path))

    def pages(path: Path) -> Iterator[Part]:
        yield a_page(1, path.read_text())
        raise ZeroDivisionError

    parts = list(Unpacking(opener, LIMITS).parts(Document(iter([Inner("a.txt", b"words", "1")]))))
    assert parts[0] == ExtractedPage(1, PageKind.ATTACHMENT, "a.txt", "words", part="1")
    assert parts[1] == Unread("The attachment “a.txt” is damaged.")


def test_every_format_that_the_hub_reads_can_be_opened_inside_another_file_or_is_named() -> None:
    for extension in FORMATS:
        extraction = reported(a_page(1), Inner(f"inside.{extension}", b"\x01\x02"))
        assert extraction.pages[1:] or f"inside.{extension}" in extraction.detail

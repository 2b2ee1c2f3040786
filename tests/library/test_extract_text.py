"""Division of typed Markdown into pages: any text is accepted, and no word is lost."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from hub.library.extract.answers import Outcome, ReportReader
from hub.library.extract.pages import clean, one_line
from hub.library.extract.text import sections_of
from hub.library.rules import PageKind, State

WORD = re.compile(r"[^\W_]+")
LINES = some.sampled_from(
    [
        *("1. one", "2. two", "3) three", "4. four", "  1. inner", "**2.** bold", "10.", "1986. A year"),
        *("# Heading", "## Deeper #", "Underlined", "=====", "---", "-- ", "", "", "   ", "```", "~~~"),
        *(
            "plain words",
            "   indented words",
            "[a link](https://example.org/x)",
            "![](y)",
            "[z](z)",
            "#",
            "1.",
            "* * *",
        ),
    ]
)


@given(some.text() | some.lists(LINES).map("\n".join))
@example("1. a\n```\n2. b\n3. c")
@example("[](\n)")
def test_any_text_can_be_divided_and_no_word_is_lost(markdown: str) -> None:
    pages = sections_of(markdown)
    written = "\n".join(page.text for page in pages)
    assert all(word in written for word in WORD.findall(clean(markdown)))
    numbers = [page.number for page in pages]
    assert numbers == sorted(set(numbers)) if numbers else not WORD.search(markdown)
    assert all(page.text and "\n" not in page.title and page.number > 0 for page in pages)


@given(some.text(some.characters(exclude_categories=[])))
def test_clean_text_can_be_stored_and_stays_the_same(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean(cleaned) == cleaned
    assert len(one_line(text, 20)) <= 20


def titles(markdown: str) -> list[tuple[int, str, str]]:
    """Return the number, kind and title of every page."""
    return [(page.number, page.kind.value, page.title) for page in sections_of(markdown)]


def test_a_heading_opens_a_section() -> None:
    assert titles("Hello\n\n# One\na\n\nTwo\n---\nb") == [
        (1, "section", ""),
        (2, "section", "One"),
        (3, "section", "Two"),
    ]


def test_a_heading_without_text_joins_the_next() -> None:
    (page,) = sections_of("# Report\n\n## Findings\n\nMany.")
    assert (page.title, page.text) == ("Findings", "Report\n\nFindings\n\nMany.")


def test_the_points_of_an_update_keep_their_numbers() -> None:
    assert titles("4. Four\n5. Five\n6. Six") == [(4, "item", "Four"), (5, "item", "Five"), (6, "item", "Six")]


def test_headings_between_points_belong_to_the_point_below() -> None:
    pages = sections_of("## Funding\n1. a\n2. b\n\n## Events\n3. c\n\n## Goodbye\nbye")
    assert [page.text for page in pages] == ["Funding\n1. a", "2. b", "Events\n3. c\n\nGoodbye\nbye"]


def test_bold_numbers_and_headlines_are_points_too() -> None:
    assert titles("**1. Grants**\n**2.** Calls\n3. *Jobs*") == [
        (1, "item", "Grants"),
        (2, "item", "Calls"),
        (3, "item", "*Jobs*"),
    ]


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    (first, *_) = sections_of("1. " + "manufacturing " * 20 + "\n2. b\n3. c")
    assert first.title.endswith("manufacturing…")
    assert len(first.title) <= 100


def test_a_period_in_u_s_does_not_end_a_sentence() -> None:
    (first, *_) = sections_of("1. The U.S. Department of Commerce has published its notice. Look.\n2. b\n3. c")
    assert first.title == "The U.S. Department of Commerce has published its notice."


@pytest.mark.parametrize(
    "markdown",
    [
        "1. only\n2. two",
        "# Steps\n1. a\n2. b\n3. c\n\n# More\n1. d\n2. e",
        "A long report about something else entirely, with much to say.\n\n1. a\n2. b\n3. c",
        "```\n1. a\n2. b\n3. c\n```",
        "1. a\n3. b\n5. c",
    ],
)
def test_a_text_that_only_contains_a_list_is_not_an_update(markdown: str) -> None:
    assert {page.kind for page in sections_of(markdown)} == {PageKind.SECTION}


def test_blank_text_has_no_pages() -> None:
    assert sections_of(" \n\t\n") == ()


@pytest.mark.parametrize(
    "piece", ["# ", "1. ", "* ", "[", "[x](", "](", " ", "\t", "\n", "a\n---\n", "```\n", "1. a\n\n", "\r"]
)
def test_very_long_text_is_divided_quickly(piece: str) -> None:
    start = time.process_time()
    sections_of("# " + piece * 50_000 + "x")
    assert time.process_time() - start < 5


@given(some.binary() | some.lists(some.sampled_from([b'{"page": {}}', b"{}", b"[]", b'{"end": 1}'])).map(b"\n".join))
def test_garbage_from_a_reader_gives_a_state(content: bytes) -> None:
    report = ReportReader()
    report.feed(content)
    extraction = report.extraction(Outcome(0, timed_out=False, overflowed=False, size=len(content)))
    assert (extraction.state, extraction.pages) == (State.CORRUPT, ())

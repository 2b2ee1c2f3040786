"""The limit of text in one file is said on its page, in every script, so that search can take all that was read."""

from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.answers import WORD_LENGTH, ReportWriter, weight
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document, ExtractedPage
from hub.library.rules import PageKind, State


def report(*pages: ExtractedPage, limit: int) -> tuple[State, str, int]:
    """Return the state, the sentences and the number of pages that are reported under a limit of characters."""
    writer = ReportWriter(Document(iter(pages)), PageKind.PAGE, Limits(all_characters=limit))
    count = len(list(writer.pages()))
    return *writer.verdict(), count


def page(number: int, text: str, also_searched: str = "") -> ExtractedPage:
    return ExtractedPage(number, PageKind.PAGE, "", text, "", also_searched=also_searched)


def test_pages_beyond_the_limit_are_named() -> None:
    state, detail, count = report(*(page(number, "steel") for number in (1, 2, 3)), limit=10)
    assert (state, count) == (State.PARTIAL, 2)
    assert "only the first 2 pages" in detail


def test_text_that_is_only_searched_counts_too() -> None:
    assert report(page(1, "", "steel " * 3), page(2, "forge"), limit=10)[2] == 1
    assert report(page(1, "", "steel"), page(2, "forge"), limit=10)[2] == 2


def test_a_page_with_too_much_text_that_is_only_searched_is_named() -> None:
    writer = ReportWriter(Document(iter([page(1, "forge", "steel " * 3)])), PageKind.PAGE, Limits(page_characters=10))
    assert [(kept.text, kept.also_searched) for kept in writer.pages()] == [("forge", "steel stee")]
    assert writer.verdict()[0] is State.PARTIAL


def test_a_letter_that_is_a_word_of_its_own_counts_as_one() -> None:
    assert weight("steel") == 5
    assert weight("été") == 3
    assert weight("鋳造 한 เ") == 2 + 4 * WORD_LENGTH


@given(st.text(max_size=50), st.text(max_size=50))
def test_the_weight_of_a_text_is_that_of_its_parts(first: str, second: str) -> None:
    assert weight(first + second) == weight(first) + weight(second) >= len(first + second)

"""The rules of the best page: which page of a resource a result opens on."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import best_page as best_page_rules
from hub.search.rules.best_page import Bounds, Found
from hub.search.rules.page_roles import PageRole

PAGE = 100  # positions of each page, the first three of which are its heading


def bounds(pages: int, roles: Sequence[int] = ()) -> Bounds:
    starts = [PAGE * number for number in range(pages)]
    return Bounds(
        list(range(1, pages + 1)),
        starts,
        [start + 3 for start in starts],
        [start + PAGE for start in starts],
        roles or [PageRole.CONTENT] * pages,
    )


def best(words: Sequence[Sequence[int]], pages: int = 4, roles: Sequence[int] = ()) -> int | None:
    return best_page_rules.best_page([[Found(positions, 1.0)] for positions in words], bounds(pages, roles))


def test_a_page_with_all_words_beats_a_page_with_one_of_them_often() -> None:
    assert best([[10, 11, 12, 13, 150], [160]]) == 1


def test_a_page_with_neighboring_words_beats_one_with_scattered_words() -> None:
    assert best([[10, 110], [60, 111]]) == 1
    assert best([[10, 110], [20, 114]]) == 1


def test_a_page_with_the_word_in_its_heading_beats_one_with_it_in_its_text() -> None:
    assert best([[50, 101]]) == 1


def test_a_page_with_more_occurrences_beats_one_with_fewer() -> None:
    assert best([[50, 151, 152]]) == 1


def test_the_first_of_equal_pages_is_the_best() -> None:
    assert best([[50, 150, 250]]) == 0


def test_a_word_on_few_pages_of_the_resource_outweighs_a_word_on_all() -> None:
    on_all = [10, 11, 50, 110, 210, 310]
    assert best([on_all, [350]]) == 3


def test_words_of_the_title_of_the_resource_count_for_less() -> None:
    cover, answer = (
        [[Found([10], 1.0, in_resource_title=True)], [Found([12], 1.0, in_resource_title=True)]],
        [Found([250], 1.0)],
    )
    assert best_page_rules.best_page([*cover, answer], bounds(4)) == 2
    assert best_page_rules.best_page(cover, bounds(4)) == 0


def test_covers_tables_of_contents_references_and_closing_pages_come_second() -> None:
    for role in (PageRole.COVER, PageRole.CONTENTS, PageRole.APPENDED, PageRole.CLOSING):
        assert best([[10, 110]], roles=[role, 0, 0, 0]) == 1
        assert best([[10]], roles=[role, 0, 0, 0]) == 0


def test_of_several_names_the_one_with_the_best_score_counts() -> None:
    names = [Found([10, 20, 30], 0.5), Found([150], 3.0)]
    assert best_page_rules.best_page([names], bounds(4)) == 1


def test_the_first_word_of_a_page_is_on_that_page() -> None:
    assert best([[100]]) == 1


def test_a_word_before_the_first_page_is_on_no_page() -> None:
    later = Bounds([1], [10], [12], [90], [0])
    assert best_page_rules.best_page([[Found([5], 1.0)]], later) is None
    assert best_page_rules.best_page([], later) is None
    assert best_page_rules.best_page([[Found([5], 1.0)]], bounds(0)) is None


POSITIONS = st.lists(st.lists(st.integers(0, 5 * PAGE - 1), max_size=12).map(sorted), max_size=5)


@given(POSITIONS)
def test_the_best_page_has_a_word_and_there_is_one_if_any_page_has(words: list[list[int]]) -> None:
    page = best(words, 5)
    with_word = {position // PAGE for positions in words for position in positions}
    assert page in with_word if with_word else page is None


@given(POSITIONS.filter(any), st.integers(0, 4))
def test_a_page_with_a_word_more_in_its_heading_never_loses_to_itself_without(
    words: list[list[int]], word: int
) -> None:
    page = best(words, 5)
    assert page is not None
    positions = words[word % len(words)]
    if positions and positions[0] // PAGE == page:
        words[word % len(words)] = sorted([*positions, page * PAGE + 1])
        assert best(words, 5) == page

"""One order of the results by words and by meaning."""

from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules.fusing import fused

DOCS = st.integers(0, 30)
SCORES = st.dictionaries(DOCS, st.floats(0, 1.5, allow_nan=False), max_size=20)


def test_results_with_the_words_keep_their_order_if_meaning_says_nothing() -> None:
    assert fused({3: 0.9, 1: 0.5, 2: 0.4}, {}, set()) == [3, 1, 2]


def test_of_two_weak_results_the_one_that_is_nearer_in_meaning_comes_first() -> None:
    assert fused({1: 0.12, 2: 0.10}, {2: 0.6, 1: 0.3}, set()) == [2, 1]


def test_a_result_by_meaning_alone_comes_after_a_good_one_by_words() -> None:
    assert fused({1: 0.3}, {2: 0.9, 1: 0.1}, {1}) == [1, 2]
    assert fused({1: 0.3}, {2: 0.9, 1: 0.1}, set()) == [2, 1]


@given(SCORES, SCORES, st.sets(DOCS))
def test_each_document_comes_once_and_none_without_words_precedes_a_good_one(
    by_words: dict[int, float], similarities: dict[int, float], good: set[int]
) -> None:
    good &= by_words.keys()
    order = list(fused(by_words, similarities, good))
    assert sorted(order) == sorted({*by_words, *similarities})
    alone = [place for place, doc in enumerate(order) if doc not in by_words]
    last_good = max((place for place, doc in enumerate(order) if doc in good), default=-1)
    assert all(place > last_good for place in alone)

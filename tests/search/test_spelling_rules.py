"""Spelling by plain values: mistakes as people make them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import spelling as spelling_rules


@pytest.mark.parametrize(
    ("one", "other", "mistakes"),
    [
        ("grant", "grant", 0),
        ("grnat", "grant", 1),
        ("gran", "grant", 1),
        ("graant", "grant", 1),
        ("grent", "grant", 1),
        ("apprentiship", "apprenticeship", 2),
        ("steel", "grant", 3),
    ],
)
def test_mistakes_are_counted_as_people_make_them(one: str, other: str, mistakes: int) -> None:
    assert spelling_rules.distance(one, other, 2) == mistakes
    assert spelling_rules.distance(other, one, 2) == mistakes


@given(st.text("abc", min_size=4, max_size=9), st.integers(0, 8), st.sampled_from("abcx"))
def test_a_word_with_a_mistake_in_it_shares_a_part_with_the_right_one(word: str, at: int, letter: str) -> None:
    wrong = word[: at % len(word)] + letter + word[at % len(word) + 1 :]
    mistakes = spelling_rules.mistakes_in(word)
    assert any(part in word for part in spelling_rules.parts_of(wrong, mistakes))

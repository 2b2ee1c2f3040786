"""Edit distance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import spelling as spelling_rules


@pytest.mark.parametrize(
    ("word", "other", "edits"),
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
def test_the_distance_counts_typical_mistakes(word: str, other: str, edits: int) -> None:
    assert spelling_rules.edit_distance(word, other, 2) == edits
    assert spelling_rules.edit_distance(other, word, 2) == edits


@given(st.text("abc", min_size=4, max_size=9), st.integers(0, 8), st.sampled_from("abcx"))
def test_a_misspelled_word_shares_a_part_with_the_right_one(word: str, at: int, letter: str) -> None:
    wrong = word[: at % len(word)] + letter + word[at % len(word) + 1 :]
    edits = spelling_rules.max_edits(word)
    assert any(part in word for part in spelling_rules.split_for_edits(wrong, edits))

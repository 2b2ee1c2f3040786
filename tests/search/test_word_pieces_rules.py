"""Splitting text into word pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules.word_pieces import FIRST, LAST, UNKNOWN, WordPieces, words

VOCABULARY = ["[PAD]", UNKNOWN, FIRST, LAST, "weld", "##ing", "##er", "shop", "-", ".", "cafe", "中", "文", "a"]


def pieces(text: str, most: int = 100) -> list[str]:
    return [VOCABULARY[number] for number in WordPieces(VOCABULARY).numbers(text, most)]


def test_a_word_is_split_into_the_longest_pieces() -> None:
    assert pieces("Welding welder") == [FIRST, "weld", "##ing", "weld", "##er", LAST]


def test_a_word_without_pieces_is_unknown_as_a_whole() -> None:
    assert pieces("weldx shop") == [FIRST, UNKNOWN, "shop", LAST]
    assert pieces("a" * 101) == [FIRST, UNKNOWN, LAST]


def test_case_accents_and_invisible_characters_do_not_matter() -> None:
    assert pieces("CAFÉ ca\u200bfe cafe\u0301") == [FIRST, "cafe", "cafe", "cafe", LAST]


def test_punctuation_and_ideographs_are_words_of_their_own() -> None:
    assert list(words("shop-weld. 中文a")) == ["shop", "-", "weld", ".", "中", "文", "a"]


def test_marks_of_the_model_in_a_text_are_text() -> None:
    assert LAST not in pieces("[SEP] shop")[1:-1]


def test_a_vocabulary_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="CLS"):
        WordPieces(["weld", UNKNOWN, LAST])


@given(st.text(), st.integers(3, 20))
def test_any_text_gives_numbers_of_pieces_between_the_marks(text: str, most: int) -> None:
    numbers = WordPieces(VOCABULARY).numbers(text, most)
    assert 2 <= len(numbers) <= most
    assert numbers[0] == VOCABULARY.index(FIRST)
    assert numbers[-1] == VOCABULARY.index(LAST)
    assert all(0 <= number < len(VOCABULARY) for number in numbers)

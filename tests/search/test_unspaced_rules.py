"""Words in scripts without spaces are found, and only where their letters are in a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import passages as passages_rules
from hub.search.rules import question as question_rules
from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules
from tests.search.typed import parse

CASES = [
    ("鋳造", "大阪の鋳造所を見学した。"),
    ("鋳造所", "大阪の鋳造所を見学した。"),
    ("見学", "大阪の鋳造所を見学した。"),
    ("鋼", "大阪の製鋼所"),
    ("ロボット", "新しいロボットアームを導入"),
    ("ロボット", "新しいﾛﾎﾞｯﾄﾞではなくロボット"),
    ("质量管理", "我们的质量管理体系"),
    ("부산", "부산에서 만납니다"),
    ("만납니다", "부산에서 만납니다"),
    ("เหล็ก", "การผลิตเหล็กกล้า"),
    ("ໂຮງງານ", "ຢູ່ໂຮງງານໃຫຍ່"),
    ("រោងចក្រ", "នៅរោងចក្រថ្មី"),
    ("စက်ရုံ", "ကျွန်ုပ်တို့စက်ရုံသစ်"),
    ("加工", "CNC加工センター"),
    ("cnc", "CNC加工センター"),
    ("CNC加工", "CNC加工センター"),
    ("2027年", "開始は2027年4月"),
]


def found(typed: str, text: str) -> bool:
    """Return True if all words of a query are in a text, each as a phrase of its terms."""
    positions = dict(words_rules.terms_by_position([text]))
    return all(_is_phrase(words_rules.query_terms(word)[0], positions) for word in words_rules.typed_words(typed))


def _is_phrase(terms: words_rules.Terms, positions: dict[int, words_rules.Terms]) -> bool:
    return any(
        all(term in positions.get(start + number, ()) for number, term in enumerate(terms)) for start in positions
    )


@pytest.mark.parametrize(("typed", "text"), CASES)
def test_a_word_is_found_inside_a_run_of_letters(typed: str, text: str) -> None:
    assert found(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("鋳造", "鋳物を造る"),
        ("鋳造", "造鋳"),
        ("鋳造", "鋳\n造"),
        ("鋳造", "鋳、造"),
        ("鋳造所", "鋳造と造所"),
        ("부산", "부탁과 산"),
        ("เหล็ก", "เหลี่ยม เล็ก"),
        ("か", "が"),
    ],
)
def test_letters_that_are_not_in_a_row_are_not_found(typed: str, text: str) -> None:
    assert not found(typed, text)


def test_a_word_is_found_across_the_end_of_a_full_line() -> None:
    assert found("鋳造所", "先週は大阪にある大きな鋳\n造所を見学した")


SCRIPTS = st.text(alphabet="鋳造所見学のロボ부산에เหล็ก", min_size=1, max_size=12)


@given(SCRIPTS, SCRIPTS, SCRIPTS)
def test_every_part_of_a_run_is_found_in_it(before: str, word: str, after: str) -> None:
    assert found(word, before + word + after)


@given(st.text(alphabet="鋳造所 a,\n", max_size=20), st.text(alphabet="鋳造所", min_size=1, max_size=3))
def test_a_part_is_found_exactly_if_a_text_has_it(text: str, word: str) -> None:
    assert found(word, text) == (word in text)


@given(st.text(alphabet="鋳造所ab .", max_size=30), st.text(alphabet="鋳造所", min_size=1, max_size=3))
def test_what_is_marked_has_only_letters_of_the_word(text: str, word: str) -> None:
    wanted = frozenset(words_rules.marked_terms(word))
    snippet = passages_rules.marked_words(text, wanted)
    assert "".join(part for part, _ in snippet.parts) == text
    assert all(set(part) <= set(word) for part, is_marked in snippet.parts if is_marked)
    assert (snippet.marks > 0) or word not in text


def test_a_snippet_shows_and_marks_the_word_only() -> None:
    text = "はじめに " + "前" * 400 + "大阪の鋳造所を見学した" + "後" * 400
    snippet = passages_rules.snippet(text, words_rules.query_terms("鋳造所")[0])
    assert [part for part, is_marked in snippet.parts if is_marked] == ["鋳造所"]
    assert "大阪の" in str(snippet)
    assert len(snippet.text) <= passages_rules.LENGTH + len("…  …")


def test_a_typed_word_stays_as_it_was_typed() -> None:
    nodes = parse('鋳造所 鋼* "CNC加工"').nodes
    assert nodes == (question_rules.Word("鋳造所"), question_rules.Word("鋼"), question_rules.Phrase("CNC 加工"))


@given(st.text(alphabet=st.characters(max_codepoint=0x0DFF), max_size=80))
def test_other_scripts_have_no_runs(text: str) -> None:
    assert not unspaced_rules.has_any(text)

"""The analyzer: typed words match written ones."""

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import stems as stems_rules
from hub.search.rules import words as words_rules
from hub.search.rules.spellings import normal
from tests.search.typed import TEXT


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("1312", "A-1312/B"),
        ("A-1312/B", "A-1312/B"),
        ("a1312b", "A-1312/B"),
        ("nunez", "Núñez"),
        ("Núñez", "NUNEZ"),
        ("Nu\u0301n\u0303ez", "Nunez"),
        ("orsted", "Ørsted"),
        ("strasse", "Straße"),
        ("apprenticeships", "Apprenticeship"),
        ("mapped", "mapping"),
        ("email", "e-mail"),
        ("e-mail", "email"),
        ("manufacturing", "manu\u00adfacturing"),
        ("region", "region's"),
        ("regions", "region’s"),
        ("1312", "1,312"),
        ("1,312", "1312"),
        ("cmmc", "CMMC2.0"),
        ("1312", "1312B"),
        ("plan", "site_plan_2026"),
        ("obrien", "O’Brien"),
        ("lift", "HOW TO LIFT STEEL"),
    ],
)
def test_a_typed_word_matches_its_written_forms(typed: str, written: str) -> None:
    assert matches(typed, written)


@pytest.mark.parametrize(("typed", "written"), [("20", "2.0"), ("34", "3/4"), ("A-1312", "B-1312")])
def test_words_that_only_look_similar_do_not_match(typed: str, written: str) -> None:
    assert not matches(typed, written)


def matches(typed: str, written: str) -> bool:
    """Return True if a typed word matches a text, as one compound term or as a phrase of its parts."""
    [token] = words_rules.token_texts(typed)
    phrase, compound = words_rules.query_terms(token)
    positions = dict(words_rules.terms_by_position([written]))
    has_phrase = any(
        all(term in positions.get(start + number, ()) for number, term in enumerate(phrase)) for start in positions
    )
    return has_phrase or (compound != "" and any(compound in terms for terms in positions.values()))


@given(TEXT)
def test_each_word_of_a_text_matches_the_text(text: str) -> None:
    for token in words_rules.token_texts(text):
        phrase, compound = words_rules.query_terms(token)
        if phrase:
            assert matches(token, text), (token, phrase, compound)


@given(TEXT)
def test_stop_words_keep_their_positions(text: str) -> None:
    positions = [position for position, _ in words_rules.terms_by_position([text])]
    assert positions == sorted(set(positions))


@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True))
def test_words_with_the_same_stem_share_a_term(word: str) -> None:
    assert words_rules.term_of(word.upper()) in {stems_rules.stem(normal(word)), word}


@pytest.mark.parametrize(
    ("words", "strangers"),
    [
        ("weld welds welded welding", ""),
        ("organization organizations organize", "organ organs organic"),
        ("community communities", "communication communications"),
        ("general generally", "generate generic generator"),
        ("import imports imported importing", "important importance"),
        ("business businesses", "busy"),
        ("author authors", "authority authorities"),
        ("additive", "additional additions"),
        ("department departments", "depart departs"),
        ("university universities", "universe universal"),
        ("customer customers", "custom customs"),
    ],
)
def test_inflections_share_a_term_and_strangers_do_not(words: str, strangers: str) -> None:
    [term] = {words_rules.term_of(word) for word in words.split()}
    assert term not in {words_rules.term_of(word) for word in strangers.split()}


def test_every_word_that_is_kept_apart_has_another_term_than_snowball_gives_it() -> None:
    stemmer = Stemmer.Stemmer("english")
    snowball = {word: stemmer.stemWord(word) for words in stems_rules.APART.values() for word in words.split()}
    assert [word for word, stem in snowball.items() if words_rules.term_of(word) == stem] == []

"""Words by plain values: what is typed finds what is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.lang.porter import stem

from hub.search.rules import words as words_rules
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
def test_what_is_typed_finds_what_is_written(typed: str, written: str) -> None:
    assert finds(typed, written)


@pytest.mark.parametrize(("typed", "written"), [("20", "2.0"), ("34", "3/4"), ("A-1312", "B-1312")])
def test_what_only_looks_alike_is_not_found(typed: str, written: str) -> None:
    assert not finds(typed, written)


def finds(typed: str, written: str) -> bool:
    """Return whether a typed word finds a text: as one term, or as its parts in a row."""
    [piece] = [match[0] for match in words_rules.pieces(typed)]
    row, together = words_rules.reading(piece)
    places = dict(words_rules.spread([written]))
    in_a_row = any(all(term in places.get(start + number, ()) for number, term in enumerate(row)) for start in places)
    return in_a_row or (together != "" and any(together in terms for terms in places.values()))


@given(TEXT)
def test_each_word_of_a_text_is_found_by_itself(text: str) -> None:
    for match in words_rules.pieces(text):
        row, together = words_rules.reading(match[0])
        if row:
            assert finds(match[0], text), (match[0], row, together)


@given(TEXT)
def test_stop_words_keep_their_place(text: str) -> None:
    positions = [position for position, _ in words_rules.spread([text])]
    assert positions == sorted(set(positions))


@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True))
def test_words_of_one_stem_share_a_term(word: str) -> None:
    assert words_rules.term_of(word.upper()) in {stem(word), word}

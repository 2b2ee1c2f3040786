"""Amounts and periods in all their forms have one canonical term, and different ones never share it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.search.rules import amounts as amounts_rules
from hub.search.rules import designations as designations_rules
from hub.search.rules import other_writings as other_writings_rules
from hub.search.rules import words as words_rules
from hub.search.rules.question import AllOf, AnyOf, Forms, Phrase, Word
from tests.search.typed import TEXT, parse


@pytest.mark.parametrize(
    ("token", "terms"),
    [
        ("$1.8M", ("1800000",)),
        ("$3M", ("3000000",)),
        ("3M", ()),
        ("2B", ()),
        ("10m", ("10000000",)),
        ("$1.5M-2.25M", ("1500000", "2250000")),
        ("1.8-million", ("1800000",)),
        ("23.90", ("23.9",)),
        ("2.0", ("2.0",)),
        ("$2.00", ("2",)),
        ("1,234.00", ("1234",)),
        ("2.5%", ("2.5%", "2.5")),
        ("3.1.12", ()),
        ("D1.1", ()),
        ("192.168.1.1", ()),
        ("2022-07-19", ("2022-07-19", "2022-07")),
        ("minutes_2022-07-19.docx", ("2022-07-19", "2022-07")),
        ("20220719", ("2022-07-19", "2022-07")),
        ("19/7/2022", ("2022-07-19", "2022-07")),
        ("7/19/71", ("1971-07-19", "1971-07")),
        ("31/31/2022", ()),
        ("2022-13", ()),
        ("FY2023-Q1", ("fy2023",)),
        ("welder", ()),
        ("1800000", ()),
        ("9" * 20 + ".5", ()),
    ],
)
def test_a_written_word_has_the_terms_of_its_amounts(token: str, terms: tuple[str, ...]) -> None:
    assert amounts_rules.terms_in(token) == terms


@pytest.mark.parametrize(
    "text", ["2,022", "9001", "5-axis", "April", "3M", "feb 30 2022", "Feb 30", "five", "welding", "1" * 50]
)
def test_other_texts_are_no_amounts(text: str) -> None:
    assert amounts_rules.read(text) is None


NUMBERS = st.integers(1, 999_999).map(lambda thousands: thousands * 1_000)
DAYS = st.dates(date(1971, 1, 1), date(2069, 12, 31))


def ways_to_write(value: int) -> list[str]:
    """Return an amount of money in each form that it has."""
    ways = [f"${value:,}", f"USD {value}", f"{value} dollars", f"${value:,}.00"]
    for scale, name, letter in ((10**3, "thousand", "K"), (10**6, "million", "M")):
        count = f"{Decimal(value) / scale:f}"
        ways += [f"{count} {name}", f"${count}{letter}", f"${count} {letter}", f"{count}-{name} dollars"]
    return ways


@given(NUMBERS)
def test_any_form_of_an_amount_is_read_as_the_same_term(value: int) -> None:
    readings = [amounts_rules.read(way) for way in ways_to_write(value)]
    assert {reading and reading.term for reading in readings if reading} == {str(value)}
    assert all(readings) or value < amounts_rules.LARGE


@given(NUMBERS, NUMBERS)
def test_different_amounts_never_share_a_term_or_a_form(value: int, other_value: int) -> None:
    assume(value != other_value)
    reading, other = amounts_rules.read(f"USD {value}"), amounts_rules.read(f"USD {other_value}")
    assert reading is not None
    assert other is not None
    assert reading.term != other.term
    assert set(reading.forms).isdisjoint(other.forms)
    for form in reading.forms:
        read_again = amounts_rules.read(f"${form}")
        assert read_again is None or read_again.term == reading.term


@given(DAYS)
def test_any_form_of_a_day_is_read_as_the_same_day(day: date) -> None:
    american = f"{day:%m/%d/%Y}"
    for way in (american, f"{day:%m/%d/%y}", f"{day.month}-{day.day}-{day.year}", f"{day:%B} {day.day}, {day.year}",
                f"{day:%b} {day.day} {day.year}", f"{day.day} {day:%B} {day.year}", f"{day:%Y%m%d}"):  # fmt: skip
        reading = amounts_rules.read(way)
        assert reading is not None, way
        assert reading.term == day.isoformat()
    assert day.isoformat() in amounts_rules.terms_in(american)


@given(DAYS, DAYS)
def test_different_days_never_share_a_form(day: date, other_day: date) -> None:
    assume(day != other_day)
    first, second = amounts_rules.read(day.isoformat()), amounts_rules.read(other_day.isoformat())
    assert first is not None
    assert second is not None
    assert set(first.forms).isdisjoint(second.forms)


@given(TEXT)
def test_no_text_is_an_error(text: str) -> None:
    amounts_rules.read(text)
    nodes = parse(text).nodes
    other_writings_rules.with_designations(other_writings_rules.with_amounts(nodes))
    for token in words_rules.typed_words(text):
        amounts_rules.terms_in(token)
        term = amounts_rules.term_of(token)
        assert not term or term in words_rules.all_terms_of(token), token


def test_words_beside_an_amount_stay_words() -> None:
    nodes = other_writings_rules.with_amounts(parse("grants of $1.8 million for welders").nodes)
    assert nodes[2] == Forms(AllOf((Word("$1.8"), Word("million"))), (Word("1,800,000"), Phrase("1.80 million"),
                                                                      Phrase("1.8 M"), Phrase("1.80 M")))  # fmt: skip
    assert [nodes[0], nodes[1], *nodes[3:]] == [Word("grants"), Word("of"), Word("for"), Word("welders")]


def test_alternatives_have_their_forms_too() -> None:
    [node] = other_writings_rules.with_amounts(parse("FY23 OR welders").nodes)
    assert isinstance(node, AnyOf)
    assert isinstance(node.nodes[0], Forms)
    assert node.nodes[1] == Word("welders")


@pytest.mark.parametrize(
    ("typed", "forms"),
    [
        ("5 axis", {"five-axis"}),
        ("five axis", {"5-axis"}),
        ("five of them", set()),
        ("90-day", {"ninety-day"}),
        ("tier two", {"tier 2", "tier ii"}),
        ("SP 800-171", {"SP800-171", "800-171"}),
        ("NIST SP 800-171", {"SP800-171", "800-171"}),
        ("AS9100D", {"AS 9100D", "AS 9100", "AS9100"}),
        ("ISO-9001:2015", {"ISO-9001"}),
        ("3 D printing", {"3D"}),
        ("a 36", set()),
        ("welders 12", set()),
        ("1/2 inch", {"1/2"}),
    ],
)
def test_counts_and_designations_have_other_forms(typed: str, forms: set[str]) -> None:
    nodes = other_writings_rules.with_designations(parse(typed).nodes)
    assert {form.text for node in nodes if isinstance(node, Forms) for form in node.others} == forms


@pytest.mark.parametrize(
    ("word", "singular"),
    [("C3PAOs", "c3pao"), ("c3paos", "c3pao"), ("H1Bs", "h1b"), ("5S", "5s"), ("A12S", "a12s"), ("1990s", "1990s")],
)
def test_an_acronym_with_digits_loses_its_plural_s(word: str, singular: str) -> None:
    assert designations_rules.singular(words_rules.fold(word)) == singular


def test_an_inch_mark_begins_no_phrase() -> None:
    assert parse('1/2" bolts').nodes == (Word("1/2"), Word("bolts"))
    assert parse('1/2" bolts "phase 2" x').nodes == (Word("1/2"), Word("bolts"), Phrase("phase 2"), Word("x"))
    assert parse('1/2" bolts').notes == ()

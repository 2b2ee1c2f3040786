"""Phrases in quotes, questions of many words, and what a result may lack."""

import pytest
from flask.testing import FlaskClient

from tests.search.results.page import searched, titles


def notes(page: object) -> str:
    return " ".join(each.get_text() for each in page.select(".search-notes li"))  # type: ignore[attr-defined]


def test_a_phrase_that_is_nowhere_does_not_empty_a_question(ana: FlaskClient) -> None:
    page = searched(ana, q='poaching of apprentices in the "welding robot cell"')
    assert titles(page)[0] == "Shared apprenticeship"
    assert "welding robot cell" in page.select(".lacking")[0].get_text()
    assert "No resource has the phrase “welding robot cell”, so its words were searched" in notes(page)


def test_the_words_of_a_phrase_that_is_nowhere_are_searched(ana: FlaskClient) -> None:
    page = searched(ana, q='poaching "the shared core box"')
    assert set(titles(page)) == {"Shared apprenticeship", "Second source of part A-1312/B"}


@pytest.mark.parametrize(
    "query", ['"apprentices of rotations"', '"core box" "steel plant"', '"steel box" OR "box core"', '-zinc "box core"']
)
def test_a_query_of_nothing_but_phrases_and_operators_is_exact(ana: FlaskClient, query: str) -> None:
    assert titles(searched(ana, q=query)) == []


def test_a_phrase_that_a_resource_has_finds_only_that_resource(ana: FlaskClient) -> None:
    assert titles(searched(ana, q='"steel plant"')) == ["Shared apprenticeship"]


def test_partial_matches_follow_the_resources_that_have_both_words(ana: FlaskClient) -> None:
    page = searched(ana, q="steel apprentices")
    assert titles(page)[0] == "Shared apprenticeship"
    assert len(titles(page)) > 1
    assert "One resource has all of these words" in notes(page)


def test_words_behind_the_five_hundredth_character_count(ana: FlaskClient) -> None:
    page = searched(ana, q=f"{'zinc nickel bath ' * 60} poaching")
    assert titles(page) == ["Shared apprenticeship"]
    assert "characters" not in notes(page)


def test_a_question_in_capitals_has_no_operators_and_no_acronyms(ana: FlaskClient) -> None:
    page = searched(ana, q="WHICH PLANT IS NOT SHORT OF STEEL OR APPRENTICES AND WHY IS IT")
    assert "Shared apprenticeship" in titles(page)
    assert page.select(".also-searched") == [] or "IT" not in page.select(".also-searched")[0].get_text().split()


def test_a_word_that_a_question_repeats_counts_more(ana: FlaskClient) -> None:
    once = titles(searched(ana, q="shared steel box plant prices rotations"))
    often = titles(searched(ana, q="box box box box shared steel plant prices rotations"))
    assert once[0] == "Shared apprenticeship"
    assert often[0] == "Second source of part A-1312/B"

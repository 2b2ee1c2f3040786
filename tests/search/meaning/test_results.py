"""Results by meaning on the search page, in JSON, in totals and facets, and for those who may open them."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import Organization, Person
from hub.search import derive, index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query, Results
from tests.search.meaning.asking import QUITTING
from tests.search.results.page import facets, searched, titles
from tests.world import a_person, a_resource, an_organization

ANOTHER = "preventing staff from resigning"


@pytest.fixture
def ana(shelf: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    with shelf.writing() as db:
        lake = db.scalars(select(Organization).where(Organization.name == "Lakeshore Forge")).one()
        harbor = an_organization(db, "Harbor Casting")
        a_person(db, lake, email="ana@lake.example")
        a_person(db, harbor, email="bo@harbor.example")
        own = a_resource(
            db,
            harbor,
            "Exit interviews",
            ["Why employees quit their job in the first month."],
            audience=Audience.ORGANIZATION,
        )
        assert own.id
    index.catch_up(shelf)
    derive.catch_up(shelf)
    return sign_in("ana@lake.example")


def results_of(database: Database, email: str, query: Query) -> Results:
    with database.reading() as db:
        person = db.scalars(select(Person).where(Person.email == email)).one()
        return results_queries.search(db, person, query)


def test_a_page_without_a_word_of_the_question_is_found_and_says_so(shelf: Database, ana: FlaskClient) -> None:
    page = searched(ana, q=ANOTHER)
    assert titles(page)[0] == "Keeping your people"
    first = page.select("li.resource-line")[0]
    assert "Related in meaning" in first.get_text()
    assert first.select(".lacking") == []
    hits = results_queries.as_json(results_of(shelf, "ana@lake.example", Query(ANOTHER)))["hits"]
    assert (hits[0]["title"], hits[0]["by"], hits[0]["lacking"]) == ("Keeping your people", "meaning", [])
    assert json.dumps(hits)


def test_totals_and_facets_count_what_is_found_by_meaning(ana: FlaskClient) -> None:
    page = searched(ana, q=ANOTHER)
    assert f"{len(titles(page))} resource" in page.select("[data-count]")[0].get_text()
    assert sum(facets(page)["organization"].values()) == len(titles(page))
    assert titles(searched(ana, q=ANOTHER, organization="harbor-casting")) == []


@pytest.mark.parametrize(("email", "sees"), [("ana@lake.example", False), ("bo@harbor.example", True)])
def test_a_resource_that_a_person_may_not_open_is_not_found_by_meaning(
    shelf: Database, ana: FlaskClient, email: str, *, sees: bool
) -> None:
    assert ana
    for text in (ANOTHER, QUITTING):
        results = results_of(shelf, email, Query(text))
        assert ("Exit interviews" in {hit.title for hit in results.hits}) == sees
        assert results.total == len(results.hits)
        assert sum(facet.count for facet in results.facets["organization"]) == results.total


def test_a_common_word_that_no_resource_has_is_found_by_meaning(shelf: Database, ana: FlaskClient) -> None:
    assert ana
    assert results_of(shelf, "ana@lake.example", Query("resignation")).hits[0].title == "Keeping your people"


def test_only_your_words_phrases_names_and_single_words_that_are_found_leave_meaning_out(
    shelf: Database, ana: FlaskClient
) -> None:
    for query in (Query(ANOTHER, exact=True), Query('"preventing staff from resigning"'), Query("RESIGNATION")):
        assert results_of(shelf, "ana@lake.example", query).hits == [], query
    assert ana


@pytest.mark.parametrize("typed", ["July 19, 2022", "1.8 million", "SP 800-172", "Q3 2024", "ISO 9001:2015"])
def test_amounts_dates_and_designations_find_nothing_by_meaning(shelf: Database, ana: FlaskClient, typed: str) -> None:
    assert ana
    assert all(hit.by == "words" for hit in results_of(shelf, "ana@lake.example", Query(typed)).hits)


def test_negations_and_qualifiers_hold_for_what_is_found_by_meaning(shelf: Database, ana: FlaskClient) -> None:
    assert ana
    for text in (f"{ANOTHER} -supervisors", f"{ANOTHER} kind:briefing"):
        assert "Keeping your people" not in {
            hit.title for hit in results_of(shelf, "ana@lake.example", Query(text)).hits
        }


def test_saved_searches_stay_by_words(shelf: Database, ana: FlaskClient) -> None:
    assert ana
    with shelf.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "ana@lake.example")).one()
        assert results_queries.ids_of(db, person, [Query(ANOTHER)]) == [set()]
        assert db.scalars(select(Resource.id)).all()


def test_a_resource_that_has_the_words_comes_before_those_by_meaning_alone(shelf: Database, ana: FlaskClient) -> None:
    assert ana
    hits = results_of(shelf, "ana@lake.example", Query("thickness zinc")).hits
    assert (hits[0].title, hits[0].by) == ("Plating guide", "words")
    assert all(hit.by == "meaning" for hit in hits[1:])

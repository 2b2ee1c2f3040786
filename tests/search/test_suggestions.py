"""Search suggestions, and that they never show what a person may not open."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import actions as search_actions
from hub.search import index
from hub.search.actions import MOST_RECENT
from hub.search.queries import searches as searches_queries
from hub.search.rules import suggesting as suggesting_rules
from tests.world import a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases

SECRET, PUBLIC = "Secret steel prices", "Steel for everyone"


@pytest.fixture
def world(database: Database) -> Database:
    with database.writing() as db:
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        a_person(db, an_organization(db, "Secretariat", OrganizationKind.HOST), Role.COORDINATOR, "co@hub.example")
        ana, bo = a_person(db, lake, email="ana@lake.example"), a_person(db, harbor, email="bo@harbor.example")
        a_resource(db, lake, "Apprentices of a steel town", topics=["workforce"], published_on=date(2025, 3, 1))
        a_resource(db, harbor, SECRET, topics=["secret-plans"], audience=Audience.ORGANIZATION)
        a_resource(db, harbor, PUBLIC, topics=["scrap"], audience=Audience.PUBLIC)
        for text in ("steel scrap", "apprenticeship", "Steel Scrap"):
            search_actions.remember_search(db, ana.id, text, clock.now())
        search_actions.remember_search(db, bo.id, "steel for a boat", clock.now())
    index.catch_up(database)
    return database


def suggested(browser: FlaskClient, typed: str) -> list[tuple[str, str, str]]:
    answer = browser.get("/search/suggestions", query_string={"q": typed})
    assert answer.status_code == 200
    suggestions: list[dict[str, Any]] = answer.get_json()["suggestions"]
    return [(suggestion["sort"], suggestion["label"], suggestion["address"]) for suggestion in suggestions]


def test_suggestions_are_recent_searches_titles_organizations_topics_and_acronyms(
    world: Database, sign_in: Callable[[str], FlaskClient]
) -> None:
    ana = sign_in("ana@lake.example")
    assert suggested(ana, "ste scr") == [("Recent search", "Steel Scrap", "/search?q=Steel+Scrap")]
    assert suggested(ana, "town STEEL") == [("Resource", "Apprentices of a steel town", "/resources/1")]
    assert suggested(ana, "lake") == [("Organization", "Lakeshore Forge", "/search?organization=lakeshore-forge")]
    assert ("Topic", "Workforce and Training", "/search?topic=workforce") in suggested(ana, "work")
    assert suggested(ana, "dmcs") == [("Glossary", "DMCSP", "/search?q=DMCSP")]
    assert ("Glossary", "CMMC", "/search?q=CMMC") in suggested(ana, "cybersecurity matur")
    assert [label for _, label, _ in suggested(ana, "")] == ["Steel Scrap", "apprenticeship"]
    assert suggested(ana, "zzz") == []


def test_suggestions_leave_out_what_a_person_may_not_open_and_the_searches_of_others(
    world: Database, client: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    labels = {
        email: {label for typed in ("s", "st", "h", "a") for _, label, _ in suggested(browser, typed)}
        for email, browser in (
            ("", client),
            *((email, sign_in(email)) for email in ("ana@lake.example", "bo@harbor.example", "co@hub.example")),
        )
    }
    assert {SECRET, "secret-plans", "steel for a boat"} <= labels["bo@harbor.example"]
    assert {SECRET, "secret-plans"} <= labels["co@hub.example"]
    assert not {SECRET, "secret-plans", "steel for a boat"} & (labels["ana@lake.example"] | labels[""])
    assert "steel for a boat" not in labels["co@hub.example"]
    assert {PUBLIC, "Harbor Casting", "scrap"} <= labels[""]
    assert not {"Apprentices of a steel town", "Lakeshore Forge", "Steel Scrap"} & labels[""]


def test_the_database_decides_on_suggestions_when_the_index_lags_or_is_missing(
    world: Database, sign_in: Callable[[str], FlaskClient], tmp_path: Any
) -> None:
    with world.writing() as db:
        resource = db.get_one(Resource, 3)
        resource.audience, resource.version = Audience.ORGANIZATION, resource.version + 1
    ana = sign_in("ana@lake.example")
    assert [label for _, label, _ in suggested(ana, "steel")] == ["Steel Scrap", "Apprentices of a steel town"]
    (tmp_path / "uploads" / "derived" / "index" / "current").unlink()
    assert [label for _, label, _ in suggested(ana, "steel")] == ["Steel Scrap", "Apprentices of a steel town"]


def words(browser: FlaskClient, typed: str) -> list[str]:
    return [label for sort, label, _ in suggested(browser, typed) if sort == "Word"]


@pytest.fixture
def welders(database: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """A browser of a member of Harbor Casting, with resources of two organizations."""
    with database.writing() as db:
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        a_person(db, harbor, email="bo@harbor.example")
        text = "All went well. Robotic cells for welding pay well. Ask Selam Gebremariam of ACME and the welders."
        a_resource(
            db, lake, "Robotic cells", [text, "Welding is well paid; welding is safe."], audience=Audience.PUBLIC
        )
        a_resource(db, lake, "Well water", ["The well is deep. Well water is well known."])
        a_resource(db, lake, "Weldments", ["weldments weldments"], audience=Audience.ORGANIZATION)
        a_resource(db, lake, "Hidden kiln", ["The wheelwright"], audience=Audience.ORGANIZATION)
    index.catch_up(database)
    return sign_in("bo@harbor.example")


def test_the_last_word_is_completed_with_words_of_resources_the_rarer_ones_in_english_first(
    welders: FlaskClient,
) -> None:
    assert words(welders, "wel") == ["welding", "well", "welders"]
    assert ("Word", "welders", "/search?q=welders") in suggested(welders, "welde")
    assert words(welders, "gebre") == ["Gebremariam"]
    assert words(welders, "how do Robotic wel")[:2] == ["how do Robotic welding", "how do Robotic well"]
    assert words(welders, "kiln -zinc Wel")[0] == "kiln -zinc welding"
    assert [words(welders, typed) for typed in ("we", "welding", "lakesh", 'the "robotic wel', "-wel", "zzz")] == [
        []
    ] * 6


def test_words_of_resources_that_a_person_may_not_open_or_that_were_replaced_do_not_complete_a_query(
    welders: FlaskClient, client: FlaskClient, database: Database
) -> None:
    assert [words(welders, typed) for typed in ("weldm", "wheelw", "kil", "hidd")] == [[]] * 4
    assert words(client, "wel") == ["welding", "well", "welders"]
    assert words(client, "wat") == []
    with database.writing() as db:
        db.get_one(Resource, 2).version += 1
    assert words(welders, "wel") == []


def test_suggestions_need_a_constant_number_of_queries(
    world: Database, sign_in: Callable[[str], FlaskClient], count_statements: Callable[[], list[str]]
) -> None:
    ana = sign_in("ana@lake.example")
    suggested(ana, "steel")
    statements = count_statements()
    suggested(ana, "steel")
    assert len(statements) <= 14, statements  # two of them read settings that were changed in the browser


def test_only_the_last_searches_are_remembered(database: Database) -> None:
    with database.writing() as db:
        person = a_person(db, an_organization(db))
        for number in range(MOST_RECENT + 5):
            search_actions.remember_search(db, person.id, f"search {number}", clock.now())
        search_actions.remember_search(db, person.id, "x" * 300, clock.now())
        search_actions.remember_search(db, person.id, "SEARCH 10", clock.now())
    with database.reading() as db:
        recent = searches_queries.recent_of(db, person.id)
    assert recent[0] == "SEARCH 10"
    assert recent[1] == "search 24"
    assert len(recent) == MOST_RECENT


@given(st.text(max_size=60), st.text(max_size=30))
def test_a_name_matches_the_beginnings_of_its_words_in_any_order(name: str, other: str) -> None:
    normalized = suggesting_rules.normalized(name)
    words = suggesting_rules.typed_words(name)
    assert suggesting_rules.matches_prefixes(normalized, [word[:2] for word in reversed(words)])
    assert suggesting_rules.best([("it", normalized)], suggesting_rules.typed_words(other), 1) in (["it"], [])


@pytest.mark.parametrize(
    ("typed", "word"),
    [("appr", "appr"), ("zinc pla", "pla"), ("zi", ""), ("zinc ", ""), ("A-1312", ""), ('"zinc pla', ""), ("kind:brief", ""),
     ("zinc OR", ""), ("zinc*", ""), ("-zinc", ""), ("Núñ", "Núñ")],
)  # fmt: skip
def test_only_the_last_word_may_be_unfinished(typed: str, word: str) -> None:
    assert suggesting_rules.unfinished_word(typed) == word

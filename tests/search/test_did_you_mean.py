"""Spelling suggestions: what is suggested, how it is written, and when nothing is."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.library.models import Page, Resource
from hub.library.rules import Audience
from hub.members.models import Person
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.queries import spelling as spelling_queries
from hub.search.rules.results import Query
from tests.search.misspelled import MISSPELLED, RIGHT
from tests.search.results.page import searched
from tests.world import a_person, a_resource, an_organization

MOST_MISSED = 0.05  # of the misspelled words


def suggestions(database: Database, typed: list[str]) -> list[tuple[str, int]]:
    """Return the suggestion and the number of results for each query of someone who may read everything."""
    with database.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "coordinator@demo.example")).one()
        answers = [results_queries.search(db, person, Query(text)) for text in typed]
        return [(answer.did_you_mean, answer.total) for answer in answers]


def test_misspelled_words_names_and_acronyms_lead_to_the_right_ones(demo: Database) -> None:
    pairs = [(right, wrong) for right, wrongs in MISSPELLED.items() for wrong in wrongs]
    assert len(pairs) >= 90
    answers = zip(pairs, suggestions(demo, [wrong for _, wrong in pairs]), strict=True)
    # A misspelled word with the stem of the right one has results already.
    missed = [(wrong, meant) for (right, wrong), (meant, total) in answers if meant != right and (meant or not total)]
    assert len(missed) <= MOST_MISSED * len(pairs), missed


def test_right_words_are_never_changed_whether_the_hub_has_them_or_not(demo: Database) -> None:
    assert len(RIGHT) >= 150
    answers = zip(RIGHT, suggestions(demo, RIGHT), strict=True)
    assert [(word, meant) for word, (meant, _) in answers if meant] == []


@pytest.fixture
def bo(database: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """A browser of a member of Harbor Casting, with resources of two organizations."""
    with database.writing() as db:
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        a_person(db, harbor, email="bo@harbor.example")
        page = "Ask Selam Gebremariam (gebremariam@lake.example) about zinc-nickel plating on the shop floor."
        a_resource(db, lake, "PLATING OF FASTENERS", [page, "Welding\nWelding pays. The iForge kiln and welders."])
        a_resource(db, lake, "CMMC for suppliers", ["The welder and DFARS. CMMC takes a year. See www.cmmc.example."])
        a_resource(db, lake, "Prices of tantalum", ["tantalum prices"], audience=Audience.ORGANIZATION)
    index.catch_up(database)
    return sign_in("bo@harbor.example")


def meant(browser: FlaskClient, typed: str) -> str:
    link = searched(browser, q=typed).select_one(".did-you-mean a")
    return link.get_text() if link else ""


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("gebremriam", "Gebremariam"),
        ("Gebremarim plating", "Gebremariam plating"),
        ("cmcm", "CMMC"),
        ("DFRAS", "DFARS"),
        ("iforeg", "iForge"),
        ("Platnig", "plating"),
        ("fastenrs", "fasteners"),
        ("zinc-nickle", "zinc-nickel"),
        ("Zink-nickle plating", "zinc-nickel plating"),
        ("shop-flor", "shop-floor"),
    ],
)
def test_a_suggestion_is_written_as_the_resources_write_it(bo: FlaskClient, typed: str, right: str) -> None:
    assert meant(bo, typed) == right


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("who knows about PLATING and zinc in this Hub or of platnig", "who knows about PLATING and zinc in this Hub or of plating"),
        ('"zinc nickle" plating', '"zinc nickel" plating'),
        ("kiln OR platnig", "kiln OR plating"),
        ("kiln -platnig", "kiln -plating"),
        ("platnig OR cmcm", "plating OR CMMC"),
        ("kind:resource (platnig)", "kind:resource (plating)"),
    ],
)  # fmt: skip
def test_any_misspelled_word_of_a_query_is_corrected_and_the_rest_stays_as_typed(
    bo: FlaskClient, typed: str, right: str
) -> None:
    assert meant(bo, typed) == right


@pytest.mark.parametrize(
    "typed",
    ["welding", "welded", "WELDERS", "tantalm", "tantalum", "plati", "CMMD", "SBIR", "kilns", "planting", "kiln 12345", "kil*"],
)  # fmt: skip
def test_nothing_is_suggested_for_right_unfinished_or_hidden_words(bo: FlaskClient, typed: str) -> None:
    assert meant(bo, typed) == ""


def test_a_word_of_a_replaced_text_is_not_suggested_while_the_index_lags(database: Database) -> None:
    with database.writing() as db:
        owner = an_organization(db)
        for title in ("One", "Two"):
            a_resource(db, owner, title, ["steel steel"], audience=Audience.PUBLIC)
    index.catch_up(database)
    with database.reading() as db:
        assert results_queries.search(db, None, Query("stele")).did_you_mean == "steel"
    with database.writing() as db:
        for resource in db.scalars(select(Resource)):
            resource.version += 1
        for page in db.scalars(select(Page)):
            page.text = "copper"
    with database.reading() as db:
        assert results_queries.search(db, None, Query("stele")).did_you_mean == ""


def test_only_the_first_misspelled_words_of_a_long_text_are_looked_up(
    bo: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    similar = spelling_queries._Speller.similar

    def counted(speller: spelling_queries._Speller, typed: str, near: int, *, alone: bool) -> str:
        asked.append(typed)
        return similar(speller, typed, near, alone=alone)

    monkeypatch.setattr(spelling_queries._Speller, "similar", counted)
    others = " ".join(f"xqv{letter}zzk" for letter in "abcdefghijklmnopqrstuvwxyz")
    assert meant(bo, f"weldign shop {others}").startswith("welding shop xqv")
    assert asked[0] == "weldign"
    assert len(asked) == spelling_queries.MOST_CORRECTED

"""Word families and compounds on the search page: found, named, and removable."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.library.rules import Audience
from hub.search import index
from tests.search.results.page import facets, searched, titles
from tests.world import a_person, a_resource, an_organization

TEXTS = {
    "Joining": "Five welders joined the union of the yard.",
    "Seams": "Robots are welding the long seams.",
    "Nursery": "Childcare next to the plant keeps parents at work.",
    "Two words": "Affordable child care, open in the night shift.",
    "Boats": "Aluminium hulls for the lake.",
    "Fences": "Aluminum fences and gates.",
    "Heating": "A heat pump in each hall.",
    "Church": "The organ has four hundred pipes.",
    "Charter": "The organization has four committees.",
}


@pytest.fixture
def ana(database: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """Ana, in a hub with a resource for each text, and a secret of another organization."""
    with database.writing() as db:
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        a_person(db, lake, email="ana@lake.example")
        a_person(db, harbor, email="bo@harbor.example")
        for title, text in TEXTS.items():
            a_resource(db, lake, title, [text])
        a_resource(db, harbor, "Ours alone", ["Weldments, brazers and shopfloor."], audience=Audience.ORGANIZATION)
    index.catch_up(database)
    return sign_in("ana@lake.example")


def also(page: BeautifulSoup) -> str:
    element = page.select_one(".also-searched")
    return element.get_text(" ", strip=True) if element else ""


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("welding", ["Seams", "Joining"]),
        ("welder", ["Joining", "Seams"]),
        ("childcare", ["Nursery", "Two words"]),
        ("child care", ["Two words", "Nursery"]),
        ("child-care", ["Nursery", "Two words"]),
        ("heatpump", ["Heating"]),
        ("heat pumps", ["Heating"]),
        ("organ", ["Church"]),
        ("organizations", ["Charter"]),
    ],
)
def test_each_form_finds_the_others_and_the_typed_one_comes_first(
    ana: FlaskClient, typed: str, wanted: list[str]
) -> None:
    page = searched(ana, q=typed)
    assert set(titles(page)) == set(wanted)
    if "-" not in typed:
        assert titles(page) == wanted


@pytest.mark.parametrize("typed", ["aluminium", "aluminum"])
def test_british_and_american_spelling_are_the_same_word(ana: FlaskClient, typed: str) -> None:
    assert set(titles(searched(ana, q=typed))) == {"Boats", "Fences"}
    assert set(titles(searched(ana, q=typed, exact=1))) == {"Boats", "Fences"}


def test_other_forms_are_named_marked_and_removable(ana: FlaskClient) -> None:
    page = searched(ana, q="welding")
    assert "welder" in also(page)
    assert {mark.get_text() for mark in page.select("mark")} == {"welding", "welders"}
    exact = searched(ana, q="welding", exact=1)
    assert titles(exact) == ["Seams"]
    link = exact.select_one(".also-searched a")
    assert link is not None
    assert link.get_text(" ", strip=True) == "Also search for other forms of them"
    assert str(link["href"]) == "/search?q=welding"


def test_a_form_that_no_resource_has_finds_the_others(ana: FlaskClient) -> None:
    assert set(titles(searched(ana, q="weldment"))) == {"Seams", "Joining"}


def test_forms_count_in_totals_and_facets(ana: FlaskClient) -> None:
    page = searched(ana, q="welder")
    status = page.select_one("[data-count]")
    assert status is not None
    assert status.get_text().startswith("2")
    assert facets(page)["organization"] == {"Lakeshore Forge": 2}
    assert titles(searched(ana, q="robots -welder")) == ["Seams"]


def test_a_form_that_only_others_may_read_is_not_named(ana: FlaskClient, sign_in: Callable[[str], FlaskClient]) -> None:
    for typed in ("welding", "shop floor", "brazing"):
        page = searched(ana, q=typed)
        assert "Ours alone" not in titles(page)
        assert not {"weldment", "shopfloor", "brazer"} & set(also(page).replace(",", " ").replace(".", " ").split())
    page = searched(sign_in("bo@harbor.example"), q="welding")
    assert titles(page)[0] == "Seams"
    assert set(titles(page)) == {"Seams", "Joining", "Ours alone"}
    assert "weldment" in also(page)

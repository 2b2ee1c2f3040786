"""Results for queries with missing, misspelled or unfinished words."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from tests.search.results.page import searched, titles


def test_a_partial_match_names_its_missing_words_and_rare_words_count_most(world: Database, ana: FlaskClient) -> None:
    page = searched(ana, q="zinc rotations poaching core")
    assert titles(page) == ["Shared apprenticeship", "Second source of part A-1312/B"]
    lacking = [line.get_text() for line in page.select(".lacking")]
    assert lacking == ["Missing: zinc, core", "Missing: zinc, rotations, poaching"]
    assert "No resource has all of these words" in page.select(".search-notes")[0].get_text()
    assert searched(ana, q="steel").select(".lacking") == []


def test_partial_matches_follow_if_few_have_all_of_many_words(ana: FlaskClient) -> None:
    page = searched(ana, q="shared steel costs part")
    assert titles(page)[0] == "Shared apprenticeship"
    assert len(titles(page)) > 1
    assert "One resource has all of these words" in page.select(".search-notes")[0].get_text()
    assert page.select("li.resource-line")[0].select(".lacking") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("apprentiship", "apprenticeship"),
        ("steel aprentices", "steel apprentices"),
        ("lakehsore", "Lakeshore"),
        ("rotatons against poching", "rotations against poaching"),
        ('"steel plant" rotatons -zinc', '"steel plant" rotations -zinc'),
    ],
)
def test_a_correction_is_suggested_and_never_applied(ana: FlaskClient, typed: str, meant: str) -> None:
    page = searched(ana, q=typed)
    link = page.select_one(".did-you-mean a")
    assert link is not None
    assert link.get_text() == meant
    assert page.select_one("input#q")["value"] == typed  # type: ignore[index]
    answer = BeautifulSoup(ana.get(str(link["href"])).get_data(as_text=True), "lxml")
    assert titles(answer)
    assert answer.select(".did-you-mean") == []


@pytest.mark.parametrize(
    "typed", ["steel", "poaching", "zzzzzz", "of the", "kind:briefing", "12345", "pricse", "price"]
)
def test_nothing_is_suggested_for_words_with_results_or_without_readable_alternatives(
    ana: FlaskClient, typed: str
) -> None:
    assert searched(ana, q=typed).select(".did-you-mean") == []


def test_words_of_resources_that_a_person_may_not_open_are_never_suggested(
    world: Database, client: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    assert searched(sign_in("bo@harbor.example"), q="pricse").select(".did-you-mean")[0].a.get_text() == "prices"  # type: ignore[union-attr]
    assert searched(sign_in("ana@lake.example"), q="pricse").select(".did-you-mean") == []
    assert searched(client, q="aprenticeship").select(".did-you-mean") == []
    with world.writing() as db:
        resource = db.get_one(Resource, 1)
        resource.audience, resource.version = Audience.ORGANIZATION, resource.version + 1
    assert searched(sign_in("bo@harbor.example"), q="poching").select(".did-you-mean") == []


def test_an_unfinished_word_is_a_prefix_while_the_person_is_typing(ana: FlaskClient) -> None:
    def typed(text: str) -> BeautifulSoup:
        answer = ana.get("/search", query_string={"q": text}, headers={"X-Typing": "yes"})
        return BeautifulSoup(answer.get_data(as_text=True), "lxml")

    page = typed("appr")
    assert titles(page) == ["Shared apprenticeship"]
    assert "results include words that begin with “appr”" in page.select(".search-notes")[0].get_text()
    assert page.select_one("#q")["value"] == "appr"  # type: ignore[index]
    assert titles(searched(ana, q="appr")) == []
    assert titles(typed("zzz")) == []

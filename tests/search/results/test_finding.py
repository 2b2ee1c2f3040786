"""The search page: queries, hits, and what no one is shown."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from hub.search.store import folders
from tests.search.results.page import facets, searched, titles
from tests.world import a_person, a_resource, an_organization


def test_a_hit_links_to_the_slide_with_the_words_and_marks_them(ana: FlaskClient) -> None:
    page = searched(ana, q="apprentice poaching")
    [hit] = page.select("li.resource-line")
    link = hit.select_one(".snippet a")
    assert link is not None
    assert link.get_text() == "Slide 2"
    assert str(link["href"]) == "/resources/1/pages/2?q=apprentice+poaching"
    assert [mark.get_text() for mark in hit.select("mark")] == ["apprentices", "poaching"]
    assert "Lakeshore Forge" in hit.get_text()
    assert "Presentation" in hit.get_text()
    assert hit.find("time", datetime="2026-11-20", attrs={"data-paper": "Friday, November 20, 2026"})
    assert ana.get(str(link["href"])).status_code == 200


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("1312", {"Second source of part A-1312/B"}),
        ("A-1312/B", {"Second source of part A-1312/B"}),
        ("nunez", {"Second source of part A-1312/B"}),
        ("rotated apprentice", {"Shared apprenticeship"}),
        ("rotation apprentices zinc", {"Shared apprenticeship"}),
        ('"rotations of apprentices" "box core"', set()),
        ("how were the rotations of apprentices done", {"Shared apprenticeship"}),
        ("during:spring", set()),
        ("before:last year", set()),
        ("plant after:this month", {"Shared apprenticeship"}),
        ("rotation apprentices", {"Shared apprenticeship"}),
        ('"core box"', {"Second source of part A-1312/B"}),
        ('"box core"', set()),
        ("steel -core", {"Shared apprenticeship", "Steel for everyone"}),
        ("core OR rotations", {"Shared apprenticeship", "Second source of part A-1312/B"}),
        ("apprent*", {"Shared apprenticeship"}),
        ("steel kind:briefing", {"Second source of part A-1312/B"}),
        ("organization:harbor", {"Second source of part A-1312/B", "Steel for everyone"}),
        ('topic:"Supply Chain Support"', {"Second source of part A-1312/B"}),
        ("topic:toolmakers", {"Shared apprenticeship"}),
        ("year:2026 steel plant", {"Shared apprenticeship", "Steel for everyone"}),
        ("before:2026-01", {"Second source of part A-1312/B"}),
        ("after:2026-11-20 plant", {"Shared apprenticeship"}),
        ("workforce training", {"Shared apprenticeship"}),
        ("five small shops", {"Shared apprenticeship"}),
        ("prices", set()),
    ],
)
def test_a_query_finds_the_intended_resources(ana: FlaskClient, query: str, wanted: set[str]) -> None:
    assert set(titles(searched(ana, q=query))) == wanted


@pytest.mark.both_databases
def test_no_one_is_shown_what_they_may_not_open(
    world: Database, client: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    secret, public = "Our own steel prices", "Steel for everyone"
    expected = {
        None: {public},
        "ana@lake.example": {public, "Shared apprenticeship", "Second source of part A-1312/B"},
        "bo@harbor.example": {public, "Shared apprenticeship", "Second source of part A-1312/B", secret},
        "coordinator@hub.example": {public, "Shared apprenticeship", "Second source of part A-1312/B", secret},
    }
    for email, wanted in expected.items():
        page = searched(sign_in(email) if email else client, q="steel")
        assert set(titles(page)) == wanted
        status = page.select_one("[data-count]")
        assert status is not None
        assert status.get_text().startswith(str(len(wanted)))
        for counts in facets(page).values():
            assert sum(counts.values()) in {len(wanted), len(wanted) - 1, 0} or counts.keys() & {"toolmakers"}


@pytest.mark.both_databases
def test_a_resource_that_was_just_hidden_is_not_found_while_the_index_lags(world: Database, ana: FlaskClient) -> None:
    with world.writing() as db:
        resource = db.get_one(Resource, 2)
        resource.audience, resource.version = Audience.ORGANIZATION, resource.version + 1
        db.get_one(Resource, 4).withdrawn_at = clock.now()
    page = searched(ana, q="steel")
    assert titles(page) == ["Shared apprenticeship"]
    assert facets(page)["kind"] == {"Presentation": 1}
    assert facets(page)["organization"] == {"Lakeshore Forge": 1}


@pytest.mark.both_databases
def test_typed_html_and_templates_are_escaped(world: Database, ana: FlaskClient) -> None:
    nasty = '<script>alert(1)</script> & "quotes" \'{{ 7 * 7 }}'
    with world.writing() as db:
        a_resource(
            db, an_organization(db, f"Org {nasty}"), f"Zinc {nasty}", [f"Zinc text {nasty}"], topics=[nasty[:70]]
        )
    index.catch_up(world)
    page = searched(ana, q=f"zinc {nasty}")
    assert not [script for script in page.select("script") if "alert" in script.get_text()]
    assert "49" not in page.get_text()
    assert titles(searched(ana, q="zinc")) == [f"Zinc {nasty}"]
    assert page.select_one("input#q")["value"] == f"zinc {nasty}"  # type: ignore[index]


@pytest.mark.both_databases
def test_without_an_index_the_page_says_so_and_searches_titles(
    database: Database, sign_in: Callable[[str], FlaskClient]
) -> None:
    with database.writing() as db:
        owner = an_organization(db)
        a_person(db, owner, email="ana@lake.example")
        a_resource(db, owner, "Toolkit")
    page = searched(sign_in("ana@lake.example"), q="tool")
    assert titles(page) == ["Toolkit"]
    assert "The search index is being built." in page.select(".search-notes")[0].get_text()
    assert page.select(".facet") == []


@pytest.mark.both_databases
def test_a_search_needs_a_constant_number_of_queries(
    world: Database, ana: FlaskClient, count_statements: Callable[[], list[str]]
) -> None:
    searched(ana, q="steel")
    statements = count_statements()
    searched(ana, q="steel")
    assert len(statements) <= 14, statements


@pytest.mark.both_databases
def test_the_json_has_the_documented_form(world: Database) -> None:
    with world.reading() as db:
        answer = results_queries.as_json(results_queries.search(db, None, Query("steel")))
    assert answer.pop("took_ms") >= 0
    published = answer["hits"][0].pop("published_on")
    assert date.fromisoformat(published).isoformat() == published
    assert answer == {
        "query": "steel",
        "total": 1,
        "notes": [],
        "did_you_mean": "",
        "hits": [
            {
                "resource": 4,
                "title": "Steel for everyone",
                "kind": "call-notes",
                "organization": "harbor-casting",
                "page": 1,
                "page_kind": "page",
                "snippet": "**Steel** in public.",
                "lacking": [],
                "by": "words",
            }
        ],
        "facets": {
            "kind": {"call-notes": 1},
            "organization": {"harbor-casting": 1},
            "topic": {},
            "year": {published[:4]: 1},
        },
    }


@pytest.mark.both_databases
def test_a_resource_without_pages_is_found_by_its_title_and_summary(world: Database, ana: FlaskClient) -> None:
    with world.writing() as db:
        a_resource(db, an_organization(db), "Recording of the call", [], summary="Where the zinc talk can be seen.")
    index.catch_up(world)
    [hit] = searched(ana, q="zinc recording").select("li.resource-line")
    assert hit.select(".snippet a") == []
    assert [mark.get_text() for mark in hit.select("mark")] == ["zinc"]


@pytest.mark.both_databases
def test_the_best_page_among_hundreds_is_shown(world: Database, ana: FlaskClient) -> None:
    with world.writing() as db:
        pages = [f"Zinc page {number} has words on plating." for number in range(400)]
        pages[317] = "Zinc plating of wheel nuts without chrome."
        a_resource(db, an_organization(db), "Plating handbook", pages)
    index.catch_up(world)
    link = searched(ana, q="zinc plating chrome").select_one(".snippet a")
    assert link is not None
    assert link.get_text() == "Page 318"
    assert folders.opened(world.config).snapshot.live.bit_count() == 5


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("鋳造", ["鋳造"]),
        ("鋼", ["鋼"]),
        ("부산", ["부산"]),
        ("เหล็ก", ["เหล็ก"]),
        ("造所を", ["造所を"]),
        ("鋳所", None),
    ],
)
def test_words_written_without_spaces_are_found_and_marked(
    database: Database, ana: FlaskClient, query: str, marked: list[str] | None
) -> None:
    text = "大阪の鋳造所を見学した。特殊鋼の在庫。부산에서 만납니다. การผลิตเหล็กกล้า"
    with database.writing() as db:
        a_resource(db, an_organization(db), title="Notes", pages=[text])
    index.catch_up(database)
    page = searched(ana, q=query)
    assert titles(page) == (["Notes"] if marked else [])
    assert [mark.get_text() for mark in page.select("li.resource-line mark")] == (marked or [])

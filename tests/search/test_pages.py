"""Searching as a person does it: by the page."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience, Kind, PageKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from hub.search.store import folders
from tests.world import a_person, a_resource, an_organization

TODAY = date(2026, 11, 20)
TYPED = st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), max_size=40
)  # an address with a NUL is no address


@pytest.fixture
def world(database: Database) -> Database:
    """Some resources of two organizations, found by the index."""
    with database.writing() as db:
        host = an_organization(db, "Secretariat", OrganizationKind.HOST)
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        a_person(db, host, Role.COORDINATOR, email="coordinator@hub.example")
        a_person(db, lake, email="ana@lake.example")
        a_person(db, harbor, email="bo@harbor.example")
        a_resource(
            db,
            lake,
            "Shared apprenticeship",
            ["How we began.", "Rotations of apprentices against poaching.", "Costs of the steel plant."],
            kind=Kind.PRESENTATION,
            page_kind=PageKind.SLIDE,
            topics=["workforce", "toolmakers"],
            published_on=TODAY,
            summary="Five small shops train together.",
        )
        a_resource(
            db,
            harbor,
            "Second source of part A-1312/B",
            ["The core box was shared by Núñez & Sons; steel was short."],
            kind=Kind.BRIEFING,
            topics=["supply-chain"],
            published_on=TODAY - timedelta(days=400),
        )
        a_resource(db, harbor, "Our own steel prices", ["Steel at cost."], audience=Audience.ORGANIZATION)
        a_resource(
            db, harbor, "Steel for everyone", ["Steel in public."], audience=Audience.PUBLIC, kind=Kind.CALL_NOTES
        )
    index.catch_up(database)
    return database


@pytest.fixture
def ana(world: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in("ana@lake.example")


def searched(browser: FlaskClient, **query: Any) -> BeautifulSoup:
    answer = browser.get("/search", query_string=query)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def titles(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select("a.resource-title")]


def facets(page: BeautifulSoup) -> dict[str, dict[str, int]]:
    return {
        str(facet["aria-labelledby"]).removeprefix("facet-"): {
            item.a.get_text().removeprefix("Remove "): int(item.select_one(".count").get_text())  # type: ignore[union-attr]
            for item in facet.select("li")
            if item.a
        }
        for facet in page.select(".facet")
    }


def test_a_hit_leads_to_the_very_slide_with_the_words_marked(ana: FlaskClient) -> None:
    page = searched(ana, q="apprentice poaching")
    [hit] = page.select("li.resource-line")
    link = hit.select_one(".snippet a")
    assert link is not None
    assert link.get_text() == "Slide 2"
    assert str(link["href"]) == "/resources/1/pages/2?q=apprentice+poaching"
    assert [mark.get_text() for mark in hit.select("mark")] == ["apprentices", "poaching"]
    assert "Lakeshore Forge" in hit.get_text()
    assert "Presentation" in hit.get_text()
    assert hit.find("time", datetime="2026-11-20", attrs={"data-paper": "20 November 2026"})
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
        ("year:2026 steel plant", {"Shared apprenticeship"}),
        ("before:2026-01", {"Second source of part A-1312/B"}),
        ("after:2026-11-20 plant", {"Shared apprenticeship"}),
        ("workforce training", {"Shared apprenticeship"}),
        ("five small shops", {"Shared apprenticeship"}),
        ("prices", set()),
    ],
)
def test_what_is_typed_finds_what_is_meant(ana: FlaskClient, query: str, wanted: set[str]) -> None:
    assert set(titles(searched(ana, q=query))) == wanted


@pytest.mark.both_databases
def test_nobody_is_shown_what_they_may_not_open(
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
def test_what_was_just_hidden_is_not_found_before_the_index_knows(world: Database, ana: FlaskClient) -> None:
    with world.writing() as db:
        resource = db.get_one(Resource, 2)
        resource.audience, resource.version = Audience.ORGANIZATION, resource.version + 1
        db.get_one(Resource, 4).withdrawn_at = clock.now()
    page = searched(ana, q="steel")
    assert titles(page) == ["Shared apprenticeship"]
    assert facets(page)["kind"] == {"Presentation": 1}
    assert facets(page)["organization"] == {"Lakeshore Forge": 1}


@pytest.mark.both_databases
def test_facets_count_the_whole_result_and_narrow_it_by_a_link(ana: FlaskClient) -> None:
    page = searched(ana, q="steel")
    assert facets(page)["kind"] == {"Presentation": 1, "Briefing": 1, "Call notes": 1}
    link = page.find("a", string="Briefing")
    narrowed = BeautifulSoup(ana.get(str(link["href"])).get_data(as_text=True), "lxml")  # type: ignore[index]
    assert titles(narrowed) == ["Second source of part A-1312/B"]
    assert facets(narrowed)["kind"] == {"Presentation": 1, "Briefing": 1, "Call notes": 1}
    assert facets(narrowed)["organization"] == {"Harbor Casting": 1}
    both = searched(ana, q="steel", kind=["briefing", "presentation"])
    assert set(titles(both)) == {"Second source of part A-1312/B", "Shared apprenticeship"}


def test_a_filter_is_removed_by_its_link(ana: FlaskClient) -> None:
    page = searched(ana, q="steel", kind="briefing", audience="network")
    for link in page.select(".active-filters li:first-child a"):
        assert "kind" not in str(link["href"])
        assert "audience=network" in str(link["href"])
    assert "Clear all" in page.select(".active-filters")[0].get_text()
    assert titles(page) == ["Second source of part A-1312/B"]


@pytest.mark.both_databases
def test_results_come_in_the_order_that_was_asked_for(ana: FlaskClient) -> None:
    assert titles(searched(ana, sort="title"))[0] == "Second source of part A-1312/B"
    assert titles(searched(ana, sort="oldest"))[0] == "Second source of part A-1312/B"
    assert titles(searched(ana))[-1] == "Second source of part A-1312/B"
    assert titles(searched(ana, q="steel", sort="oldest"))[0] == "Second source of part A-1312/B"


@pytest.mark.both_databases
def test_long_results_come_in_pages(world: Database, ana: FlaskClient) -> None:
    with world.writing() as db:
        owner = an_organization(db, "Prairie Tooling")
        for number in range(25):
            a_resource(db, owner, f"Gear {number:02}", published_on=TODAY - timedelta(days=number))
    index.catch_up(world)
    assert titles(searched(ana, q="gear", page=1, sort="title"))[0] == "Gear 00"
    third = searched(ana, q="gear", page=3, sort="title")
    assert titles(third) == [f"Gear {number:02}" for number in range(20, 25)]
    assert titles(searched(ana, q="gear", page=99, sort="title")) == titles(third)
    assert "page=2" in str(third.select_one("a[rel=prev]")["href"])  # type: ignore[index]
    seen = [title for number in (1, 2, 3) for title in titles(searched(ana, q="gear", page=number))]
    assert sorted(seen) == [f"Gear {number:02}" for number in range(25)]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "note"),
    [
        ({"q": 'steel "plate'}, "A quotation mark was never closed"),
        ({"q": "kind:banana"}, "There is no kind “banana”"),
        ({"q": "steel", "kind": "banana"}, "Part of the filter “Kind” was ignored"),
        ({"q": "steel", "year": "soon"}, "Part of the filter “Year” was ignored"),
        ({"q": "steel", "sort": "luck"}, "There is no such order"),
        ({"q": "steel", "page": "-1"}, "There is no such page"),
        ({"q": "steel", "page": "٣"}, "There is no such page"),
        ({"q": "the steel"}, "Left out, since nearly every page has it: the."),
        ({"q": "organization:nobody"}, "No organization among the resources that you may read is called “nobody”"),
        ({"q": "steel plant costs unheard of words"}, "No resource has all of these words"),
    ],
)
def test_what_makes_no_sense_is_never_an_error_and_the_page_says_so(
    ana: FlaskClient, query: dict[str, str], note: str
) -> None:
    assert note in searched(ana, **query).select(".search-notes")[0].get_text()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    q=TYPED | st.sampled_from(['"', "-", "*", "OR", 'kind:"', "after:9999-12-31", "-" * 500, "x*" * 99]),
    others=st.dictionaries(
        st.sampled_from(["kind", "organization", "topic", "year", "audience", "sort", "page"]),
        TYPED.map(lambda text: text[:8]),
    ),
)
def test_no_address_is_an_error(ana: FlaskClient, q: str, others: dict[str, str]) -> None:
    assert ana.get("/search", query_string=others | {"q": q}).status_code == 200


def test_a_hit_says_which_words_it_lacks_and_the_rarest_count_most(world: Database, ana: FlaskClient) -> None:
    page = searched(ana, q="zinc rotations poaching core")
    assert titles(page) == ["Shared apprenticeship", "Second source of part A-1312/B"]
    lacking = [line.get_text() for line in page.select(".lacking")]
    assert lacking == ["Not in it: zinc, core", "Not in it: zinc, rotations, poaching"]
    assert "No resource has all of these words" in page.select(".search-notes")[0].get_text()
    assert searched(ana, q="steel").select(".lacking") == []


def test_when_few_have_all_of_many_words_the_others_follow_and_the_page_says_so(ana: FlaskClient) -> None:
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
        ("lakehsore", "lakeshore"),
        ("rotatons against poching", "rotations against poaching"),
        ("corebox", "core box"),
        ('"steel plant" rotatons -zinc', '"steel plant" rotations -zinc'),
    ],
)
def test_a_mistyped_word_is_asked_about_and_never_replaced(ana: FlaskClient, typed: str, meant: str) -> None:
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
def test_nothing_is_proposed_for_what_is_found_or_known_to_nobody_who_asks(ana: FlaskClient, typed: str) -> None:
    assert searched(ana, q=typed).select(".did-you-mean") == []


def test_words_of_what_a_person_may_not_open_are_never_proposed(
    world: Database, client: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    assert searched(sign_in("bo@harbor.example"), q="pricse").select(".did-you-mean")[0].a.get_text() == "prices"  # type: ignore[union-attr]
    assert searched(sign_in("ana@lake.example"), q="pricse").select(".did-you-mean") == []
    assert searched(client, q="aprenticeship").select(".did-you-mean") == []
    with world.writing() as db:
        resource = db.get_one(Resource, 1)
        resource.audience, resource.version = Audience.ORGANIZATION, resource.version + 1
    assert searched(sign_in("bo@harbor.example"), q="poching").select(".did-you-mean") == []


@pytest.mark.both_databases
def test_what_people_typed_runs_nowhere(world: Database, ana: FlaskClient) -> None:
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
def test_while_the_index_is_missing_the_page_says_so_and_finds_titles(
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
def test_a_search_reads_a_few_rows_however_much_is_there(
    world: Database, ana: FlaskClient, count_statements: Callable[[], list[str]]
) -> None:
    searched(ana, q="steel")
    seen = count_statements()
    searched(ana, q="steel")
    assert len(seen) <= 13, seen


@pytest.mark.both_databases
def test_the_json_is_as_promised(world: Database) -> None:
    with world.reading() as db:
        answer = results_queries.as_json(results_queries.search(db, None, Query("steel")))
    assert answer.pop("took_ms") >= 0
    published = answer["hits"][0].pop("published_on")
    assert date.fromisoformat(published).isoformat() == published
    assert answer == {
        "query": "steel",
        "total": 1,
        "hits": [
            {
                "resource": 4,
                "title": "Steel for everyone",
                "kind": "call-notes",
                "organization": "harbor-casting",
                "page": 1,
                "page_kind": "page",
                "snippet": "**Steel** in public.",
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
def test_a_page_is_the_best_one_among_hundreds_and_found_quickly(world: Database, ana: FlaskClient) -> None:
    with world.writing() as db:
        pages = [f"Zinc page {number} has words on plating." for number in range(400)]
        pages[317] = "Zinc plating of wheel nuts without chrome."
        a_resource(db, an_organization(db), "Plating handbook", pages)
    index.catch_up(world)
    link = searched(ana, q="zinc plating chrome").select_one(".snippet a")
    assert link is not None
    assert link.get_text() == "Page 318"
    results = [folders.opened(world.config).snapshot.live.bit_count()]
    assert results == [5]


def test_half_a_word_finds_what_begins_so_while_one_types_and_the_page_says_it(ana: FlaskClient) -> None:
    def typed(text: str) -> BeautifulSoup:
        answer = ana.get("/search", query_string={"q": text}, headers={"X-Typing": "yes"})
        return BeautifulSoup(answer.get_data(as_text=True), "lxml")

    page = typed("appr")
    assert titles(page) == ["Shared apprenticeship"]
    assert "words that begin with “appr” is shown" in page.select(".search-notes")[0].get_text()
    assert page.select_one("#q")["value"] == "appr"  # type: ignore[index]
    assert titles(searched(ana, q="appr")) == []
    assert titles(typed("zzz")) == []

"""Filters, sorting and paging, and that no URL of results is an error."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.db import Database
from hub.search import index
from tests.search.results.page import TODAY, facets, searched, titles
from tests.world import a_resource, an_organization

TYPED = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)  # a URL can't have a NUL


@pytest.mark.both_databases
def test_facets_count_all_results_and_their_links_filter_them(ana: FlaskClient) -> None:
    page = searched(ana, q="steel")
    assert facets(page)["kind"] == {"Presentation": 1, "Briefing": 1, "Call notes": 1}
    link = page.find("a", string="Briefing")
    filtered = BeautifulSoup(ana.get(str(link["href"])).get_data(as_text=True), "lxml")  # type: ignore[index]
    assert titles(filtered) == ["Second source of part A-1312/B"]
    assert facets(filtered)["kind"] == {"Presentation": 1, "Briefing": 1, "Call notes": 1}
    assert facets(filtered)["organization"] == {"Harbor Casting": 1}
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
def test_results_have_the_requested_order(ana: FlaskClient) -> None:
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
        ({"q": 'steel "plate'}, "A quotation mark isn’t closed"),
        ({"q": "kind:banana"}, "There is no kind “banana”"),
        ({"q": "steel", "kind": "banana"}, "Part of the “Kind” filter isn’t valid"),
        ({"q": "steel", "year": "soon"}, "Part of the “Year” filter isn’t valid"),
        ({"q": "steel", "sort": "luck"}, "That sort order doesn’t exist"),
        ({"q": "steel", "page": "-1"}, "That page of results doesn’t exist"),
        ({"q": "steel", "page": "٣"}, "That page of results doesn’t exist"),
        ({"q": "THE steel"}, "Common words were ignored: THE."),
        ({"q": "organization:nowhere"}, "No organization named “nowhere” has resources that you can read."),
        ({"q": "steel plant costs unheard of words"}, "No resource has all of these words"),
    ],
)
def test_invalid_input_is_never_an_error_and_the_page_has_a_note(
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
def test_no_url_gives_an_error(ana: FlaskClient, q: str, others: dict[str, str]) -> None:
    assert ana.get("/search", query_string=others | {"q": q}).status_code == 200

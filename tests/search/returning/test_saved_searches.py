"""Saved searches: saving, renaming and deleting them, and their new resources."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.rules.organizations import Role
from hub.search import actions as search_actions
from hub.search import index
from hub.search.actions import MOST_SAVED
from hub.search.models import RecentSearch
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.rules import addresses as addresses_rules
from tests.search.returning.visits import EMAILS, LONG_AGO, add_resource, page_of, person_of, save
from tests.world import SignIn, a_resource


@pytest.mark.both_databases
@pytest.mark.parametrize("role", Role)
def test_everyone_saves_renames_and_deletes_only_their_own_searches(
    world: Database, sign_in: SignIn, role: Role
) -> None:
    owner, bo = sign_in(EMAILS[role]), sign_in("bo@harbor.example")
    answer = save(owner, "kind=resource&q=steel&page=3&nonsense=1", "Steel, and more")
    assert answer.location == "/search?q=steel&kind=resource"
    page = page_of(owner, "/searches")
    assert page.select_one(".kept-search h3 a")["href"] == "/search?q=steel&kind=resource"  # type: ignore[index]
    assert "“steel” · Resource" in page.select(".kept-search")[0].get_text()
    assert page_of(owner, "/").select_one("#saved-searches")
    assert "Saved as “Steel, and more”" in page_of(owner, "/search?kind=resource&q=steel").get_text()
    assert "Steel, and more" not in page_of(bo, "/searches").get_text()
    for action in ("name", "tell", "delete"):
        assert bo.post(f"/searches/1/{action}", data={"name": "Stolen"}).status_code == 404
    assert owner.post("/searches/1/name", data={"name": "  Steel \n again"}).status_code == 302
    assert owner.post("/searches/1/tell", data={"tells": "no"}).status_code == 302
    text = page_of(owner, "/searches").select(".kept-search")[0].get_text()
    assert "Steel again" in text
    assert "Notifications are off." in text
    assert owner.post("/searches/1/delete").status_code == 302
    assert page_of(owner, "/searches").select(".kept-search") == []
    assert owner.post("/searches/1/delete").status_code == 404


def test_a_search_that_cannot_be_saved_is_refused_with_the_reason(world: Database, ana: FlaskClient) -> None:
    save(ana, name="")
    assert "Enter a name for this search." in page_of(ana, "/search?q=steel").get_text()
    assert "too long to save" in ana.post("/searches", data={"address": "q=" + "x" * 3000, "name": "X"}).text
    save(ana)
    assert ana.post("/searches/1/name", data={"name": "x" * 81}).status_code == 422
    save(ana, name="Steel once more")  # the same search gets the new name
    assert [link.get_text() for link in page_of(ana, "/searches").select(".kept-search h3 a")] == ["Steel once more"]
    with world.writing() as db:
        person = person_of(db, EMAILS[Role.CONTRIBUTOR])
        for number in range(MOST_SAVED - 1):
            search_actions.save_search(db, person, "Another", f"q=another{number}", tells=True)
    save(ana, "q=too+many")
    assert f"You already have {MOST_SAVED} saved searches." in page_of(ana, "/searches").get_text()


@pytest.mark.both_databases
def test_new_resources_of_others_are_counted_until_the_person_looks(world: Database, ana: FlaskClient) -> None:
    save(ana)

    def count() -> list[str]:
        badges = [badge for address in ("/searches", "/") for badge in page_of(ana, address).select("li .new-badge")]
        return [badge.get_text() for badge in badges if badge.get_text() != "New"]

    assert count() == []
    add_resource(world, "New steel prices")
    add_resource(world, "Zinc prices")
    add_resource(world, "Steel that no one else sees", audience=Audience.ORGANIZATION)
    add_resource(world, "Steel of my own", by=EMAILS[Role.CONTRIBUTOR])
    withdrawn = add_resource(world, "Steel that is withdrawn")
    with world.writing() as db:
        db.get_one(Resource, withdrawn).withdrawn_at = clock.now()
    assert count() == ["1 new", "1 new"]
    page = page_of(ana, "/search?q=steel")
    assert [hit.h2.get_text(" ", strip=True) for hit in page.select(".hit") if hit.select(".new-badge")] == [  # type: ignore[union-attr]
        "New steel prices New"
    ]
    assert count() == []
    add_resource(world, "More steel")
    assert count() == ["1 new", "1 new"]
    ana.post("/searches/1/tell", data={"tells": "no"})
    assert count() == []


@pytest.mark.parametrize("header", [{"X-Typing": "yes"}, {"Sec-Fetch-Site": "cross-site"}])
def test_typing_and_other_sites_mark_nothing_as_seen_and_are_not_remembered(
    world: Database, ana: FlaskClient, header: dict[str, str]
) -> None:
    save(ana)
    add_resource(world, "New steel prices")
    ana.get("/search?q=steel", headers=header, buffered=True)
    assert "1 new" in page_of(ana, "/searches").get_text()
    with world.reading() as db:
        assert db.scalars(select(RecentSearch.text)).all() == []


def new_counts(world: Database) -> list[int]:
    """Return the number of new resources in each of Ana's saved searches."""
    with world.reading() as db:
        person = person_of(db, EMAILS[Role.CONTRIBUTOR])
        return list(news_queries.new_in(db, person, searches_queries.saved_of(db, person)).values())


def test_partial_matches_are_shown_but_do_not_count_as_new(world: Database, ana: FlaskClient) -> None:
    save(ana, "q=quenched+gear+steel+for+windmills")
    add_resource(world, "Gear for windmills")
    assert new_counts(world) == [0]
    add_resource(world, "Quenched gear steel for windmills")
    assert new_counts(world) == [1]
    assert "Gear for windmills" in page_of(ana, "/search?q=quenched+gear+steel+for+windmills").get_text()


@pytest.mark.both_databases
def test_a_resource_that_is_indexed_after_the_person_looked_counts_as_new(world: Database, ana: FlaskClient) -> None:
    save(ana, "q=zinc", "Zinc")
    with world.writing() as db:
        person = person_of(db, "bo@harbor.example")
        a_resource(db, person.organization, "Plating", ["Zinc, of course."], created_by=person)  # not in the index yet
    page_of(ana, "/search?q=zinc")
    assert new_counts(world) == [0]
    index.catch_up(world)
    assert new_counts(world) == [1]


@pytest.mark.both_databases
def test_saved_searches_need_a_constant_number_of_queries(
    world: Database, ana: FlaskClient, count_statements: Callable[[], list[str]]
) -> None:
    def queries(address: str) -> int:
        page_of(ana, address)
        statements = count_statements()
        page_of(ana, address)
        return len(statements)

    save(ana)
    add_resource(world, "New steel prices")
    few = queries("/searches")
    with world.writing() as db:
        person = person_of(db, EMAILS[Role.CONTRIBUTOR])
        for number in range(12):
            saved = search_actions.save_search(db, person, f"Search {number}", f"q=steel+{number}", tells=True)
            saved.looked_at = LONG_AGO
    assert queries("/searches") <= few + 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q", "kind", "year", "topic", "sort", "page", "x"]),
            st.text(max_size=8) | st.sampled_from(["briefing", "2026", "newest"]),
        ),
        max_size=8,
    )
)
def test_a_saved_address_stands_for_the_same_search(pairs: list[tuple[str, str]]) -> None:
    search = addresses_rules.parse(pairs)
    address = addresses_rules.canonical(search)
    parsed = addresses_rules.parse_saved(address)
    assert addresses_rules.canonical(parsed) == address
    assert parsed.notes == ()
    assert {name: set(values) for name, values in parsed.filters.items()} == {
        name: set(values) for name, values in search.filters.items()
    }
    assert (parsed.text.split(), parsed.sort) == (search.text.split(), search.sort)

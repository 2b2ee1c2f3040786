"""Saved searches: kept, renamed and deleted by their person, and what is new in them."""

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
from tests.search.returning.visits import EMAILS, LONG_AGO, come, page_of, person_of, save
from tests.world import SignIn, a_resource


@pytest.mark.both_databases
@pytest.mark.parametrize("role", Role)
def test_everybody_saves_renames_and_deletes_their_own_searches_and_nobody_elses(
    world: Database, sign_in: SignIn, role: Role
) -> None:
    mine, theirs = sign_in(EMAILS[role]), sign_in("bo@harbor.example")
    answer = save(mine, "kind=resource&q=steel&page=3&nonsense=1", "Steel, and more")
    assert answer.location == "/search?q=steel&kind=resource"
    page = page_of(mine, "/searches")
    assert page.select_one(".kept-search h3 a")["href"] == "/search?q=steel&kind=resource"  # type: ignore[index]
    assert "“steel” · Resource" in page.select(".kept-search")[0].get_text()
    assert page_of(mine, "/").select_one("#saved-searches")
    assert "Saved as “Steel, and more”" in page_of(mine, "/search?kind=resource&q=steel").get_text()
    assert "Steel, and more" not in page_of(theirs, "/searches").get_text()
    for action in ("name", "tell", "delete"):
        assert theirs.post(f"/searches/1/{action}", data={"name": "Stolen"}).status_code == 404
    assert mine.post("/searches/1/name", data={"name": "  Steel \n again"}).status_code == 302
    assert mine.post("/searches/1/tell", data={"tells": "no"}).status_code == 302
    text = page_of(mine, "/searches").select(".kept-search")[0].get_text()
    assert "Steel again" in text
    assert "You aren’t told" in text
    assert mine.post("/searches/1/delete").status_code == 302
    assert page_of(mine, "/searches").select(".kept-search") == []
    assert mine.post("/searches/1/delete").status_code == 404


def test_what_cant_be_kept_says_why_and_nothing_is_lost(world: Database, ana: FlaskClient) -> None:
    save(ana, name="")
    assert "Enter a name" in page_of(ana, "/search?q=steel").get_text()
    assert "too long to keep" in ana.post("/searches", data={"address": "q=" + "x" * 3000, "name": "X"}).text
    save(ana)
    assert ana.post("/searches/1/name", data={"name": "x" * 81}).status_code == 422
    save(ana, name="Steel once more")  # the same search again: it has the new name
    assert [one.get_text() for one in page_of(ana, "/searches").select(".kept-search h3 a")] == ["Steel once more"]
    with world.writing() as db:
        person = person_of(db, EMAILS[Role.CONTRIBUTOR])
        for number in range(MOST_SAVED - 1):
            search_actions.save_search(db, person, "One", f"q=one{number}", tells=True)
    save(ana, "q=too+many")
    assert f"You keep {MOST_SAVED} searches already" in page_of(ana, "/searches").get_text()


@pytest.mark.both_databases
def test_new_results_are_counted_until_one_looks_and_ones_own_never(world: Database, ana: FlaskClient) -> None:
    save(ana)

    def count() -> list[str]:
        counts = [
            [one.get_text() for one in page_of(ana, address).select("li .new-badge")] for address in ("/searches", "/")
        ]
        return [text for some in counts for text in some if text != "New"]

    assert count() == []
    come(world, "New steel prices")
    come(world, "Zinc prices")
    come(world, "Steel that nobody else sees", audience=Audience.ORGANIZATION)
    come(world, "Steel of my own", by=EMAILS[Role.CONTRIBUTOR])
    withdrawn = come(world, "Steel that is withdrawn")
    with world.writing() as db:
        db.get_one(Resource, withdrawn).withdrawn_at = clock.now()
    assert count() == ["1 new", "1 new"]
    page = page_of(ana, "/search?q=steel")
    assert [hit.h2.get_text(" ", strip=True) for hit in page.select(".hit") if hit.select(".new-badge")] == [  # type: ignore[union-attr]
        "New steel prices New"
    ]
    assert count() == []
    come(world, "More steel")
    assert count() == ["1 new", "1 new"]
    ana.post("/searches/1/tell", data={"tells": "no"})
    assert count() == []


def test_typing_neither_looks_nor_is_remembered(world: Database, ana: FlaskClient) -> None:
    save(ana)
    come(world, "New steel prices")
    ana.get("/search?q=steel", headers={"X-Typing": "yes"}, buffered=True)
    assert "1 new" in page_of(ana, "/searches").get_text()
    with world.reading() as db:
        assert db.scalars(select(RecentSearch.text)).all() == []


def told(world: Database) -> list[int]:
    """Return how much is new in each of Ana's saved searches."""
    with world.reading() as db:
        person = person_of(db, EMAILS[Role.CONTRIBUTOR])
        return list(news_queries.new_in(db, person, searches_queries.saved_of(db, person)).values())


def test_what_lacks_words_is_shown_but_nobody_is_told_of_it(world: Database, ana: FlaskClient) -> None:
    save(ana, "q=quenched+gear+steel+for+windmills")
    come(world, "Gear for windmills")
    assert told(world) == [0]
    come(world, "Quenched gear steel for windmills")
    assert told(world) == [1]
    assert "Gear for windmills" in page_of(ana, "/search?q=quenched+gear+steel+for+windmills").get_text()


@pytest.mark.both_databases
def test_what_is_still_being_read_when_one_looks_is_told_afterwards(world: Database, ana: FlaskClient) -> None:
    save(ana, "q=zinc", "Zinc")
    with world.writing() as db:
        person = person_of(db, "bo@harbor.example")
        a_resource(db, person.organization, "Plating", ["Zinc, of course."], created_by=person)  # not in the index yet
    page_of(ana, "/search?q=zinc")
    assert told(world) == [0]
    index.catch_up(world)
    assert told(world) == [1]


@pytest.mark.both_databases
def test_saved_searches_cost_a_few_statements_however_many_there_are(
    world: Database, ana: FlaskClient, count_statements: Callable[[], list[str]]
) -> None:
    def statements(address: str) -> int:
        page_of(ana, address)
        seen = count_statements()
        page_of(ana, address)
        return len(seen)

    save(ana)
    come(world, "New steel prices")
    few = statements("/searches")
    with world.writing() as db:
        person = person_of(db, EMAILS[Role.CONTRIBUTOR])
        for number in range(12):
            saved = search_actions.save_search(db, person, f"Search {number}", f"q=steel+{number}", tells=True)
            saved.looked_at = LONG_AGO
    assert statements("/searches") <= few + 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q", "kind", "year", "topic", "sort", "page", "x"]),
            st.text(max_size=8) | st.sampled_from(["briefing", "2026", "newest"]),
        ),
        max_size=8,
    )
)
def test_a_kept_address_asks_the_same_and_is_kept_the_same(pairs: list[tuple[str, str]]) -> None:
    asked = addresses_rules.read(pairs)
    kept = addresses_rules.kept(asked)
    again = addresses_rules.opened(kept)
    assert addresses_rules.kept(again) == kept
    assert again.notes == ()
    assert {name: set(some) for name, some in again.filters.items()} == {
        name: set(some) for name, some in asked.filters.items()
    }
    assert (again.text.split(), again.sort) == (asked.text.split(), asked.sort)

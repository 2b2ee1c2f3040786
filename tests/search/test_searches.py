"""Coming back: saved searches, feeds, recent searches, and what is new."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import actions as search_actions
from hub.search import index
from hub.search.actions import MOST_SAVED
from hub.search.models import LastVisit, RecentSearch, SavedSearch, SearchFeed
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.rules import addresses as addresses_rules
from hub.search.rules.visits import ENDS_AFTER, NOTED_EVERY, Seen
from tests.world import SignIn, a_person, a_resource, an_organization

EMAILS = {role: f"{role.value}@lake.example" for role in Role} | {Role.COORDINATOR: "coordinator@hub.example"}
ATOM = "{http://www.w3.org/2005/Atom}"
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def world(database: Database) -> Database:
    """People of each role, and resources that came long ago."""
    with database.writing() as db:
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        host = an_organization(db, "Secretariat", OrganizationKind.HOST)
        for role, email in EMAILS.items():
            a_person(db, host if role is Role.COORDINATOR else lake, role, email)
        a_person(db, harbor, email="bo@harbor.example")
        for title, audience in (("Steel town", Audience.NETWORK), ("Secret steel", Audience.ORGANIZATION)):
            a_resource(db, harbor, title, audience=audience).created_at = LONG_AGO
    index.catch_up(database)
    return database


@pytest.fixture
def ana(world: Database, sign_in: SignIn) -> FlaskClient:
    return sign_in(EMAILS[Role.CONTRIBUTOR])


def page_of(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address, buffered=True)  # what is noted once the answer is out is noted now
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def person_of(db: Session, email: str) -> Person:
    return db.scalars(select(Person).where(Person.email == email)).one()


def save(browser: FlaskClient, address: str = "q=steel", name: str = "Steel", **others: Any) -> Any:
    return browser.post("/searches", data={"address": address, "name": name, "tells": "y"} | others)


def come(world: Database, title: str, by: str = "bo@harbor.example", **others: Any) -> int:
    """Somebody adds a resource, and it is found."""
    with world.writing() as db:
        person = person_of(db, by)
        resource = a_resource(db, person.organization, title, created_by=person, **others)
    index.catch_up(world)
    return resource.id


# Saved searches


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
    """How much is new in each of Ana's saved searches."""
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


# Feeds


def feed_address(browser: FlaskClient, address: str = "q=steel") -> str:
    """Make a feed; answers its path."""
    answer = browser.post("/searches/feeds", data={"address": address})
    number = answer.location.rpartition("-")[2]
    field = page_of(browser, "/searches").select_one(f"#feed-address-{number}")
    assert field is not None
    assert str(field["value"]).startswith("http://127.0.0.1:8000/feeds/")
    return str(field["value"]).removeprefix("http://127.0.0.1:8000")


def entries(browser: FlaskClient, path: str) -> list[str]:
    root = etree.fromstring(browser.get(path).data)
    return [str(title.text) for title in root.iterfind(f"{ATOM}entry/{ATOM}title")]


@pytest.mark.both_databases
@pytest.mark.parametrize("role", Role)
def test_a_feed_has_what_its_person_may_open_until_it_is_closed(
    world: Database, sign_in: SignIn, client: FlaskClient, role: Role
) -> None:
    mine, theirs = sign_in(EMAILS[role]), sign_in("bo@harbor.example")
    path = feed_address(mine)
    assert path == feed_address(mine)  # one feed of each search
    come(world, "New steel prices")
    secret = ["Secret steel"] if role is Role.COORDINATOR else []
    assert entries(client, path)[0] == "New steel prices"
    assert set(entries(client, path)) == {"New steel prices", "Steel town", *secret}
    assert set(entries(client, feed_address(theirs))) == {"New steel prices", "Steel town", "Secret steel"}
    assert theirs.post("/searches/feeds/1/revoke").status_code == 404
    assert mine.post("/searches/feeds/1/revoke").status_code == 302
    assert client.get(path).status_code == 404
    assert mine.get(path).status_code == 404
    assert client.get("/feeds/unknown").status_code == 404
    assert feed_address(mine) != path


def test_a_feed_ends_with_its_person_and_follows_what_is_hidden(
    world: Database, ana: FlaskClient, client: FlaskClient
) -> None:
    path = feed_address(ana, "")
    assert entries(client, path) == ["Steel town"]
    with world.writing() as db:
        resource = db.scalars(select(Resource).where(Resource.title == "Steel town")).one()
        resource.audience = Audience.ORGANIZATION
    assert entries(client, path) == []
    with world.writing() as db:
        person_of(db, EMAILS[Role.CONTRIBUTOR]).left_at = clock.now()
    assert client.get(path).status_code == 404


def test_a_feed_is_atom_with_whole_addresses_and_asks_no_more_than_it_must(
    world: Database, ana: FlaskClient, client: FlaskClient
) -> None:
    come(world, "Steel & <b>iron</b>", summary="One\x0btwo")
    path = feed_address(ana, "q=steel&kind=resource")
    answer = client.get(path)
    assert answer.mimetype == "application/atom+xml"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    root = etree.fromstring(answer.data)
    _assert_atom(root)
    addresses_in = [str(link.get("href")) for link in root.iter(f"{ATOM}link")]
    assert all(address.startswith("http://127.0.0.1:8000/") for address in addresses_in)
    assert addresses_in[1] == "http://127.0.0.1:8000/search?q=steel&kind=resource"
    assert [str(title.text) for title in root.iter(f"{ATOM}title")][1] == "Steel & <b>iron</b>"
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def _assert_atom(root: Any) -> None:
    """What RFC 4287 asks of a feed and of each entry (4.1.1, 4.1.2), and its dates (3.3)."""
    for element, needed in [(root, ["id", "title", "updated", "author"])] + [
        (entry, ["id", "title", "updated"]) for entry in root.iterfind(f"{ATOM}entry")
    ]:
        for name in needed:
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo
        assert element.find(f"{ATOM}link[@rel='alternate']") is not None
        for author in element.findall(f"{ATOM}author"):
            assert author.findtext(f"{ATOM}name")
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    assert root.find(f"{ATOM}link[@rel='self']") is not None


def test_the_token_of_a_feed_stands_in_no_log_and_no_audit(
    world: Database, ana: FlaskClient, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    path = feed_address(ana)
    token = path.removeprefix("/feeds/")
    logger = logging.getLogger("hub")
    logger.addHandler(caplog.handler)
    with caplog.at_level(logging.DEBUG, "hub"):
        client.get(path)
        client.get(f"{path}/")
        ana.post("/searches/feeds/1/revoke")
        client.get(path)
    logger.removeHandler(caplog.handler)
    assert caplog.records
    assert not [record for record in caplog.records if token in str(record.__dict__)]
    with world.reading() as db:
        said = db.scalars(select(Entry).where(Entry.subject_kind == "SearchFeed").order_by(Entry.id)).all()
        assert [entry.action for entry in said] == ["made the", "closed the"]
        assert not [
            entry for entry in said if token in f"{entry.subject} {entry.details}" or "steel" in str(entry.details)
        ]


# Recent searches and visits


@pytest.mark.both_databases
def test_what_one_searched_for_is_kept_and_forgotten(world: Database, ana: FlaskClient, sign_in: SignIn) -> None:
    for address in (
        "/search?q=steel",
        "/search?q=zinc",
        "/search?q=zinc&page=2",
        "/search?q=STEEL&kind=briefing",
        "/search",
    ):
        page_of(ana, address)
    recent = [item.get_text() for item in page_of(ana, "/searches").select(".recent-searches li")]
    assert recent == ["STEEL", "zinc"]
    assert page_of(sign_in("bo@harbor.example"), "/searches").select(".recent-searches") == []
    ana.post("/searches/recent/clear")
    assert page_of(ana, "/searches").select(".recent-searches") == []


@pytest.mark.both_databases
def test_what_came_since_the_last_visit_is_marked_through_the_whole_visit(
    world: Database, ana: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def marked() -> set[str]:
        lines = [line for address in ("/", "/search") for line in page_of(ana, address).select(".resource-line")]
        return {str(line.select_one(".resource-title").get_text()) for line in lines if line.select(".new-badge")}  # type: ignore[union-attr]

    assert marked() == set()  # on a first visit nothing stands out
    begin = clock.now() + timedelta(seconds=1)
    come(world, "New steel prices")
    come(world, "Own steel", by=EMAILS[Role.CONTRIBUTOR])
    with world.writing() as db:
        for resource in db.scalars(select(Resource).where(Resource.created_at > LONG_AGO)):
            resource.created_at = begin
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(days=1))
    assert marked() == {"New steel prices"}
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(days=1, minutes=40))
    assert marked() == {"New steel prices"}
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(days=2))
    assert marked() == set()


def test_a_visitor_leaves_nothing(world: Database, client: FlaskClient) -> None:
    page_of(client, "/search?q=steel")
    page_of(client, "/")
    with world.reading() as db:
        for model in (LastVisit, RecentSearch, SavedSearch, SearchFeed):
            assert db.scalars(select(model)).all() == []


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@given(st.lists(MOMENTS, min_size=1, max_size=20).map(sorted))
def test_what_is_new_never_came_before_one_was_last_here(moments: list[datetime]) -> None:
    seen = Seen(moments[0], None)
    for before, now in pairwise(moments):
        since = seen.since(now)
        assert since is None or since <= now
        if now - before > ENDS_AFTER + NOTED_EVERY:
            assert since is not None
            assert before - NOTED_EVERY <= since <= before
        again = seen.again(now)
        assert again is None or again.since(now) == since
        seen = again or seen


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

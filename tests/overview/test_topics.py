"""Topic pages: what each section shows, to members and to visitors."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from hub.calls.models import AskKind
from hub.calls.rules.presentations import Outcome
from hub.core import clock
from hub.core.db import Database
from hub.library.models import Page, Resource
from hub.library.rules import BIG_SIX, Audience, Kind
from hub.search import index
from hub.sharing.rules.standing import Act
from tests.overview.topic_worlds import (
    ANA,
    TopicWorld,
    a_call,
    a_share,
    a_talk,
    a_world,
    an_ask,
    opened,
    section,
    titles,
)
from tests.world import a_person, a_resource, an_organization

DAY = timedelta(days=1)
PUBLIC, NETWORK, ORGANIZATION = Audience.PUBLIC, Audience.NETWORK, Audience.ORGANIZATION


@pytest.fixture
def world(database: Database) -> TopicWorld:
    with database.writing() as db:
        return a_world(db)


@pytest.fixture
def ana(world: TopicWorld, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in(ANA)


def test_the_page_of_all_topics_has_each_with_its_count_and_newest_resource(
    database: Database, world: TopicWorld, ana: FlaskClient, client: FlaskClient
) -> None:
    today = clock.now().date()
    with database.writing() as db:
        a_resource(db, world.lake, "Old wages", topics=["workforce"], audience=PUBLIC, published_on=today - 9 * DAY)
        a_resource(db, world.lake, "New wages", topics=["workforce"], published_on=today - DAY)
        a_resource(db, world.others[0], "A secret", topics=["workforce"], audience=ORGANIZATION)
    page = opened(ana, "/topics")
    assert [link.get_text() for link in page.select("main h2 a")] == list(BIG_SIX.values())
    assert page.select(".topic-newest")[0].get_text(" ", strip=True).startswith("2 resources. Newest: New wages")
    assert page.select(".topic-newest")[1].get_text(strip=True) == "No resources yet."
    public = opened(client, "/topics").select(".topic-newest")
    assert public[0].get_text(" ", strip=True).startswith("1 resource. Newest: Old wages")
    assert public[1].get_text(" ", strip=True) == "No public resources yet."


def test_an_unknown_topic_has_no_page(ana: FlaskClient, client: FlaskClient) -> None:
    for browser in (ana, client):
        assert browser.get("/topics/cooking").status_code == 404
    assert ana.get("/topics/cooking/edit").status_code == 403


def test_an_empty_topic_invites_to_add_a_resource_on_it(ana: FlaskClient, client: FlaskClient) -> None:
    add = opened(ana, "/topics/trade").select_one(".empty a")
    assert add is not None
    checked = [box["value"] for box in opened(ana, str(add["href"])).select("input[name=topics][checked]")]
    assert checked == ["trade"]
    assert "No public resources yet." in opened(client, "/topics/trade").get_text(" ")


def test_whats_new_shows_the_latest_five_and_leads_to_the_rest(
    database: Database, world: TopicWorld, ana: FlaskClient
) -> None:
    today = clock.now().date()
    with database.writing() as db:
        for number in range(7):
            a_resource(db, world.lake, f"Dock {number}", topics=["trade"], published_on=today - number * DAY)
    page = opened(ana, "/topics/trade")
    assert titles(page, "What’s new") == [f"Dock {number}" for number in range(5)]
    more = section(page, "What’s new").select_one("p > a")  # type: ignore[union-attr]
    assert more is not None
    assert more.get_text() == "All 7 resources, newest first"
    assert more["href"] == "/search?topic=trade&sort=newest"


def test_most_shared_counts_organizations_and_tells_nothing_below_three(
    database: Database, world: TopicWorld, ana: FlaskClient, client: FlaskClient
) -> None:
    today = clock.now().date()
    with database.writing() as db:
        by_four, by_three, by_two, downloaded, long_ago = (
            a_resource(db, world.lake, title, topics=["research"], audience=PUBLIC)
            for title in ("By four", "By three", "By two", "Downloaded", "Long ago")
        )
        for count, resource in ((4, by_four), (3, by_three), (2, by_two)):
            for organization in world.others[:count]:
                a_share(db, organization, resource, today, Act.DECLARED)
        a_share(db, world.others[0], by_two, today)
        a_share(db, None, by_two, today)
        retracted = a_share(db, world.others[3], by_two, today)
        a_share(db, world.others[3], by_two, today, supersedes_id=retracted.id, void=True)
        for organization in world.others:
            a_share(db, organization, downloaded, today, Act.DOWNLOAD)
            a_share(db, organization, long_ago, today - 380 * DAY)
    page = opened(ana, "/topics/research")
    assert titles(page, "Most shared") == ["By four", "By three"]
    assert "shared by 4 organizations" in section(page, "Most shared").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert section(opened(client, "/topics/research"), "Most shared") is None


def test_organizations_with_experience_are_members_with_resources_and_talks_but_not_the_host(
    database: Database, world: TopicWorld, ana: FlaskClient, client: FlaskClient
) -> None:
    today = clock.now().date()
    with database.writing() as db:
        bayou, copper, delta, elk = world.others
        gone = an_organization(db, "Gone Mills", left_on=today - 90 * DAY)
        for owner, audience in ((bayou, PUBLIC), (bayou, NETWORK), (delta, ORGANIZATION), (gone, PUBLIC)):
            a_resource(db, owner, f"Of {owner.name}", topics=["supply-chain"], audience=audience)
        a_resource(db, world.host, "Of the host", topics=["supply-chain"], audience=PUBLIC)
        held, to_come = a_call(db, 7), a_call(db, -7)
        a_talk(db, held, world.ana, copper, "Second source", "supply-chain")
        missed = a_talk(db, held, world.ana, elk, "Never given", "supply-chain")
        missed.outcome = Outcome.NO_SHOW
        a_talk(db, to_come, world.ana, elk, "Next week", "supply-chain")
    listed = section(opened(ana, "/topics/supply-chain"), "Organizations with experience")
    assert listed is not None
    assert [line.get_text(" ", strip=True) for line in listed.select("li")] == [
        "Bayou Works 2 resources from Bayou Works",
        "Copper Basin 1 talk",
    ]
    assert listed.select_one("a[href='/organizations/bayou-works']")
    public = section(opened(client, "/topics/supply-chain"), "Organizations")
    assert public is not None
    assert [line.get_text(" ", strip=True) for line in public.select("li")] == [
        "Bayou Works 1 resource from Bayou Works"
    ]
    assert not public.select("a[href^='/organizations']")


def test_acronyms_are_those_of_readable_resources_the_most_typical_first(
    database: Database, world: TopicWorld, ana: FlaskClient, client: FlaskClient
) -> None:
    with database.writing() as db:
        a_resource(db, world.lake, "Shops", ["WIOA pays for OJT."], topics=["workforce"])
        a_resource(db, world.lake, "Colleges", ["WIOA and the MEP center."], topics=["workforce"], audience=PUBLIC)
        a_resource(db, world.lake, "Elsewhere", ["MEP centers help."], topics=["trade"])
        a_resource(db, world.others[0], "Secret", ["CMMC audits."], topics=["workforce"], audience=ORGANIZATION)

    def names(browser: FlaskClient) -> list[str]:
        return [term.get_text() for term in opened(browser, "/topics/workforce").select("#acronyms ~ dl dt")]

    assert names(ana) == []  # the index lags behind
    index.catch_up(database)
    assert names(ana) == ["WIOA", "OJT", "MEP"]
    assert names(client) == ["MEP", "WIOA"]


def test_open_questions_are_asks_that_are_not_done_and_sections_of_call_notes(
    database: Database, world: TopicWorld, ana: FlaskClient, client: FlaskClient
) -> None:
    today = clock.now().date()
    with database.writing() as db:
        call, old = a_call(db, 7), a_call(db, 400)
        an_ask(db, call, world.ana, "Who has a template for apprentices?")
        an_ask(db, call, world.ana, "Who knows a customs broker?")
        an_ask(db, call, world.ana, "Send apprentices a list.", AskKind.FOLLOW_UP)
        an_ask(db, old, world.ana, "Apprentices, long ago?")
        an_ask(db, call, world.ana, "Apprentices, answered?").done_at = clock.now()
        notes = {"kind": Kind.CALL_NOTES, "topics": ["workforce"], "published_on": today - DAY}
        for title, audience in (("Public notes", PUBLIC), ("Notes of a call", NETWORK), ("Secret", ORGANIZATION)):
            made = a_resource(db, world.others[0], title, ["- Who pays?\n- For how long?"], audience=audience, **notes)  # type: ignore[arg-type]
            page = db.query(Page).filter(Page.revision.has(resource_id=made.id)).one()
            page.title = "Questions"

    def questions(browser: FlaskClient) -> list[str]:
        listed = section(opened(browser, "/topics/workforce"), "Open questions")
        return [line.get_text(" ", strip=True) for line in listed.select("li")] if listed else []

    seen = questions(ana)
    assert {line.split(" Bayou")[0].rstrip(" ·") for line in seen[:2]} == {
        "Who pays? For how long? Public notes",
        "Who pays? For how long? Notes of a call",
    }
    assert len(seen) == 3
    assert seen[2].startswith("Who has a template for apprentices? Lakeshore Forge, on the")
    assert [line.split(" ·")[0] for line in questions(client)] == ["Who pays? For how long? Public notes"]


def test_an_ask_is_also_on_the_topic_that_its_organization_presented_on(
    database: Database, world: TopicWorld, ana: FlaskClient
) -> None:
    with database.writing() as db:
        call = a_call(db, 7)
        an_ask(db, call, world.ana, "Who has done this before?")
        a_talk(db, call, world.ana, world.lake, "Ports", "trade")
    assert "Who has done this before?" in section(opened(ana, "/topics/trade"), "Open questions").get_text()  # type: ignore[union-attr]
    assert section(opened(ana, "/topics/workforce"), "Open questions") is None


def test_talks_have_their_call_deck_and_recording_newest_first(
    database: Database, world: TopicWorld, ana: FlaskClient, client: FlaskClient
) -> None:
    with database.writing() as db:
        deck = a_resource(db, world.lake, "Slides", kind=Kind.PRESENTATION, topics=["trade"], audience=PUBLIC)
        closed = a_resource(
            db, world.others[0], "Closed", kind=Kind.PRESENTATION, topics=["trade"], audience=ORGANIZATION
        )
        held, earlier = a_call(db, 7, recording_link="https://video.example/7"), a_call(db, 14)
        a_talk(db, held, world.ana, world.lake, "By its deck", deck=deck.id)
        a_talk(db, earlier, world.ana, world.others[0], "By its topic", "trade", closed.id)
        a_talk(db, earlier, world.ana, world.others[1], "By a deck that Ana can’t open", deck=closed.id)
        a_talk(db, a_call(db, -7), world.ana, world.lake, "To come", "trade")
    page = opened(ana, "/topics/trade")
    assert titles(page, "Talks") == ["To come", "By its deck", "By its topic"]
    lines = section(page, "Talks").select("li")  # type: ignore[union-attr]
    assert "Upcoming" in lines[0].get_text()
    assert [link["href"] for link in lines[1].select("a")] == [
        f"/resources/{deck.id}",
        f"/calls/{held.day}",
        "https://video.example/7",
    ]
    assert [link["href"] for link in lines[2].select("a")] == [f"/calls/{earlier.day}"]
    public = opened(client, "/topics/trade")
    assert titles(public, "Presentations") == ["Slides"]
    assert section(public, "Talks") is None


def test_people_of_an_organization_that_left_see_what_visitors_see(
    database: Database, world: TopicWorld, sign_in: Callable[[str], FlaskClient]
) -> None:
    with database.writing() as db:
        gone = an_organization(db, "Gone Mills", left_on=clock.now().date() - 30 * DAY)
        a_person(db, gone, email="gus@gone.example")
        a_resource(db, world.lake, "For all", topics=["trade"], audience=PUBLIC)
        a_resource(db, world.lake, "For the network", topics=["trade"])
        an_ask(db, a_call(db, 7), world.ana, "Who exports?")
    answer = sign_in("gus@gone.example").get("/topics/trade").get_data(as_text=True)
    assert "For the network" not in answer
    assert "Who exports?" not in answer


def test_topics_are_linked_from_home_search_resources_and_the_navigation(
    database: Database, world: TopicWorld, ana: FlaskClient, client: FlaskClient
) -> None:
    with database.writing() as db:
        resource = a_resource(db, world.lake, topics=["trade", "tag"], audience=PUBLIC)
    for browser in (ana, client):
        for address in ("/", "/search"):
            links = {str(link["href"]) for link in opened(browser, address).select("main a, header a")}
            assert links >= {"/topics", *(f"/topics/{topic}" for topic in BIG_SIX)}, address
        assert not opened(browser, "/search?q=dock").select("#by-topic")
        shown = {str(link["href"]) for link in opened(browser, f"/resources/{resource.id}").select("main a")}
        assert shown >= {"/topics/trade", "/search?topic=tag"}


@pytest.mark.both_databases
def test_a_topic_page_asks_as_much_of_many_resources_as_of_few(
    database: Database, world: TopicWorld, ana: FlaskClient
) -> None:
    def statements() -> int:
        asked: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert ana.get("/topics/workforce").status_code == 200
        return len([statement for statement in asked if statement.startswith("SELECT")])

    def fill(count: int) -> None:
        with database.writing() as db:
            call = a_call(db, 7 + count)
            for number in range(count):
                owner = world.others[number % 4]
                resource: Resource = a_resource(
                    db, owner, f"Notes {count} {number}", kind=Kind.CALL_NOTES, topics=["workforce"]
                )
                a_talk(db, call, world.ana, owner, f"Talk {number}", "workforce", resource.id)
                an_ask(db, call, world.ana, "Who trains?")
        index.catch_up(database)

    fill(1)
    few = statements()
    fill(12)
    assert statements() <= few

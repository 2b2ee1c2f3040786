"""What is for one organization only is never opened to outsiders, in any way; narrowing closes, widening doesn't open."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.models import Resource
from hub.library.rules import Audience, Kind
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import Person
from hub.members.rules.permissions import Permission
from hub.outreach.actions import sending as sending_actions
from hub.outreach.models import Pack, PackLink
from hub.outreach.rules.packs import PackState
from hub.sharing.models import ReachedPerson, SharingEvent
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, links_in, ok, rows, send, work_on
from tests.world import SignIn, a_person, a_resource, find_text

TITLE = "Castings guide"  # of Prairie; Otto is its person, Ana is of Lakeshore
RESOURCE = 2
OTTO, ANA = "otto@prairie.example", "ana@lakeshore.example"
OPEN = frozenset({Audience.PUBLIC, Audience.NETWORK})
PUBLIC = frozenset({Audience.PUBLIC})


def assert_sent_without_the_resource(world: Database, mail_server: MailServer) -> None:
    """Let the worker send the emails that the mail server put off."""
    with world.writing() as db:
        db.execute(update(OutboxMessage).values(state=State.WAITING))  # the server said "try later"
    worker.catch_up(world)
    assert len(mail_server.received) == 2
    assert not any(TITLE in got.part("text/plain") for got in mail_server.received)


def limit(world: Database, audience: Audience = Audience.ORGANIZATION) -> None:
    """Change the audience of Prairie's guide as its owner does."""
    with world.writing() as db:
        otto = db.scalars(select(Person).where(Person.email == OTTO)).one()
        resource = library_queries.get_for(db, otto, RESOURCE, Permission.CHANGE)
        topics = tuple(topic.name for topic in resource.topics)
        facts = library_actions.Facts(Kind.RESOURCE, title=resource.title, summary=resource.summary, topics=topics)
        library_actions.change(db, otto, resource, replace(facts, audience=audience), closes=True)


def make_link(browser: FlaskClient) -> str:
    answer = browser.post(f"/resources/{RESOURCE}/forward", data={"days": 365}, follow_redirects=True)
    return find_text(r"/s/[\w-]+", ok(answer))


@dataclass
class Ways:
    """A browser of each kind of person, and what was shared while the guide was public."""

    otto: FlaskClient
    ana: FlaskClient
    coordinator: FlaskClient
    visitor: FlaskClient
    link: str = ""
    copied: str = ""  # the link of a pack's copy for a newsletter
    draft: str = ""
    mails: Callable[[], list[str]] = list


def _has_title(page: str) -> bool:
    return TITLE in unescape(page)


def _draft_of(browser: FlaskClient) -> str:
    return a_draft(browser, (1,))


# For each way out of the hub: how to try it, and the audiences for which it works.
WAYS: dict[str, tuple[Callable[[Ways], bool], frozenset[Audience]]] = {
    "the Forward page": (lambda w: 'name="days"' in ok(w.otto.get(f"/resources/{RESOURCE}/forward")), OPEN),
    "the Forward button": (
        lambda w: f"/resources/{RESOURCE}/forward" in ok(w.otto.get(f"/resources/{RESOURCE}")),
        OPEN,
    ),
    "a new share link": (
        lambda w: w.otto.post(f"/resources/{RESOURCE}/forward", data={"days": 30}).status_code == 302,
        OPEN,
    ),
    "a new share link by the coordinator": (
        lambda w: w.coordinator.post(f"/resources/{RESOURCE}/forward", data={"days": 30}).status_code == 302,
        OPEN,
    ),
    "pages to cut out": (
        lambda w: "organization only" not in w.otto.get(f"/resources/{RESOURCE}/slides?pages=1").text,
        OPEN,
    ),
    "proposals for a pack": (lambda w: _has_title(ok(w.otto.get("/sharing/packs/new"))), OPEN),
    "a new pack": (
        lambda w: w.otto.post("/sharing/packs/new", data={"resources": [str(RESOURCE)]}).status_code == 302,
        OPEN,
    ),
    "Add to pack": (
        lambda w: w.otto.post("/sharing/packs/add", data={"resource": RESOURCE}).status_code == 302,
        OPEN,
    ),
    "the search in a draft": (
        lambda w: f'value="add-{RESOURCE}"' in work_on(w.otto, _draft_of(w.otto), "search", find="Castings"),
        OPEN,
    ),
    "adding it to a draft": (
        lambda w: (
            w.otto.post(
                _draft_of(w.otto), data={"title": "T", "do": f"add-{RESOURCE}"}, follow_redirects=True
            ).status_code
            == 200
        ),
        OPEN,
    ),
    "a link of its own people": (lambda w: _has_title(w.visitor.get(w.link).text), OPEN),
    "a link's View button": (
        lambda w: "alloys" in w.visitor.post(f"{w.link}/show", follow_redirects=True).text,
        OPEN,
    ),
    "a link's download": (
        lambda w: w.visitor.post(f"{w.link}/download", buffered=True).status_code == 200,
        OPEN,
    ),
    "a link's address in the list": (lambda w: "Active" in ok(w.otto.get("/sharing/links")), OPEN),
    "a link to use again": (
        lambda w: w.link in ok(w.otto.get(f"/resources/{RESOURCE}/forward?link=1")),
        OPEN,
    ),
    "the copy of a pack": (lambda w: _has_title(ok(w.otto.get(f"{w.draft}/channel?link=1"))), OPEN),
    "a pack's page": (lambda w: _has_title(ok(w.visitor.get(w.copied))), OPEN),
    "an item's page": (lambda w: w.visitor.get(f"{w.copied}/1").status_code == 200, OPEN),
    "an item's button": (lambda w: w.visitor.post(f"{w.copied}/1/open").status_code == 303, OPEN),
    "an item's download": (
        lambda w: w.visitor.post(f"{w.copied}/1/download", buffered=True).status_code == 200,
        OPEN,
    ),
    "a question about an item": (lambda w: w.visitor.get(f"{w.copied}/1/ask").status_code == 200, OPEN),
    "an opinion on an item": (
        lambda w: w.visitor.post(f"{w.copied}/1/say", data={"opinion": "useful"}).status_code == 303,
        OPEN,
    ),
    "the email of a scheduled pack": (lambda w: any(_has_title(mail) for mail in w.mails()), OPEN),
    "the resource's page, for others": (lambda w: w.ana.get(f"/resources/{RESOURCE}").status_code == 200, OPEN),
    "related resources, for others": (lambda w: _has_title(ok(w.ana.get("/resources/4"))), OPEN),
    "search, for others": (lambda w: _has_title(ok(w.ana.get("/search?q=alloys"))), OPEN),
    "new resources, for others": (lambda w: _has_title(ok(w.ana.get("/"))), OPEN),
    "suggestions, for others": (lambda w: _has_title(w.ana.get("/search/suggestions?q=cast").text), OPEN),
    "search, for visitors": (lambda w: _has_title(ok(w.visitor.get("/search?q=alloys"))), PUBLIC),
    "the home page, for visitors": (lambda w: _has_title(ok(w.visitor.get("/"))), PUBLIC),
    "a download by a visitor": (
        lambda w: w.visitor.get(f"/resources/{RESOURCE}/download", buffered=True).status_code == 200,
        PUBLIC,
    ),
}


@pytest.mark.parametrize("audience", Audience)
def test_what_is_for_one_organization_only_never_gets_out(
    world: Database, app: Flask, sign_in: SignIn, mail_server: MailServer, audience: Audience
) -> None:
    with world.writing() as db:
        prairie = db.get_one(Resource, 1).organization_id
        db.get_one(Resource, RESOURCE).audience = Audience.PUBLIC
        otto = db.scalars(select(Person).where(Person.email == OTTO)).one()
        a_resource(db, otto.organization, "Casting alloys", ["alloys and gates"], topics=["supply-chain"])
        assert prairie == otto.organization_id
    ways = Ways(sign_in(OTTO), sign_in(ANA), sign_in("coordinator@hub.example"), app.test_client())
    ways.link, ways.draft = make_link(ways.otto), a_draft(ways.otto, (RESOURCE, 1))
    page = ok(ways.otto.post(f"{ways.draft}/channel", data={"channel": "newsletter"}, follow_redirects=True))
    ways.copied = re.sub(r"/\d+$", "", links_in(page)[-1])
    send(ways.ana, a_draft(ways.ana, (RESOURCE, 1)))
    limit(world, audience)
    worker.catch_up(world)
    ways.mails = lambda: [got.part("text/plain") + got.part("text/html") for got in mail_server.received]
    assert {got.recipient for got in mail_server.received} == {"maria@shops.example", "bo@shops.example"}
    assert {name: way(ways) for name, (way, _works) in WAYS.items()} == {
        name: audience in works for name, (_way, works) in WAYS.items()
    }


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        (OTTO, f"“{TITLE}” is for your organization only. You can change its audience."),
        (
            "pia@prairie.example",
            f"“{TITLE}” is for your organization only. Otto, who added it, or you can change its audience.",
        ),
        (
            "coordinator@hub.example",
            f"“{TITLE}” is for Prairie only. Otto, who added it, or you can change its audience.",
        ),
    ],
)
def test_the_refusal_says_why_and_who_can_change_it(
    world: Database, sign_in: SignIn, email: str, sentence: str
) -> None:
    with world.writing() as db:
        prairie = db.scalars(select(Person).where(Person.email == OTTO)).one().organization
        a_person(db, prairie, email="pia@prairie.example", name="Pia")
    hint = "creates a share link that opens without an account"
    assert hint in sign_in(OTTO).get(f"/resources/{RESOURCE}").text
    limit(world)
    browser = sign_in(email)
    assert hint not in browser.get(f"/resources/{RESOURCE}").text
    for answer in (
        browser.get(f"/resources/{RESOURCE}/forward"),
        browser.post(f"/resources/{RESOURCE}/forward", data={"days": 365}),
        browser.get(f"/resources/{RESOURCE}/slides?pages=1"),
        browser.post("/sharing/packs/add", data={"resource": RESOURCE}),
        browser.post("/sharing/packs/new", data={"resources": [str(RESOURCE)]}),
    ):
        assert sentence in unescape(answer.text), answer.request.path
    assert sentence in unescape(work_on(browser, a_draft(browser, (1,)), "search", find="Castings"))
    assert f"/resources/{RESOURCE}/edit" in browser.get(f"/resources/{RESOURCE}/forward").text
    assert sign_in(ANA).get(f"/resources/{RESOURCE}/forward").status_code == 404, "others don't learn that it exists"


def _edit(browser: FlaskClient, **fields: object) -> str:
    form = {"title": TITLE, "kind": "resource", "summary": "Typed just now", "audience": "organization"} | fields
    return unescape(browser.post(f"/resources/{RESOURCE}/edit", data=form, follow_redirects=True).text)


@pytest.mark.both_databases
def test_limiting_the_audience_says_first_how_much_it_closes(world: Database, sign_in: SignIn) -> None:
    otto, ana = sign_in(OTTO), sign_in(ANA)
    assert "Close them" not in otto.get(f"/resources/{RESOURCE}/edit").text, "nothing is open yet"
    make_link(otto)
    make_link(ana)
    assert "A pack stays open" not in otto.get(f"/resources/{RESOURCE}/edit").text
    send(ana, a_draft(ana))
    work_on(ana, a_draft(ana), "save")  # a draft is open to no one
    page = otto.get(f"/resources/{RESOURCE}/edit").text
    assert "through 2 share links and 1 pack" in page
    assert "A pack stays open for its other resources." in page
    page = _edit(otto)
    assert "closes 2 share links and 1 pack for good" in page
    assert "Typed just now" in page
    with world.reading() as db:
        assert db.get_one(Resource, RESOURCE).audience is Audience.NETWORK
    assert "Changes saved" in _edit(otto, closes="y")
    assert "Close them" not in otto.get(f"/resources/{RESOURCE}/edit").text
    assert "Changes saved" in _edit(otto, audience="network")
    assert "Changes saved" in _edit(otto), "what is closed isn't closed again"
    page = unescape(otto.get("/sharing/links").text)
    assert "Closed" in page
    assert "Revoke link" not in page


@pytest.mark.both_databases
def test_widening_the_audience_again_reopens_nothing(
    world: Database, sign_in: SignIn, client: FlaskClient, mail_server: MailServer
) -> None:
    otto, ana = sign_in(OTTO), sign_in(ANA)
    links = [make_link(otto), make_link(ana)]
    packs = [a_draft(browser, (RESOURCE, 1)) for browser in (otto, ana)]
    send(ana, packs[1])
    otto.post(f"{packs[0]}/channel", data={"channel": "newsletter"})
    worker.catch_up(world)
    paths = [f"/p/{link.token}" for link in rows(world, PackLink)]
    assert all(TITLE in ok(client.get(path)) for path in paths)
    limit(world)
    limit(world, Audience.PUBLIC)
    assert [client.get(link).status_code for link in links] == [410, 410]
    assert len(paths) == 3
    assert not any(TITLE in ok(client.get(path)) for path in paths)
    assert "To share it again, remove it and add it again" in ok(otto.get(packs[0]))
    new = make_link(otto)
    assert new not in links
    assert TITLE in ok(client.get(new))
    otto.post(packs[0], data={"title": "T", "do": f"add-{RESOURCE}"})
    assert TITLE in ok(client.get(paths[-1 if rows(world, PackLink)[-1].channel else 0]))


@pytest.mark.both_databases
def test_emails_that_wait_are_written_again_without_the_resource(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    send(ana, a_draft(ana))
    for _ in range(2):
        sending_actions.catch_up(world)
    before = [mail for mail in rows(world, OutboxMessage) if TITLE in mail.text]
    assert [mail.state for mail in before] == [State.WAITING] * 2
    limit(world)
    canceled = [mail for mail in rows(world, OutboxMessage) if mail.state is State.CANCELLED]
    assert {mail.id for mail in canceled} == {mail.id for mail in before}
    assert {mail.text for mail in canceled} == {""}, "no one can send them again"
    worker.catch_up(world)
    assert {got.recipient for got in mail_server.received} == {"maria@shops.example", "bo@shops.example"}
    assert len(mail_server.received) == 2
    for got in mail_server.received:
        assert TITLE not in got.part("text/plain") + got.part("text/html")
        assert "Apprenticeships that last" in got.part("text/plain")


@pytest.mark.both_databases
def test_an_email_that_the_server_puts_off_while_its_resource_is_closed_is_written_again(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    send(ana, a_draft(ana))
    for _ in range(2):
        sending_actions.catch_up(world)
    with world.writing() as db:
        db.execute(update(OutboxMessage).values(state=State.SENDING))
    limit(world)
    assert_sent_without_the_resource(world, mail_server)


@pytest.mark.both_databases
@pytest.mark.parametrize("end", ["limit", "withdraw"])
def test_what_was_mailed_is_logged_even_if_its_resource_is_closed_or_withdrawn_before(
    world: Database, sign_in: SignIn, mail_server: MailServer, end: str
) -> None:
    mail_server.refuses_recipient["bo@shops.example"] = "451 4.7.1 greylisted"
    ana, otto = sign_in(ANA), sign_in(OTTO)
    send(ana, a_draft(ana, (RESOURCE, 1)))
    worker.catch_up(world)
    assert [TITLE in got.part("text/plain") for got in mail_server.to("maria@shops.example")] == [True]
    assert rows(world, SharingEvent) == []
    if end == "limit":
        limit(world)
        with world.writing() as db:
            db.get_one(Resource, RESOURCE).title = "Secret title"
    else:
        otto.post(f"/resources/{RESOURCE}/withdraw", data={"reason": "Outdated"})
    mail_server.refuses_recipient.clear()
    with world.writing() as db:
        db.execute(update(OutboxMessage).values(due_at=clock.now()))
    worker.catch_up(world)
    worker.catch_up(world)
    has_it = [TITLE in got.part("text/plain") for got in mail_server.to("bo@shops.example")]
    assert has_it == [end == "withdraw"], "an email that waits is written again only for a closed resource"
    logged = Counter((event.resource_id, event.people) for event in rows(world, SharingEvent))
    assert logged == ({(RESOURCE, 1): 1, (1, 1): 2} if end == "limit" else {(RESOURCE, 2): 1, (1, 2): 1}), (
        "each entry has those who got its resource"
    )
    assert "Secret title" not in {event.title for event in rows(world, SharingEvent)}
    assert len({person.key for person in rows(world, ReachedPerson)}) == 2


def test_an_email_with_a_closed_resource_is_not_sent_again(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    send(ana, a_draft(ana))
    worker.catch_up(world)
    with world.writing() as db:
        db.execute(update(OutboxMessage).values(state=State.FAILED))
    limit(world)
    limit(world, Audience.NETWORK)
    page = ok(ana.post(f"/outbox/{rows(world, OutboxMessage)[0].id}/again", follow_redirects=True))
    assert "a resource in it is now for its organization only" in page


def test_a_scheduled_pack_of_which_nothing_is_open_becomes_a_draft_again(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    send(ana, a_draft(ana, (RESOURCE,)))
    limit(world)
    worker.catch_up(world)
    assert [pack.state for pack in rows(world, Pack)] == [PackState.DRAFT]
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == [ANA], "its sender hears of it, once"
    assert "None of its resources can be shared now" in mail_server.received[0].part("text/html")
    page = ok(ana.get("/sharing/packs/1"))
    assert "For its organization only: recipients won’t see it" in page
    assert "Add at least one resource" in ok(ana.post("/sharing/packs/1/send", data={"when": "now"}), 422)


def test_links_and_packs_of_old_hubs_stay_closed(world: Database, sign_in: SignIn, client: FlaskClient) -> None:
    """Before this rule, people of the organization itself could create them."""
    otto = sign_in(OTTO)
    link = make_link(otto)
    draft = a_draft(otto, (RESOURCE, 1))
    otto.post(f"{draft}/channel", data={"channel": "newsletter"})
    with world.writing() as db:
        db.get_one(Resource, RESOURCE).audience = Audience.ORGANIZATION
    [pack_link] = rows(world, PackLink)
    assert client.get(link).status_code == 410
    assert TITLE not in ok(client.get(f"/p/{pack_link.token}"))
    assert otto.get("/sharing/links").text.count("Closed") == 1

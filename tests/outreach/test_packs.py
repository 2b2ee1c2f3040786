"""Packs from proposal to record: through pages, the worker, and a real mail server."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, inspect, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from config import Config
from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library.models import Resource
from hub.library.rules import Audience, Kind, PageKind
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.delivery import delivering
from hub.mail.letters import NOT_SHOWN
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Pack, PackCount, PackFetch, PackLink, PackTrace, Stakeholder
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.openings import Trace
from hub.outreach.rules.packs import LinkPart, PackState
from hub.sharing.models import SharingEvent
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act
from tests.mailserver import MailServer, a_mail_server
from tests.world import NAUGHTY, SignIn, a_person, a_resource, an_organization

PEOPLE = (
    "name,email,groups\nMaria,maria@shops.example,Board\nBo,bo@shops.example,Board;Shops\nCy,cy@shops.example,Shops\n"
)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with a_mail_server() as server:
        yield server


@pytest.fixture
def config(config: Config, mail_server: MailServer) -> Config:
    """With a mail server."""
    return replace(config, MAIL_URL=mail_server.url)


@pytest.fixture
def world(database: Database) -> Database:
    """Ana's community with three stakeholders; another one published two resources and a weekly update."""
    today = clock.today(database.config.zone)
    with database.writing() as db:
        lakeshore, prairie = an_organization(db, "Lakeshore"), an_organization(db, "Prairie")
        host = an_organization(db, kind=OrganizationKind.HOST)
        ana = a_person(db, lakeshore, Role.REPRESENTATIVE, "ana@lakeshore.example", "Ana Peña")
        a_person(db, lakeshore, email="dee@lakeshore.example", name="Dee")
        otto = a_person(db, prairie, email="otto@prairie.example", name="Otto")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        shared: dict[str, Any] = {"published_on": today, "created_by": otto}
        a_resource(db, prairie, "Apprenticeships that last", ["one", "two", "three"], topics=["workforce"], **shared)
        a_resource(
            db, prairie, "Castings guide", ["alloys", "gates"], topics=["supply-chain"], summary="How to.", **shared
        )
        a_resource(
            db,
            prairie,
            "Weekly update",
            ["first item", "second item"],
            Kind.BRIEFING,
            page_kind=PageKind.ITEM,
            **shared,
        )
        stakeholders_actions.take_in(db, ana, PEOPLE)
    return database


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as db:
        return list(db.scalars(select(model).order_by(*inspect(model).primary_key)))


def ok(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.text)
    return str(answer.text)


def a_draft(browser: FlaskClient, resources: tuple[int, ...] = (1, 2)) -> str:
    """The address of a new draft."""
    answer = browser.post("/sharing/packs/new", data={"resources": [str(one) for one in resources]})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def work_on(browser: FlaskClient, draft: str, do: str, **fields: object) -> str:
    form = {"title": "Worth a look", "words": "Two sentences. From us.", "groups": ["Board"]} | fields | {"do": do}
    return ok(browser.post(draft, data=form, follow_redirects=True))


def send(browser: FlaskClient, draft: str, **fields: object) -> str:
    work_on(browser, draft, "save", **fields)
    return ok(browser.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))


def ticked(page: str) -> list[str]:
    """The resources that a page offers ticked."""
    return re.findall(r'name="resources"[^>]* value="(\d+)" checked', page)


def links_in(text: str) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:8000(/p/[\w-]+(?:/\d+)?)", text)


@pytest.fixture
def sent(world: Database, sign_in: SignIn, mail_server: MailServer) -> str:
    """The path of Maria's link in a pack that was sent to the board."""
    send(sign_in("ana@lakeshore.example"), a_draft(sign_in("ana@lakeshore.example")))
    worker.catch_up(world)
    [got] = mail_server.to("maria@shops.example")
    return links_in(got.part("text/plain"))[-1]


@pytest.mark.both_databases
def test_the_quarter_is_proposed_by_topic_and_by_what_people_used(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    page = ok(ana.get("/sharing/packs/new"))
    assert re.findall(r'<legend class="h2">(.*?)</legend>', page) == [
        "Workforce and Training",
        "Supply Chain Support",
        "Other",
    ]
    assert len(ticked(page)) == 3, "nothing was used yet: the newest are ticked"
    assert "Item 2" in page, "an item of a weekly update can be ticked by itself"
    ana.get("/resources/2/download")
    page = ok(ana.get("/sharing/packs/new"))
    assert "used by your people 1 time" in page
    assert ticked(page) == ["2"]
    draft = ok(ana.post("/sharing/packs/new", data={"resources": ["2"], "parts": ["3:2"]}, follow_redirects=True))
    assert "Weekly update (item 2)" in draft
    assert "Castings guide" in draft
    send(ana, "/sharing/packs/1")
    assert "sent in a pack before" in ok(ana.get("/sharing/packs/new"))


@pytest.mark.both_databases
def test_items_are_added_moved_and_taken_out_without_scripts(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)

    def order(page: str) -> list[str]:
        return [unescape(one) for one in re.findall(r'class="pack-what"><a [^>]*>(.*?)</a>', page)]

    assert order(work_on(ana, draft, "down-1")) == ["Castings guide", "Apprenticeships that last"]
    assert order(work_on(ana, draft, "save", **{"place-1": "1", "place-2": "5"})) == [
        "Apprenticeships that last",
        "Castings guide",
    ]
    assert "Weekly update" in work_on(ana, draft, "search", find="weekly")
    page = work_on(ana, draft, "add-1", part="slides 2 to 3")
    assert order(page)[-1] == "Apprenticeships that last (pages 2 to 3)"
    assert 'value="Worth a look"' in page
    assert "Two sentences. From us." in page
    assert order(work_on(ana, draft, "drop-2")) == [
        "Apprenticeships that last",
        "Apprenticeships that last (pages 2 to 3)",
    ]
    for part, sentence in (("7", "no number 7"), ("seven", "7-9")):
        answer = ana.post(draft, data={"title": "Kept", "words": "kept too", "do": "add-1", "part": part})
        assert sentence in ok(answer, 422)
        assert "kept too" in answer.text, "nothing that was typed is lost"
    assert "isn&#39;t there any more" in ok(ana.post(draft, data={"title": "T", "do": "add-99"}), 422)


def test_the_preview_is_exactly_what_is_sent(world: Database, sign_in: SignIn, mail_server: MailServer) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    page = work_on(ana, draft, "preview")
    assert "<strong>2 people</strong>" in page
    previewed = [ok(ana.get(f"{draft}/preview?recipient={place}")) for place in (1, 2)]
    texts = [unescape(re.search(r"<pre[^>]*>(.*?)</pre>", one, re.DOTALL)[1]) for one in previewed]  # type: ignore[index]
    html = ana.get(f"{draft}/mail?recipient=2")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert ana.get(links_in(texts[0])[0]).status_code == 404, "a link opens nothing before it is sent"
    ok(ana.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))
    worker.catch_up(world)
    for text, email in zip(texts, ("bo@shops.example", "maria@shops.example"), strict=True):
        [got] = mail_server.to(email)
        stop = str(got.mail["List-Unsubscribe"]).strip("<>")
        assert "/stop/" in stop
        assert got.part("text/plain").replace(stop, NOT_SHOWN).split() == text.split()
        assert "Ana Peña, Lakeshore" in str(got.mail["From"])
        assert got.mail["Reply-To"] == "ana@lakeshore.example"
        assert got.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail_server.to("maria@shops.example")[0].part("text/html").replace(stop, "#").split() == html.text.split()
    assert mail_server.to("cy@shops.example") == []


def test_the_link_to_unsubscribe_is_seen_by_its_recipient_alone(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft, everyone="y")
    other = a_draft(ana)
    work_on(ana, other, "save")
    worker.catch_up(world)
    [got] = mail_server.to("maria@shops.example")
    assert got.part("text/plain").count("/stop/") == got.part("text/html").count("/stop/") == 1
    pages = [f"{other}/{page}?recipient={place}" for page in ("preview", "mail") for place in (1, 2)]
    pages += [f"/outbox/{one.id}{html}" for one in rows(world, OutboxMessage) for html in ("", "/html")]
    for page in (*pages, draft, "/outbox"):
        assert "/stop/" not in ok(ana.get(page)), page
    assert "not shown here" in ok(ana.get("/outbox/1"))
    assert "No more of these messages" in ok(ana.get("/outbox/1/html"))


@pytest.mark.both_databases
def test_sending_is_logged_once_for_each_resource_when_the_server_took_it(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft)
    ana.post(f"{draft}/send", data={"when": "now"})
    assert rows(world, SharingEvent) == [], "a message that waits is not yet sharing"
    worker.catch_up(world)
    worker.catch_up(world)
    events = rows(world, SharingEvent)
    assert [(one.act, one.carrier, one.resource_id, one.people) for one in events] == [
        (Act.FORWARD, Carrier.HUB_MAIL, 1, 2),
        (Act.FORWARD, Carrier.HUB_MAIL, 2, 2),
    ]
    assert {one.with_whom for one in events} == {"Our stakeholders: Board"}
    assert len(mail_server.got) == 2
    [pack] = rows(world, Pack)
    assert pack.state is PackState.SENT
    page = ok(ana.get(draft))
    assert "Sent to 2 people" in page
    quarter = ok(ana.get(f"/sharing/{events[0].quarter}"))
    assert "Our stakeholders: Board" in quarter
    assert "shops.example" not in quarter
    confirm = ok(ana.get(f"/sharing/{events[0].quarter}/confirm"))
    assert "Our stakeholders: Board" in confirm


@pytest.mark.both_databases
def test_who_unsubscribed_or_bounces_is_left_out_and_the_pack_says_so(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient
) -> None:
    ana = sign_in("ana@lakeshore.example")
    with world.writing() as db:
        mail_actions.mark_bounced(db, mail_queries.address_hash(db, "cy@shops.example"), "no such user")
    client.post(stop_address(world))
    draft = a_draft(ana)
    page = work_on(ana, draft, "preview", everyone="y")
    assert "<strong>1 person</strong>" in page
    assert "1 person unsubscribed" in page
    assert "Mail to 1 address comes back" in page
    send(ana, draft, everyone="y")
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.got] == ["maria@shops.example"]
    page = ok(ana.get(draft))
    assert "1 person who unsubscribed" in page
    assert "1 address whose mail comes back" in page
    assert {one.people for one in rows(world, SharingEvent)} == {1}


@pytest.mark.both_databases
def test_an_unsubscribe_between_pressing_send_and_the_message_holds(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    later = (datetime.now(UTC) + timedelta(days=1)).astimezone(world.config.zone)
    ok(ana.post(f"{draft}/send", data={"when": "later", "at": f"{later:%Y-%m-%dT%H:%M}"}, follow_redirects=True))
    worker.catch_up(world)
    assert mail_server.got == []
    client.post(stop_address(world))
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=1, minutes=1))
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.got] == ["maria@shops.example"]


@pytest.mark.both_databases
@pytest.mark.parametrize("whose", ["", "all"])
def test_an_unsubscribe_takes_back_what_waits_in_the_outbox_and_nothing_goes_again(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient, whose: str
) -> None:
    with world.writing() as db:
        otto = db.scalars(
            select(Person).where(Person.email == "otto@prairie.example").options(joinedload(Person.organization))
        ).one()
        stakeholders_actions.take_in(db, otto, PEOPLE)
    for email in ("ana@lakeshore.example", "otto@prairie.example"):
        send(sign_in(email), a_draft(sign_in(email)))
    for _ in range(2):
        sending_actions.catch_up(world)
    assert len(rows(world, OutboxMessage)) == 4, "Bo and Maria, from both"
    client.post(stop_address(world), data={"from": whose})
    delivering.catch_up(world)
    got = Counter(got.recipient for got in mail_server.got)
    assert got == {"maria@shops.example": 2} | ({} if whose else {"bo@shops.example": 1})
    taken_back = [one for one in rows(world, OutboxMessage) if one.state is State.CANCELLED]
    for one in taken_back:
        sender = "ana@lakeshore.example" if "Lakeshore" in one.sender_name else "otto@prairie.example"
        page = ok(sign_in(sender).post(f"/outbox/{one.id}/again", follow_redirects=True))
        assert "The recipient has unsubscribed" in page
    assert (
        [one.state for one in rows(world, OutboxMessage) if one.to == "bo@shops.example"].count(State.CANCELLED)
        == len(taken_back)
        == (2 if whose else 1)
    )


@pytest.mark.both_databases
def test_a_pack_that_waits_can_be_called_off(world: Database, sign_in: SignIn, mail_server: MailServer) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft)
    assert "It is a draft again" in ok(ana.post(f"{draft}/call-off", follow_redirects=True))
    worker.catch_up(world)
    assert mail_server.got == []
    assert "Worth a look" in ok(ana.get(draft))
    assert "Deleted." in ok(ana.post(f"{draft}/delete", follow_redirects=True))
    assert rows(world, Pack) == []


def stop_address(database: Database, email: str = "bo@shops.example") -> str:
    """Where Ana's recipient unsubscribes."""
    with database.reading() as db:
        one = db.scalars(select(Stakeholder).where(Stakeholder.email == email).order_by(Stakeholder.id)).first()
        assert one is not None
        return f"/stop/{stakeholders_actions.token_of(db, one.organization_id, one.address_hash)}"


def loaded(db: Session, pack_id: int = 1) -> tuple[Person, Pack]:
    """Ana and her pack, as a request loads them before it acts; the transaction is over."""
    ana = db.scalars(
        select(Person).where(Person.email == "ana@lakeshore.example").options(joinedload(Person.organization))
    ).one()
    pack = packs_queries.pack_for(db, ana, pack_id)
    db.commit()
    return ana, pack


@pytest.mark.both_databases
def test_a_pack_that_begins_while_it_is_called_off_goes_on(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    send(sign_in("ana@lakeshore.example"), a_draft(sign_in("ana@lakeshore.example")))
    with world.writer() as db:
        ana, pack = loaded(db)
        sending_actions.catch_up(world)
        with pytest.raises(Refused, match="Meanwhile this pack went out"):
            packs_actions.call_off(db, ana, pack)
    worker.catch_up(world)
    assert len(mail_server.got) == 2
    assert [pack.state for pack in rows(world, Pack)] == [PackState.SENT]


@pytest.mark.both_databases
def test_a_pack_is_sent_once_and_changed_no_more_by_who_still_saw_its_draft(world: Database, sign_in: SignIn) -> None:
    browser = sign_in("ana@lakeshore.example")
    draft = a_draft(browser)
    work_on(browser, draft, "save")
    with world.writer() as db:
        ana, pack = loaded(db)
        ok(browser.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))
        sending_actions.catch_up(world)
        packs_actions.send_pack(db, ana, pack)
        db.commit()
        assert [pack.state for pack in rows(world, Pack)] == [PackState.SENDING], "sent twice is once"
        changes: list[Callable[[], object]] = [
            lambda: packs_actions.change_pack(db, ana, pack, title="Other", words="", groups=[], everyone=True),
            lambda: packs_actions.add_item(db, ana, pack, 3),
            lambda: packs_actions.throw_away(db, ana, pack),
        ]
        for change in changes:
            with pytest.raises(Refused, match="Meanwhile this pack went out"):
                change()


@pytest.mark.both_databases
def test_calling_off_waits_for_the_worker_that_writes_messages(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    if world.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    send(sign_in("ana@lakeshore.example"), a_draft(sign_in("ana@lakeshore.example")))
    with world.writing() as db:
        db.execute(update(Pack).values(state=PackState.SENDING))
    with world.writing() as busy, world.writer() as db:
        ana, pack = loaded(db)
        busy.scalars(select(Pack.id).with_for_update(of=Pack)).all()
        db.connection().exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            packs_actions.call_off(db, ana, pack)
        db.rollback()


@pytest.mark.both_databases
def test_a_pack_that_fails_holds_no_other_up(
    world: Database, sign_in: SignIn, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    browser = sign_in("ana@lakeshore.example")
    for _ in range(2):
        send(browser, a_draft(browser))
    with world.writing() as db:  # in the way of the first pack's own link
        token = packs_actions.token_for(db, 1, 1)
        db.add(PackLink(pack_id=2, token=token, part=LinkPart.SKIPPED, created_at=clock.now()))
    worker.catch_up(world)
    assert {pack.id: pack.state for pack in rows(world, Pack)} == {1: PackState.SCHEDULED, 2: PackState.SENT}
    assert len(mail_server.got) == 2
    assert "Pack 1 can't go on" in caplog.text
    with world.writing() as db:
        db.execute(delete(PackLink).where(PackLink.token == token))
    worker.catch_up(world)
    assert {pack.state for pack in rows(world, Pack)} == {PackState.SENT}


@pytest.mark.parametrize(
    ("fields", "form", "sentence"),
    [
        ({"groups": []}, {"when": "now"}, "Choose at least one group"),
        ({"groups": ["Nobody"]}, {"when": "now"}, "Choose at least one group"),
        ({}, {"when": "later"}, "Give the day and the time"),
        ({}, {"when": "later", "at": "2099-01-01T10:00"}, "within a year"),
    ],
)
def test_what_speaks_against_sending_is_said(
    world: Database, sign_in: SignIn, fields: dict[str, object], form: dict[str, str], sentence: str
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    work_on(ana, draft, "save", **fields)
    assert sentence in ok(ana.post(f"{draft}/send", data=form), 422)
    assert [pack.state for pack in rows(world, Pack)] == [PackState.DRAFT]


def test_what_is_missing_is_said_before_the_preview_and_nothing_is_lost(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana, ())
    page = work_on(ana, draft, "preview")
    assert "at least one resource" in page
    assert "Two sentences. From us." in page
    work_on(ana, draft, "add-1")
    assert "at least one group" in work_on(ana, draft, "preview", groups=[])
    assert "The mail to Bo" in work_on(ana, draft, "preview")


def test_packs_are_seen_by_their_organization_alone(sent: str, sign_in: SignIn) -> None:
    assert "Worth a look" in sign_in("dee@lakeshore.example").get("/sharing/packs").text
    for email in ("otto@prairie.example", "coordinator@hub.example"):
        browser = sign_in(email)
        assert "Worth a look" not in browser.get("/sharing/packs").text
        for path in ("", "/preview", "/mail", "/page", "/channel"):
            assert browser.get(f"/sharing/packs/1{path}").status_code == 404
        for path in ("", "/send", "/call-off", "/delete", "/channel"):
            assert browser.post(f"/sharing/packs/1{path}", data={"when": "now", "channel": "email"}).status_code == 404
    outbox = sign_in("coordinator@hub.example").get("/outbox").text
    assert "shops.example" not in outbox


@pytest.mark.both_databases
def test_a_scanner_that_fetches_every_link_changes_nothing_that_counts(
    sent: str, world: Database, mail_server: MailServer, app: Flask, sign_in: SignIn
) -> None:
    before = {model: len(rows(world, model)) for model in (SharingEvent, PackTrace, PackLink, Stakeholder)}
    scanner = app.test_client()
    for got in mail_server.got:
        for part in ("text/plain", "text/html"):
            addresses = re.findall(r"http://127\.0\.0\.1:8000([^\s\"<]+)", got.part(part))
            assert len(addresses) >= 4
            pages = [ok(scanner.get(unescape(address), follow_redirects=True)) for address in addresses]
            found = {one for page in pages for one in re.findall(r'(?:href|src|action)="(/[^"]+)"', page)}
            found = {one for one in found if "static" not in one}
            for address in {*addresses, *found}:
                scanner.get(unescape(address), follow_redirects=True)
                scanner.head(unescape(address))
    assert {model: len(rows(world, model)) for model in before} == before
    assert (
        "<strong>2</strong> fetched by a machine or unknown"
        in sign_in("ana@lakeshore.example").get("/sharing/packs/1").text
    )
    assert sum(fetch.count for fetch in rows(world, PackFetch)) > 4


@pytest.mark.both_databases
def test_a_person_opens_takes_and_says_what_they_think(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    ana = sign_in("ana@lakeshore.example")
    page = ok(client.get(sent))
    assert "Ana Peña of Lakeshore shares this with you" in page
    assert "Two sentences. From us." in page
    assert "after 400 days only numbers are left" in page
    assert "alloys" not in page
    assert client.get(f"{sent}/2").headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "alloys" in ok(client.post(f"{sent}/2/open", follow_redirects=True))
    assert client.post(f"{sent}/2/download", buffered=True).data.startswith(b"alloys")
    client.post(f"{sent}/2/say", data={"opinion": "useful"})
    client.post(f"{sent}/2/say", data={"opinion": "not_for_me"})
    client.post(f"{sent}/2/say", data={"opinion": "not_for_me"})
    assert client.post(f"{sent}/2/say", data={"opinion": "spam"}).status_code == 404
    acts = Counter(trace.act for trace in rows(world, PackTrace))
    assert acts == {Trace.OPENED: 1, Trace.DOWNLOADED: 1, Trace.NOT_FOR_ME: 1}, "the last word stands, twice is once"
    assert [one.carrier for one in rows(world, SharingEvent)] == [Carrier.HUB_MAIL] * 2, "sending was logged already"
    page = ok(ana.get("/sharing/packs/1"))
    assert "<strong>1</strong> opened by a person" in page
    assert "Downloaded" in page
    ana.post(f"{sent}/1/open")
    assert len(rows(world, PackTrace)) == 3, "whoever shares is nobody new"
    assert client.get(f"{sent}/99").status_code == 404
    assert client.get("/p/nonsense").status_code == 404


def test_a_question_reaches_who_shared_and_who_published(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient, mail_server: MailServer
) -> None:
    mail_server.got.clear()
    assert "Send a copy to Prairie" in ok(client.get(f"{sent}/1/ask"))
    assert client.post(f"{sent}/1/ask", data={"question": " "}).status_code == 422
    question = {"question": f"What does it cost? {NAUGHTY}", "copy": "y"}
    assert "on its way to Ana Peña" in ok(client.post(f"{sent}/1/ask", data=question, follow_redirects=True))
    worker.catch_up(world)
    assert {got.recipient for got in mail_server.got} == {"ana@lakeshore.example", "otto@prairie.example"}
    for got in mail_server.got:
        assert got.mail["Reply-To"] == "maria@shops.example"
        assert "What does it cost?" in got.part("text/plain")
        assert "<script>" not in got.part("text/html")
    page = ok(sign_in("ana@lakeshore.example").get("/sharing/packs/1"))
    assert "What does it cost?" in page
    assert "<script>alert" not in page
    client.post(f"{sent}/2/ask", data={"question": "Only you"})
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.got[2:]] == ["ana@lakeshore.example"]
    assert "maria@shops.example" not in sign_in("coordinator@hub.example").get("/outbox?q=maria").text


@pytest.mark.both_databases
def test_through_a_newsletter_each_visitor_who_opens_counts(
    world: Database, app: Flask, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    page = ok(ana.post(f"{draft}/channel", data={"channel": "newsletter"}, follow_redirects=True))
    again = ok(ana.post(f"{draft}/channel", data={"channel": "newsletter"}, follow_redirects=True))
    link = links_in(page)[-1]
    assert link in again, "a channel has one link"
    assert "&lt;h2&gt;Worth a look&lt;/h2&gt;" in page
    readers = [app.test_client() for _ in range(3)]
    for reader in readers:
        assert "Castings guide" in ok(reader.get(link))
    assert rows(world, SharingEvent) == []
    for reader in readers[:2]:
        for _ in range(2):
            assert "one" in ok(reader.post(f"{link}/1/open", follow_redirects=True))
    events = rows(world, SharingEvent)
    assert [(one.carrier, one.resource_id, one.channel) for one in events] == [(Carrier.OPENING, 1, "newsletter")] * 2
    readers[0].post(f"{link}/1/ask", data={"question": "Who?", "name": "Zoe", "email": "zoe@reader.example"})
    assert readers[0].post(f"{link}/1/ask", data={"question": "Who?"}).status_code == 422
    worker.catch_up(world)
    assert [got.mail["Reply-To"] for got in mail_server.got] == ["zoe@reader.example"]
    assert "opened by 2 people" in ok(ana.get(f"{draft}/channel"))
    assert "stays" in ok(ana.post(f"{draft}/delete"), 422)


@pytest.mark.both_databases
def test_deleting_a_stakeholder_leaves_counts_and_no_address(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    client.post(f"{sent}/1/open")
    client.post(f"{sent}/1/ask", data={"question": "Call me under 555"})
    worker.catch_up(world)
    ana = sign_in("ana@lakeshore.example")
    maria = next(one for one in rows(world, Stakeholder) if one.name == "Maria")
    ana.post("/sharing/stakeholders/remove", data={"who": maria.id})
    page = ok(ana.get("/sharing/packs/1"))
    assert "Maria" not in page
    assert "555" not in page
    assert "<strong>1</strong> opened by a person" in page
    assert {one.people for one in rows(world, SharingEvent)} == {2}
    messages = [one for one in rows(world, OutboxMessage) if one.kind == "pack"]
    assert sum("maria" in repr((one.to, one.name, one.text, one.html)).lower() for one in messages) == 0
    assert client.get(sent).status_code == 200, "the link still opens for whoever has it"


@pytest.mark.both_databases
def test_after_their_time_traces_are_counts(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(f"{sent}/1/download")
    client.post(f"{sent}/1/say", data={"opinion": "useful"})
    ana = sign_in("ana@lakeshore.example")
    numbers = re.findall(
        r"<li><strong>.*?</li>|<td data-label.*?</td>", ok(ana.get("/sharing/packs/1")).split("Recipients")[0]
    )
    days = world.config.TRACE_DAYS
    for moment, reduced in ((days - 1, False), (days + 1, True), (days + 2, True)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: datetime.now(UTC) + timedelta(days=moment))
        sending_actions.catch_up(world)
        assert (rows(world, PackTrace) == []) == reduced
    assert rows(world, PackFetch) == []
    assert all(link.stakeholder_id is None for link in rows(world, PackLink))
    counts = rows(world, PackCount)
    assert ("downloaded", 1) in [(one.act, one.count) for one in counts]
    monkeypatch.undo()
    page = ok(ana.get("/sharing/packs/1"))
    assert (
        re.findall(r"<li><strong>.*?</li>|<td data-label.*?</td>", page.split("Recipients")[0])[: len(numbers)]
        == numbers
    )
    assert "Maria" not in page
    assert len(rows(world, SharingEvent)) == 2, "the record keeps what it says"


def test_what_was_withdrawn_or_made_private_is_not_shown(sent: str, world: Database, client: FlaskClient) -> None:
    with world.writing() as db:
        db.get_one(Resource, 1).withdrawn_at = clock.now()
        db.get_one(Resource, 2).audience = Audience.ORGANIZATION
    assert "withdrawn" in ok(client.get(sent))
    for path in ("1", "2", "1/ask", "1/pages/1/image"):
        assert client.get(f"{sent}/{path}").status_code == 404
    for path in ("1/open", "2/download", "1/say"):
        assert client.post(f"{sent}/{path}", data={"opinion": "useful"}).status_code == 404
    assert rows(world, PackTrace) == []


@pytest.mark.both_databases
def test_what_an_item_is_renamed_to_for_others_is_not_for_its_sender(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    went, draft = a_draft(ana), a_draft(ana)
    send(ana, went)
    worker.catch_up(world)
    with world.reading() as db:
        called = db.get_one(Resource, 2).title
    with world.writing() as db:
        resource = db.get_one(Resource, 2)
        resource.title, resource.audience = "Layoffs to come", Audience.ORGANIZATION
    for address in (went, draft):
        page = ok(ana.get(address))
        assert "Layoffs" not in page
        assert called in page, "as the record has it"


def test_the_links_end(sent: str, world: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=world.config.SHARE_LINK_DAYS + 2))
    for closed in (
        client.get(sent),
        client.get(f"{sent}/1"),
        client.post(f"{sent}/1/open"),
        client.post(f"{sent}/1/download"),
    ):
        assert closed.status_code == 410
        assert "Apprenticeships" not in closed.text


@pytest.mark.both_databases
def test_naughty_texts_come_back_as_typed(
    world: Database, sign_in: SignIn, client: FlaskClient, mail_server: MailServer
) -> None:
    with world.writing() as db:
        db.get_one(Resource, 1).title = NAUGHTY
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    page = work_on(ana, draft, "save", title=NAUGHTY, words=NAUGHTY)
    send(ana, draft, title=NAUGHTY, words=NAUGHTY)
    worker.catch_up(world)
    link = links_in(mail_server.got[0].part("text/plain"))[-1]
    pages = [page, *(ok(ana.get(f"{draft}{path}")) for path in ("", "/page", "/channel")), ok(client.get(link))]
    pages += [ok(client.post(f"{link}/1/open", follow_redirects=True)), ok(client.get(f"{link}/1/ask"))]
    for one in pages:
        assert "<script>alert" not in one
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in one


@pytest.mark.both_databases
def test_one_address_that_is_tried_for_long_does_not_hold_the_record_up(
    world: Database, sign_in: SignIn, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.refuses_recipient["bo@shops.example"] = "451 4.7.1 greylisted"
    ana = sign_in("ana@lakeshore.example")
    send(ana, a_draft(ana, (1,)))
    worker.catch_up(world)
    assert rows(world, SharingEvent) == []
    for hours in (2, 4):
        monkeypatch.setattr(clock, "now", lambda hours=hours: datetime.now(UTC) + timedelta(hours=hours))
        if hours == 4:
            mail_server.refuses_recipient.clear()
        worker.catch_up(world)
    assert [one.people for one in rows(world, SharingEvent)] == [1, 1]
    assert [link.logged for link in rows(world, PackLink) if link.part is LinkPart.POSTED] == [True, True]
    assert [pack.state for pack in rows(world, Pack)] == [PackState.SENT]


@pytest.mark.both_databases
def test_a_message_that_goes_again_after_the_pack_was_done_is_logged_too(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    mail_server.refuses_recipient["bo@shops.example"] = "550 5.7.1 not today"
    ana = sign_in("ana@lakeshore.example")
    send(ana, a_draft(ana, (1,)))
    worker.catch_up(world)
    assert [(one.state, people) for one in rows(world, Pack) for people in [len(mail_server.got)]] == [
        (PackState.SENT, 1)
    ]
    mail_server.refuses_recipient.clear()
    [failed] = [one for one in rows(world, OutboxMessage) if one.state is State.FAILED]
    assert "goes out again" in ok(ana.post(f"/outbox/{failed.id}/again", follow_redirects=True))
    worker.catch_up(world)
    assert [one.people for one in rows(world, SharingEvent)] == [1, 1]
    assert [pack.state for pack in rows(world, Pack)] == [PackState.SENT]


@pytest.mark.both_databases
@pytest.mark.parametrize("crash_at", [1, 2, 3])
def test_a_worker_that_dies_in_any_step_sends_and_logs_everything_once(
    world: Database, sign_in: SignIn, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    send(sign_in("ana@lakeshore.example"), a_draft(sign_in("ana@lakeshore.example")), everyone="y")
    steps = 0
    writing = Database.writing

    @contextmanager
    def dying(self: Database) -> Iterator[Session]:
        """The transaction is over, and its worker dead, just before it would have been kept."""
        nonlocal steps
        with writing(self) as db:
            yield db
            steps += 1
            if steps == crash_at:
                raise KeyboardInterrupt

    for _ in range(3):
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(Database, "writing", dying)
            sending_actions.catch_up(world)
        delivering.catch_up(world)
    assert steps > crash_at, "it died, and another went on"
    worker.catch_up(world)
    assert sorted(got.recipient for got in mail_server.got) == [
        f"{name}@shops.example" for name in ("bo", "cy", "maria")
    ]
    assert [one.people for one in rows(world, SharingEvent)] == [3, 3]
    assert len(rows(world, PackLink)) == 3


@pytest.mark.both_databases
def test_preparing_costs_no_more_queries_for_many_recipients(world: Database, sign_in: SignIn) -> None:
    with world.writing() as db:
        ana = db.scalars(select(Person).where(Person.email == "ana@lakeshore.example")).one()
        stakeholders_actions.take_in(db, ana, "".join(f"person{n}@many.example\n" for n in range(500)), "Many")
    ana_s = sign_in("ana@lakeshore.example")
    draft = a_draft(ana_s)
    send(ana_s, draft, groups=["Many"])
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        statements.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    for _ in range(3):
        sending_actions.catch_up(world)
    event.remove(world.engine, "before_cursor_execute", note)
    assert len(rows(world, OutboxMessage)) == 500
    assert len(statements) < 90
    assert "Being sent: 0 of 500 messages" in ok(ana_s.get(draft)), "the page says how far it is"

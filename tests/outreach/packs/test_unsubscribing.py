"""Recipients who unsubscribe, or whose email bounces, while a pack is being sent."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.delivery import delivering
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import Person
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.sharing.models import SharingEvent
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import PEOPLE, a_draft, ok, rows, send, stop_address, work_on
from tests.world import SignIn


def test_only_the_recipient_sees_the_unsubscribe_link(
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
    pages += [f"/outbox/{email.id}{html}" for email in rows(world, OutboxMessage) for html in ("", "/html")]
    for page in (*pages, draft, "/outbox"):
        assert "/stop/" not in ok(ana.get(page)), page
    assert "not shown here" in ok(ana.get("/outbox/1"))
    assert ">Unsubscribe</a>" in ok(ana.get("/outbox/1/html"))


@pytest.mark.both_databases
def test_unsubscribed_and_bouncing_people_are_skipped_and_the_pack_says_so(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient
) -> None:
    ana = sign_in("ana@lakeshore.example")
    with world.writing() as db:
        mail_actions.mark_bounced(db, mail_queries.lasting_hash(db, "cy@shops.example"), "no such user")
    client.post(stop_address(world))
    draft = a_draft(ana)
    page = work_on(ana, draft, "preview", everyone="y")
    assert "<strong>1 person</strong>" in page
    assert "Skipped: 1 person who unsubscribed" in page
    assert "Skipped: 1 bouncing address" in page
    send(ana, draft, everyone="y")
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == ["maria@shops.example"]
    page = ok(ana.get(draft))
    assert "1 person who unsubscribed" in page
    assert "1 bouncing address" in page
    assert {event.people for event in rows(world, SharingEvent)} == {1}


@pytest.mark.both_databases
def test_an_unsubscribe_after_scheduling_is_respected(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    later = (datetime.now(UTC) + timedelta(days=1)).astimezone(world.config.zone)
    ok(ana.post(f"{draft}/send", data={"when": "later", "at": f"{later:%Y-%m-%dT%H:%M}"}, follow_redirects=True))
    worker.catch_up(world)
    assert mail_server.received == []
    client.post(stop_address(world))
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=1, minutes=1))
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == ["maria@shops.example"]


@pytest.mark.both_databases
@pytest.mark.parametrize("whose", ["", "all"])
def test_an_unsubscribe_cancels_waiting_emails_and_none_can_be_sent_again(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient, whose: str
) -> None:
    with world.writing() as db:
        otto = db.scalars(
            select(Person).where(Person.email == "otto@prairie.example").options(joinedload(Person.organization))
        ).one()
        stakeholders_actions.import_list(db, otto, PEOPLE)
    for email in ("ana@lakeshore.example", "otto@prairie.example"):
        send(sign_in(email), a_draft(sign_in(email)))
    for _ in range(2):
        sending_actions.catch_up(world)
    assert len(rows(world, OutboxMessage)) == 4, "Bo and Maria, from both"
    client.post(stop_address(world), data={"from": whose})
    delivering.catch_up(world)
    got = Counter(got.recipient for got in mail_server.received)
    assert got == {"maria@shops.example": 2} | ({} if whose else {"bo@shops.example": 1})
    canceled = [email for email in rows(world, OutboxMessage) if email.state is State.CANCELLED]
    for email in canceled:
        sender = "ana@lakeshore.example" if "Lakeshore" in email.sender_name else "otto@prairie.example"
        page = ok(sign_in(sender).post(f"/outbox/{email.id}/again", follow_redirects=True))
        assert "The recipient has unsubscribed" in page
    assert (
        [email.state for email in rows(world, OutboxMessage) if email.to == "bo@shops.example"].count(State.CANCELLED)
        == len(canceled)
        == (2 if whose else 1)
    )


@pytest.mark.both_databases
@pytest.mark.parametrize("whose", ["", "all"])
@pytest.mark.parametrize("then", ["bo@shops.example", "maria@shops.example"])
def test_an_unsubscribe_while_the_worker_talks_to_the_mail_server_is_respected(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient, whose: str, then: str
) -> None:
    """Bo unsubscribes when the worker has claimed both emails, and the server is asked to take one of them."""
    ana = sign_in("ana@lakeshore.example")
    send(ana, a_draft(ana))
    address = stop_address(world)
    asked: list[str] = []

    def unsubscribe_bo(recipient: str) -> None:
        if recipient == then and not asked:
            asked.append(recipient)
            assert client.post(address, data={"from": whose}).status_code == 303

    mail_server.on_recipient = unsubscribe_bo
    while sending_actions.catch_up(world):
        pass
    with world.writing() as db:  # Maria's email is sent first
        db.execute(update(OutboxMessage).where(OutboxMessage.to.startswith("maria")).values(bulk=False))
    worker.catch_up(world)
    assert asked
    assert [got.recipient for got in mail_server.received] == ["maria@shops.example"]
    assert {email.to: email.state for email in rows(world, OutboxMessage)}["bo@shops.example"] is State.CANCELLED


@pytest.mark.parametrize("whose", ["", "all"])
def test_an_unsubscribe_between_two_steps_of_the_worker_is_respected(
    world: Database, sign_in: SignIn, mail_server: MailServer, client: FlaskClient, whose: str
) -> None:
    ana = sign_in("ana@lakeshore.example")
    send(ana, a_draft(ana))
    sending_actions._run_step(world, sending_actions._due, sending_actions._start_sending)
    client.post(stop_address(world), data={"from": whose})
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == ["maria@shops.example"]

"""Packs on their way: sent and logged once, called off, and whatever goes wrong meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.delivery import delivering
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import Person
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Pack, PackLink
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.packs import LinkPart, PackState
from hub.sharing.models import SharingEvent
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, ok, rows, send, work_on
from tests.world import SignIn


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
def test_a_pack_that_waits_can_be_called_off(world: Database, sign_in: SignIn, mail_server: MailServer) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft)
    assert "The pack is a draft again" in ok(ana.post(f"{draft}/call-off", follow_redirects=True))
    worker.catch_up(world)
    assert mail_server.got == []
    assert "Worth a look" in ok(ana.get(draft))
    assert "Draft deleted." in ok(ana.post(f"{draft}/delete", follow_redirects=True))
    assert rows(world, Pack) == []


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
        with pytest.raises(Refused, match="sent or changed in the meantime"):
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
            with pytest.raises(Refused, match="sent or changed in the meantime"):
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
    assert "Pack 1 failed; it will be retried" in caplog.text
    with world.writing() as db:
        db.execute(delete(PackLink).where(PackLink.token == token))
    worker.catch_up(world)
    assert {pack.state for pack in rows(world, Pack)} == {PackState.SENT}


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
    assert "Sending: 0 of 500 emails" in ok(ana_s.get(draft)), "the page says how far it is"

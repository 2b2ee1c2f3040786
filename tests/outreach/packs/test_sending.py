"""Sending packs: sent and logged once, canceled, and robust against races and failures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.delivery import delivering, leases
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import MembershipPeriod, Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Pack, PackLink, Stakeholder
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.packs import LinkPart, PackState
from hub.sharing.models import ReachedPerson, SharingEvent
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, ok, rows, send, work_on
from tests.world import SignIn


@pytest.mark.both_databases
def test_sending_is_logged_once_for_each_resource_after_the_mail_server_accepts(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft)
    ana.post(f"{draft}/send", data={"when": "now"})
    assert rows(world, SharingEvent) == [], "a waiting email is not yet sharing"
    worker.catch_up(world)
    worker.catch_up(world)
    events = rows(world, SharingEvent)
    assert [(event.act, event.carrier, event.resource_id, event.people) for event in events] == [
        (Act.FORWARD, Carrier.HUB_MAIL, 1, 2),
        (Act.FORWARD, Carrier.HUB_MAIL, 2, 2),
    ]
    assert {event.with_whom for event in events} == {"Our stakeholders: Board"}
    assert len(mail_server.received) == 2
    assert len(rows(world, ReachedPerson)) == 2, "a row for each person, not for each resource"
    assert {event.share for event in events} == {events[0].id}
    assert "2 people reached." in ok(ana.get(f"/sharing/{events[0].quarter}/confirm"))
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
def test_an_email_that_is_being_sent_to_someone_who_is_removed_keeps_no_address_and_never_waits_again(
    world: Database, sign_in: SignIn
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft)
    ana.post(f"{draft}/send", data={"when": "now"})
    sending_actions.catch_up(world)
    message, *_others = leases.claim(world)
    assert leases.mark_sending(world, message)
    who = [str(stakeholder.id) for stakeholder in rows(world, Stakeholder)]
    ok(ana.post("/sharing/stakeholders/remove", data={"who": who}, follow_redirects=True))
    with world.writing() as db:
        assert leases.settle(db, message, State.WAITING)
    messages = rows(world, OutboxMessage)
    assert {(message.state, message.to, message.name, message.text) for message in messages} == {
        (State.CANCELLED, "", "", "")
    }


@pytest.mark.both_databases
@pytest.mark.parametrize(("kind", "people"), [(OrganizationKind.MEMBER, 2), (OrganizationKind.BFF, 3)])
def test_email_to_colleagues_counts_only_for_a_bff_which_shares_within_its_organization(
    world: Database, sign_in: SignIn, mail_server: MailServer, kind: OrganizationKind, people: int
) -> None:
    with world.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.name == "Lakeshore")).one()
        lakeshore.periods[0].kind, lakeshore.periods[0].left_on = kind, date(2099, 12, 31)
        [lakeshore.kind] = {OrganizationKind.MEMBER, OrganizationKind.BFF} - {kind}  # planned for later
        lakeshore.periods.append(MembershipPeriod(kind=lakeshore.kind, joined_on=date(2100, 1, 1)))
    ana = sign_in("ana@lakeshore.example")
    ana.post("/sharing/stakeholders/new", data={"email": "dee@lakeshore.example", "name": "Dee", "groups": "Board"})
    send(ana, a_draft(ana))
    worker.catch_up(world)
    assert len(mail_server.received) == 3, "everyone chosen gets it"
    assert [event.people for event in rows(world, SharingEvent)] == [people, people]
    assert len(rows(world, ReachedPerson)) == people


@pytest.mark.both_databases
def test_email_to_colleagues_alone_is_no_sharing_of_a_member(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    ana.post("/sharing/stakeholders/new", data={"email": "dee@lakeshore.example", "name": "Dee", "groups": "Inside"})
    send(ana, a_draft(ana), groups=["Inside"])
    worker.catch_up(world)
    assert [got.recipient for got in mail_server.received] == ["dee@lakeshore.example"]
    assert rows(world, SharingEvent) == rows(world, ReachedPerson) == []
    [pack] = rows(world, Pack)
    assert pack.state is PackState.SENT


@pytest.mark.both_databases
def test_a_scheduled_pack_can_be_canceled(world: Database, sign_in: SignIn, mail_server: MailServer) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft)
    assert "The pack is a draft again" in ok(ana.post(f"{draft}/call-off", follow_redirects=True))
    worker.catch_up(world)
    assert mail_server.received == []
    assert "Worth a look" in ok(ana.get(draft))
    assert "Draft deleted." in ok(ana.post(f"{draft}/delete", follow_redirects=True))
    assert rows(world, Pack) == []


def loaded(db: Session, pack_id: int = 1) -> tuple[Person, Pack]:
    """Return Ana and her pack as a request loads them before it acts, and end the transaction."""
    ana = db.scalars(
        select(Person).where(Person.email == "ana@lakeshore.example").options(joinedload(Person.organization))
    ).one()
    pack = packs_queries.pack_for(db, ana, pack_id)
    db.commit()
    return ana, pack


@pytest.mark.both_databases
def test_a_pack_that_starts_while_it_is_being_canceled_is_sent(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    send(sign_in("ana@lakeshore.example"), a_draft(sign_in("ana@lakeshore.example")))
    with world.writer() as db:
        ana, pack = loaded(db)
        sending_actions.catch_up(world)
        with pytest.raises(Refused, match="sent or changed in the meantime"):
            packs_actions.cancel_sending(db, ana, pack)
    worker.catch_up(world)
    assert len(mail_server.received) == 2
    assert [pack.state for pack in rows(world, Pack)] == [PackState.SENT]


@pytest.mark.both_databases
def test_a_stale_draft_is_neither_sent_twice_nor_changed(world: Database, sign_in: SignIn) -> None:
    browser = sign_in("ana@lakeshore.example")
    draft = a_draft(browser)
    work_on(browser, draft, "save")
    with world.writer() as db:
        ana, pack = loaded(db)
        ok(browser.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))
        sending_actions.catch_up(world)
        packs_actions.send_pack(db, ana, pack)
        db.commit()
        assert [pack.state for pack in rows(world, Pack)] == [PackState.SENDING], "sending twice has no effect"
        changes: list[Callable[[], object]] = [
            lambda: packs_actions.change_pack(db, ana, pack, title="Other", pack_note="", groups=[], everyone=True),
            lambda: packs_actions.add_item(db, ana, pack, 3),
            lambda: packs_actions.delete_pack(db, ana, pack),
        ]
        for change in changes:
            with pytest.raises(Refused, match="sent or changed in the meantime"):
                change()


@pytest.mark.both_databases
def test_canceling_waits_for_the_worker_that_writes_emails(
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
            packs_actions.cancel_sending(db, ana, pack)
        db.rollback()


@pytest.mark.both_databases
def test_a_failing_pack_does_not_block_others(
    world: Database, sign_in: SignIn, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    browser = sign_in("ana@lakeshore.example")
    for _ in range(2):
        send(browser, a_draft(browser))
    with world.writing() as db:  # conflicts with the link that the first pack will create
        token = packs_actions.token_for(db, 1, 1)
        db.add(PackLink(pack_id=2, token=token, part=LinkPart.SKIPPED, created_at=clock.now()))
    worker.catch_up(world)
    assert {pack.id: pack.state for pack in rows(world, Pack)} == {1: PackState.SCHEDULED, 2: PackState.SENT}
    assert len(mail_server.received) == 2
    assert "Pack 1 failed. The hub will try again" in caplog.text
    with world.writing() as db:
        db.execute(delete(PackLink).where(PackLink.token == token))
    worker.catch_up(world)
    assert {pack.state for pack in rows(world, Pack)} == {PackState.SENT}


@pytest.mark.both_databases
def test_an_address_that_is_retried_for_hours_does_not_delay_the_log(
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
    assert [event.people for event in rows(world, SharingEvent)] == [1, 1]
    assert [link.logged for link in rows(world, PackLink) if link.part is LinkPart.POSTED] == [True, True]
    assert [pack.state for pack in rows(world, Pack)] == [PackState.SENT]


@pytest.mark.both_databases
def test_an_email_sent_again_after_the_pack_was_sent_is_logged_too(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    mail_server.refuses_recipient["bo@shops.example"] = "550 5.7.1 not today"
    ana = sign_in("ana@lakeshore.example")
    send(ana, a_draft(ana, (1,)))
    worker.catch_up(world)
    assert [(pack.state, people) for pack in rows(world, Pack) for people in [len(mail_server.received)]] == [
        (PackState.SENT, 1)
    ]
    mail_server.refuses_recipient.clear()
    [failed] = [email for email in rows(world, OutboxMessage) if email.state is State.FAILED]
    assert "will be sent again" in ok(ana.post(f"/outbox/{failed.id}/again", follow_redirects=True))
    worker.catch_up(world)
    assert [event.people for event in rows(world, SharingEvent)] == [1, 1]
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
        """A transaction whose worker dies just before the commit."""
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
    assert steps > crash_at, "the worker died, and another one continued"
    worker.catch_up(world)
    assert sorted(got.recipient for got in mail_server.received) == [
        f"{name}@shops.example" for name in ("bo", "cy", "maria")
    ]
    assert [event.people for event in rows(world, SharingEvent)] == [3, 3]
    assert len(rows(world, PackLink)) == 3


@pytest.mark.both_databases
def test_preparing_many_emails_takes_few_queries(world: Database, sign_in: SignIn) -> None:
    with world.writing() as db:
        ana = db.scalars(select(Person).where(Person.email == "ana@lakeshore.example")).one()
        stakeholders_actions.import_list(db, ana, "".join(f"person{n}@many.example\n" for n in range(500)), "Many")
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
    assert "Sending: 0 of 500 emails" in ok(ana_s.get(draft)), "the page shows the progress"

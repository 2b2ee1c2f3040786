"""What a person shared with outsiders closes when they or their organization no longer take part."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from hub.outreach.models import Pack
from hub.outreach.rules.packs import PackState
from hub.sharing.models import SharingEvent
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, ok, rows, work_on
from tests.world import SignIn, find_text

ANA = "ana@lakeshore.example"
Leaves = Callable[[Session, Person], None]


def is_deactivated(db: Session, ana: Person) -> None:
    people_actions.deactivate(db, None, ana)


def moves(db: Session, ana: Person) -> None:
    prairie = db.scalars(select(Organization).where(Organization.name == "Prairie")).one()
    people_actions.move(db, None, ana, prairie, Role.CONTRIBUTOR)


def her_organization_leaves(db: Session, ana: Person) -> None:
    ana.organization.periods[0].left_on = clock.today(clock.now().tzinfo) - timedelta(days=2)  # type: ignore[arg-type]


WAYS = pytest.mark.parametrize("leaves", [is_deactivated, moves, her_organization_leaves])


def leave(world: Database, leaves: Leaves) -> None:
    with world.writing() as db:
        leaves(db, db.scalars(select(Person).where(Person.email == ANA)).one())


@WAYS
@pytest.mark.both_databases
def test_a_share_link_and_a_sent_pack_close(
    leaves: Leaves, world: Database, sent: str, sign_in: SignIn, client: FlaskClient
) -> None:
    link = find_text(
        r"/s/[\w-]+", ok(sign_in(ANA).post("/resources/1/forward", data={"days": 90}, follow_redirects=True))
    )
    ok(client.get(link))
    ok(client.get(sent))
    leave(world, leaves)
    before = len(rows(world, SharingEvent))
    for address, acts in ((link, ["show", "download"]), (sent, ["1/open", "1/download"])):
        assert "no longer shares for their organization" in ok(client.get(address), 410)
        for act in acts:
            assert client.post(f"{address}/{act}").status_code == 410, act
    assert client.get(f"{sent}/1").status_code == 410
    assert len(rows(world, SharingEvent)) == before
    listed = sign_in("coordinator@hub.example").get("/sharing/links?organization=lakeshore").text
    assert "its creator no longer shares for the organization" in listed


@WAYS
def test_a_scheduled_pack_is_held(leaves: Leaves, world: Database, sign_in: SignIn, mail_server: MailServer) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    later = clock.now() + timedelta(days=1)
    ok(
        ana.post(
            f"{draft}/send",
            data={"when": "later", "at": f"{later:%Y-%m-%dT%H:%M}"},
            follow_redirects=True,
        )
    )
    with world.writing() as db:
        pack = db.scalars(select(Pack)).one()
        assert pack.state is PackState.SCHEDULED
        pack.send_at = clock.now()
    leave(world, leaves)
    worker.catch_up(world)
    assert [pack.state for pack in rows(world, Pack)] == [PackState.DRAFT]
    assert not mail_server.to("maria@shops.example")


@WAYS
@pytest.mark.both_databases
def test_emails_that_wait_are_not_sent(
    leaves: Leaves, world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    ok(ana.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))
    for _ in range(2):
        worker.STEPS["packs"](world, None)  # type: ignore[arg-type]
    assert {message.state for message in rows(world, OutboxMessage)} == {State.WAITING}
    leave(world, leaves)
    worker.catch_up(world)
    assert not mail_server.to("maria@shops.example")
    assert [pack.state for pack in rows(world, Pack)] == [PackState.SENT]
    assert not [event for event in rows(world, SharingEvent) if event.pack_id]

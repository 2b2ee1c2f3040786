"""A resource is limited to its organization while a worker sends a pack with it."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.models import Resource
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.outreach.actions import closing as closing_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.models import Pack
from hub.outreach.rules.packs import PackState
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, send
from tests.outreach.packs.test_outsiders import ANA, RESOURCE, assert_sent_without_the_resource, limit
from tests.world import FrozenClock, SignIn


@pytest.mark.both_databases
def test_an_email_written_while_the_closing_waits_for_its_worker_is_written_again(
    world: Database,
    sign_in: SignIn,
    mail_server: MailServer,
    frozen_clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = sign_in(ANA)
    send(ana, a_draft(ana))
    for _ in range(2):
        sending_actions.catch_up(world)

    def wait_for_the_worker(db: Session, _resource: Resource) -> None:
        frozen_clock.advance(seconds=5)
        db.execute(update(OutboxMessage).values(posted_at=clock.now(), state=State.SENDING))
        frozen_clock.advance(seconds=5)

    slow = library_actions.Opening(lambda _db, _resource: "", wait_for_the_worker)
    monkeypatch.setattr(library_actions, "OPENINGS", [slow, *library_actions.OPENINGS])
    limit(world)
    assert_sent_without_the_resource(world, mail_server)


@pytest.mark.both_databases
def test_a_pack_that_is_due_does_not_start_while_a_resource_in_it_is_being_closed(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in(ANA)
    send(ana, a_draft(ana))
    with world.writing() as db:
        closing_actions.recall_of(db, db.get_one(Resource, RESOURCE))
        if world.engine.name == "postgresql":  # on SQLite, the worker waits
            assert not sending_actions.catch_up(world)
            assert db.scalar(select(Pack.state)) is PackState.SCHEDULED
    assert sending_actions.catch_up(world)
    with world.reading() as db:
        assert db.scalar(select(Pack.state)) is PackState.SENDING

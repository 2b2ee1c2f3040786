"""Decisions from before the hub asked for reasons for exceptions, after the migration."""

from collections.abc import Mapping

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database
from hub.joining.models import Application, Vote
from hub.joining.rules import Ballot, Departure, Progress
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.migrations import schema
from tests.world import a_person, an_organization

pytestmark = pytest.mark.both_databases


def test_earlier_decisions_against_the_votes_are_marked_and_keep_their_text(database: Database) -> None:
    approve, decline, abstain = Ballot.APPROVE, Ballot.DECLINE, Ballot.ABSTAIN
    decided = {
        "For the votes": (Progress.APPROVED, [approve, approve, decline], None),
        "Against the votes": (Progress.APPROVED, [decline, decline], Departure.AGAINST_VOTES),
        "A tie": (Progress.APPROVED, [approve, decline], Departure.AGAINST_VOTES),
        "A tie that was declined": (Progress.DECLINED, [approve, decline], None),
        "Declined against the votes": (Progress.DECLINED, [approve, abstain], Departure.AGAINST_VOTES),
        "With the board": (Progress.SUBMITTED, [decline, decline], None),
    }
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        people = [a_person(db, host, name=f"Voter {number}") for number in range(3)]
        for name, (progress, ballots, _) in decided.items():
            _a_decided_application(db, name, progress, dict(zip(people, ballots, strict=False)))
    _go_back(database, "2026_11_27_board_decisions-1")
    schema.upgrade(database)
    with database.reading() as db:
        applications = {application.name: application for application in db.scalars(select(Application))}
        assert {name: row.departure for name, row in applications.items()} == {
            name: departure for name, (_, _, departure) in decided.items()
        }
        assert {row.reason for row in applications.values()} == {"Because."}
        assert {row.decided_by_name for row in applications.values()} == {"Voter 0"}
        assert {row.quorum for row in applications.values()} == {None}
        assert set(db.scalars(select(Vote.voter_name))) == {"Voter 0", "Voter 1", "Voter 2"}


def _a_decided_application(db: Session, name: str, progress: Progress, ballots: Mapping[Person, Ballot]) -> None:
    """Add an application with these votes, of which the first was changed and one was cast in an earlier round."""
    now, voters = clock.now(), list(ballots)
    application = Application(
        token_hash=name, kind=OrganizationKind.BFF, name=name, contact_name="Lin", contact_email="lin@else.example",
        progress=progress, round=2, reason="Because.", created_at=now, changed_at=now, submitted_at=now, decided_at=now,
        decided_by_id=voters[0].id,
    )  # fmt: skip
    opposite = Ballot.DECLINE if ballots[voters[0]] is Ballot.APPROVE else Ballot.APPROVE
    application.votes = [Vote(round=1, person_id=voters[0].id, ballot=opposite, cast_at=now)] + [
        Vote(round=2, person_id=person.id, ballot=ballot, cast_at=now)
        for person, ballot in [(voters[0], opposite), *ballots.items()]
    ]
    db.add(application)
    db.flush()


def _go_back(database: Database, revision: str) -> None:
    """Downgrade to that migration."""
    alembic = schema._alembic()
    with database.engine.execution_options(hub_begin="IMMEDIATE").begin() as connection:
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, revision)

"""Hubs from before a change keep what they have, and list what needs a person."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from hub.calls.actions import attendance as attendance_actions
from hub.calls.actions import presentations as presentations_actions
from hub.calls.actions.presentations import Proposal
from hub.calls.models import Alias, Attendance, Call, Guest, GuestState, MeetingReport, Presentation, Source
from hub.calls.queries import match_reviews as match_reviews_queries
from hub.calls.queries import presentations as presentations_queries
from hub.calls.rules.attendance_reports import Tool
from hub.calls.rules.matching import How
from hub.calls.rules.presentations import PresentationStatus
from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.members.models import Organization, Person
from hub.migrations import schema
from tests.core.test_migrations import go_back as go_back

pytestmark = [pytest.mark.usefixtures("alliance"), pytest.mark.both_databases]
DAY = date(2026, 11, 9)
# As they were stored: name, address, method of the match; and whether the match is listed for review.
GUESTS = {
    ("Rosa Peña", "", "name"): False,
    ("Rosa P.", "rosa@lakeshore.example", "address"): False,
    ("Rosa Peña", "rosa@elsewhere.example", "name"): True,  # a company outside
    ("Rosa", "rosa@gmail.com", "name"): False,  # an email provider says nothing
    ("Rosa at work", "r.pena@lakeshore.example", "name"): False,
    ("Alex", "erik@prairie.example", "remembered"): True,  # a known person of Prairie
    ("Pat", "pat@elsewhere.example", "remembered"): False,  # the address itself was remembered
    ("Sam", "sam@elsewhere.example", "decided"): False,  # the coordinator's own decision
}


def test_matches_by_name_against_an_address_are_listed_for_review(database: Database) -> None:
    _fill(database)
    with database.reading() as db:
        call = db.scalars(select(Call).where(Call.day == DAY)).one()
        guests = db.scalars(select(Guest).order_by(Guest.id)).all()
        reviews = match_reviews_queries.reviews_of(db, call, guests)
        assert {(guest.name, guest.email): guest.id in reviews for guest in guests} == {
            (name, email): expected for (name, email, _), expected in GUESTS.items()
        }
        assert [count for _, count in match_reviews_queries.calls_with_reviews(db)] == [2]
        methods = {guest.name: guest.how for guest in guests}
        assert methods["Pat"] is How.REMEMBERED_ADDRESS
        assert methods["Alex"] is How.REMEMBERED
        assert guests[0].name_key == "rosa pena"


def test_old_attendance_gets_the_current_names(database: Database) -> None:
    _fill(database)
    with database.reading() as db:
        entries = [
            (entry.organization_name, entry.name) for entry in db.scalars(select(Attendance).order_by(Attendance.id))
        ]
    assert entries == [("Lakeshore Forge", "Rosa Peña"), ("Lakeshore Forge", "LF room"), ("Lakeshore Forge", "")]


def test_old_attendance_gets_the_names_that_the_audit_log_has_for_its_time(database: Database) -> None:
    with database.writing() as db:
        rosa = db.scalars(select(Person).where(Person.email == "rosa@lakeshore.example")).one()
        named = {
            ("Organization", rosa.organization_id): ("Old Forge", "Lakeshore Forge"),
            ("Person", rosa.id): ("Rosa Old <rosa@lakeshore.example>", "Rosa Peña <rosa@lakeshore.example>"),
        }
        for (kind, number), (before, after) in named.items():
            for name, at in ((before, clock.now() - timedelta(days=9)), (after, clock.now() + timedelta(hours=1))):
                entry = Entry(at=at, actor="", action="changed", subject_kind=kind, subject_id=number, subject=name)
                db.add(entry)
    _fill(database)
    with database.reading() as db:
        entries = [
            (entry.organization_name, entry.name) for entry in db.scalars(select(Attendance).order_by(Attendance.id))
        ]
    assert entries == [("Old Forge", "Rosa Old"), ("Old Forge", "LF room"), ("Old Forge", "")]


def test_presentations_without_attendance_are_printed_and_not_confirmed(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as db:
        call = db.scalars(select(Call).where(Call.day == DAY)).one()
        cora = db.scalars(select(Person).where(Person.email == "cora@amcc.example")).one()
        for slug in ("lakeshore-forge", "prairie-works"):
            organization = db.scalars(select(Organization).where(Organization.slug == slug)).one()
            presentations_actions.propose(db, cora, organization, call, Proposal("Our region"))
        erik = db.scalars(select(Person).where(Person.email == "erik@prairie.example")).one()
        attendance_actions.check_in(db, erik, call)
    go_back(database, "2026_11_27_attendance_evidence")
    capsys.readouterr()
    schema.upgrade(database)
    assert capsys.readouterr().out == "Lakeshore Forge, presentation on 2026-11-09: Given becomes Not confirmed.\n"
    with database.reading() as db:
        presentations = db.scalars(select(Presentation).order_by(Presentation.id)).all()
        statuses = presentations_queries.statuses(db, presentations, clock.now())
        assert [statuses[row.id] for row in presentations] == [
            PresentationStatus.NOT_CONFIRMED,
            PresentationStatus.GIVEN,
        ]


def _fill(database: Database) -> None:
    """Add matches and attendance, go back to the schema before names were kept, and forward again."""
    with database.writing() as db:
        call = db.scalars(select(Call).where(Call.day == DAY)).one()
        rosa = db.scalars(select(Person).where(Person.email == "rosa@lakeshore.example")).one()
        lakeshore, now = (
            db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one(),
            clock.now(),
        )
        report = MeetingReport(
            call_id=call.id, sha256="0" * 64, file_name="r.csv", tool=Tool.ZOOM, read_at=now - timedelta(hours=1),
            read_by_id=rosa.id, people=1,
        )  # fmt: skip
        db.add(report)
        db.flush()
        for number, (name, email, how) in enumerate(GUESTS):
            db.add(
                Guest(
                    call_id=call.id, report_id=report.id, key=f"email:{email}" if email else f"name:{number}", name=name,
                    email=email, state=GuestState.MATCHED, how=How(how), organization_id=lakeshore.id,
                )
            )  # fmt: skip
        db.add(
            Alias(
                key="email:pat@elsewhere.example", organization_id=lakeshore.id, decided_at=now, decided_by_id=rosa.id
            )
        )
        for number, (person_id, name) in enumerate([(rosa.id, "Rosa's iPhone"), (None, "LF room"), (None, "")]):
            db.execute(
                insert(Attendance).values(
                    call_id=call.id, organization_id=lakeshore.id, person_id=person_id, name=name, source=Source.REPORT,
                    recorded_at=now, recorded_by_id=rosa.id, once=f"test {number}", void=False, note="",
                    organization_name="",
                )
            )  # fmt: skip
        db.execute(update(Person).where(Person.id == rosa.id).values(created_at=now - timedelta(days=400)))
    go_back(database, "2026_11_27_set_aside")
    schema.upgrade(database)

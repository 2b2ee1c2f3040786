"""Migrations lead to the schema of the models, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from hub.calls.actions import attendance as attendance_actions
from hub.calls.actions.attendance import Attendee
from hub.calls.models import Call, Source
from hub.core import chosen_settings, clock
from hub.core.db import Base, Database
from hub.library.models import Resource, Revision
from hub.library.rules import Audience
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind, Role
from hub.migrations import schema
from hub.sharing.actions import downloads as downloads_actions
from hub.sharing.models import Confirmation, SharingEvent
from tests.world import a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases


def test_the_migrated_database_matches_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    assert schema.is_current(database)


def test_old_log_entries_get_the_current_titles_of_their_resources(database: Database) -> None:
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore Forge")
        ana = a_person(db, lakeshore)
        toolkit = a_resource(db, lakeshore, "Toolkit")
        revision = db.scalars(select(Revision)).one()
        downloads_actions.log_download(db, ana, toolkit, revision, whole=True)
    go_back(database, "2026_11_24_stopped_through")
    assert not schema.is_current(database)
    schema.upgrade(database)
    with database.reading() as db:
        assert db.scalars(select(SharingEvent.title)).all() == ["Toolkit"]


def test_old_hubs_keep_their_dates_as_a_period_and_print_the_standings_that_change(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore Forge")
        prairie = an_organization(db, "Prairie Works")
        an_organization(db, "Young Works")
        ana = a_person(db, lakeshore, Role.REPRESENTATIVE)
        ana.created_at = datetime(2026, 4, 1, 3, 30, tzinfo=UTC)  # still March 31 in New York
        statement = {"organization_id": prairie.id, "person_id": ana.id, "role": Role.REPRESENTATIVE}
        db.add(Confirmation(**statement, quarter="2026Q2", shared=False, reason="None", confirmed_at=clock.now()))
        db.add(Confirmation(**statement, quarter="2026Q1", shared=True, with_whom="All", confirmed_at=clock.now()))
    go_back(database, "2026_11_24_titles_in_the_log")
    dates = {"Lakeshore Forge": ("2025-07-01", None), "Prairie Works": ("2025-10-01", "2026-08-15"),
             "Young Works": ("2026-01-01", "2026-09-30")}  # fmt: skip
    with database.engine.begin() as connection:
        for name, (joined, left) in dates.items():
            connection.execute(text("UPDATE organization SET joined_on = :joined, left_on = :left WHERE name = :name"),
                               {"name": name, "joined": joined, "left": left})  # fmt: skip
    capsys.readouterr()
    schema.upgrade(database)
    assert capsys.readouterr().out.splitlines() == [
        "Lakeshore Forge, 2025Q3 to 2025Q4: Silent becomes No records.",
        "Prairie Works, 2025Q4: Silent becomes No records.",
        "Prairie Works, 2026Q2: Silent becomes Nothing to share.",
        "Prairie Works, 2026Q3: Silent becomes Not due.",
    ]
    with database.reading() as db:
        assert chosen_settings.stored(db, "RECORDS_BEGIN") == "2026-03-31"
        periods = {
            organization.name: organization.membership.periods for organization in db.scalars(select(Organization))
        }
    assert {name: [(str(p.joined_on), p.left_on and str(p.left_on)) for p in own] for name, own in periods.items()} == {
        name: [days] for name, days in dates.items()
    }


def test_old_hubs_keep_the_figures_of_what_was_recorded_for_the_time_before_their_first_day(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        lakeshore = an_organization(db, "Lakeshore Forge")
        cora, ana = a_person(db, host, Role.COORDINATOR), a_person(db, lakeshore, Role.REPRESENTATIVE)
        cora.created_at = ana.created_at = datetime(2026, 10, 5, 15, tzinfo=UTC)
        statement = {"person_id": ana.id, "role": Role.REPRESENTATIVE, "confirmed_at": clock.now()}
        db.add(Confirmation(**statement, organization_id=lakeshore.id, quarter="2026Q2", shared=True, with_whom="All"))
        for day, attended in ((date(2026, 2, 2), False), (date(2026, 7, 6), True), (date(2026, 7, 13), False)):
            start = datetime(day.year, day.month, day.day, 15, 30, tzinfo=UTC)
            call = Call(day=day, starts_at=start, ends_at=start + timedelta(minutes=30), title="Call", uid=str(day),
                        changed_at=start, sequence=0)  # fmt: skip
            db.add(call)
            db.flush()
            if attended:
                attendee = Attendee(lakeshore.id, lakeshore.name)
                attendance_actions.record(db, cora, call, attendee, Source.COORDINATOR, f"o{lakeshore.id}")
    go_back(database, "2026_11_24_titles_in_the_log")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE organization SET joined_on = '2025-02-01'"))
    capsys.readouterr()
    schema.upgrade(database)
    assert capsys.readouterr().out.splitlines() == [
        "Lakeshore Forge, 2025Q1 to 2026Q1: Silent becomes No records.",
        "Lakeshore Forge, calls of 2026: 1 of 3 becomes 1 of 2.",
        "Lakeshore Forge, presentation of 2025: Overdue becomes No records.",
    ]
    with database.reading() as db:
        assert chosen_settings.stored(db, "RECORDS_BEGIN") == "2026-06-30", "Q2 is confirmed, and counts as before"


def test_one_share_reported_late_makes_no_one_else_silent_before_the_hubs_first_day(database: Database) -> None:
    with database.writing() as db:
        lakeshore, *_others = (an_organization(db, name) for name in ("Lakeshore Forge", "Prairie Works", "Ridgeline"))
        ana = a_person(db, lakeshore, Role.REPRESENTATIVE)
        ana.created_at = datetime(2026, 7, 6, 15, tzinfo=UTC)
        statement = {"person_id": ana.id, "role": Role.REPRESENTATIVE, "confirmed_at": clock.now()}
        db.add(Confirmation(**statement, organization_id=lakeshore.id, quarter="2026Q2", shared=True, with_whom="All"))
    go_back(database, "2026_11_24_titles_in_the_log")
    schema.upgrade(database)
    with database.reading() as db:
        assert chosen_settings.stored(db, "RECORDS_BEGIN") == "2026-07-06"


def test_what_was_for_one_organization_only_stays_closed_when_it_is_widened_later(database: Database) -> None:
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore Forge")
        a_resource(db, lakeshore, "Ours", audience=Audience.ORGANIZATION)
        a_resource(db, lakeshore, "For all", audience=Audience.PUBLIC)
    go_back(database, "2026_11_27_closed_to_outsiders-1")
    before = clock.now()
    schema.upgrade(database)
    with database.reading() as db:
        closed = db.scalars(select(Resource.closed_to_outsiders_at).order_by(Resource.id)).all()
    assert closed[0] is not None
    assert before - timedelta(seconds=2) < closed[0]
    assert closed[1] is None


def go_back(database: Database, revision: str) -> None:
    """Downgrade to that migration."""
    alembic = schema._alembic()
    with database.engine.execution_options(hub_begin="IMMEDIATE").begin() as connection:
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, revision)

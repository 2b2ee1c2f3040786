"""The weekly digest: new resources on what people follow, and no email if there are none."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub import worker
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.models import Resource, Revision
from hub.library.rules import Audience
from hub.mail import actions as mail_actions
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.models import Person
from hub.members.rules.mail import MailKind
from hub.members.rules.organizations import Role
from hub.overview.rules.digests import due_week, upcoming_week
from hub.search import actions as search_actions
from hub.search import index
from tests.world import FrozenClock, a_person, a_resource, an_organization, posted_by

pytestmark = pytest.mark.both_databases

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)  # 8:30 a.m. in New York


@pytest.fixture
def people(database: Database, frozen_clock: FrozenClock) -> dict[str, Person]:
    """Rosa follows workforce and CMMC, Jolene trade; most resources were added last week."""
    frozen_clock.at = MONDAY
    with database.writing() as db:
        lakeshore, ridgeline = an_organization(db, "Lakeshore"), an_organization(db, "Ridgeline")
        people = {
            "rosa": a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa"),
            "jolene": a_person(db, ridgeline, Role.REPRESENTATIVE, "jolene@ridgeline.example", "Jolene"),
            "tom": a_person(db, ridgeline, Role.ALTERNATE, "tom@ridgeline.example", "Tom"),
        }
        library_actions.follow_topics(db, people["rosa"], ["workforce", "cmmc"])
        library_actions.follow_topics(db, people["jolene"], ["trade"])
        frozen_clock.at = MONDAY - timedelta(days=3)
        a_resource(db, lakeshore, "Apprenticeship guide", topics=["workforce", "cmmc"], summary="For small shops.")
        a_resource(db, lakeshore, "CMMC in plain words", topics=["cmmc"])
        a_resource(db, lakeshore, "Supply chains", topics=["supply-chain"])
        a_resource(db, ridgeline, "Ours alone", topics=["workforce"], audience=Audience.ORGANIZATION)
        frozen_clock.at = MONDAY - timedelta(days=9)
        a_resource(db, lakeshore, "Two weeks old", topics=["workforce"])
        frozen_clock.at = MONDAY
        a_resource(db, lakeshore, "Of today", topics=["workforce"])
        mail_actions.turn_on_sending(db, MailKind.DIGEST, None)
    index.catch_up(database)
    return people


def test_people_get_new_resources_that_they_follow_and_may_read_once(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    (message,) = posted_by("digests", database)
    assert message.to == "rosa@lakeshore.example"
    assert message.subject == "New in the hub: Apprenticeship guide, and 1 more"
    for title in ("Apprenticeship guide", "CMMC in plain words", "For small shops."):
        assert message.text.count(title) == 1
    for title in ("Supply chains", "Ours alone", "Two weeks old", "Of today"):
        assert title not in message.text
    assert worker.STEPS["digests"](database, None) == 0, "the week is done, so nothing is left to do"  # type: ignore[arg-type]
    frozen_clock.at += timedelta(days=3)
    assert len(posted_by("digests", database)) == 1
    frozen_clock.at += timedelta(days=4)
    assert [message.to for message in posted_by("digests", database)] == ["rosa@lakeshore.example"] * 2


def test_a_saved_search_adds_what_no_topic_lists_and_own_resources_are_left_out(
    database: Database, people: dict[str, Person]
) -> None:
    with database.writing() as db:
        search_actions.save_search(db, db.get_one(Person, people["tom"].id), "Plain words", "q=plain+words", tells=True)
        search_actions.save_search(db, db.get_one(Person, people["rosa"].id), "CMMC", "q=cmmc", tells=True)
        db.scalars(select(Resource).where(Resource.title == "Apprenticeship guide")).one().created_by_id = people[
            "rosa"
        ].id
    rosa, tom = posted_by("digests", database)
    assert tom.to == "tom@ridgeline.example"
    assert "Your search “Plain words”" in tom.text
    assert "CMMC in plain words" in tom.text
    assert "Your search" not in rosa.text
    assert "Apprenticeship guide" not in rosa.text


def test_a_digest_waits_until_the_resources_of_its_week_are_indexed(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        tom = db.get_one(Person, people["tom"].id)
        search_actions.save_search(db, tom, "Zinc", "q=zinc", tells=True)
        frozen_clock.at = MONDAY - timedelta(days=1)
        a_resource(db, db.get_one(Person, people["rosa"].id).organization, "Plating", ["Zinc, of course."])
    frozen_clock.at = MONDAY
    assert posted_by("digests", database) == []
    index.catch_up(database)
    texts = {message.to: message.text for message in posted_by("digests", database)}
    assert texts.keys() == {"rosa@lakeshore.example", "tom@ridgeline.example"}
    assert texts["tom@ridgeline.example"].count("Plating") == 1


def test_a_digest_does_not_wait_forever(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        guide = db.scalars(select(Resource).where(Resource.title == "CMMC in plain words")).one()
        db.scalars(select(Revision).where(Revision.resource_id == guide.id)).one().reader_version = 0
    assert posted_by("digests", database) == []
    frozen_clock.at += timedelta(days=3)
    assert [message.to for message in posted_by("digests", database)] == ["rosa@lakeshore.example"]


def test_people_who_turned_off_digests_get_none(database: Database, people: dict[str, Person]) -> None:
    with database.writing() as db:
        notification_settings_actions.unsubscribe(db, db.get_one(Person, people["rosa"].id), MailKind.DIGEST)
    assert posted_by("digests", database) == []


def test_no_digest_is_sent_while_paused_or_before_monday_morning(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        mail_actions.pause_sending(db, MailKind.DIGEST)
    assert posted_by("digests", database) == []
    with database.writing() as db:
        mail_actions.turn_on_sending(db, MailKind.DIGEST, None)
    frozen_clock.at = MONDAY - timedelta(hours=1)  # the digest of the week before is still the latest that is due
    assert "Two weeks old" in posted_by("digests", database)[0].text


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 23, 7, 59, tzinfo=NEW_YORK), date(2026, 11, 16)),
        (datetime(2026, 11, 23, 8, 0, tzinfo=NEW_YORK), date(2026, 11, 23)),
        (datetime(2026, 11, 29, 23, 59, tzinfo=NEW_YORK), date(2026, 11, 23)),
        (datetime(2027, 1, 1, 12, 0, tzinfo=NEW_YORK), date(2026, 12, 28)),
    ],
)
def test_the_week_of_the_digest_that_is_due(now: datetime, monday: date) -> None:
    assert due_week(now, NEW_YORK).monday == monday


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_weeks_have_no_gap_or_overlap_even_when_the_clocks_change(now: datetime) -> None:
    week, upcoming = due_week(now, NEW_YORK), upcoming_week(now, NEW_YORK)
    assert week.until.astimezone(UTC) == upcoming.since.astimezone(UTC)
    assert week.until <= now.astimezone(NEW_YORK) < upcoming.until + timedelta(hours=9)
    assert upcoming.monday - week.monday == timedelta(days=7)

"""Mail about calls: invitations that calendars follow, the brief for those who weren't there, reminders of decks."""

from datetime import date

import pytest
import vobject
from sqlalchemy import select

from hub.calls.actions import series as series_actions
from hub.calls.models import Attendance
from hub.core.db import Database
from hub.library.rules import Audience, Kind
from hub.mail.models import OutboxMessage
from hub.members.actions import wishes as wishes_actions
from hub.members.models import Organization, Person
from hub.members.rules.mail import MailKind
from tests.calls.conftest import SetClock
from tests.world import SignIn, a_resource

pytestmark = pytest.mark.usefixtures("alliance")
CORA, ROSA, TOM, ERIK, INGRID = (
    "cora@amcc.example", "rosa@lakeshore.example", "tom@lakeshore.example", "erik@prairie.example", "ingrid@gmail.com",
)  # fmt: skip


def mail(database: Database, to: str = "") -> list[OutboxMessage]:
    with database.reading() as db:
        query = select(OutboxMessage).order_by(OutboxMessage.id)
        return list(db.scalars(query.where(OutboxMessage.to == to) if to else query))


def stop(database: Database, email: str) -> None:
    with database.writing() as db:
        wishes_actions.stop_mail(db, db.scalars(select(Person).where(Person.email == email)).one(), MailKind.CALL)


@pytest.mark.both_databases
def test_an_invitation_its_change_and_its_cancelling_are_one_entry_in_every_calendar(
    database: Database, sign_in: SignIn
) -> None:
    stop(database, TOM)
    cora = sign_in(CORA)
    cora.post("/calls/2026-11-23/move", data={"day": "2026-11-24", "at": "11:30", "minutes": "30", "reason": "x"})
    assert mail(database) == []  # no one was invited, so no one hears of it
    assert "6 people" in cora.get("/calls/2026-11-30/invite").text
    for _ in range(2):
        cora.post("/calls/2026-11-30/invite")
    cora.post("/calls/2026-11-30/move", data={"day": "2026-12-01", "at": "14:00", "minutes": "30", "reason": "Snow"})
    cora.post("/calls/2026-12-01/cancel", data={"reason": "More snow"})
    assert mail(database, TOM) == []
    got = mail(database, ROSA)
    events = [vobject.readOne(one.calendar) for one in got]
    assert [one.method.value for one in events] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({one.vevent.uid.value for one in events}) == 1
    assert [one.vevent.sequence.value for one in events] == ["0", "1", "2"]
    assert [one.vevent.status.value for one in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert events[1].vevent.attendee.value == f"mailto:{ROSA}"
    assert events[1].vevent.dtstart.value.hour == 14
    assert got[1].subject.startswith("Changed: Weekly national call")
    assert "Snow" in got[1].text
    assert "/mail/stop/" in got[0].unsubscribe


@pytest.mark.both_databases
def test_those_who_were_not_there_get_the_brief_once_and_reading_it_is_no_attendance(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    sign_in(ROSA).post("/calls/2026-11-16/check-in")
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        day = date(2026, 11, 16)
        a_resource(db, lakeshore, "Notes of the call", kind=Kind.CALL_NOTES, call_on=day)
        a_resource(db, lakeshore, "Ours alone", kind=Kind.CALL_NOTES, audience=Audience.ORGANIZATION, call_on=day)
    sign_in(ROSA).post("/calls/2026-11-16/asks", data={"kind": "ask", "text": "Who has a template?"})
    cora = sign_in(CORA)
    assert cora.post("/calls/2026-11-16/brief").status_code == 422  # it is going on
    set_clock("2026-11-16T15:00")
    cora = sign_in(CORA)
    page = cora.get("/calls/2026-11-16/brief").text
    assert "Prairie Works" in page
    assert "<li>Lakeshore Forge" not in page
    assert "Ours alone" not in page
    for _ in range(2):
        assert cora.post("/calls/2026-11-16/brief").status_code == 302
    assert {one.to for one in mail(database)} == {ERIK, INGRID}
    (letter,) = mail(database, ERIK)
    assert "Missed it?" in letter.subject
    assert "Notes of the call" in letter.text
    assert "Who has a template?" in letter.text
    assert "doesn't count as attendance" in letter.text
    sign_in(ERIK).get("/calls/2026-11-16")
    with database.reading() as db:
        assert len(db.scalars(select(Attendance)).all()) == 1
    nothing = cora.post("/calls/2026-11-09/brief")
    assert nothing.status_code == 422
    assert "There is nothing to send yet" in nothing.text


@pytest.mark.both_databases
def test_a_week_before_a_presentation_without_a_deck_its_organization_is_reminded_once(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    sign_in(ROSA).post("/calls/present", data={"call": "2026-11-30", "title": "Our year", "minutes": "15"})
    sign_in(CORA).post("/calls/presentations/1", data={"do": "accept"})
    series_actions.catch_up(database)
    assert mail(database) == []
    set_clock("2026-11-24T09:00")
    series_actions.catch_up(database)
    assert {one.to for one in mail(database)} == {ROSA, TOM}
    assert series_actions.catch_up(database) == 0
    assert "“Our year” is on the call of Monday, November 30, 2026, 11:30 a.m. (EST)" in " ".join(
        mail(database, ROSA)[0].text.split()
    )
    sign_in(CORA).post("/calls/presentations/1", data={"do": "move", "move-call": "2026-12-07"})
    set_clock("2026-12-02T09:00")
    series_actions.catch_up(database)
    assert len(mail(database, ROSA)) == 2  # another date, another reminder

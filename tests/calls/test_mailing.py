"""Emails about calls: invitations with calendar events, recaps, deck reminders."""

import re
from dataclasses import replace
from datetime import date

import pytest
import vobject
from bs4 import BeautifulSoup
from sqlalchemy import select

from hub.calls.actions import series as series_actions
from hub.calls.models import Attendance
from hub.core.db import Database
from hub.library.rules import Audience, Kind
from hub.mail.models import OutboxMessage
from hub.members.actions import notification_settings as notification_settings_actions
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
        notification_settings_actions.unsubscribe(
            db, db.scalars(select(Person).where(Person.email == email)).one(), MailKind.CALL
        )


@pytest.mark.both_databases
def test_an_invitation_its_update_and_its_cancellation_are_one_calendar_event(
    database: Database, sign_in: SignIn
) -> None:
    stop(database, TOM)
    cora = sign_in(CORA)
    cora.post("/calls/2026-11-23/move", data={"day": "2026-11-24", "at": "11:30", "minutes": "30", "reason": "x"})
    assert mail(database) == []  # no one was invited, so no one gets an email
    assert "6 people" in cora.get("/calls/2026-11-30/invite").text
    assert "so the invitation is saved to disk and not sent" in cora.get("/calls/2026-11-30/invite").text
    answer = "Not sent: this hub has no mail server, so it saved the invitation to 6 people to disk."
    for _ in range(2):
        assert answer in cora.post("/calls/2026-11-30/invite", follow_redirects=True).text
        facts = BeautifulSoup(cora.get("/calls/2026-11-30").text, "lxml").select_one("main .resource-facts")
        assert facts is not None
        words = " ".join(facts.get_text().split())
        assert re.fullmatch(r"Invitation created \(.+\)\. This hub has no mail server, so .+ isn’t sent\.", words)
        answer = "Not sent"
    database.config = replace(database.config, MAIL_URL="smtp://127.0.0.1:1")
    assert "Sending the invitation to" in cora.post("/calls/2026-11-30/invite", follow_redirects=True).text
    assert "Everyone invited gets an email about changes." in cora.get("/calls/2026-11-30").text
    cora.post("/calls/2026-11-30/move", data={"day": "2026-12-01", "at": "14:00", "minutes": "30", "reason": "Snow"})
    cora.post("/calls/2026-12-01/cancel", data={"reason": "More snow"})
    assert mail(database, TOM) == []
    messages = mail(database, ROSA)
    events = [vobject.readOne(message.calendar) for message in messages]
    assert [event.method.value for event in events] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({event.vevent.uid.value for event in events}) == 1
    assert [event.vevent.sequence.value for event in events] == ["0", "1", "2"]
    assert [event.vevent.status.value for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert events[1].vevent.attendee.value == f"mailto:{ROSA}"
    assert events[1].vevent.dtstart.value.hour == 14
    assert messages[1].subject.startswith("Updated: Weekly national call")
    assert "Snow" in messages[1].text
    assert "/mail/stop/" in messages[0].unsubscribe


@pytest.mark.both_databases
def test_absent_organizations_get_the_recap_once_and_reading_it_does_not_count_as_attendance(
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
    assert cora.post("/calls/2026-11-16/brief").status_code == 422  # the call isn't over
    set_clock("2026-11-16T15:00")
    cora = sign_in(CORA)
    page = cora.get("/calls/2026-11-16/brief").text
    assert "Prairie Works" in page
    assert "<li>Lakeshore Forge" not in page
    assert "Ours alone" not in page
    assert "so the recap is saved to disk and not sent" in page
    for _ in range(2):
        page = cora.post("/calls/2026-11-16/brief", follow_redirects=True).text
        assert "Not sent: this hub has no mail server, so it saved the recap to" in page
        assert "Recap sent" not in page
        assert "p.m.</span></time>." not in page
    assert {message.to for message in mail(database)} == {ERIK, INGRID}
    (letter,) = mail(database, ERIK)
    assert letter.subject.startswith("Recap: Weekly")
    assert "Notes of the call" in letter.text
    assert "Who has a template?" in letter.text
    assert "doesn’t count as attendance" in letter.text
    sign_in(ERIK).get("/calls/2026-11-16")
    with database.reading() as db:
        assert len(db.scalars(select(Attendance)).all()) == 1
    empty = cora.post("/calls/2026-11-09/brief")
    assert empty.status_code == 422
    assert "There’s nothing to send yet" in empty.text


@pytest.mark.both_databases
def test_a_missing_deck_is_reminded_of_once_a_week_before_the_presentation(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    sign_in(ROSA).post("/calls/present", data={"call": "2026-11-30", "title": "Our year", "minutes": "15"})
    sign_in(CORA).post("/calls/presentations/1", data={"do": "accept"})
    series_actions.catch_up(database)
    assert mail(database) == []
    set_clock("2026-11-24T09:00")
    series_actions.catch_up(database)
    assert {message.to for message in mail(database)} == {ROSA, TOM}
    assert series_actions.catch_up(database) == 0
    assert "“Our year” before you present it on Monday, November 30, 2026, 11:30 a.m. ET (15 minutes)." in " ".join(
        mail(database, ROSA)[0].text.split()
    )
    sign_in(CORA).post("/calls/presentations/1", data={"do": "move", "move-call": "2026-12-07"})
    set_clock("2026-12-02T09:00")
    series_actions.catch_up(database)
    assert len(mail(database, ROSA)) == 2  # a new date gets a new reminder

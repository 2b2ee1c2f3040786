"""Erasing a person whom others named where an account isn't needed: speakers, and participants of meetings."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Alias, Attendance, Call, Guest, GuestState, MeetingReport, Presentation, Source
from hub.calls.rules.attendance_reports import Tool
from hub.calls.rules.participants import participant_key
from hub.calls.rules.presentations import SlotState
from hub.core import clock
from hub.core.db import Base, Database
from hub.members.models import Organization, Person
from hub.overview import actions as overview_actions
from hub.overview.queries import personal_data as personal_data_queries
from tests.world import a_person, an_organization

pytestmark = pytest.mark.both_databases
ANA, FORMER = "ana@x.example", "a former contributor of Lakeshore"


class Meeting:
    """A call to which the tests add rows that name people."""

    def __init__(self, db: Session) -> None:
        now = clock.now()
        self.db, self.lakeshore = db, an_organization(db, "Lakeshore")
        self.ana = a_person(db, self.lakeshore, email=ANA, name="Ana Peña")
        self.by = a_person(db, an_organization(db, "Prairie"), name="Cora Host")
        self.call = Call(
            day=date(2026, 11, 2),
            starts_at=now,
            ends_at=now + timedelta(minutes=30),
            title="Call",
            uid="a",
            changed_at=now,
        )
        db.add(self.call)
        db.flush()
        self.report = MeetingReport(
            call_id=self.call.id,
            sha256="0" * 64,
            file_name="a.csv",
            tool=Tool.ZOOM,
            read_at=now,
            read_by_id=self.by.id,
            people=9,
        )
        db.add(self.report)
        db.flush()

    def speaks(self, speaker: str, organization: Organization) -> Presentation:
        """Add a presentation that someone else proposed."""
        row = Presentation(
            call_id=self.call.id,
            organization_id=organization.id,
            title="Progress",
            minutes=10,
            speaker=speaker,
            state=SlotState.PROPOSED,
            proposed_at=clock.now(),
            proposed_by_id=self.by.id,
        )
        self._add(row)
        return row

    def takes_part(
        self,
        name: str,
        organization: Organization | None,
        *,
        email: str = "",
        person: Person | None = None,
        number: int = 1,
    ) -> Guest:
        """Add a participant from an attendance report."""
        key = f"{participant_key(name, email)}  {number}"
        row = Guest(
            call_id=self.call.id,
            report_id=self.report.id,
            key=key,
            name=name,
            name_key="ana pena",
            email=email,
            state=GuestState.MATCHED if organization else GuestState.NOT_ADMITTED,
            person_id=person.id if person else None,
            organization_id=organization.id if organization else None,
        )
        self._add(row)
        return row

    def attends(self, name: str, person: Person | None = None) -> Attendance:
        """Add an attendance entry of Lakeshore."""
        row = Attendance(
            call_id=self.call.id,
            organization_id=self.lakeshore.id,
            person_id=person.id if person else None,
            source=Source.REPORT,
            name=name,
            recorded_at=clock.now(),
            recorded_by_id=self.by.id,
            once=f"{name} {person}",
        )
        self._add(row)
        return row

    def remembers(self, key: str, organization: Organization | None) -> Alias:
        """Add a match that the coordinator had remembered."""
        number = organization.id if organization else None
        row = Alias(key=key, organization_id=number, decided_at=clock.now(), decided_by_id=self.by.id)
        self._add(row)
        return row

    def _add(self, row: Base) -> None:
        self.db.add(row)
        self.db.flush()

    def erase(self) -> None:
        """Erase Ana, and read everything again."""
        assert overview_actions.erase_person(self.db, None, self.ana) == FORMER
        self.db.flush()
        self.db.expire_all()

    def exported(self) -> dict[str, list[int]]:
        """Return the ids of the rows that Ana's export has, by table."""
        held = personal_data_queries.held_of(self.db, self.ana)
        return {table: [row["id"] for row in rows] for table, _, rows in held if "id" in rows[0]}


def test_a_speaker_and_a_participant_without_an_account_are_exported_and_lose_their_name(database: Database) -> None:
    with database.writing() as db:
        meeting = Meeting(db)
        speaker = meeting.speaks("Ana Peña", meeting.lakeshore)
        guest = meeting.takes_part("Ana Peña", meeting.lakeshore)
        turned_away = meeting.takes_part("Ana", None, email="ANA@x.example")
        entry = meeting.attends("Ana Peña")
        held = meeting.exported()
        assert held["presentation"] == [speaker.id]
        assert held["meeting_participant"] == [guest.id, turned_away.id]
        assert held["call_attendance"] == [entry.id]
        meeting.erase()
        assert (speaker.speaker, guest.name, turned_away.name, entry.name) == (FORMER,) * 4
        assert (turned_away.email, guest.name_key, turned_away.name_key) == ("", "", "")
        assert {guest.key, turned_away.key} == {f"erased {guest.id}", f"erased {turned_away.id}"}


def test_remembered_matches_of_an_erased_persons_name_and_address_are_deleted(database: Database) -> None:
    with database.writing() as db:
        meeting = Meeting(db)
        matches = [meeting.remembers("name:ana pena", meeting.lakeshore), meeting.remembers(f"email:{ANA}", None)]
        other = meeting.remembers("name:ana pena ortiz", meeting.lakeshore)
        assert meeting.exported()["meeting_alias"] == [each.id for each in matches]
        meeting.erase()
        assert db.scalars(select(Alias.id)).all() == [other.id]


def test_a_name_that_may_be_another_persons_stays(database: Database) -> None:
    with database.writing() as db:
        meeting = Meeting(db)
        prairie = meeting.by.organization
        namesake = a_person(db, prairie, name="Ana Peña")
        kept = [
            meeting.speaks("Ana Peña", prairie).id,
            meeting.speaks("Ana Peña Ortiz", meeting.lakeshore).id,
            meeting.speaks("Ana Peña and Bo Li", meeting.lakeshore).id,
        ]
        guests = [
            meeting.takes_part("Ana Peña", None),
            meeting.takes_part("Ana Peña", meeting.lakeshore, email="ana.pena@mail.example"),
            meeting.takes_part("Ana Peña", meeting.lakeshore, person=namesake, number=2),
        ]
        entry = meeting.attends("Ana Peña", namesake)
        assert not {"presentation", "meeting_participant", "call_attendance"} & set(meeting.exported())
        meeting.erase()
        speakers = db.scalars(select(Presentation.speaker).where(Presentation.id.in_(kept))).all()
        assert set(speakers) == {"Ana Peña", "Ana Peña Ortiz", "Ana Peña and Bo Li"}
        assert [guest.name for guest in guests] == ["Ana Peña"] * 3
        assert entry.name == "Ana Peña"


def test_a_name_that_two_people_of_an_organization_have_stays(database: Database) -> None:
    with database.writing() as db:
        meeting = Meeting(db)
        a_person(db, meeting.lakeshore, name="Ana Peña")
        speaker, guest = (
            meeting.speaks("Ana Peña", meeting.lakeshore),
            meeting.takes_part("Ana Peña", meeting.lakeshore),
        )
        meeting.erase()
        assert (speaker.speaker, guest.name) == ("Ana Peña", "Ana Peña")

"""An organization between two periods of membership: it gets no mail, is no peer, and nothing is due from it."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from pypdfium2 import PdfDocument
from sqlalchemy import select

from hub.calls.actions import mailing as mailing_actions
from hub.calls.actions import series as series_actions
from hub.calls.queries import mailing as mailing_queries
from hub.calls.queries import planned as planned_queries
from hub.calls.queries import series as series_queries
from hub.core import clock
from hub.core.db import Database
from hub.mail.actions import turn_on_sending
from hub.mail.models import OutboxMessage
from hub.members import queries as members_queries
from hub.members.actions import organizations as organizations_actions
from hub.members.models import Person
from hub.members.rules.mail import MailKind
from hub.members.rules.membership import Period
from hub.members.rules.organizations import OrganizationKind, Role
from hub.outreach.actions import log_address as log_address_actions
from tests.world import FrozenClock, SignIn, a_person, an_organization, posted_by

MEMBER, BFF = OrganizationKind.MEMBER, OrganizationKind.BFF
BEFORE, BACK = date(2024, 11, 15), date(2027, 2, 1)  # its last day, and the day it comes back
IN_THE_GAP = datetime(2026, 12, 17, 15, tzinfo=UTC)  # two weeks before the quarter ends


@pytest.fixture
def coordinator(database: Database, frozen_clock: FrozenClock, sign_in: SignIn) -> FlaskClient:
    """Northwoods left in 2024 and comes back in 2027 as a BFF; Lakeshore is a member."""
    frozen_clock.at = IN_THE_GAP
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        cora = a_person(db, host, Role.COORDINATOR, "cora@amcc.example", "Cora")
        lakeshore = an_organization(db, "Lakeshore")
        northwoods = organizations_actions.add_organization(
            db, None, name="Northwoods", kind=MEMBER,
            periods=[Period(MEMBER, date(2020, 1, 1), BEFORE, "It merged."), Period(BFF, BACK)],
        )  # fmt: skip
        a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa Peña")
        a_person(db, northwoods, Role.REPRESENTATIVE, "nils@northwoods.example", "Nils")
        series_actions.make_series(db, cora, date(2024, 10, 1), date(2027, 12, 31))
        turn_on_sending(db, MailKind.REMINDER, None)
    return sign_in("cora@amcc.example")


def _recipients(database: Database) -> set[str]:
    with database.reading() as db:
        return set(db.scalars(select(OutboxMessage.to)))


def _main(page: str) -> str:
    main = BeautifulSoup(page, "lxml").find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


@pytest.mark.both_databases
def test_its_people_get_no_reminders_invitations_or_recaps(coordinator: FlaskClient, database: Database) -> None:
    posted_by("reminders", database)
    with database.writing() as db:
        cora = db.scalars(select(Person).where(Person.email == "cora@amcc.example")).one()
        upcoming = next(
            call for call in planned_queries.calls_since(db, clock.now().year) if call.is_upcoming(clock.now())
        )
        mailing_actions.invite(db, cora, series_queries.call_on(db, upcoming.day))
        attended_as_member = series_queries.call_on(db, date(2024, 11, 4))
        attended_as_member.recording_link = "https://video.example/1"
        absent = mailing_queries.absent(db, attended_as_member)
        assert "Northwoods" in {organization.name for organization in absent}
        mailing_actions.send_recap(db, cora, attended_as_member)
    assert _recipients(database) == {"rosa@lakeshore.example", "cora@amcc.example"}


@pytest.mark.both_databases
def test_it_is_reminded_and_invited_again_once_it_is_back(
    coordinator: FlaskClient, database: Database, frozen_clock: FrozenClock
) -> None:
    frozen_clock.at = datetime(2027, 3, 17, 15, tzinfo=UTC)
    posted_by("reminders", database)
    with database.reading() as db:
        invited = {recipient.person.email for recipient in mailing_queries.all_recipients(db, date(2027, 3, 17))}
    assert "nils@northwoods.example" in _recipients(database) & invited


def test_its_log_address_is_closed_until_it_is_back(
    coordinator: FlaskClient, database: Database, frozen_clock: FrozenClock
) -> None:
    database.config = replace(database.config, MAIL_DOMAIN="log.hub.example")
    with database.writing() as db:
        nils = db.scalars(select(Person).where(Person.email == "nils@northwoods.example")).one()
        today, frozen_clock.at = frozen_clock.at, datetime(2024, 11, 10, 17, tzinfo=UTC)
        address = log_address_actions.new_log_address(db, nils)
        frozen_clock.at = today
        assert not log_address_actions.accepts(db, f"log+{address.token}@log.hub.example")
        frozen_clock.at = datetime(2027, 2, 1, 17, tzinfo=UTC)
        assert log_address_actions.accepts(db, f"log+{address.token}@log.hub.example")


def test_pages_say_that_it_left_and_comes_back(coordinator: FlaskClient) -> None:
    profile = _main(coordinator.get("/organizations/northwoods").text)
    assert "Left the alliance on Nov 15, 2024 and comes back on Feb 1, 2027" in profile
    assert "Member from Jan 1, 2020 to Nov 15, 2024 : It merged. BFF from Feb 1, 2027 on" in profile
    listed = BeautifulSoup(coordinator.get("/organizations").text, "lxml")
    former = listed.select("main table")[-1]
    assert "Left the alliance" in former.get_text()
    assert [" ".join(cell.get_text(" ").split()) for cell in former.select("tbody tr > *")][-2:] == [
        "Jan 1, 2020 , back Feb 1, 2027",
        "Nov 15, 2024",
    ]
    assert "Northwoods" not in coordinator.get("/board").text, "it was no member in any of the eight quarters"


def test_a_year_in_the_gap_has_nothing_due_and_the_kind_is_that_of_the_year(
    coordinator: FlaskClient, database: Database, frozen_clock: FrozenClock, sign_in: SignIn
) -> None:
    pdf = PdfDocument(coordinator.get("/commitments/2026?organization=northwoods").data)
    words = " ".join(pdf[0].get_textpage().get_text_range().split())
    pdf.close()
    assert "Northwoods wasn’t in the alliance in 2026." in words
    database.config = replace(database.config, SECOND_FACTOR_ROLES="none")  # months later, it would be required
    frozen_clock.at = datetime(2027, 3, 17, 15, tzinfo=UTC)
    again = sign_in("cora@amcc.example")
    for year, kind in ((2024, "member"), (2027, "bff")):
        table = again.get(f"/board?view=commitments&year={year}&format=csv").data.decode("utf-8-sig")
        rows = {row["Organization ID"]: row["Kind"] for row in csv.DictReader(io.StringIO(table))}
        assert rows["northwoods"] == kind
        assert ("Northwoods" in again.get(f"/board?view=commitments&year={year}&kind=bff").text) == (kind == "bff")
    middle = again.get("/board?view=commitments&year=2026").text
    assert "Northwoods" not in middle
    with database.reading() as db:
        assert members_queries.organization_of(db, "northwoods").kind is BFF


def test_the_board_has_the_kind_of_its_newest_quarter_until_a_planned_change(
    coordinator: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        lakeshore = members_queries.organization_of(db, "lakeshore")
        periods = [Period(MEMBER, date(2020, 1, 1), date(2026, 12, 31)), Period(BFF, date(2027, 1, 1))]
        organizations_actions.change_membership(db, None, lakeshore, periods)

    def listed(address: str, column: str) -> list[str]:
        text = coordinator.get(address).data.decode("utf-8-sig")
        return [row[column] for row in csv.DictReader(io.StringIO(text)) if row["Organization"] == "Lakeshore"]

    assert [kind.lower() for kind in listed("/board?format=csv", "Kind")] == ["member"]
    assert listed("/board?format=csv&kind=member", "Organization") == ["Lakeshore"]
    assert listed("/board?format=csv&kind=bff", "Organization") == []
    assert ">Member</td>" in coordinator.get("/board").text
    assert listed("/board/reports/2026Q4?format=csv", "Kind") == ["Member"]

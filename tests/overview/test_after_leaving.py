"""For 60 days after an organization left, its people read and confirm its own record, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.calls.actions import calendars as calendars_actions
from hub.core.db import Database
from hub.joining import queries as joining_queries
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.models import MembershipPeriod, Organization, Person
from hub.members.rules.membership import Access, Membership, Period
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import actions as search_actions
from hub.sharing.models import AuditPacket, Confirmation, SharingEvent
from tests.world import PASSWORD, FrozenClock, SignIn, a_person, a_resource, an_organization

LAST_DAY = date(2026, 10, 5)
TODAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
UNTIL = "Until Dec 4, 2026, you can read and confirm its own sharing log"
CONFIRMED = {"shared": "yes", "with_whom": "Our members", "note": "The toolkit"}
ROSA, BO, PAT = "rosa@lakeshore.example", "bo@lakeshore.example", "pat@prairie.example"


@pytest.fixture(autouse=True)
def left(database: Database, frozen_clock: FrozenClock) -> dict[str, int]:
    """Lakeshore, which left on October 5, and Prairie, which didn't; returns the resources' ids by title."""
    frozen_clock.at = TODAY
    with database.writing() as db:
        a_person(db, an_organization(db, "Host", OrganizationKind.HOST), Role.COORDINATOR, "cora@host.example")
        lakeshore = an_organization(db, "Lakeshore", left_on=LAST_DAY)
        prairie = an_organization(db, "Prairie")
        a_person(db, lakeshore, Role.REPRESENTATIVE, ROSA, "Rosa Peña")
        a_person(db, lakeshore, Role.BOARD, BO, "Bo Adeyemi")
        a_person(db, prairie, Role.REPRESENTATIVE, PAT)
        a_resource(db, prairie, "For members")
        a_resource(db, prairie, "For all", audience=Audience.PUBLIC)
        a_resource(db, lakeshore, "Own plan", audience=Audience.ORGANIZATION)
        return {resource.title: resource.id for resource in db.scalars(select(Resource))}


def words(page: str) -> str:
    return " ".join(page.split())


@pytest.mark.both_databases
def test_its_people_read_and_confirm_their_own_record_and_nothing_else(
    left: dict[str, int], sign_in: SignIn, database: Database
) -> None:
    rosa = sign_in(ROSA)
    assert rosa.get("/").location == "/sharing"
    for address in ("/sharing", "/sharing?format=csv", "/sharing/2026Q3", "/sharing/reports", "/sharing/2026Q3/packet",
                    "/sharing/reports/2026Q3?format=pdf", "/commitments/2026"):  # fmt: skip
        assert rosa.get(address).status_code == 200, address
    for address in (
        "/calls",
        "/organizations",
        "/account",
        "/sharing/declare",
        "/sharing/stakeholders",
        "/sharing/packs",
    ):
        answer = rosa.get(address)
        assert (answer.status_code, UNTIL in words(answer.text)) == (403, True), address
    assert rosa.get("/sharing?organization=prairie").status_code == 404
    results = rosa.get("/search?q=for").text
    assert "For all" in results
    assert "For members" not in results
    assert rosa.get(f"/resources/{left['For all']}").status_code == 200
    for title in ("For members", "Own plan"):
        assert rosa.get(f"/resources/{left[title]}").status_code == 404, title
        assert rosa.get(f"/resources/{left[title]}/download").status_code == 404, title
    assert rosa.post("/sharing/2026Q3/packet").status_code == 403
    assert rosa.post("/sharing/2026Q3/confirm", data=CONFIRMED).location == "/sharing/2026Q3"
    with database.reading() as db:
        assert db.scalars(select(Confirmation.quarter)).all() == ["2026Q3"]
    assert rosa.post("/sign-out").location == "/"


def test_a_board_member_of_an_organization_that_left_reads_only_its_own_record(
    sign_in: SignIn, database: Database
) -> None:
    pat, bo = sign_in(PAT), sign_in(BO)
    assert pat.post("/sharing/2026Q3/confirm", data=CONFIRMED).status_code == 302
    assert pat.post("/sharing/2026Q3/packet").status_code == 302
    with database.reading() as db:
        confirmation = db.scalars(select(Confirmation.id)).one()
        packet = db.scalars(select(AuditPacket.id).where(AuditPacket.quarter == "2026Q3")).one()
        board = [person.email for person in joining_queries.voters(db)]
    assert BO not in board
    for address in (f"/sharing/confirmations/{confirmation}", f"/sharing/packets/{packet}"):
        assert pat.get(address).status_code == 200, address
        assert bo.get(address).status_code == 404, address
    assert (bo.get("/board").status_code, bo.get("/sharing/2026Q3").status_code) == (403, 200)


@pytest.mark.parametrize("email", [ROSA, BO])
def test_no_link_on_the_pages_of_its_record_leads_to_a_page_that_its_people_cannot_open(
    email: str, sign_in: SignIn
) -> None:
    browser = sign_in(email)
    browser.post("/sharing/2026Q3/confirm", data=CONFIRMED)
    todo, seen = ["/sharing"], {"/sharing"}
    while todo:
        address = todo.pop()
        answer = browser.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        if not address.startswith("/sharing") or answer.mimetype != "text/html":
            continue
        links = {str(link["href"]) for link in BeautifulSoup(answer.text, "lxml").find_all("a", href=True)}
        is_old = {link for link in links if any(f"/{year}" in link for year in range(2020, 2026))}
        new = {link for link in links if link.startswith("/")} - is_old - seen
        todo += sorted(new)
        seen |= new
    assert len(seen) > 15


def test_after_60_days_its_people_are_signed_out_and_cannot_sign_in(
    frozen_clock: FrozenClock, sign_in: SignIn, database: Database, client: FlaskClient
) -> None:
    rosa = sign_in(ROSA)
    frozen_clock.at = TODAY + timedelta(days=10)
    assert rosa.get("/sharing").status_code == 200, "the last of 60 days"
    with database.writing() as db:
        cora, gone = (
            db.scalars(select(Person).where(Person.email == email)).one() for email in ("cora@host.example", ROSA)
        )
        link = invitations_actions.reset_link(db, cora, gone)
    assert client.get(f"/password/{link}").status_code == 200
    frozen_clock.advance(hours=14)
    assert "/sign-in" in rosa.get("/sharing").location
    assert "Sign in" in rosa.get("/").text
    refused = client.post("/sign-in", data={"email": ROSA, "password": PASSWORD})
    assert refused.status_code == 422
    assert "Lakeshore has left the alliance" in refused.text
    wrong = client.post("/sign-in", data={"email": ROSA, "password": "another password"}).text
    assert "has left the alliance" not in wrong
    assert client.get(f"/password/{link}").status_code == 404
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.name == "Lakeshore")).one()
        lakeshore.periods.append(MembershipPeriod(kind=OrganizationKind.MEMBER, joined_on=frozen_clock.at.date()))
    assert sign_in(ROSA).get("/calls").status_code == 200, "it came back"


@pytest.mark.both_databases
def test_a_session_from_before_it_left_stays_ended_when_it_comes_back(
    frozen_clock: FrozenClock, sign_in: SignIn, database: Database
) -> None:
    rosa, pat = sign_in(ROSA), sign_in(PAT)

    def leave(left_on: date | None) -> None:
        with database.writing() as db:
            lakeshore = db.scalars(select(Organization).where(Organization.name == "Lakeshore")).one()
            period = lakeshore.membership.periods[0]
            organizations_actions.change_membership(db, None, lakeshore, [replace(period, left_on=left_on)])

    leave((TODAY - timedelta(days=20)).date())
    assert rosa.get("/sharing").status_code == 200, "for 60 days"
    leave((TODAY - timedelta(days=80)).date())
    assert "/sign-in" in rosa.get("/sharing").location
    leave(None)
    assert "/sign-in" in rosa.get("/sharing").location
    assert sign_in(ROSA).get("/calls").status_code == 200
    assert pat.get("/calls").status_code == 200, "of another organization"


def test_its_peoples_calendars_and_feeds_are_off(database: Database, client: FlaskClient) -> None:
    with database.writing() as db:
        rosa = db.scalars(select(Person).where(Person.email == ROSA)).one()
        lakeshore = db.get_one(Organization, rosa.organization_id)
        [period] = lakeshore.periods
        period.left_on = None
        calendar, feed = calendars_actions.make_feed(db, rosa), search_actions.create_feed(db, rosa, "q=toolkit")
        addresses = [f"/calendar/{calendar.token}.ics", f"/feeds/{feed.token}"]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    with database.writing() as db:
        db.get_one(MembershipPeriod, period.id).left_on = LAST_DAY
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_what_they_download_is_logged_as_a_visitors(left: dict[str, int], sign_in: SignIn, database: Database) -> None:
    assert sign_in(ROSA).get(f"/resources/{left['For all']}/download").status_code == 200
    with database.reading() as db:
        assert db.scalars(select(SharingEvent.organization_id)).all() == [None]


def test_the_60_days_follow_the_last_day_of_the_last_period() -> None:
    membership = Membership((
        Period(OrganizationKind.MEMBER, date(2020, 1, 1), date(2025, 6, 30)),
        Period(OrganizationKind.MEMBER, date(2026, 1, 1), LAST_DAY),
    ))  # fmt: skip
    assert membership.last_day_to_confirm(date(2025, 6, 30)) is None, "still a member"
    assert membership.last_day_to_confirm(date(2025, 7, 1)) == date(2025, 8, 29)
    assert membership.last_day_to_confirm(date(2026, 1, 1)) is None
    assert membership.last_day_to_confirm(date(2026, 10, 6)) == date(2026, 12, 4)
    days = {date(2026, 10, 5): Access.FULL, date(2026, 10, 6): Access.OWN_RECORD, date(2026, 12, 5): Access.NONE,
            date(2019, 12, 31): Access.FULL, date(2025, 12, 31): Access.NONE}  # fmt: skip
    assert {day: membership.access_on(day) for day in days} == days

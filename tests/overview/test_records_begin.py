"""The day on which the hub's records begin: asked by the setup guide, previewed, and what a new hub shows before it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.calls.actions import series as series_actions
from hub.cli.base import main
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.mail.actions import turn_on_sending
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.models import Person
from hub.members.rules.mail import MailKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.actions import confirmations as confirmations_actions
from tests.world import PASSWORD, FrozenClock, SignIn, posted_by

FIRST_DAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
LIST = (
    "Mesa Composites,member,Arizona,,1/15/2020,Ana Peña,ana@mesa.example\n"
    "Supply Atlas,BFF,Ohio,,2020,Bo Lund,bo@atlas.example\n"
)
HUB = {"name": "Forge Hub", "zone": "America/New_York"}


@pytest.fixture
def coordinator(database: Database, frozen_clock: FrozenClock, sign_in: SignIn) -> FlaskClient:
    """A hub on its first day, with the host and its coordinator, and a year of past calls."""
    frozen_clock.at = FIRST_DAY
    password_hash = signing_in_actions.hashed(PASSWORD, ["cora@host.example"])
    with database.writing() as db:
        host = organizations_actions.add_organization(db, None, name="The Secretariat", kind=OrganizationKind.HOST)
        cora = people_actions.add_person(
            db, None, host, email="cora@host.example", name="Cora", role=Role.COORDINATOR, password_hash=password_hash
        )
        series_actions.make_series(db, cora, date(2025, 1, 1), date(2026, 12, 31))
    return sign_in("cora@host.example")


def main_words(page: str) -> str:
    main_part = BeautifulSoup(page, "lxml").find("main")
    assert main_part is not None
    return " ".join(main_part.get_text(" ").split())


def a_form(page: str, day: str, **others: str) -> dict[str, str]:
    """Return the form of the page, with this day typed in."""
    fields = BeautifulSoup(page, "lxml").select("input[name=version], input[name=previewed]")
    hidden = {str(field["name"]): str(field["value"]) for field in fields}
    return HUB | hidden | {"records_begin": day} | others


def add_members(coordinator: FlaskClient) -> None:
    coordinator.post("/setup/organizations", data={"listed": LIST, "add": "1"})


def signed_in(app: Flask, database: Database, email: str) -> FlaskClient:
    """Return the browser of an invited person, who has set a password and signed in."""
    with database.writing() as db:
        person = db.scalars(select(Person).where(Person.email == email)).one()
        person.password_hash = signing_in_actions.hashed(PASSWORD, [email])
    browser = app.test_client()
    browser.set_cookie("hub_browser", "known")  # or an email would tell them that it is new
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    return browser


def begins(database: Database) -> list[str]:
    """Return the days that the audit log has."""
    with database.reading() as db:
        entries = db.scalars(select(Entry).where(Entry.action == "set when records begin for").order_by(Entry.id))
        return [entry.details["day"] for entry in entries]


def test_quarters_in_which_nothing_was_due_are_not_charted_as_zero_percent(coordinator: FlaskClient) -> None:
    coordinator.post("/setup/hub", data=a_form(coordinator.get("/setup/hub").text, "2026-11-24"))
    add_members(coordinator)
    page = BeautifulSoup(coordinator.get("/board").text, "lxml")
    trend = [row.get_text(" ").split()[2:] for row in page.select("section[aria-labelledby=trend] tbody tr")]
    assert trend == [["0", "0", "none", "due"]] * 7 + [["0", "2", "0%"]]
    assert len(page.select(".trend-point")) == 1


@pytest.mark.both_databases
def test_a_new_hub_shows_no_records_for_the_time_before_it(
    coordinator: FlaskClient, database: Database, frozen_clock: FrozenClock, app: Flask
) -> None:
    opened = coordinator.get("/setup/hub").text
    field = BeautifulSoup(opened, "lxml").select_one("input[name=records_begin]")
    assert field is not None
    assert field["value"] == "2026-11-24", "the hub's first day"
    assert coordinator.post("/setup/hub", data=a_form(opened, "2026-11-24")).location == "/setup/host"
    add_members(coordinator)
    home = main_words(signed_in(app, database, "ana@mesa.example").get("/").text)
    assert "Share something in Q4, by December 31." in home, "the only thing that is due"
    assert "Confirm Q3" not in home
    assert "Did you attend" not in home, "yesterday's call is before records begin, so it wouldn't count"
    with database.writing() as db:
        turn_on_sending(db, MailKind.REMINDER, None)
        for person in db.scalars(select(Person).where(Person.role == Role.REPRESENTATIVE)):
            statement = confirmations_actions.Statement(shared=True, with_whom="Our members", note="The toolkit")
            confirmations_actions.confirm(db, person, Quarter(2026, 4), statement)
    ana = signed_in(app, database, "ana@mesa.example")
    for browser, address in (
        (coordinator, "/"), (coordinator, "/board"), (coordinator, "/board?view=commitments"),
        (coordinator, "/board?view=commitments&year=2025"), (coordinator, "/board/mesa-composites"),
        (coordinator, "/board/mesa-composites?year=2025"), (coordinator, "/calls/planner"), (coordinator, "/outbox/plan"),
        (coordinator, "/outbox/nudge?quarter=2026Q3"), (ana, "/"), (ana, "/sharing"), (ana, "/sharing/2026Q3"),
        (ana, "/sharing/2020Q1"), (ana, "/calls"),
    ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code == 200
        page = BeautifulSoup(answer.text, "lxml")
        for names in page.select("select, tfoot th"):
            names.decompose()  # the choices of filters, and the names of totals
        shown = main_words(str(page))
        for word in ("Silent", "Overdue", "Missed", "Less than half"):
            assert word not in shown, f"{address} has the word {word}"
    board = coordinator.get("/board?format=csv").data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[3:] for line in board[1:]] == [["no_records"] * 7 + ["confirmed"]] * 2
    year = coordinator.get("/board?view=commitments&year=2025&format=csv").data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[3:] for line in year[1:]] == [["0", "0", *["no_records"] * 6]] * 2
    assert "No organizations match" in coordinator.get("/board?view=commitments&year=2025&behind=1").text
    assert (
        "No records: the hub’s records begin after this year."
        in coordinator.get("/board/mesa-composites?year=2025").text
    )
    frozen_clock.at = datetime(2026, 10, 11, 15, tzinfo=UTC)  # when a reminder of Q3 would be due
    assert posted_by("reminders", database) == []


def test_the_command_shows_no_records(
    coordinator: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_members(coordinator)
    monkeypatch.setenv("HUB_INSTANCE", str(database.config.INSTANCE))
    monkeypatch.setenv("HUB_UPLOADS", str(database.config.UPLOADS))
    monkeypatch.setenv("HUB_DATABASE_URL", database.config.DATABASE_URL)
    printed = CliRunner().invoke(main, ["sharing", "2025Q1"])
    assert printed.exit_code == 0, printed.output
    assert printed.output.count("No records") == 2
    assert "Silent" not in printed.output


@pytest.mark.both_databases
def test_another_day_is_saved_only_after_a_preview_of_what_it_changes(
    coordinator: FlaskClient, database: Database
) -> None:
    add_members(coordinator)
    typed = a_form(coordinator.get("/setup/hub").text, "7/1/2025", name="Steel Hub")
    preview = coordinator.post("/setup/hub", data=typed)
    assert preview.status_code == 422, "nothing was saved"
    words = main_words(preview.text)
    assert "What changes if records begin Jul 1, 2025" in words
    assert "10 quarters change, of 2 organizations" in words
    assert "No records Silent 10 2" in words
    assert "Calls: other calls count for 2 organizations." in words
    assert "Presentations: the status changes for 2 organizations." in words
    assert 'value="Steel Hub"' in preview.text, "nothing typed is lost"
    assert begins(database) == []
    other = coordinator.post("/setup/hub", data=a_form(preview.text, "2025-10-01"))
    assert "What changes if records begin Oct 1, 2025" in main_words(other.text), "another day is previewed again"
    assert coordinator.post("/setup/hub", data=a_form(other.text, "2025-10-01")).location == "/setup/host"
    assert begins(database) == ["2025-10-01"]
    assert main_words(coordinator.get("/audit").text).count("set when records begin for") == 1
    board = coordinator.get("/board?format=csv").data.decode("utf-8-sig").splitlines()
    assert board[1].split(",")[3:] == ["no_records"] * 3 + ["silent"] * 5


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-11-25", "can’t be in the future"),
        ("", "Enter the date"),
        ("soon", "is not a date"),
        ("0026-01-01", "Check the year"),
    ],
)
def test_a_day_that_cannot_be_is_refused(coordinator: FlaskClient, database: Database, day: str, says: str) -> None:
    answer = coordinator.post("/setup/hub", data=a_form(coordinator.get("/setup/hub").text, day, name="Steel Hub"))
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="Steel Hub"' in answer.text
    assert begins(database) == []


def test_a_day_that_someone_else_changed_meanwhile_is_not_overwritten_silently(
    coordinator: FlaskClient, database: Database
) -> None:
    opened = coordinator.get("/setup/hub").text
    coordinator.post("/setup/hub", data=a_form(opened, "2026-11-01"))
    answer = coordinator.post("/setup/hub", data=a_form(opened, "2026-11-24"))
    assert answer.status_code == 409
    conflict = BeautifulSoup(answer.text, "lxml").select_one("section.conflict")
    assert conflict is not None
    assert [version.get_text() for version in conflict.select(".stored")] == ["Nov 1, 2026", "Nov 24, 2026"]
    assert begins(database) == ["2026-11-01"]


def test_the_day_in_the_environment_wins_and_the_page_says_so(coordinator: FlaskClient, database: Database) -> None:
    database.config = replace(database.config, RECORDS_BEGIN="2026-01-01", given=frozenset({"RECORDS_BEGIN"}))
    page = coordinator.get("/setup/hub").text
    assert "Records begin Thu, Jan 1 . The day is set on the server with HUB_RECORDS_BEGIN" in main_words(page)
    assert not BeautifulSoup(page, "lxml").select("input[name=records_begin]:not([type=hidden])")
    assert coordinator.post("/setup/hub", data=a_form(page, "2020-01-01")).location == "/setup/host"
    assert begins(database) == []
    assert database.config.records_begin == date(2026, 1, 1)

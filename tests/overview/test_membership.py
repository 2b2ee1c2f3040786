"""An organization's membership page: periods, and a preview of what other dates change, before they are saved."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.calls.models import Attendance, Call, Source
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.core.set_aside import SetAside
from hub.mail import rules as mail_rules
from hub.mail.actions import turn_on_sending
from hub.mail.models import OutboxMessage
from hub.members import queries as members_queries
from hub.members.rules.mail import MailKind
from hub.members.rules.membership import Period
from hub.members.rules.organizations import OrganizationKind, Role
from hub.overview.rules.changes import Run, runs
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.rules.standing import Standing
from tests.world import FrozenClock, SignIn, a_person, an_organization, posted_by

MEMBER, BFF = OrganizationKind.MEMBER, OrganizationKind.BFF
ADDRESS = "/organizations/lakeshore/membership"
TODAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
LEFT = {"joined_on": "2020-01-01", "left_on": "2025-08-15", "reason": "It merged with a state program."}
BACK = {"kind": "bff", "joined_on": "2026-04-01"}


@pytest.fixture
def coordinator(database: Database, frozen_clock: FrozenClock, sign_in: SignIn) -> FlaskClient:
    """Lakeshore, a member since 2020 that was on 2 of 4 calls in 2026, and confirmed Q1 2026."""
    frozen_clock.at = TODAY
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        lakeshore = an_organization(db, "Lakeshore")
        cora = a_person(db, host, Role.COORDINATOR, "cora@amcc.example", "Cora")
        rosa = a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa Peña")
        for day, attended in (("01-12", True), ("03-02", False), ("05-04", True), ("10-05", False), ("12-07", False)):
            start = datetime.fromisoformat(f"2026-{day}T16:30:00+00:00")
            call = Call(
                day=start.date(), starts_at=start, ends_at=start, title="Call", uid=day, changed_at=start, sequence=0
            )
            db.add(call)
            db.flush()
            if attended:
                db.add(
                    Attendance(
                        call_id=call.id, organization_id=lakeshore.id, source=Source.COORDINATOR,
                        recorded_at=TODAY, recorded_by_id=cora.id, once=day,
                    )
                )  # fmt: skip
        statement = confirmations_actions.Statement(shared=True, with_whom="Our members", note="The toolkit")
        confirmations_actions.confirm(db, rosa, Quarter(2026, 1), statement)
    return sign_in("cora@amcc.example")


def a_form(page: str, *rows: dict[str, str], button: str = "preview") -> dict[str, str]:
    """Return the page's form with these rows typed in, and the button pressed."""
    fields = BeautifulSoup(page, "lxml").select(
        "main form.wide input[name=version], main form.wide input[name=previewed]"
    )
    assert fields
    hidden = {str(field["name"]): str(field["value"]) for field in fields}
    empty = {"kind": "member", "joined_on": "", "left_on": "", "reason": ""}
    typed = {f"periods-{n}-{name}": text for n, row in enumerate(rows) for name, text in (empty | row).items()}
    return hidden | typed | {button: "1"}


def words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "lxml").get_text(" ").split())


def periods(database: Database) -> list[Period]:
    with database.reading() as db:
        return list(members_queries.organization_of(db, "lakeshore").membership.periods)


@pytest.mark.both_databases
def test_the_coordinator_sees_what_a_change_does_before_it_is_saved(
    coordinator: FlaskClient, database: Database
) -> None:
    assert f'href="{ADDRESS}"' in coordinator.get("/organizations/lakeshore").text
    assert f'href="{ADDRESS}"' in coordinator.get("/organizations/lakeshore/edit").text
    opened = coordinator.get(ADDRESS).text
    assert len(BeautifulSoup(opened, "lxml").select("fieldset")) == 2, "one period, and a row for coming back"
    assert "Save membership" not in opened
    preview = coordinator.post(ADDRESS, data=a_form(opened, LEFT, BACK))
    assert preview.status_code == 200
    seen = words(preview.text)
    for line in (
        "Q3 2025 to Q4 2025 Silent Not due",
        "Q1 2026 Confirmed Not due",
        "2026 2 of 4 1 upcoming 1 of 2 1 upcoming",
        "Nothing is saved yet",
    ):
        assert line in seen
    assert periods(database) == [Period(MEMBER, date(2020, 1, 1))], "a preview saves nothing"
    field = BeautifulSoup(preview.text, "lxml").select_one("input[name=periods-0-reason]")
    assert field is not None
    assert field["value"] == LEFT["reason"]
    saved = coordinator.post(ADDRESS, data=a_form(preview.text, LEFT, BACK, button="save"), follow_redirects=True)
    assert "Membership saved." in saved.text
    assert "It merged with a state program." in saved.text
    assert periods(database) == [
        Period(MEMBER, date(2020, 1, 1), date(2025, 8, 15), LEFT["reason"]),
        Period(BFF, date(2026, 4, 1)),
    ]
    commitments = words(coordinator.get("/board/lakeshore?year=2026").text)
    assert "1 of 2 calls attended" in commitments, "as the preview said"
    assert "Q1 Not due Q2 Silent" in commitments
    with database.reading() as db:
        [entry] = [entry for entry in db.scalars(select(Entry)) if entry.action == "changed"]
    assert entry.details["periods_before"] == ["member since Jan 1, 2020"]
    assert len(entry.details["periods"]) == 2


def test_when_an_organization_leaves_the_preview_names_the_people_who_can_still_sign_in(
    coordinator: FlaskClient, database: Database
) -> None:
    opened = coordinator.get(ADDRESS).text
    preview = coordinator.post(ADDRESS, data=a_form(opened, LEFT)).text
    assert "Lakeshore has left then" in words(preview)
    assert "These people can no longer sign in: Rosa Peña , representative" in words(preview)
    coordinator.post(ADDRESS, data=a_form(preview, LEFT, button="save"))
    profile = words(coordinator.get("/organizations/lakeshore").text)
    assert "Left the alliance on Aug 15, 2025" in profile
    again = coordinator.post(ADDRESS, data=a_form(coordinator.get(ADDRESS).text, LEFT, BACK)).text
    assert "Lakeshore is in the alliance again" in words(again)
    assert "They can sign in: Rosa Peña" in words(again)


def test_dates_edited_after_the_preview_are_previewed_again_instead_of_saved(
    coordinator: FlaskClient, database: Database
) -> None:
    preview = coordinator.post(ADDRESS, data=a_form(coordinator.get(ADDRESS).text, LEFT)).text
    later = LEFT | {"left_on": "2025-09-30"}
    answer = coordinator.post(ADDRESS, data=a_form(preview, later, button="save"))
    assert answer.status_code == 422
    assert "You edited the dates after the preview." in answer.text
    assert periods(database) == [Period(MEMBER, date(2020, 1, 1))]
    coordinator.post(ADDRESS, data=a_form(answer.text, later, button="save"))
    assert periods(database)[0].left_on == date(2025, 9, 30)


@pytest.mark.both_databases
def test_a_membership_that_someone_else_changed_meanwhile_is_not_overwritten_silently(
    coordinator: FlaskClient, database: Database
) -> None:
    preview = coordinator.post(ADDRESS, data=a_form(coordinator.get(ADDRESS).text, LEFT)).text
    with database.writing() as db:
        members_queries.organization_of(db, "lakeshore").periods[0].joined_on = date(2021, 5, 5)
    stale = coordinator.post(ADDRESS, data=a_form(preview, LEFT, button="save"))
    assert stale.status_code == 409
    conflict = BeautifulSoup(stale.text, "lxml").select_one("section.conflict")
    assert conflict is not None
    saved, typed = (version.get_text() for version in conflict.select(".stored"))
    assert saved == "Member, May 5, 2021"
    assert typed == f"Member, Jan 1, 2020, Aug 15, 2025, {LEFT['reason']}"
    assert f'value="{LEFT["reason"]}"' in stale.text, "nothing typed is lost"
    assert periods(database) == [Period(MEMBER, date(2021, 5, 5))]
    again = coordinator.post(ADDRESS, data=a_form(stale.text, LEFT))
    assert again.status_code == 200
    assert periods(database) == [Period(MEMBER, date(2021, 5, 5))]
    coordinator.post(ADDRESS, data=a_form(again.text, LEFT, button="save"))
    assert periods(database)[0].joined_on == date(2020, 1, 1)
    with database.reading() as db:
        [row] = db.scalars(select(SetAside))
        assert (row.title, row.texts) == ("Membership of Lakeshore", [["Periods", saved]])


def test_a_newer_membership_can_be_kept_and_what_was_typed_is_set_aside(
    coordinator: FlaskClient, database: Database
) -> None:
    preview = coordinator.post(ADDRESS, data=a_form(coordinator.get(ADDRESS).text, LEFT)).text
    with database.writing() as db:
        members_queries.organization_of(db, "lakeshore").periods[0].joined_on = date(2021, 5, 5)
    stale = coordinator.post(ADDRESS, data=a_form(preview, LEFT, button="save"))
    kept = coordinator.post(ADDRESS, data=a_form(stale.text, LEFT, button="save") | {"resolve": "saved"})
    assert kept.status_code == 302
    assert periods(database) == [Period(MEMBER, date(2021, 5, 5))]
    with database.reading() as db:
        [row] = db.scalars(select(SetAside))
        assert LEFT["reason"] in row.texts[0][1]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{}], "Enter the date it joined the alliance."),
        ([{"joined_on": "yesterday"}], "is not a date"),
        ([{"joined_on": "0202-01-01"}], "Check the year"),
        ([LEFT | {"left_on": "2019-12-31"}], "The last day is before the date it joined."),
        ([{"joined_on": "2020-01-01"}, BACK], "Enter the last day of the earlier one."),
        ([LEFT, BACK | {"joined_on": "2025-08-15"}], "Two periods overlap"),
        ([LEFT, {"left_on": "2026-01-01"}], "Enter the date it joined, or clear the row."),
        ([{"kind": "host", "joined_on": "2020-01-01"}], "The host stays the host"),
    ],
)
def test_wrong_dates_are_refused_and_nothing_typed_is_lost(
    coordinator: FlaskClient, database: Database, rows: list[dict[str, str]], says: str
) -> None:
    opened = coordinator.get(ADDRESS).text
    for button in ("preview", "save"):
        answer = coordinator.post(ADDRESS, data=a_form(opened, *rows, button=button))
        assert answer.status_code == 422
        assert says in answer.text
        for typed in (text for row in rows for name, text in row.items() if name != "kind"):
            assert f'value="{typed}"' in answer.text
    assert periods(database) == [Period(MEMBER, date(2020, 1, 1))]


def test_the_hosts_period_can_be_corrected_and_it_cannot_leave(coordinator: FlaskClient, database: Database) -> None:
    opened = coordinator.get("/organizations/amcc/membership").text
    assert len(BeautifulSoup(opened, "lxml").select("fieldset")) == 1
    row = {"kind": "host", "joined_on": "2018-05-01"}
    preview = coordinator.post("/organizations/amcc/membership", data=a_form(opened, row)).text
    assert "No standing, call or presentation changes." in preview
    coordinator.post("/organizations/amcc/membership", data=a_form(preview, row, button="save"))
    with database.reading() as db:
        assert members_queries.organization_of(db, "amcc").membership.first_day == date(2018, 5, 1)


def test_only_the_coordinator_edits_a_membership(coordinator: FlaskClient, sign_in: SignIn, database: Database) -> None:
    form = a_form(coordinator.get(ADDRESS).text, LEFT, button="save")
    rosa = sign_in("rosa@lakeshore.example")
    assert rosa.get(ADDRESS).status_code == 403
    assert rosa.post(ADDRESS, data=form).status_code == 403
    assert "/membership" not in rosa.get("/organizations/lakeshore").text
    assert periods(database) == [Period(MEMBER, date(2020, 1, 1))]


def test_reminders_in_the_outbox_are_canceled_when_the_organization_leaves(
    coordinator: FlaskClient, database: Database, frozen_clock: FrozenClock, sign_in: SignIn
) -> None:
    database.config = replace(database.config, SECOND_FACTOR_ROLES="none")  # weeks later, it would be required
    frozen_clock.at = datetime(2026, 12, 17, 15, tzinfo=UTC)
    with database.writing() as db:
        turn_on_sending(db, MailKind.REMINDER, None)
    assert [message.to for message in posted_by("reminders", database)] == ["rosa@lakeshore.example"]
    coordinator, row = sign_in("cora@amcc.example"), LEFT | {"left_on": "2026-12-16"}
    preview = coordinator.post(ADDRESS, data=a_form(coordinator.get(ADDRESS).text, row)).text
    coordinator.post(ADDRESS, data=a_form(preview, row, button="save"))
    with database.reading() as db:
        assert [message.state for message in db.scalars(select(OutboxMessage))] == [mail_rules.State.CANCELLED]
    frozen_clock.at = datetime(2027, 1, 11, 15, tzinfo=UTC)
    assert len(posted_by("reminders", database)) == 1


def test_quarters_that_change_alike_are_joined_unless_there_is_a_gap_between_them() -> None:
    silent, due, kept = Standing.SILENT, Standing.NOT_DUE, Standing.CONFIRMED
    rows: list[Any] = [
        (Quarter(2025, 3), silent, due), (Quarter(2025, 4), silent, due), (Quarter(2026, 1), kept, kept),
        (Quarter(2026, 2), silent, due), (Quarter(2026, 3), kept, due),
    ]  # fmt: skip
    assert runs(rows) == [
        Run(Quarter(2025, 3), Quarter(2025, 4), silent, due),
        Run(Quarter(2026, 2), Quarter(2026, 2), silent, due),
        Run(Quarter(2026, 3), Quarter(2026, 3), kept, due),
    ]
    assert [run.label for run in runs(rows)] == ["Q3 2025 to Q4 2025", "Q2 2026", "Q3 2026"]

"""Invitations on approval, two people who act at once, and promises that letters and pages make."""

from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from hub.core.db import Database
from hub.joining import letters as joining_letters
from hub.joining.models import Vote
from hub.joining.rules import Progress
from hub.mail.models import OutboxMessage
from hub.members.models import OneTimeLink, Organization, Person
from hub.members.rules.organizations import Role
from tests.joining.deciding import (
    ALTERNATE,
    CONTACT,
    COORDINATOR,
    MAIL_URL,
    NAME,
    RUTH,
    WALTER,
    application_of,
    decide,
    letter_of,
    letters,
    page_of,
    submit,
    vote,
    words_of,
)
from tests.serving import TIMEOUT
from tests.world import SignIn


@pytest.mark.both_databases
def test_approval_emails_invitations_to_everyone_the_application_names(
    approvable: str, link: str, app: Flask, sign_in: SignIn, database: Database
) -> None:
    database.config = replace(database.config, MAIL_URL=MAIL_URL)
    coordinator = sign_in(COORDINATOR)
    answer = decide(coordinator, approvable, "approve")
    assert answer.status_code == 302
    with database.reading() as db:
        invitations = {m.to: m for m in db.scalars(select(OutboxMessage).where(OutboxMessage.kind == "invitation"))}
        roles = {person.email: person.role for person in db.scalars(select(Person)) if person.email in invitations}
    assert roles == {CONTACT: Role.REPRESENTATIVE, ALTERNATE: Role.ALTERNATE}
    sentence = f"Marguerite invited Bertrand Okonjo ({CONTACT}) and Ida Lund ({ALTERNATE}) to the hub by email."
    assert sentence in letter_of(letters(database, "decision").values())
    assert sentence in words_of(app.test_client().get(link).text)
    assert f"Ida Lund ({ALTERNATE}): invited by email" in words_of(coordinator.get(approvable).text)
    newcomer = app.test_client()
    address = next(word for word in invitations[ALTERNATE].text.split() if "/invitation/" in word)
    passwords = {"password": "fixtures for all", "repeated": "fixtures for all"}
    assert newcomer.post(address.removeprefix("http://127.0.0.1:8000"), data=passwords).location == "/"
    assert "Ida" in newcomer.get("/").text


def test_without_a_mail_server_the_coordinator_gets_the_links(
    approvable: str, link: str, app: Flask, sign_in: SignIn, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    shown = decide(coordinator, approvable, "approve")
    fields = [str(field["value"]) for field in BeautifulSoup(shown.text, "lxml").select("input[id^=link-]")]
    assert len(fields) == 2
    for field in fields:
        assert app.test_client().get(field.removeprefix("http://127.0.0.1:8000")).status_code == 200
    words = words_of(app.test_client().get(link).text)
    assert (
        f"Marguerite has a personal link to the hub for Bertrand Okonjo ({CONTACT}) and Ida Lund ({ALTERNATE})" in words
    )
    assert "by email" not in words
    again = coordinator.get(approvable).text
    assert "invitation link created" in words_of(again)
    assert not any(field in again for field in fields)


def test_an_address_that_has_an_account_gets_no_invitation_and_everyone_is_told(
    alliance: None, app: Flask, sign_in: SignIn, database: Database
) -> None:
    with database.writing() as db:
        link = f"/join/{submit(db, alternate='rosa@lakeshore.example')}"
    page, coordinator = page_of(database), sign_in(COORDINATOR)
    for email in (WALTER, RUTH):
        vote(sign_in(email), page, "approve")
    shown = decide(coordinator, page, "approve")
    assert len(BeautifulSoup(shown.text, "lxml").select("input[id^=link-]")) == 1
    with database.reading() as db:
        rosa = db.scalars(select(Person).where(Person.email == "rosa@lakeshore.example")).one()
        assert (rosa.organization.name, rosa.role) == ("Lakeshore", Role.REPRESENTATIVE)
    sentence = (
        "There was no invitation for Ida Lund (rosa@lakeshore.example), because this address already has an account"
    )
    assert sentence in letter_of(letters(database, "decision").values())
    assert sentence in words_of(app.test_client().get(link).text)
    review = coordinator.get(page)
    assert "already has an account, so no invitation was sent" in words_of(review.text)
    to_account = BeautifulSoup(review.text, "lxml").find("a", string="Find the account to move it")
    assert to_account is not None
    assert "Rosa" in coordinator.get(str(to_account["href"])).text
    assert "Find the account" not in sign_in(WALTER).get(page).text


def test_a_decision_that_fails_leaves_nothing_behind(
    approvable: str, sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        message = "the letter can't be written"
        raise RuntimeError(message)

    coordinator = sign_in(COORDINATOR)
    monkeypatch.setattr(joining_letters, "decision", fail)
    assert decide(coordinator, approvable, "approve").status_code == 500
    assert application_of(database).progress is Progress.SUBMITTED
    with database.reading() as db:
        assert not db.scalars(select(OneTimeLink)).all()
        assert not db.scalars(select(Organization).where(Organization.name == NAME)).all()


# Two people at once


@pytest.mark.both_databases
@pytest.mark.parametrize("other", ["decline", "vote", "withdraw"])
def test_nothing_crosses_a_decision(
    approvable: str,
    link: str,
    app: Flask,
    sign_in: SignIn,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    other: str,
) -> None:
    first, second, walter, applicant = (
        sign_in(COORDINATOR), sign_in(COORDINATOR), sign_in(WALTER), app.test_client()
    )  # fmt: skip
    applicant.get(link)
    statuses: list[int] = []

    def act() -> None:
        if other == "decline":
            statuses.append(decide(second, approvable, "decline", "Against it.").status_code)
        elif other == "vote":
            statuses.append(walter.post(f"{approvable}/vote", data={"ballot": "abstain"}).status_code)
        else:
            statuses.append(applicant.post(f"{link}/withdraw", data={}).status_code)

    thread = Thread(target=act)
    write_letter = joining_letters.decision

    def write_letter_late(*arguments: Any, **options: Any) -> Any:
        """Let the other request come as far as it can before this one commits."""
        if not thread.ident:
            thread.start()
            thread.join(0.7)
            assert thread.is_alive(), "the other request waits"
        return write_letter(*arguments, **options)

    monkeypatch.setattr(joining_letters, "decision", write_letter_late)
    assert decide(first, approvable, "approve").status_code == 200
    thread.join(TIMEOUT)
    assert statuses == [422]
    assert application_of(database).progress is Progress.APPROVED
    assert len(letters(database, "decision")) == 1
    with database.reading() as db:
        assert len(db.scalars(select(Vote)).all()) == 2


# Requested changes


@pytest.mark.parametrize(
    ("email", "asking"), [(COORDINATOR, "The coordinator"), (WALTER, "A member of the Advisory Board")]
)
def test_requested_changes_name_who_asked(
    link: str, app: Flask, sign_in: SignIn, database: Database, email: str, asking: str
) -> None:
    page = page_of(database)
    sign_in(email).post(f"{page}/ask", data={"what": "Say which license."})
    assert f"{asking} wrote: Say which license." in letter_of(letters(database, "changes").values())
    assert f"{asking} asked for these changes" in words_of(app.test_client().get(link).text)


def test_pages_promise_email_only_with_a_mail_server(alliance: None, app: Flask, database: Database) -> None:
    with database.writing() as db:
        link = f"/join/{submit(db)}"
    applicant = app.test_client()
    interest = {"kind": "bff", "name": "Else", "contact_name": "Lin", "contact_email": "lin@else.example"}
    assert "email" not in words_of(applicant.post("/join", data=interest).text).partition("Thank you")[2]
    assert "we’ll email it" not in applicant.get(link).text
    database.config = replace(database.config, MAIL_URL=MAIL_URL)
    assert "emailing it to" not in words_of(applicant.post("/join", data=interest).text), "only one a day"
    interest["contact_email"] = "lin@other.example"
    assert "emailing it to lin@other.example" in words_of(applicant.post("/join", data=interest).text)
    assert "we’ll email it" in applicant.get(link).text

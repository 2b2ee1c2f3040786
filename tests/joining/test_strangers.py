"""Strangers can't use the page for joining to send mail of their own: an address gets their words once it answered."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.joining import queries as joining_queries
from hub.joining.actions import applying as applying_actions
from hub.joining.actions import reviewing as reviewing_actions
from hub.joining.actions.applying import Draft, Interest
from hub.joining.models import Application
from hub.joining.rules import Criterion, application_of_mailed, mailed_token
from hub.mail.models import OutboxMessage
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from tests.joining.deciding import COORDINATOR, application_of, mailed_link
from tests.joining.test_pages import INTEREST
from tests.world import FrozenClock

VICTIM = "victim@city.example"
WORDS = "Win a prize at evil.example"
STRANGE = Interest(OrganizationKind.BFF, WORDS, WORDS, VICTIM)


def submitted(db: Any, interest: Interest = STRANGE) -> Application:
    """Submit an application without answering the email; return it."""
    application, _token = applying_actions.express_interest(db, interest, "192.0.2.1")
    saved(db, application, interest)
    applying_actions.submit(db, application)
    return application


def saved(db: Any, application: Application, interest: Interest) -> None:
    applying_actions.save(db, application, Draft(interest, {Criterion.OPEN_VALUE: WORDS}, WORDS, VICTIM))


def changes_asked(db: Any, application: Application) -> None:
    coordinator = db.scalars(select(Person).where(Person.email == COORDINATOR)).one()
    reviewing_actions.ask_for_changes(db, coordinator, application, "A map, please.")


def mail_to(database: Database, address: str) -> list[OutboxMessage]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage).where(OutboxMessage.to == address).order_by(OutboxMessage.id)))


def path_in(message: OutboxMessage) -> str:
    """Return the path of the link in an email."""
    [path] = set(re.findall(r"/join/[0-9a-f-]+", message.text))
    return str(path)


@pytest.mark.both_databases
def test_a_stranger_cannot_mail_their_words_to_any_address(database: Database, app: Flask) -> None:
    words = "Win a prize at evil.example"
    form = INTEREST | {"name": words, "contact_name": words, "interest": words, "contact_email": "victim@city.example"}
    pages = [
        app.test_client().post("/join", data=form, environ_overrides={"REMOTE_ADDR": f"198.51.{network}.7"})
        for network in range(3)
    ]
    assert {page.status_code for page in pages} == {200}
    with database.reading() as db:
        [message] = db.scalars(select(OutboxMessage).where(OutboxMessage.to == "victim@city.example")).all()
    assert message.subject == "Your application link"
    assert not message.name
    assert "evil.example" not in f"{message.text} {message.html} {message.sender_name} {message.reply_to}"


@pytest.mark.both_databases
def test_an_address_that_never_answered_gets_no_words_of_a_stranger_when_the_board_acts(
    database: Database, alliance: None, frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        application = submitted(db)
    frozen_clock.at += timedelta(days=2)
    with database.writing() as db:
        changes_asked(db, db.get_one(Application, application.id))
    first, second = mail_to(database, VICTIM)
    assert (first.subject, first.text, first.html) == (second.subject, second.text, second.html)
    assert "evil.example" not in f"{second.subject} {second.text} {second.name}"
    assert "A map" not in second.text


def test_news_on_the_day_of_the_link_is_emailed_the_next_morning(
    database: Database, alliance: None, frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        changes_asked(db, submitted(db))
    first, second = mail_to(database, VICTIM)
    assert first.due_at == frozen_clock.at
    zone = database.config.zone
    due = second.due_at.astimezone(zone)
    assert (due.date() - frozen_clock.at.astimezone(zone).date(), due.hour) == (timedelta(days=1), 8)


@pytest.mark.both_databases
def test_opening_the_emailed_link_changes_nothing_and_its_button_confirms_the_address(
    database: Database, alliance: None, client: FlaskClient
) -> None:
    with database.writing() as db:
        application = submitted(db)
    [message] = mail_to(database, VICTIM)
    link = path_in(message)
    for method in ("get", "head", "get"):
        assert getattr(client, method)(link).status_code == 200
    assert not application_of(database).has_answered
    assert "Confirm email address" in client.get(link).text
    for _ in range(2):
        assert client.post(f"{link}/confirm-address").location == link
    assert application_of(database).answered_email == VICTIM
    assert "Confirm email address" not in client.get(link).text
    with database.writing() as db:
        changes_asked(db, db.get_one(Application, application.id))
    assert "A map, please." in mail_to(database, VICTIM)[-1].text


@pytest.mark.both_databases
def test_one_click_confirms_an_address_for_each_application_that_was_started_that_day(
    database: Database, alliance: None, app: Flask
) -> None:
    database.config = replace(database.config, MAIL_URL="smtp://127.0.0.1:9")
    applicant, owner = app.test_client(), app.test_client()
    shown: list[str] = []
    for name in ("First Works", "Second Works"):
        page = applicant.post("/join", data=INTEREST | {"name": name, "contact_email": VICTIM}).text
        shown += set(re.findall(r"/join/[\w-]{32}", page))
        assert ("already got one today" in page) == (name == "Second Works")
    assert "Open the link that we emailed" in applicant.get(shown[1]).text
    assert "First Works" not in applicant.get(shown[1]).text, "the link that was shown isn't the owner's"
    [message] = mail_to(database, VICTIM)
    link = path_in(message)
    page = owner.get(link).text
    assert "<li>First Works</li><li>Second Works</li>" in page
    assert owner.post(f"{link}/confirm-address").status_code == 302
    with database.reading() as db:
        assert [each.has_answered for each in db.scalars(select(Application))] == [True, True]
    assert "Confirm email address" not in owner.get(link).text
    applicant.post("/join", data=INTEREST | {"name": "Third Works", "contact_email": VICTIM})
    assert "<li>Third Works</li>" in owner.get(link).text
    owner.post(f"{link}/confirm-address")
    with database.reading() as db:
        assert joining_queries.unconfirmed(db, VICTIM) == []


def test_saving_one_application_does_not_confirm_the_address_for_another(
    database: Database, alliance: None, client: FlaskClient
) -> None:
    for name in ("First Works", WORDS):
        client.post("/join", data=INTEREST | {"name": name, "contact_email": VICTIM})
    link = path_in(mail_to(database, VICTIM)[0])
    client.post(link, data=INTEREST | {"contact_email": VICTIM}, content_type="multipart/form-data")
    with database.reading() as db:
        assert [each.name for each in joining_queries.unconfirmed(db, VICTIM)] == [WORDS]


def test_the_link_that_was_shown_to_the_stranger_confirms_nothing(
    database: Database, alliance: None, app: Flask
) -> None:
    stranger = app.test_client()
    page = stranger.post("/join", data=INTEREST | {"contact_email": VICTIM}).text
    [shown] = set(re.findall(r"/join/[\w-]{32}", page))
    refused = stranger.post(f"{shown}/confirm-address")
    assert refused.status_code == 422
    assert "doesn’t confirm" in refused.text
    stranger.post(shown, data=INTEREST | {"contact_email": VICTIM})
    assert not application_of(database).has_answered


@pytest.mark.both_databases
def test_a_saved_form_confirms_the_address_and_a_new_address_has_to_answer_again(
    database: Database, alliance: None, client: FlaskClient
) -> None:
    page = client.post("/join", data=INTEREST | {"contact_email": VICTIM}).text
    assert "/join/" in page
    link = path_in(mail_to(database, VICTIM)[0])
    moved = INTEREST | {"contact_email": "new@city.example"}
    assert client.post(link, data=moved, content_type="multipart/form-data").location == link
    application = application_of(database)
    assert (application.answered_email, application.has_answered) == (VICTIM, False)
    assert client.get(link).status_code == 200  # the former address keeps its link until the new one answers
    new = path_in(mail_to(database, "new@city.example")[0])
    assert client.post(f"{new}/confirm-address").status_code == 302
    assert application_of(database).has_answered
    assert client.get(link).status_code == 404
    assert client.post(f"{link}/confirm-address").status_code == 404


def test_an_application_emails_only_a_few_new_addresses_a_day(
    database: Database, alliance: None, frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        application, _token = applying_actions.express_interest(db, STRANGE, "192.0.2.1")
        for number in range(5):
            saved(db, application, Interest(OrganizationKind.BFF, WORDS, WORDS, f"victim{number}@city.example"))
    with database.reading() as db:
        assert len(db.scalars(select(OutboxMessage.id)).all()) == 3


def test_only_the_hub_makes_emailed_links(database: Database, alliance: None, client: FlaskClient) -> None:
    with database.writing() as db:
        application = submitted(db)
        link = mailed_link(db, application)
    number, _, mark = link.removeprefix("/join/").partition("-")
    assert client.get(link).status_code == 200
    for forged in (
        f"{number}-{'0' * 40}",
        f"{int(number) + 1}-{mark}",
        f"{number}-{mark[:-1]}",
        f"{number}-é{mark[1:]}",
    ):
        assert client.get(f"/join/{forged}").status_code == 404
        assert client.post(f"/join/{forged}/confirm-address").status_code == 404
    assert application_of_mailed(mailed_token("key", 7, VICTIM)) == 7
    assert mailed_token("key", 7, VICTIM) != mailed_token("key", 7, "other@city.example")

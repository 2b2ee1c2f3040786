"""Who sees a link that signs someone in: its person alone, or the coordinator where no mail server can send it."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail.letters import Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from tests.members.conftest import Alliance
from tests.members.test_links import COORDINATOR, NEW, link_on
from tests.world import SignIn

ROSA, TOM = "rosa@lakeshore.example", "tom@lakeshore.example"
NEWCOMER = {"name": "New Person", "email": "new@lakeshore.example", "role": "contributor", "organization": "lakeshore"}
A_LINK = re.compile(r"/(?:invitation|password)/[\w-]{20,}")
MAIL_URL = "smtp://127.0.0.1:1"


def outbox(database: Database) -> list[OutboxMessage]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def audited_links(database: Database) -> list[tuple[str, str]]:
    with database.reading() as db:
        entries = db.scalars(select(Entry).order_by(Entry.id))
        return [(entry.action, str(entry.details.get("link"))) for entry in entries if "link" in entry.details]


@pytest.mark.parametrize("email", [COORDINATOR, ROSA, TOM])
def test_where_email_works_a_link_goes_to_its_person_alone(
    sign_in: SignIn, alliance: Alliance, database: Database, email: str
) -> None:
    database.config = replace(database.config, MAIL_URL=MAIL_URL)
    browser = sign_in(email)
    pages = [
        browser.post("/people/new", data=NEWCOMER, follow_redirects=True),
        browser.post(f"/people/{alliance.keisha}/link", follow_redirects=True),
    ]
    invitation, reset = outbox(database)
    pages += [browser.get(f"/outbox/{message.id}{end}") for message in (invitation, reset) for end in ("", "/html")]
    pages += [browser.post(f"/outbox/{message.id}/show") for message in (invitation, reset)]
    assert [(message.to, bool(A_LINK.search(message.text))) for message in (invitation, reset)] == [
        ("new@lakeshore.example", True),
        ("keisha@lakeshore.example", True),
    ]
    assert "The link is on its way to keisha@lakeshore.example." in pages[1].text
    assert [page.status_code for page in pages[-2:]] == [404, 404]
    assert not [page.text for page in pages if A_LINK.search(page.text)]
    assert audited_links(database) == [("invited", "by email"), ("created a password link for", "by email")]
    assert "from" in links_on_account(sign_in("keisha@lakeshore.example"))[0]
    assert "emailed to you" in links_on_account(sign_in("keisha@lakeshore.example"))[0]


def links_on_account(browser: FlaskClient) -> list[str]:
    page = BeautifulSoup(browser.get("/account").text, "lxml")
    heading = page.find("h2", string="Links to your account")
    assert heading is not None
    items = heading.find_next_sibling("ul")
    assert items is not None
    return [" ".join(item.get_text().split()) for item in items.find_all("li")]


@pytest.mark.parametrize("email", [ROSA, TOM])
def test_without_a_mail_server_a_colleague_never_sees_a_link(
    sign_in: SignIn, alliance: Alliance, database: Database, email: str
) -> None:
    browser = sign_in(email)
    pages = [
        browser.post("/people/new", data=NEWCOMER, follow_redirects=True),
        browser.post(f"/people/{alliance.keisha}/link", follow_redirects=True),
    ]
    assert "Ask Marguerite to give Keisha the link." in pages[1].text
    messages = outbox(database)
    assert len(messages) == 2
    pages += [browser.get(f"/outbox/{message.id}{end}") for message in messages for end in ("", "/html")]
    pages += [browser.post(f"/outbox/{message.id}/show") for message in messages]
    assert [page.status_code for page in pages[-2:]] == [404, 404]
    assert not [page.text for page in pages if A_LINK.search(page.text)]
    assert "Show email" not in pages[2].text
    waits = "in the outbox, for the coordinator"
    assert audited_links(database) == [("invited", waits), ("created a password link for", waits)]


@pytest.mark.both_databases
def test_without_a_mail_server_the_coordinator_sees_the_link_and_its_person_is_told(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    sign_in(TOM).post(f"/people/{alliance.keisha}/link")
    keisha = sign_in("keisha@lakeshore.example")
    assert "from Tom" in links_on_account(keisha)[0]
    assert "waiting in the outbox for the coordinator" in links_on_account(keisha)[0]

    coordinator, [message] = sign_in(COORDINATOR), outbox(database)
    closed = coordinator.get(f"/outbox/{message.id}").text
    assert "Show email" in closed
    assert not A_LINK.search(closed + coordinator.get(f"/outbox/{message.id}/html").text)
    shown = coordinator.post(f"/outbox/{message.id}/show")
    link = A_LINK.search(shown.text)
    assert link
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert "shown to Marguerite" in links_on_account(keisha)[0]
    with database.reading() as db:
        entry = db.scalars(select(Entry).order_by(Entry.id.desc())).first()
        assert entry
        assert (entry.actor, entry.action) == (COORDINATOR, "was shown the link in")
    browser = app.test_client()
    assert browser.post(link[0], data=NEW).status_code == 302

    page = coordinator.post(f"/people/{alliance.keisha}/link")
    assert page.headers["Cache-Control"] == "private, no-store"
    again = link_on(page.text)
    assert again != link[0]
    newest = links_on_account(browser)[0]
    assert "from Marguerite" in newest
    assert "shown to Marguerite" in newest
    assert audited_links(database)[-1] == ("created a password link for", "shown to Marguerite")


def test_a_message_without_a_private_link_cannot_be_shown_again(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    with database.writing() as db:
        letter = Letter(subject="Hello", parts=(Paragraph("Nothing private."),), reason="You asked.")
        number = mail_actions.post(db, letter, to="a@b.example", once="a", kind=LetterKind.QUESTION)
    assert sign_in(COORDINATOR).post(f"/outbox/{number}/show").status_code == 404

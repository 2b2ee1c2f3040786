"""A mail scanner that opens every link of every email, repeatedly, changes nothing that counts."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub import worker
from hub.core import clock
from hub.core.db import Base, Database
from hub.library import actions as library_actions
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.mail import actions as mail_actions
from hub.mail.delivery import delivering, keeping
from hub.mail.models import OutboxMessage
from hub.members.actions import forgotten as forgotten_actions
from hub.members.rules.mail import MailKind
from hub.members.rules.organizations import Role
from tests.world import a_person, a_resource, an_organization

BASE = "http://127.0.0.1:8000"


def everything(database: Database) -> dict[str, list[Any]]:
    """Return every row of every table."""
    with database.reading() as db:
        return {
            table.name: sorted(map(repr, db.execute(select(*table.columns)).all()))
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def messages(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """One email of each kind that the hub sends automatically, as sent over SMTP."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 17, 15, tzinfo=UTC))
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore")
        rosa = a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example")
        keisha = a_person(db, lakeshore, Role.CONTRIBUTOR, "keisha@lakeshore.example")
        keisha.password_hash = None
        guide = a_resource(db, lakeshore, "Guide", topics=["workforce"], audience=Audience.PUBLIC)
        db.get_one(Resource, guide.id).created_at = clock.now() - timedelta(days=7)
        library_actions.follow_topics(db, rosa, ["workforce"])
        for kind in (MailKind.REMINDER, MailKind.DIGEST):
            mail_actions.turn_on_sending(db, kind, None)
    with database.writing() as db:
        for email in ("rosa@lakeshore.example", "keisha@lakeshore.example"):
            forgotten_actions.ask_for_password(db, email, "192.0.2.1")
    for step in ("passwords", "reminders", "digests"):
        worker.STEPS[step](database, None)  # type: ignore[arg-type]
    delivering.catch_up(database)
    with database.reading() as db:
        rows = db.scalars(select(OutboxMessage)).all()
    assert {message.kind for message in rows} == {"password", "invitation", "reminder", "digest"}
    return [keeping.path_of(database.config, message.id).read_bytes() for message in rows]


def links_of(raw: bytes) -> set[str]:
    """Return every link in the text, HTML and headers of an email."""
    mail = message_from_bytes(raw, policy=default)
    links = set(re.findall(r"https?://[^\s<>]+", str(mail["List-Unsubscribe"] or "")))
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            links |= set(re.findall(r"https?://\S+", part.get_content()))
        if part.get_content_type() == "text/html":
            page = BeautifulSoup(part.get_content(), "lxml")
            assert not page.find_all(["img", "script", "link", "iframe", "style"])
            links |= {str(link["href"]) for link in page.find_all("a")}
    return links


@pytest.mark.both_databases
def test_opening_every_link_changes_nothing_that_counts(
    database: Database, messages: list[bytes], client: FlaskClient
) -> None:
    before = everything(database)
    links = {link for raw in messages for link in links_of(raw)}
    assert len(links) >= 6
    for link in sorted(links):
        assert link.startswith(BASE)
        parts = urlsplit(link)
        for method in ("GET", "HEAD", "GET"):
            response = client.open(f"{parts.path}?{parts.query}", method=method)
            assert response.status_code in {200, 302}, link
    assert everything(database) == before


def test_text_and_html_of_an_email_have_the_same_links(messages: list[bytes]) -> None:
    for raw in messages:
        mail = message_from_bytes(raw, policy=default)
        text, html = (part.get_content() for part in mail.walk() if not part.is_multipart())
        in_html = {str(link["href"]) for link in BeautifulSoup(html, "lxml").find_all("a")}
        assert set(re.findall(r"https?://\S+", text)) == in_html
        assert len(BeautifulSoup(html, "lxml").get_text(" ", strip=True)) > 100

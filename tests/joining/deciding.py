"""Steps of an application from its submission to the decision, and what is emailed about it."""

from collections.abc import Iterable
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database, config_of
from hub.joining.actions import applying as applying_actions
from hub.joining.actions.applying import Draft, Interest
from hub.joining.models import Application
from hub.joining.rules import Criterion, mailed_token
from hub.mail.models import OutboxMessage
from hub.members.rules.organizations import OrganizationKind

NAME = "Open Fixture Library"
CONTACT = "bertrand@fixtures.example"
ALTERNATE = "ida@fixtures.example"
COORDINATOR, WALTER, RUTH = "coordinator@amcc.example", "walter@amcc.example", "ruth@lakeshore.example"
MAIL_URL = "smtp://127.0.0.1:9"
REASON = "Drawings that everyone can use."


def submit(db: Any, representative: str = CONTACT, alternate: str = ALTERNATE) -> str:
    """Submit an application and return its token."""
    interest = Interest(OrganizationKind.BFF, NAME, "Bertrand Okonjo", CONTACT)
    application, token = applying_actions.express_interest(db, interest, "192.0.2.1")
    draft = Draft(
        interest, {Criterion.OPEN_VALUE: "Drawings."}, "Bertrand Okonjo", representative, "Ida Lund", alternate
    )
    applying_actions.save(db, application, draft)
    applying_actions.submit(db, application)
    confirm_address(db, application)
    return token


def confirm_address(db: Any, application: Application) -> None:
    """Press the button of the link that was emailed to the applicant."""
    applying_actions.answer(db, application, mailed_link(db, application).rpartition("/")[2])


def mailed_link(db: Any, application: Application) -> str:
    """Return the path of the link that the hub emails to the applicant's address."""
    key = config_of(db).UNSUBSCRIBE_KEY
    return f"/join/{mailed_token(key, application.id, application.contact_email)}"


def page_of(database: Database) -> str:
    with database.reading() as db:
        return f"/applications/{db.scalars(select(Application.id)).one()}"


def vote(browser: FlaskClient, page: str, ballot: str) -> str:
    answer = browser.post(f"{page}/vote", data={"ballot": ballot, "reason": "So."}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def decide(browser: FlaskClient, page: str, decision: str, exception: str = "") -> Any:
    data = {"decision": decision, "reason": REASON, "exception": exception}
    return browser.post(f"{page}/decide", data=data)


def application_of(database: Database) -> Application:
    with database.reading() as db:
        return db.scalars(select(Application)).one()


def letters(database: Database, key: str) -> dict[str, OutboxMessage]:
    """Return the messages about applications whose key contains ``key``, by recipient."""
    with database.reading() as db:
        about = select(OutboxMessage).where(OutboxMessage.kind == "application", OutboxMessage.once.contains(key))
        return {message.to: message for message in db.scalars(about)}


def words_of(text: str) -> str:
    return " ".join(BeautifulSoup(text, "lxml").get_text(" ").split())


def letter_of(messages: Iterable[OutboxMessage]) -> str:
    """Return the words of the only message."""
    (message,) = messages
    return " ".join(message.text.replace("\n> ", " ").split())

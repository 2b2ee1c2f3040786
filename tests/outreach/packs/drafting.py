"""Helpers for tests of packs: draft a pack, send it, and read the results."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from hub.core.db import Database
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Stakeholder

PEOPLE = (
    "name,email,groups\nMaria,maria@shops.example,Board\nBo,bo@shops.example,Board;Shops\nCy,cy@shops.example,Shops\n"
)


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as db:
        return list(db.scalars(select(model).order_by(*inspect(model).primary_key)))


def ok(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.text)
    return str(answer.text)


def a_draft(browser: FlaskClient, resources: tuple[int, ...] = (1, 2)) -> str:
    """Create a draft and return its path."""
    answer = browser.post("/sharing/packs/new", data={"resources": [str(resource) for resource in resources]})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def work_on(browser: FlaskClient, draft: str, do: str, **fields: object) -> str:
    form = {"title": "Worth a look", "words": "Two sentences. From us.", "groups": ["Board"]} | fields | {"do": do}
    return ok(browser.post(draft, data=form, follow_redirects=True))


def send(browser: FlaskClient, draft: str, **fields: object) -> str:
    work_on(browser, draft, "save", **fields)
    return ok(browser.post(f"{draft}/send", data={"when": "now"}, follow_redirects=True))


def links_in(text: str) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:8000(/p/[\w-]+(?:/\d+)?)", text)


def stop_address(database: Database, email: str = "bo@shops.example") -> str:
    """Return the path where a recipient of Ana's pack unsubscribes."""
    with database.reading() as db:
        recipient = db.scalars(select(Stakeholder).where(Stakeholder.email == email).order_by(Stakeholder.id)).first()
        assert recipient is not None
        return f"/stop/{stakeholders_actions.token_of(db, recipient.organization_id, recipient.address_hash)}"

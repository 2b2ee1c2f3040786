"""Dates in the future: a document's own date is never taken, and a person may enter one up to a year ahead."""

import io
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.library.derive import page_texts
from hub.library.models import Resource
from tests.world import FrozenClock, SignIn, a_person, an_organization

TODAY = date(2026, 11, 23)
LAST = TODAY + timedelta(days=366)


@pytest.fixture
def ana(database: Database, frozen_clock: FrozenClock, sign_in: SignIn) -> FlaskClient:
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), email="ana@lakeshore.example")
    return sign_in("ana@lakeshore.example")


def _update_of(day: date) -> bytes:
    """Return an email that is dated ``day``."""
    return (
        f"From: a@b.example\r\nSubject: Update\r\nDate: {day:%d %b %Y} 10:00:00 -0500\r\n\r\nHello {day}.\r\n".encode()
    )


@pytest.mark.parametrize(
    ("its_own", "taken"),
    [
        (TODAY - timedelta(days=9), TODAY - timedelta(days=9)),
        (TODAY, TODAY),
        (TODAY + timedelta(days=1), TODAY),
        (date(2031, 5, 4), TODAY),
    ],
)
def test_a_document_dated_in_the_future_gets_the_day_it_was_added(
    ana: FlaskClient, database: Database, its_own: date, taken: date
) -> None:
    data = {"kind": "briefing", "audience": "network", "files": [(io.BytesIO(_update_of(its_own)), "update.eml")]}
    assert ana.post("/resources/new", data=data).status_code == 302
    page_texts.catch_up(database)
    with database.reading() as db:
        assert db.scalars(select(Resource.published_on)).one() == taken


@pytest.mark.parametrize(
    ("day", "status"), [(TODAY + timedelta(days=1), 302), (LAST, 302), (LAST + timedelta(days=1), 422)]
)
def test_a_person_may_enter_a_date_up_to_a_year_ahead(
    ana: FlaskClient, database: Database, day: date, status: int
) -> None:
    data = {
        "kind": "briefing",
        "audience": "network",
        "summary": "It opens next year.",
        "files": [(io.BytesIO(b"Funding for shops."), "notice.txt")],
        "published_on": day.isoformat(),
    }
    answer = ana.post("/resources/new", data=data)
    assert answer.status_code == status, answer.text
    with database.reading() as db:
        assert db.scalars(select(Resource.published_on)).all() == ([day] if status == 302 else [])
    if status == 422:
        assert "between 1900 and a year from now" in answer.text
        assert "It opens next year." in answer.text

"""Two people correct or retract the same log entry: the second one sees what the first one recorded."""

import re
from datetime import date

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.core.set_aside import SetAside
from hub.members.rules.organizations import Role
from hub.sharing.models import SharingEvent
from tests.client import Browser
from tests.forms import PageForm, form_on, opened
from tests.world import LONG_AGO, SignIn, a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases
ADDRESS = "/sharing/events/1/correct"


@pytest.fixture
def today(config: Config) -> date:
    return clock.today(config.zone)


@pytest.fixture
def browsers(database: Database, sign_in: SignIn, today: date) -> tuple[Browser, Browser]:
    """Ana and Rita of a community; Ana reported sharing a toolkit."""
    with database.writing() as db:
        prairie = an_organization(db, "Prairie Works")
        a_person(db, prairie, email="ana@prairie.example")
        a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        toolkit = a_resource(db, prairie, title="Toolkit", created_at=LONG_AGO).id
    ana, rita = sign_in("ana@prairie.example"), sign_in("rita@prairie.example")
    report = {"resources": toolkit, "happened_on": str(today), "with_whom": "our makers", "channel": "newsletter"}
    assert ana.post("/sharing/declare", data=report).status_code == 302
    return ana, rita  # type: ignore[return-value]


def _events(database: Database) -> list[SharingEvent]:
    with database.reading() as db:
        return list(db.scalars(select(SharingEvent).order_by(SharingEvent.id)))


def _set_aside(database: Database) -> list[list[str]]:
    with database.reading() as db:
        return [text for row in db.scalars(select(SetAside)) for text in row.texts]


def _post(browser: Browser, form: PageForm, **values: str) -> TestResponse:
    return browser.post(form.address, data=form.filled(**values))


def test_a_second_correction_shows_the_first_and_then_corrects_it(
    browsers: tuple[Browser, Browser], database: Database
) -> None:
    ana, rita = browsers
    forms = opened(ana, ADDRESS), opened(rita, ADDRESS)
    assert _post(ana, forms[0], with_whom="the board").status_code == 302
    answer = _post(rita, forms[1], with_whom="the county")
    assert answer.status_code == 409
    assert len(_events(database)) == 2
    again = form_on(answer, "/sharing/events/2/correct")
    assert "the board" in answer.text
    assert again.values["with_whom"] == ["the county"]
    assert _post(rita, again).status_code == 302
    first, second, third = _events(database)
    assert (second.supersedes_id, third.supersedes_id) == (first.id, second.id)
    assert (second.with_whom, third.with_whom) == ("the board", "the county")
    assert _set_aside(database) == [["Shared with", "the board"]]


def test_a_correction_of_a_retracted_entry_is_set_aside(browsers: tuple[Browser, Browser], database: Database) -> None:
    ana, rita = browsers
    form = opened(rita, ADDRESS)
    assert ana.post(ADDRESS, data={"take_back": "1", "reason": "A mistake"}).status_code == 302
    answer = _post(rita, form, with_whom="the county", note="Two words")
    assert answer.status_code == 302
    page = rita.get(answer.location).text
    assert "was retracted, so it can’t be corrected" in page
    assert re.search('What you entered is set aside for 90 days. <a href="/account/set-aside/1">', page)
    assert len(_events(database)) == 2
    assert ["Shared with", "the county"] in _set_aside(database)


def test_the_reason_of_a_second_retraction_is_set_aside(browsers: tuple[Browser, Browser], database: Database) -> None:
    ana, rita = browsers
    form = opened(ana, ADDRESS)
    assert _post(ana, form, with_whom="the board").status_code == 302
    assert rita.post(ADDRESS, data={"take_back": "1", "reason": "My reason"}).status_code == 302
    assert len(_events(database)) == 2
    assert _set_aside(database) == [["Reason", "My reason"]]

"""The postal address of an organization: who edits it, and what is accepted."""

import pytest
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import Refused
from hub.members.models import Organization
from hub.members.rules.fields import postal_address_of
from tests.members.conftest import Alliance
from tests.world import SignIn

PAGE = "/organizations/lakeshore/address"
NEW = "P.O. Box 7\nErie, PA 16501"


def address_of(database: Database) -> str:
    with database.reading() as db:
        return str(db.scalar(select(Organization.postal_address).where(Organization.slug == "lakeshore")))


@pytest.mark.parametrize("who", ["rosa@lakeshore.example", "tom@lakeshore.example", "coordinator@demo.example"])
def test_the_representative_the_alternate_and_the_coordinator_edit_it(
    database: Database, alliance: Alliance, sign_in: SignIn, who: str
) -> None:
    browser = sign_in(who)
    assert PAGE in browser.get("/organizations/lakeshore").text
    assert "1 Test Street\nErie, PA 16501" in browser.get(PAGE).text
    answer = browser.post(PAGE, data={"postal_address": f"  {NEW}\r\n\r\n"}, follow_redirects=True)
    assert "P.O. Box 7, Erie, PA 16501" in answer.text
    assert address_of(database) == NEW
    with database.reading() as db:
        entries = db.scalars(select(Entry).where(Entry.action == "changed")).all()
    assert [entry.details for entry in entries] == [{"postal_address": NEW}]


@pytest.mark.parametrize("who", ["keisha@lakeshore.example", "ruth@lakeshore.example", "jolene@ridgeline.example"])
def test_others_do_not(database: Database, alliance: Alliance, sign_in: SignIn, who: str) -> None:
    browser = sign_in(who)
    page = browser.get("/organizations/lakeshore").text
    assert "1 Test Street, Erie, PA 16501" in page
    assert PAGE not in page
    assert browser.get(PAGE).status_code in {403, 404}
    assert browser.post(PAGE, data={"postal_address": NEW}).status_code in {403, 404}
    assert address_of(database) != NEW


@pytest.mark.parametrize("typed", ["", " \n ", "Erie, Pennsylvania", "16501", "1 Street " + "x" * 300])
def test_what_is_no_address_is_refused_and_stays_in_the_form(
    database: Database, alliance: Alliance, sign_in: SignIn, typed: str
) -> None:
    answer = sign_in("rosa@lakeshore.example").post(PAGE, data={"postal_address": typed})
    assert answer.status_code == 422
    assert typed.strip() in answer.text
    assert address_of(database).startswith("1 Test Street")


def test_the_coordinator_also_edits_it_with_the_other_details(
    database: Database, alliance: Alliance, sign_in: SignIn
) -> None:
    browser = sign_in("coordinator@demo.example")
    form = {"name": "Lakeshore", "region": "Northeast Ohio", "website": "", "postal_address": NEW}
    assert browser.post("/organizations/lakeshore/edit", data=form).status_code == 302
    assert address_of(database) == NEW


@pytest.mark.parametrize("typed", ["Erie", "12345", "1 A"])
def test_an_address_has_a_number_and_words(typed: str) -> None:
    with pytest.raises(Refused, match="ZIP code"):
        postal_address_of(typed)

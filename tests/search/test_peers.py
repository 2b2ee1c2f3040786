"""Peers: who has done this, and regions like ours, each with the resources that say so."""

import pytest
from bs4 import BeautifulSoup

from hub.core.db import Database
from hub.library.rules import Audience
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from tests.world import SignIn, a_person, a_resource, an_organization

CASTING = "Foundry castings scrap patternmaker apprenticeship furnace energy meters"


@pytest.fixture
def world(database: Database) -> None:
    """Two foundry regions, an export region, and what one of them keeps to itself."""
    with database.writing() as db:
        lake, basin, coast = (an_organization(db, name) for name in ("Lakeshore", "Copper Basin", "Coast"))
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        a_person(db, lake, Role.REPRESENTATIVE, "rosa@lakeshore.example")
        a_person(db, coast, Role.REPRESENTATIVE, "joe@coast.example")
        a_person(db, host, Role.COORDINATOR, "marguerite@amcc.example")
        a_resource(db, lake, "Lake plan", (CASTING,), topics=("workforce", "foundries"))
        a_resource(db, basin, "Basin plan", (f"{CASTING} controls lab",), topics=("workforce", "foundries"))
        a_resource(db, basin, "Board memo", (f"{CASTING} secret closure",), audience=Audience.ORGANIZATION)
        a_resource(db, coast, "Export desk", ("Export finance tariffs customs Québec",), topics=("trade",))
        a_resource(db, coast, "Coast SWOT", ("Export tariffs shipping customs",), topics=("trade",))
    index.catch_up(database)


def _section(page: str, name: str) -> str:
    found = BeautifulSoup(page, "lxml").select_one(f'section[aria-labelledby="{name}"] .resource-list')
    return found.get_text(" ", strip=True) if found else ""


@pytest.mark.both_databases
def test_regions_like_ours_are_those_that_write_of_the_same(world: None, sign_in: SignIn) -> None:
    like = _section(sign_in("rosa@lakeshore.example").get("/peers").text, "like")
    assert like.startswith("Copper Basin")
    assert "Workforce and Training" in like
    assert "Basin plan" in like
    assert "Export desk" not in like


def test_what_an_organization_keeps_to_itself_makes_nobody_alike(world: None, sign_in: SignIn) -> None:
    for email in ("rosa@lakeshore.example", "marguerite@amcc.example"):
        page = sign_in(email).get("/peers?organization=lakeshore").text
        assert "Board memo" not in page
        assert "closure" not in page


def test_an_organization_is_like_none_by_what_another_keeps_to_itself(
    world: None, sign_in: SignIn, database: Database
) -> None:
    with database.writing() as db:
        delta = an_organization(db, "Delta Forge")
        a_resource(db, delta, "Memo", (CASTING,), topics=("workforce", "foundries"), audience=Audience.ORGANIZATION)
    index.catch_up(database)
    like = _section(sign_in("rosa@lakeshore.example").get("/peers").text, "like")
    assert "Copper Basin" in like
    assert "Delta Forge" not in like


@pytest.mark.both_databases
def test_who_has_done_this_names_organizations_with_the_page_that_says_so(world: None, sign_in: SignIn) -> None:
    browser = sign_in("joe@coast.example")
    page = browser.get("/peers?q=energy+meters").text
    done = _section(page, "who-has-done")
    assert "Copper Basin" in done
    assert "Lakeshore" in done
    assert "Coast" not in done
    link = BeautifulSoup(page, "lxml").select_one('section[aria-labelledby="who-has-done"] li li a')
    assert link is not None
    assert "/pages/1" in str(link["href"])
    assert browser.get(str(link["href"])).status_code == 200


def test_nothing_found_and_nothing_shared_say_what_to_do(world: None, sign_in: SignIn, database: Database) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db, "New Region"), Role.REPRESENTATIVE, "new@new.example")
    page = sign_in("new@new.example").get("/peers?q=zeppelins").text
    assert "Nobody has shared anything with these words" in page
    assert "Nothing is shared with the network yet" in page
    assert sign_in("new@new.example").get("/peers?organization=nowhere").status_code == 404

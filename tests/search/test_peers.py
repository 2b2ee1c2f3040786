"""The peers page: organizations with experience, and similar organizations, with their resources."""

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
    """Two foundry regions, an export region, and a resource that one of them doesn't share."""
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
    organizations = BeautifulSoup(page, "lxml").select_one(f'section[aria-labelledby="{name}"] .resource-list')
    return organizations.get_text(" ", strip=True) if organizations else ""


@pytest.mark.both_databases
def test_similar_organizations_write_about_the_same_subjects(world: None, sign_in: SignIn) -> None:
    like = _section(sign_in("rosa@lakeshore.example").get("/peers").text, "like")
    assert like.startswith("Copper Basin")
    assert "Workforce and Training" in like
    assert "Basin plan" in like
    assert "Export desk" not in like


def test_resources_for_one_organization_only_do_not_count_toward_similarity(world: None, sign_in: SignIn) -> None:
    for email in ("rosa@lakeshore.example", "marguerite@amcc.example"):
        page = sign_in(email).get("/peers?organization=lakeshore").text
        assert "Board memo" not in page
        assert "closure" not in page


def test_unshared_resources_do_not_make_an_organization_similar(
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
def test_organizations_with_experience_are_listed_with_the_best_page(world: None, sign_in: SignIn) -> None:
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


def test_the_empty_states_say_what_to_do(world: None, sign_in: SignIn, database: Database) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db, "New Region"), Role.REPRESENTATIVE, "new@new.example")
    page = sign_in("new@new.example").get("/peers?q=zeppelins").text
    assert "No one has shared anything with these words" in page
    assert "No similar organizations found yet" in page
    assert sign_in("new@new.example").get("/peers?organization=nowhere").status_code == 404

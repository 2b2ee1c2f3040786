"""The alliance that people apply to."""

import pytest

from hub.core.db import Database
from hub.members.rules.organizations import OrganizationKind, Role
from tests.joining.deciding import RUTH, WALTER, page_of, submit, vote
from tests.world import SignIn, a_person, an_organization


@pytest.fixture
def alliance(database: Database) -> None:
    """Add a host with its coordinator, and a member; each has a person on the Advisory Board."""
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        member = an_organization(db, "Lakeshore")
        a_person(db, host, Role.COORDINATOR, "coordinator@amcc.example", "Marguerite")
        a_person(db, host, Role.BOARD, "walter@amcc.example", "Walter")
        a_person(db, member, Role.BOARD, "ruth@lakeshore.example", "Ruth")
        a_person(db, member, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa")


@pytest.fixture
def link(alliance: None, database: Database) -> str:
    """The path of an application that is with the board."""
    with database.writing() as db:
        return f"/join/{submit(db)}"


@pytest.fixture
def approvable(link: str, sign_in: SignIn, database: Database) -> str:
    """The page of an application that the board approves."""
    page = page_of(database)
    for email in (WALTER, RUTH):
        vote(sign_in(email), page, "approve")
    return page

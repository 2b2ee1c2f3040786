"""Two people at two members, each with an upload client."""

import pytest

from hub.core.db import Database
from hub.members.rules.organizations import Role
from tests.library.uploads.sender import ANA, BO, Sender
from tests.world import SignIn, a_person, an_organization


@pytest.fixture
def people(database: Database) -> None:
    """Add a person at each of two members."""
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), Role.CONTRIBUTOR, ANA)
        a_person(db, an_organization(db, "Three Rivers"), Role.REPRESENTATIVE, BO)


@pytest.fixture
def ana(sign_in: SignIn, people: None) -> Sender:
    return Sender(sign_in(ANA))


@pytest.fixture
def bo(sign_in: SignIn, people: None) -> Sender:
    return Sender(sign_in(BO))

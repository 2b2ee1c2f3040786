"""Two people of two members, each with a program that sends files."""

import pytest

from hub.core.db import Database
from hub.members.rules.organizations import Role
from tests.library.uploads.sender import OURS, THEIRS, Sender
from tests.world import SignIn, a_person, an_organization


@pytest.fixture
def people(database: Database) -> None:
    """Somebody of two members."""
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), Role.CONTRIBUTOR, OURS)
        a_person(db, an_organization(db, "Three Rivers"), Role.REPRESENTATIVE, THEIRS)


@pytest.fixture
def ours(sign_in: SignIn, people: None) -> Sender:
    return Sender(sign_in(OURS))


@pytest.fixture
def theirs(sign_in: SignIn, people: None) -> Sender:
    return Sender(sign_in(THEIRS))

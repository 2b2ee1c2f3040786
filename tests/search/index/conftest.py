"""A contributor of a member organization."""

import pytest

from hub.core.db import Database
from hub.members.models import Person
from tests.world import a_person, an_organization


@pytest.fixture
def member(database: Database) -> Person:
    with database.writing() as db:
        return a_person(db, an_organization(db, "Lakeshore Forge"))

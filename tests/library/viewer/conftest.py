"""Two members, and what they add for the viewer to show."""

import pytest

from hub.core.db import Database
from hub.library.extract.reader import Reader
from hub.members.rules.organizations import OrganizationKind, Role
from tests.library.viewer.shown import COORDINATOR, OURS, THEIRS, World
from tests.world import a_person, an_organization


@pytest.fixture
def world(database: Database, reader: Reader) -> World:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, COORDINATOR)
        ours, theirs = an_organization(db, "Lakeshore Forge"), an_organization(db, "Three Rivers")
        a_person(db, ours, Role.CONTRIBUTOR, OURS)
        a_person(db, theirs, Role.CONTRIBUTOR, THEIRS)
    return World(database, reader, ours, theirs)

"""Two members, and the resources they add for the viewer."""

import pytest

from hub.core.db import Database
from hub.library.extract.reader import Reader
from hub.members.rules.organizations import OrganizationKind, Role
from tests.library.viewer.shown import ANA, BO, COORDINATOR, World
from tests.world import a_person, an_organization


@pytest.fixture
def world(database: Database, reader: Reader) -> World:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, COORDINATOR)
        lakeshore, three_rivers = an_organization(db, "Lakeshore Forge"), an_organization(db, "Three Rivers")
        a_person(db, lakeshore, Role.CONTRIBUTOR, ANA)
        a_person(db, three_rivers, Role.CONTRIBUTOR, BO)
    return World(database, reader, lakeshore, three_rivers)

"""People with each role, and Ana, who is a contributor."""

import pytest
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.library.rules import Audience
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from tests.search.returning.visits import EMAILS, LONG_AGO
from tests.world import SignIn, a_person, a_resource, an_organization


@pytest.fixture
def world(database: Database) -> Database:
    """People with each role, and resources that were added long ago."""
    with database.writing() as db:
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        host = an_organization(db, "Secretariat", OrganizationKind.HOST)
        for role, email in EMAILS.items():
            a_person(db, host if role is Role.COORDINATOR else lake, role, email)
        a_person(db, harbor, email="bo@harbor.example")
        for title, audience in (("Steel town", Audience.NETWORK), ("Secret steel", Audience.ORGANIZATION)):
            a_resource(db, harbor, title, audience=audience).created_at = LONG_AGO
    index.catch_up(database)
    return database


@pytest.fixture
def ana(world: Database, sign_in: SignIn) -> FlaskClient:
    return sign_in(EMAILS[Role.CONTRIBUTOR])

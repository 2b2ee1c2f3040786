"""Resources of two organizations, and Ana, who searches them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.library.rules import Audience, Kind, PageKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from tests.search.results.page import TODAY
from tests.world import a_person, a_resource, an_organization


@pytest.fixture
def world(database: Database) -> Database:
    """Indexed resources of two organizations."""
    with database.writing() as db:
        host = an_organization(db, "Secretariat", OrganizationKind.HOST)
        lake, harbor = an_organization(db, "Lakeshore Forge"), an_organization(db, "Harbor Casting")
        a_person(db, host, Role.COORDINATOR, email="coordinator@hub.example")
        a_person(db, lake, email="ana@lake.example")
        a_person(db, harbor, email="bo@harbor.example")
        a_resource(
            db,
            lake,
            "Shared apprenticeship",
            ["How we began.", "Rotations of apprentices against poaching.", "Costs of the steel plant."],
            kind=Kind.PRESENTATION,
            page_kind=PageKind.SLIDE,
            topics=["workforce", "toolmakers"],
            published_on=TODAY,
            summary="Five small shops train together.",
        )
        a_resource(
            db,
            harbor,
            "Second source of part A-1312/B",
            ["The core box was shared by Núñez & Sons; steel was short."],
            kind=Kind.BRIEFING,
            topics=["supply-chain"],
            published_on=TODAY - timedelta(days=400),
        )
        a_resource(db, harbor, "Our own steel prices", ["Steel at cost."], audience=Audience.ORGANIZATION)
        a_resource(
            db, harbor, "Steel for everyone", ["Steel in public."], audience=Audience.PUBLIC, kind=Kind.CALL_NOTES
        )
    index.catch_up(database)
    return database


@pytest.fixture
def ana(world: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in("ana@lake.example")

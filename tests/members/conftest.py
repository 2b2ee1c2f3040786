"""A small alliance: a host with a coordinator, two members and a BFF, with people."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import a_person, an_organization


@dataclass(frozen=True)
class Alliance:
    """The ids of the people in the tests."""

    coordinator: int
    rosa: int  # representative of Lakeshore
    tom: int  # its alternate
    keisha: int  # its contributor
    ruth: int  # of Lakeshore, and on the Advisory Board
    jolene: int  # representative of Ridgeline


@pytest.fixture
def alliance(database: Database) -> Alliance:
    """Lakeshore and Ridgeline, members; Supply Atlas, a BFF; the host."""
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        lakeshore = an_organization(db, "Lakeshore", region="Northeast Ohio")
        ridgeline = an_organization(db, "Ridgeline", region="Appalachia")
        an_organization(db, "Supply Atlas", OrganizationKind.BFF)
        return Alliance(
            coordinator=a_person(db, host, Role.COORDINATOR, "coordinator@demo.example", "Marguerite").id,
            rosa=a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa Peña").id,
            tom=a_person(db, lakeshore, Role.ALTERNATE, "tom@lakeshore.example", "Tom").id,
            keisha=a_person(db, lakeshore, Role.CONTRIBUTOR, "keisha@lakeshore.example", "Keisha").id,
            ruth=a_person(db, lakeshore, Role.BOARD, "ruth@lakeshore.example", "Ruth").id,
            jolene=a_person(db, ridgeline, Role.REPRESENTATIVE, "jolene@ridgeline.example", "Jolene").id,
        )


@pytest.fixture
def visitor(app: Flask, alliance: Alliance) -> FlaskClient:
    """A visitor's browser at a hub that has people."""
    return app.test_client()

"""Fixtures: a hub with a mail domain, and resources that its members share."""

from io import BytesIO
from pathlib import Path

import pytest

from config import Config
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.files import originals
from hub.library.rules import Audience, Kind
from hub.members.rules.organizations import OrganizationKind, Role
from tests.outreach.log_address.arriving import DOMAIN, FILE, NOW, SECRET_FILE
from tests.world import a_person, a_resource, an_organization


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    return Config.load(
        {},
        INSTANCE=tmp_path / "instance",
        UPLOADS=tmp_path / "uploads",
        DATABASE_URL=database_url,
        SECRET_KEY="a key for the tests alone",
        BASE_URL="https://hub.example.org",
        MAIL_DOMAIN=DOMAIN,
        LOG_LEVEL="WARNING",
    )


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A member with two people, a BFF, and three resources: a file, a text, and a file only for the BFF."""
    monkeypatch.setattr("hub.core.clock.now", lambda: NOW)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    with database.writing() as db:
        prairie = an_organization(db, "Prairie Works", website="https://prairie.example")
        bff = an_organization(db, "Delta Works", kind=OrganizationKind.BFF)
        rita = a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita Peña")
        a_person(db, prairie, Role.CONTRIBUTOR, "ana@elsewhere.example", "Ana")
        dora = a_person(db, bff, Role.REPRESENTATIVE, "dora@delta.example", "Dora")
        numbers = {}
        for name, person, content, audience in (
            ("kit", rita, FILE, Audience.NETWORK),
            ("theirs", dora, SECRET_FILE, Audience.ORGANIZATION),
        ):
            stored = originals.store(database.config, BytesIO(content))
            facts = library_actions.Facts(kind=Kind.RESOURCE, title=f"The {name}", audience=audience)
            added = library_actions.add(
                db, person, person.organization, facts, library_actions.File(stored, f"{name}.pdf")
            )
            numbers[name] = added.id
        numbers["text"] = a_resource(db, bff, title="The <text>").id
        return numbers

"""Migrations lead to the schema of the models, on both databases."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from hub.core.db import Base, Database
from hub.library.models import Revision
from hub.migrations import schema
from hub.sharing.actions import downloads as downloads_actions
from hub.sharing.models import SharingEvent
from tests.world import a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases


def test_the_migrated_database_matches_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    assert schema.is_current(database)


def test_old_log_entries_get_the_current_titles_of_their_resources(database: Database) -> None:
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore Forge")
        ana = a_person(db, lakeshore)
        toolkit = a_resource(db, lakeshore, "Toolkit")
        revision = db.scalars(select(Revision)).one()
        downloads_actions.log_download(db, ana, toolkit, revision, whole=True)
    _go_back(database, "2026_11_24_stopped_through")
    assert not schema.is_current(database)
    schema.upgrade(database)
    with database.reading() as db:
        assert db.scalars(select(SharingEvent.title)).all() == ["Toolkit"]


def _go_back(database: Database, revision: str) -> None:
    """Downgrade to that migration."""
    alembic = schema._alembic()
    with database.engine.execution_options(hub_begin="IMMEDIATE").begin() as connection:
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, revision)

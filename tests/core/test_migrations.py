"""Migrations bring the rows to the models' shape, on both kinds of database."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hub import migrations
from hub.core.db import Base, Database


def test_the_migrated_rows_match_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_again_changes_nothing(database: Database) -> None:
    migrations.upgrade(database)
    assert migrations.is_current(database)

"""hub db: database migrations."""

import click

from hub.cli.base import main
from hub.cli.opening import open_database
from hub.migrations import schema


@main.group("db")
def db_group() -> None:
    """Manage the database."""


@db_group.command("upgrade")
def upgrade() -> None:
    """Migrate the database to the current schema. Does nothing if it is up to date."""
    with open_database(migrated=False) as database:
        schema.upgrade(database)
    click.echo("The database is up to date.")

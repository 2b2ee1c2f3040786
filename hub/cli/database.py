"""The rows: db upgrade."""

import click

from hub.cli.base import main, rows
from hub.migrations import schema


@main.group("db")
def db_group() -> None:
    """The rows."""


@db_group.command("upgrade")
def upgrade() -> None:
    """Bring the rows to the newest shape; does nothing when they have it."""
    with rows(migrated=False) as database:
        schema.upgrade(database)
    click.echo("The rows have the newest shape.")

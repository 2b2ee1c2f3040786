"""hub doctor: examines the installation."""

import sys
from collections.abc import Iterator

import click
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from hub.cli.base import main
from hub.cli.opening import open_database
from hub.core import failures
from hub.core.db import Database
from hub.migrations import schema
from hub.operations.queries import doctor as doctor_queries
from hub.operations.queries import integrity as integrity_queries
from hub.operations.queries.doctor import Line


@main.command()
def doctor() -> None:
    """Examine the installation, and say what to do. Exits with 1 if something must be done. Changes nothing."""
    urgent = 0
    with open_database(migrated=False) as database:
        for line in _lines(database):
            click.echo(f"{'TO DO' if line.is_urgent else 'ok':5}  {line.name:12} {line.sentence}")
            urgent += line.is_urgent
    if urgent:
        sys.exit(1)


def _lines(database: Database) -> Iterator[Line]:
    config: Config = database.config
    yield from doctor_queries.of_settings(config)
    yield from doctor_queries.of_modes(config)
    yield from doctor_queries.of_keys(config)
    yield from doctor_queries.of_folders(config)
    yield from doctor_queries.of_programs(config)
    yield from doctor_queries.of_mail(config)
    yield from _of_database(database)


def _of_database(database: Database) -> Iterator[Line]:
    """Examine the database, and what is read from it if it is undamaged and migrated."""
    try:
        is_current, is_newer = schema.is_current(database), schema.is_newer(database)
        damage = integrity_queries.database_problems(database)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        sentence = failures.sentence_of(error) or f"The database can’t be read ({reason}). Check HUB_DATABASE_URL."
        yield Line("database", sentence, is_urgent=True)
        return
    if damage:
        yield Line("database", f"{damage[0]} Restore a backup: hub restore FOLDER --replace", is_urgent=True)
        return
    with database.reading() as db:
        yield from doctor_queries.of_version(db)
        yield from doctor_queries.of_clock(db)
    if is_newer:
        yield Line("migrations", failures.NEWER, is_urgent=True)
        return
    if not is_current:
        yield Line(
            "migrations", "The database has an earlier schema. Make a backup, then run hub db upgrade.", is_urgent=True
        )
        return
    yield Line("migrations", "The database has the current schema.")
    with database.reading() as db:
        yield from doctor_queries.of_health(db, database.config)

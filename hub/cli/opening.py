"""Opens this installation's database for commands and servers."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import InterfaceError, OperationalError

from config import Config
from hub.core import chosen_settings, clock, disk, failures, in_use, log, secret_keys
from hub.core.db import Database
from hub.migrations import schema

SAY_EVERY = 30  # seconds between lines while waiting for the database


@contextmanager
def open_database(*, migrated: bool = True, serving: bool = False) -> Iterator[Database]:
    """Open this installation's database, and migrate it first unless ``migrated`` is False.

    ``serving`` is True for servers, which log each step; other commands log warnings only.
    """
    config = Config.load()
    in_use.refuse_half_restored(config)
    log.set_up(config.LOG_FORMAT, config.LOG_LEVEL if serving else "WARNING")
    disk.is_full(config)  # releases the reserve if it must: even reading may need a few pages
    database = Database(config)
    try:
        if serving:
            wait_for(database)
            _drop_old_keys(config)
        if migrated and not schema.is_current(database):
            schema.upgrade(database)
        chosen_settings.refresh(database)
        yield database
    finally:
        database.close()


def _drop_old_keys(config: Config) -> None:
    """Delete secret keys that no longer work. The hub starts also if the disk is full."""
    try:
        secret_keys.drop_expired(config.INSTANCE, clock.now(), config.SECRET_KEY_DAYS)
    except OSError as error:
        logging.getLogger("hub.start").warning("Old secret keys couldn’t be deleted: %s", error)


def wait_for(database: Database) -> None:
    """Wait until the database answers, and say so every half minute: after a power failure it may start later."""
    turn = 0
    while True:
        try:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
                return
        except (OperationalError, InterfaceError) as error:
            if not failures.is_unreachable(error) and not failures.is_full(error):
                raise
            if turn % SAY_EVERY == 0:
                click.echo(f"Waiting for the database. {failures.sentence_of(error)} Press Ctrl-C to stop.", err=True)
        turn += 1
        time.sleep(1)

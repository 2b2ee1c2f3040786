"""Shared parts of the commands: the command group, database access, progress bars."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from typing import Any

import click
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from config import Config, WrongSettingError
from hub.core import chosen_settings, clock, dates, disk, failures, in_use, log, secret_keys
from hub.core.db import Database
from hub.core.errors import NotFound, Refused
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.migrations import schema

SAY_EVERY = 30  # seconds between lines while waiting for the database


class Day(click.ParamType[date]):
    """A date argument: 11/30/2026, Nov 30 or 2026-11-30."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> date:
        """Return the parsed date, or fail with a usage error."""
        if isinstance(value, date):
            return value
        try:
            return dates.parse_day(str(value), clock.today(Config.load().zone))
        except ValueError as error:
            self.fail(str(error), param, context)


DAY = Day()


# The module of each command, imported when the command is called: importing the web server, fonts and Office formats
# takes longer than most commands take to run.
MODULES = {
    "attention": "attention",
    "backup": "backups",
    "catch-up": "derived",
    "db": "database",
    "demo": "demo",
    "doctor": "doctor",
    "export": "exporting",
    "import": "importing",
    "key": "keys",
    "mail-in": "mail_in",
    "organization": "people",
    "person": "people",
    "rebuild": "derived",
    "restore": "backups",
    "search": "searching",
    "serve": "running",
    "sharing": "sharing",
    "verify": "derived",
    "verify-packet": "audit_packets",
    "worker": "running",
}


class Hub(click.Group):
    """A command group that imports commands lazily, and turns refusals into errors with exit status 1."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        return sorted(MODULES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the named command, or None."""
        if name in MODULES:
            import_module(f"hub.cli.{MODULES[name]}")
        return super().get_command(context, name)

    def invoke(self, context: click.Context) -> Any:
        """Run the command, and report refusals on stderr."""
        try:
            return super().invoke(context)
        except (Refused, WrongSettingError) as refused:
            raise click.ClickException(str(refused)) from refused
        except NotFound as missing:
            message = "Not found in this hub."
            raise click.ClickException(message) from missing
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise  # has its own sentence
        except Exception as failure:
            if not (sentence := failures.sentence_of(failure)):
                raise
            raise click.ClickException(sentence) from failure


@click.group(cls=Hub, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="amcc-hub", prog_name="hub")
def main() -> None:
    """Run and manage an AMCC Resource Hub."""
    os.umask(0o077)  # database, files and keys are readable only by the hub's own user


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


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal; elsewhere print a line for each 10 percent."""
    if sys.stderr.isatty():
        with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

            def move(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos)

            yield move
        return
    last_tenth = -1

    def report(done: int, total: int) -> None:
        nonlocal last_tenth
        tenth = 10 * done // max(total, 1)
        if tenth > last_tenth:
            last_tenth = tenth
            click.echo(f"{label}: {dates.number(done)} of {dates.number(total)}", err=True)

    yield report


def organization_by_slug(db: Session, slug: str) -> Organization:
    """Return the organization with this slug; raises Refused if there is none."""
    try:
        return members_queries.organization_of(db, slug)
    except NotFound as missing:
        message = f"There is no organization {slug!r}. Add it first with: hub organization add NAME --kind member"
        raise Refused(message) from missing


def person_with_email(db: Session, email: str) -> Person:
    """Return the person with this email address; raises Refused if there is none."""
    person = members_queries.person_by_email(db, email.strip().lower())
    if person is None:
        message = f"There is no person with the email address {email!r}."
        raise Refused(message)
    return person

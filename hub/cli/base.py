"""What every command stands on: the group, this installation's rows, progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from typing import Any

import click
from sqlalchemy.orm import Session

from config import Config, WrongSettingError
from hub.core import chosen_settings, clock, dates, log
from hub.core.db import Database
from hub.core.errors import NotFound, Refused
from hub.members import queries as members_queries
from hub.members.models import Organization
from hub.migrations import schema


class Day(click.ParamType[date]):
    """A date as people type it: 11/30/2026, Nov 30 or 2026-11-30."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> date:
        """Return the date; a text that isn't one ends the command with a sentence."""
        if isinstance(value, date):
            return value
        try:
            return dates.parse_day(str(value), clock.today(Config.load().zone))
        except ValueError as error:
            self.fail(str(error), param, context)


DAY = Day()


# The module of each command. It is loaded when its command is called: the web server, fonts and office formats take
# longer to load than most commands take to run.
MODULES = {
    "catch-up": "derived",
    "db": "database",
    "demo": "demo",
    "import": "importing",
    "mail-in": "mail_in",
    "organization": "people",
    "person": "people",
    "rebuild": "derived",
    "search": "searching",
    "serve": "running",
    "sharing": "sharing",
    "verify": "derived",
    "verify-packet": "audit_packets",
    "worker": "running",
}


class Hub(click.Group):
    """Loads a command when it is called, and answers a refusal with its sentence on stderr and exit 1."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the commands by name."""
        return sorted(MODULES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the command of this name; None when there is none."""
        if name in MODULES:
            import_module(f"hub.cli.{MODULES[name]}")
        return super().get_command(context, name)

    def invoke(self, context: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(context)
        except (Refused, WrongSettingError) as refused:
            raise click.ClickException(str(refused)) from refused
        except NotFound as missing:
            message = "There is no such thing in this hub."
            raise click.ClickException(message) from missing


@click.group(cls=Hub, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="amcc-hub", prog_name="hub")
def main() -> None:
    """The AMCC Resource Hub: store, find, take, share and confirm what an alliance knows."""


@contextmanager
def rows(*, migrated: bool = True, serving: bool = False) -> Iterator[Database]:
    """Open the rows of this installation, brought to the newest shape first."""
    config = Config.load()
    # A command tells what it does by itself; only what serves writes a line for each thing that it did.
    log.set_up(config.LOG_FORMAT, config.LOG_LEVEL if serving else "WARNING")
    database = Database(config)
    try:
        if migrated and not schema.is_current(database):
            schema.upgrade(database)
        chosen_settings.refresh(database)
        yield database
    finally:
        database.close()


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere a plain line for each tenth of the way."""
    if sys.stderr.isatty():
        with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

            def move(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos)

            yield move
        return
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // max(total, 1)
        if tenth > told:
            told = tenth
            click.echo(f"{label}: {done:,} of {total:,}", err=True)

    yield tell


def organization_named(db: Session, slug: str) -> Organization:
    """Return the organization with this slug; raises Refused."""
    try:
        return members_queries.organization_of(db, slug)
    except NotFound as missing:
        message = f"There is no organization {slug!r}. Add it first: hub organization add NAME --kind member."
        raise Refused(message) from missing

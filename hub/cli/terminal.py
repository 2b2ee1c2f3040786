"""What commands read from the command line, and how they report progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from config import Config
from hub.core import clock, dates


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

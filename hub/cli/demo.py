"""hub demo: loads the demo world."""

import click

from hub.cli.base import main
from hub.cli.opening import open_database
from hub.cli.terminal import progress_bar
from hub.demo import load
from hub.library.derive import page_texts
from hub.mail.delivery import delivering
from hub.search import index


@main.command()
@click.option("--if-empty", is_flag=True, help="Do nothing if the hub already has data.")
def demo(if_empty: bool) -> None:  # noqa: FBT001 - a flag of the command
    """Load the demo world into an empty hub."""
    with open_database() as database:
        if if_empty and not load.is_empty(database):
            click.echo(load.SIGN_INS)
            return
        with progress_bar("Loading the demo world") as progress:
            load.load(database, progress)
        # Makes resources readable and searchable now; the worker draws the page pictures later.
        page_texts.catch_up(database)
        index.catch_up(database)
        delivering.catch_up(database)
    click.echo(load.SIGN_INS)

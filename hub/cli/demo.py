"""The demo world."""

import click

from hub.cli.base import main, progress_bar, rows
from hub.core import delivery
from hub.demo import load as demo_world
from hub.library import derive
from hub.search import index


@main.command()
@click.option("--if-empty", is_flag=True, help="Say nothing and change nothing when the hub has anything in it.")
def demo(if_empty: bool) -> None:  # noqa: FBT001 - a flag of the command
    """Load the demo world into an empty hub."""
    with rows() as database:
        if if_empty and not demo_world.is_empty(database):
            click.echo(demo_world.SIGN_INS)
            return
        with progress_bar("Loading the demo world") as progress:
            demo_world.load(database, progress)
        # Readable and findable at once; the pictures of pages are made by the worker that serves.
        derive.catch_up(database)
        index.catch_up(database)
        delivery.catch_up(database)
    click.echo(demo_world.SIGN_INS)

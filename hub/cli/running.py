"""Running the hub: serve, worker, db upgrade, demo."""

import os
import sys
from dataclasses import replace

import click

from hub import migrations, worker
from hub.cli.base import main, progress_bar, rows
from hub.cli.serving import serve_until_stopped
from hub.core import delivery
from hub.demo import load as demo_world
from hub.library import derive
from hub.members import actions as members
from hub.search import index

DEFAULT_PORT = 8000  # as in the default of BASE_URL


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
def serve(host: str, port: int) -> None:
    """Migrate, then run web and worker until stopped (Ctrl-C)."""
    with rows(serving=True) as database:
        with database.writing() as db:
            token = members.first_coordinator_link(db)
        config = database.config
    if "HUB_BASE_URL" not in os.environ and port != DEFAULT_PORT:  # links must lead to where the hub listens
        config = replace(config, BASE_URL=f"http://127.0.0.1:{port}")
    if token:
        click.echo(
            f"This hub is empty. Open this link once to set up its first coordinator:\n{config.BASE_URL}/welcome/{token}"
        )
    click.echo(f"The hub listens at http://{host}:{port} (Ctrl-C stops it).")
    sys.stdout.flush()
    sys.exit(serve_until_stopped(config, host, port))


@main.command("worker")
def run_worker() -> None:
    """Run the worker alone: it reads files, keeps the index, and catches up after a crash."""
    with rows(serving=True) as database:
        worker.main(database)


@main.group("db")
def db_group() -> None:
    """The rows."""


@db_group.command("upgrade")
def upgrade() -> None:
    """Bring the rows to the newest shape; does nothing when they have it."""
    with rows(migrated=False) as database:
        migrations.upgrade(database)
    click.echo("The rows have the newest shape.")


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

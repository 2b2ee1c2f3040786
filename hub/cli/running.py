"""hub serve: runs the hub."""

import os
import sys
from dataclasses import replace

import click

from hub.cli.base import main
from hub.cli.opening import open_database
from hub.cli.serving import listen, serve_until_stopped
from hub.core import in_use, metrics
from hub.members.actions import invitations as invitations_actions

DEFAULT_PORT = 8000  # as in the default of BASE_URL


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--no-worker", is_flag=True, help="Run only the web server; hub worker runs elsewhere.")
def serve(host: str, port: int, *, no_worker: bool) -> None:
    """Run the web server and the worker. Migrates the database first."""
    with open_database(serving=True) as database:
        with database.writing() as db:
            token = invitations_actions.first_coordinator_link(db)
        config = database.config
    if "HUB_BASE_URL" not in os.environ and port != DEFAULT_PORT:  # links must use the port that the hub listens on
        config = replace(config, BASE_URL=f"http://127.0.0.1:{port}")
    if token:
        click.echo(
            f"This hub is empty. Open this link to set up the first coordinator:\n{config.BASE_URL}/welcome/{token}"
        )
    with listen(host, port) as listener, in_use.serving(config):
        click.echo(f"The hub is running at http://{host}:{port}. Press Ctrl-C to stop.")
        sys.stdout.flush()
        metrics.share(config)
        sys.exit(serve_until_stopped(config, listener, with_worker=not no_worker))

"""hub worker: runs the worker alone, without importing the web server."""

from hub import worker
from hub.cli.base import main
from hub.cli.opening import open_database
from hub.core import in_use, metrics


@main.command("worker")
def run_worker() -> None:
    """Run only the worker. It reads uploads, updates the search index and sends email."""
    with open_database(serving=True) as database, in_use.serving(database.config):
        metrics.share(database.config)
        worker.main(database)

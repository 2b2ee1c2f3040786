"""Helpers for tests of monitoring: a worker's heartbeats, and the health check."""

from typing import Any

from flask.testing import FlaskClient

from hub import worker
from hub.core import heartbeats
from hub.core.db import Database

STRANGER = {"REMOTE_ADDR": "203.0.113.7"}


def beat(database: Database, *silent: str, failures: int = 0) -> None:
    """Send a heartbeat of a worker whose lines all move, except for some."""
    progress = heartbeats.Progress()
    for line in (steps[0] for steps in worker.THREADS):
        progress.note(line, line if line in silent else "", failures)
    with database.writing() as db:
        heartbeats.record_heartbeat(db, heartbeats.worker_name(), progress)


def health(client: FlaskClient, **environ: str) -> Any:
    return client.get("/healthz", environ_overrides=environ).get_json()

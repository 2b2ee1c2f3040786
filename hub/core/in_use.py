"""A lock that says whether the hub is running: servers share it, and a restore needs it alone."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from config import Config
from hub.core.errors import Refused

PLAN = "restore.json"  # in the instance folder, while a restored hub is swapped in


def refuse_half_restored(config: Config) -> None:
    """Raise Refused if a restore was cut off while it swapped old data and new."""
    if (config.INSTANCE / PLAN).exists():
        raise Refused("A restore was cut off. Run hub restore again, with the same backup, to finish it.")


@contextmanager
def serving(config: Config) -> Iterator[None]:
    """Say that the hub runs, until the process and those that it forked have ended, even if they are killed.

    Raises Refused while a restore is under way.
    """
    with _locked(config, fcntl.LOCK_SH, "A restore is in progress. Start the hub when it has finished."):
        yield


@contextmanager
def stopped(config: Config) -> Iterator[None]:
    """Keep the hub from being started; raises Refused if it runs."""
    with _locked(config, fcntl.LOCK_EX, "The hub is running. Stop it first: hub serve, hub worker and hub mail-in."):
        yield


@contextmanager
def _locked(config: Config, kind: int, refusal: str) -> Iterator[None]:
    with (config.INSTANCE / "running.lock").open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(refusal) from error
        yield

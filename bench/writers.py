"""Many writers and readers at once on SQLite, some while another process holds the database's lock.

Prints how many writes were refused, how long writers and readers waited, and how much slower readers became. Writers
without readers show what the line itself costs: 20 should do as many writes as one, as the disk flushes them. Readers
that never pause take turns with writers at Python's interpreter lock.
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bench.rows import sqlite
from hub.core.chosen_settings import Setting
from hub.core.db import Database

WRITERS, READERS, SECONDS = 20, 4, 10.0
WORK = 0.005  # seconds that a transaction holds the lock
HOLD = 3.0  # seconds that another program holds it
HOLDER = (
    "import sqlite3, sys, time; db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute('BEGIN IMMEDIATE');"
    " print('held', flush=True); time.sleep(float(sys.argv[2])); db.execute('ROLLBACK')"
)


@dataclass
class Result:
    """What some threads measured: seconds for each success, and the number of refusals."""

    times: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def line(self) -> str:
        """Count, refusals, and the median, 95th percentile and maximum in milliseconds."""
        times = sorted(self.times) or [0.0]
        at = [statistics.median(times), times[int(len(times) * 0.95)], times[-1]]
        return f"{len(self.times):6d} done, {self.refused:4d} refused, ms: " + ", ".join(f"{1000 * t:8.1f}" for t in at)


def main() -> None:
    """Print the table."""
    print(f"{WRITERS} writers and {READERS} readers for {SECONDS:.0f} s; median, p95, maximum")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    with sqlite() as database:
        assert database
        alone = _run(database, 0)[1]
        print(f"readers alone         {alone.line}")
        for count in (1, WRITERS):
            print(f"{count:2d} writers, no reader  {_run(database, count, readers=0)[0].line}")
        for label, hold in (("", 0.0), (f" another program holds the lock for {HOLD:.0f} s", HOLD)):
            writers, readers = _run(database, WRITERS, hold)
            print(
                f"\n{label or ' nothing else'}\nwriters               {writers.line}\nreaders               {readers.line}"
            )
            ratio = statistics.median(readers.times) / statistics.median(alone.times)
            print(f"readers' median, compared with readers alone: {ratio:.1f} times")


def _run(database: Database, writers: int, hold: float = 0.0, readers: int = READERS) -> tuple[Result, Result]:
    stop = threading.Event()
    results = Result(), Result()
    acts = [(_write, results[0])] * writers + [(_read, results[1])] * readers
    threads = [threading.Thread(target=_repeat, args=(stop, database, *act)) for act in acts]
    with _held(database, hold):
        for thread in threads:
            thread.start()
        stop.wait(SECONDS)
        stop.set()
        for thread in threads:
            thread.join()
    return results


def _repeat(stop: threading.Event, database: Database, act: Callable[[Database], None], result: Result) -> None:
    while not stop.is_set():
        began = time.perf_counter()
        try:
            act(database)
        except OperationalError:
            result.refused += 1
        else:
            result.times.append(time.perf_counter() - began)


def _write(database: Database) -> None:
    with database.writing() as db:
        name = f"bench {threading.get_ident() % 100}"
        db.merge(Setting(name=name, value=str(time.time())))
        time.sleep(WORK)


def _read(database: Database) -> None:
    with database.reading() as db:
        db.scalars(select(Setting)).all()


@contextmanager
def _held(database: Database, seconds: float) -> Iterator[None]:
    """Let another program hold the write lock from the start, for so long."""
    if not seconds:
        yield
        return
    words = [sys.executable, "-c", HOLDER, str(database.engine.url.database), str(seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield

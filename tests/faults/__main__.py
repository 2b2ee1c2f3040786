"""Make each call of each action fail once, and print what was lost, half done or answered wrongly: `make faults`.

``python -m tests.faults`` tries every fault, which takes hours; ``--some N`` tries N of each action, ``--only WORDS`` the
actions whose name contains the words, and ``--databases`` tries them on one database only. On PostgreSQL only the calls to
the database fail. Ctrl-C prints the table of what was tried until then. Exit status 1 if anything was lost, half done or
wrong, or if anything hung.
"""

import argparse
import atexit
import logging
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing, contextmanager
from pathlib import Path

from config import Config
from hub.core.db import Database
from hub.members.actions import signing_in as signing_in_actions
from hub.migrations import schema
from tests import postgres
from tests.at_once.worlds import Worlds
from tests.conftest import CHEAP, database_in, make_demo
from tests.faults.doings import DOINGS
from tests.faults.on_server import Server
from tests.faults.trying import TROUBLES, Trial, expected_of, faults_of, some_of, tried

_worlds: list[tuple[Worlds, Server | None]] = []  # of this process
DATABASES = ("sqlite", "postgresql", "both")


def main(arguments: list[str]) -> int:
    """Try, print a line for each action, its troubles, and a table of the faults; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", default="", help="only actions whose name contains these words")
    parser.add_argument("--some", type=int, default=0, help="try this many faults of each action; 0: all")
    parser.add_argument("--databases", default="both", choices=DATABASES, help="PostgreSQL only if it is installed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; by default one per core")
    chosen = parser.parse_args(arguments)
    if chosen.databases == "postgresql" and not postgres.binaries():
        parser.error("PostgreSQL isn't installed: apt-get install postgresql")
    on = {"sqlite": [False], "postgresql": [True], "both": [False, True] if postgres.binaries() else [False]}
    tasks = [(name, chosen.some, kind) for kind in on[chosen.databases] for name in DOINGS if chosen.only in name]
    began, trials = time.monotonic(), list[Trial]()
    with tempfile.TemporaryDirectory(prefix="hub-faults-") as folder, _server(on[chosen.databases][-1]) as pattern:
        make_demo(Path(folder) / "demo")
        with ProcessPoolExecutor(chosen.jobs, initializer=_begin, initargs=(Path(folder), pattern)) as pool:
            try:
                for future in as_completed([pool.submit(_try, *task) for task in tasks]):
                    trials += future.result()
                    _print(future.result())
            except KeyboardInterrupt:
                print("Stopped; this is what was tried until now.")
                pool.shutdown(cancel_futures=True)
    print(table_of([trial for trial in trials if trial.was_reached]))
    troubles, reached = _troubles(trials), sum(trial.was_reached for trial in trials)
    words = ", ".join(f"{troubles[trouble]:,} {trouble}" for trouble in TROUBLES)
    minutes = (time.monotonic() - began) / 60
    print(
        f"\n{reached:,} faults injected into {len({trial.doing for trial in trials})} actions in {minutes:.0f} minutes: {words}."
    )
    print(f"{len(trials) - reached} calls weren't made again, since they depend on the moment.")
    return 1 if troubles else 0


@contextmanager
def _server(is_needed: bool) -> Iterator[str]:
    """Run a PostgreSQL server with an empty, migrated database ``pattern``, and yield the pattern of its URLs."""
    if not is_needed:
        yield ""
        return
    with postgres.server() as pattern, tempfile.TemporaryDirectory() as folder:
        postgres.create(pattern, "pattern", template="template0")
        url = pattern.format(name="pattern")
        config = Config.load({}, INSTANCE=Path(folder), UPLOADS=Path(folder) / "uploads", DATABASE_URL=url)
        with closing(Database(config)) as database:
            schema.upgrade(database)
        yield pattern


def _begin(folder: Path, pattern: str) -> None:
    """Prepare a process: the world that its trials copy, on SQLite and, if there is a server, on PostgreSQL."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process stops the others
    logging.disable()  # the hub logs each fault, as it must
    signing_in_actions.HASHER = CHEAP
    own = tempfile.TemporaryDirectory(dir=folder)
    atexit.register(own.cleanup)
    worlds = Worlds(Path(own.name) / "worlds", folder / "demo")
    server = None
    if pattern:
        with closing(database_in(worlds.folder)) as database:
            server = Server(pattern, f"faults_{os.getpid()}", database)
    _worlds.append((worlds, server))


def _try(name: str, some: int, on_server: bool) -> list[Trial]:
    """Try the faults of an action; an action that can't be done is a trouble of its own."""
    [(worlds, server)], doing = _worlds, DOINGS[name]
    try:
        expected = expected_of(worlds, doing, server if on_server else None)
        return [tried(worlds, doing, expected, *fault) for fault in some_of(faults_of(expected), some, name)]
    except Exception as error:  # noqa: BLE001 - the other actions are still worth trying
        return [Trial(name, "", 0, "none", f"wrong: {error!r}")]


def _print(trials: list[Trial]) -> None:
    for trial in trials[:1]:
        troubles = _troubles(trials)
        words = ", ".join(f"{troubles[trouble]} {trouble}" for trouble in TROUBLES if troubles[trouble])
        where = " on PostgreSQL" if trial.fault.startswith("PostgreSQL") else ""
        print(f"{trial.doing}{where}: {len(trials)} faults{words and f', {words}'}", flush=True)
    for trial in trials:
        if trial.trouble:
            print(f"    call {trial.number} ({trial.call}), {trial.fault}: {trial.trouble}", flush=True)


def table_of(trials: list[Trial]) -> str:
    """Return a table as of Markdown: for each fault, how often it was tried, and what it did."""
    rows = [f"| fault | times tried | {' | '.join(TROUBLES)} |", f"|---|---|{'---|' * len(TROUBLES)}"]
    for fault in sorted({trial.fault for trial in trials}, key=str.casefold):
        of_fault = [trial for trial in trials if trial.fault == fault]
        counts = _troubles(of_fault)
        rows.append(f"| {fault} | {len(of_fault):,} | {' | '.join(str(counts[trouble]) for trouble in TROUBLES)} |")
    return "\n".join(rows)


def _troubles(trials: list[Trial]) -> Counter[str]:
    return Counter(trial.trouble.split(":")[0] for trial in trials if trial.trouble)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

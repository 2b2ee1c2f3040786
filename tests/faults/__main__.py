"""Make each call of each action fail once, and print what was lost, half done or answered wrongly: `make faults`.

``python -m tests.faults`` tries every fault, which takes hours; ``--some N`` tries N of each action, and ``--only WORDS``
the actions whose name contains the words. Ctrl-C prints the table of what was tried until then. Exit status 1 if
anything was lost, half done or wrong, or if anything hung.
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
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from hub.members.actions import signing_in as signing_in_actions
from tests.at_once.worlds import Worlds
from tests.conftest import CHEAP, make_demo
from tests.faults.doings import DOINGS
from tests.faults.trying import TROUBLES, Trial, expected_of, faults_of, some_of, tried

_worlds: list[Worlds] = []  # of this process


def main(arguments: list[str]) -> int:
    """Try, print a line for each action, its troubles, and a table of the faults; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", default="", help="only actions whose name contains these words")
    parser.add_argument("--some", type=int, default=0, help="try this many faults of each action; 0: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; by default one per core")
    chosen = parser.parse_args(arguments)
    names, began, trials = [name for name in DOINGS if chosen.only in name], time.monotonic(), list[Trial]()
    with tempfile.TemporaryDirectory(prefix="hub-faults-") as folder:
        make_demo(Path(folder) / "demo")
        with ProcessPoolExecutor(chosen.jobs, initializer=_begin, initargs=(Path(folder),)) as pool:
            try:
                for future in as_completed([pool.submit(_try, name, chosen.some) for name in names]):
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


def _begin(folder: Path) -> None:
    """Prepare a process: the world that its trials copy."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process stops the others
    logging.disable()  # the hub logs each fault, as it must
    signing_in_actions.HASHER = CHEAP
    own = tempfile.TemporaryDirectory(dir=folder)
    atexit.register(own.cleanup)
    _worlds.append(Worlds(Path(own.name) / "worlds", folder / "demo"))


def _try(name: str, some: int) -> list[Trial]:
    """Try the faults of an action; an action that can't be done is a trouble of its own."""
    [worlds], doing = _worlds, DOINGS[name]
    try:
        expected = expected_of(worlds, doing)
        return [tried(worlds, doing, expected, *fault) for fault in some_of(faults_of(expected), some, name)]
    except Exception as error:  # noqa: BLE001 - the other actions are still worth trying
        return [Trial(name, "", 0, "none", f"wrong: {error!r}")]


def _print(trials: list[Trial]) -> None:
    for trial in trials[:1]:
        troubles = _troubles(trials)
        words = ", ".join(f"{troubles[trouble]} {trouble}" for trouble in TROUBLES if troubles[trouble])
        print(f"{trial.doing}: {len(trials)} faults{words and f', {words}'}", flush=True)
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

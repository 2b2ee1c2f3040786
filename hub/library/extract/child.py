"""The helper process that reads files: `python -I -m hub.library.extract.child`.

It imports the parsers once, then reads each file in a fork of itself, so that a file which breaks its
reader breaks nothing else, at the price of a few milliseconds. It has one thread, a clean environment and,
where that is permitted, no network. It speaks with `hub.library.extract.reader` over its standard input and
output: a request is a line of JSON; the answer is a line of JSON (`Outcome`), then as many bytes as it says
(the lines of `hub.library.extract.answers`, or the pieces of `hub.library.extract.pieces`). It ends, and with
it a fork that is still reading, when its input closes.
"""

import gc
import json
import os
import select
import shutil
import signal
import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from hub.library.extract.answers import OUT_OF_MEMORY, Outcome, end
from hub.library.extract.jobs import done, line_of
from hub.library.extract.limits import Limits
from hub.library.extract.problems import DAMAGED, Unreadable
from hub.library.extract.sandbox import accept, adopt_orphans, die_with_parent, leave_network

INPUT, OUTPUT, ERRORS = 0, 1, 2
CHUNK = 1 << 16
CAUSE_LENGTH = 1_000
READY = b"ready\n"


def main() -> None:
    """Answers requests until the input closes."""
    warnings.simplefilter("ignore")
    adopt_orphans()
    leave_network()
    # What was imported stays shared with the forks when the collector doesn't touch it.
    gc.collect()
    gc.freeze()
    try:
        serve()
    finally:
        # The owner removes it too, but may have been killed.
        with suppress(OSError):
            Path(tempfile.gettempdir()).rmdir()


def serve() -> None:
    """Says that all is ready, then answers."""
    write_all(OUTPUT, READY)
    while request := next_line():
        outcome, told = attend(json.loads(request))
        write_all(OUTPUT, json.dumps(asdict(outcome)).encode() + b"\n")
        write_all(OUTPUT, told)


def next_line() -> bytes:
    """Return the next request; empty when there will be none."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(INPUT, CHUNK)
        if not piece:
            return b""
        line += piece
    return line


def write_all(descriptor: int, content: bytes | bytearray) -> None:
    """Writes all of it, however often that takes."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def attend(request: dict[str, Any]) -> tuple[Outcome, bytearray]:
    """Has one file read by a fork, in a folder that is gone afterward."""
    folder = tempfile.mkdtemp()
    try:
        return supervise(request, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def supervise(request: dict[str, Any], folder: str) -> tuple[Outcome, bytearray]:
    """Forks, listens until the fork ends or the time is up, and leaves nothing of it running."""
    limits = Limits(**request["limits"])
    reading_end, writing_end = os.pipe()
    parent = os.getpid()
    process = os.fork()
    if process == 0:
        be_the_fork(request, limits, folder, parent, writing_end)
    os.close(writing_end)
    try:
        told, timed_out = listen(reading_end, limits)
    finally:
        os.close(reading_end)
        end_group(process)
    exit_code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    see_off(process)
    overflowed = len(told) > limits.answer_bytes
    del told[limits.answer_bytes :]
    return Outcome(exit_code, timed_out, overflowed, len(told)), told


def listen(descriptor: int, limits: Limits) -> tuple[bytearray, bool]:
    """Return what the fork tells until it closes its end, says too much, or the time is up; and whether it was."""
    told = bytearray()
    deadline = time.monotonic() + limits.wall_seconds
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.register(INPUT, select.POLLIN)
    while len(told) <= limits.answer_bytes:
        remaining = deadline - time.monotonic()
        ready = dict(poll.poll(remaining * 1000)) if remaining > 0 else {}
        if not ready:
            return told, True
        if INPUT in ready:
            # No one speaks before they have their answer: the input has closed, and no one waits any more.
            raise SystemExit
        piece = os.read(descriptor, CHUNK)
        if not piece:
            break
        told += piece
    return told, False


def end_group(process: int) -> None:
    """Kills a fork and all that it started."""
    # A fork that has just begun leads no group yet.
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            kill(process, signal.SIGKILL)


def see_off(group: int) -> None:
    """Waits for the last of a killed group, which the helper has inherited."""
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-group, 0)


def be_the_fork(request: dict[str, Any], limits: Limits, folder: str, parent: int, writing_end: int) -> NoReturn:
    """Reads one file under the limits, tells of it, and ends; never returns into the helper's own work."""
    exit_code = 1
    try:
        os.setsid()
        die_with_parent(parent)
        settle(folder)
        accept(limits)
        tell(request, limits, Path(folder), writing_end)
        exit_code = 0
    except MemoryError:
        exit_code = OUT_OF_MEMORY
    finally:
        os._exit(exit_code)


def settle(folder: str) -> None:
    """Lets go of the helper's input and output, and keeps to the folder."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (INPUT, OUTPUT, ERRORS):
        os.dup2(nowhere, descriptor)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder


def tell(request: dict[str, Any], limits: Limits, folder: Path, writing_end: int) -> None:
    """Writes all that can be told of the file, piece by piece."""
    try:
        for told in done(request, limits, folder):
            write_all(writing_end, told)
    except MemoryError:
        raise
    except Unreadable as unreadable:
        write_line(writing_end, end(unreadable.state, unreadable.detail, repr(unreadable.__cause__ or "")))
    except Exception:  # noqa: BLE001  (parsers raise whatever they like; the cause is told, and logged)
        write_line(writing_end, end(DAMAGED.state, DAMAGED.sentence, traceback.format_exc()[-CAUSE_LENGTH:]))


def write_line(descriptor: int, entry: dict[str, Any]) -> None:
    """One entry as a line of JSON."""
    write_all(descriptor, line_of(entry))


if __name__ == "__main__":
    main()

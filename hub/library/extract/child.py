"""The helper process that reads files: `python -I -m hub.library.extract.child`.

It imports the parsers once, then reads each file in a fork of itself, so that a file that crashes its parser
crashes nothing else, at the cost of a few milliseconds. It has one thread, a clean environment and, where the
system permits, no network. It talks to `hub.library.extract.reader` over its standard input and output: a request
is a line of JSON; the answer is a line of JSON (`Outcome`), then as many bytes as it says (the lines of
`hub.library.extract.answers`, or the pieces of `hub.library.extract.pieces`). When its input closes, it exits,
and so does a fork that is still reading.
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
from hub.library.extract.jobs import line_of, run_job
from hub.library.extract.limits import Limits
from hub.library.extract.passing import may_pass
from hub.library.extract.problems import DAMAGED, Passing, Unreadable
from hub.library.extract.processes import MOST_PROCESSES, descendants, end_all
from hub.library.extract.sandbox import adopt_orphans, apply_limits, die_with_parent, isolate_network

INPUT, OUTPUT, ERRORS = 0, 1, 2
CHUNK = 1 << 16
CAUSE_LENGTH = 1_000
READY = b"ready\n"
COUNTING_SECONDS = 0.1


def main() -> None:
    """Answer requests until the input closes."""
    warnings.simplefilter("ignore")
    adopt_orphans()
    isolate_network()
    # Memory pages of imported modules stay shared with the forks as long as the garbage collector skips them.
    gc.collect()
    gc.freeze()
    gc.enable()
    try:
        serve()
    finally:
        # The owner removes it too, unless it was killed.
        with suppress(OSError):
            Path(tempfile.gettempdir()).rmdir()


def serve() -> None:
    """Signal readiness, then answer requests."""
    write_all(OUTPUT, READY)
    while request := next_line():
        outcome, answer = handle(json.loads(request))
        write_all(OUTPUT, json.dumps(asdict(outcome)).encode() + b"\n")
        write_all(OUTPUT, answer)


def next_line() -> bytes:
    """Return the next request; empty when the input has closed."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(INPUT, CHUNK)
        if not piece:
            return b""
        line += piece
    return line


def write_all(descriptor: int, content: bytes | bytearray) -> None:
    """Write all of it, with as many calls as needed."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def handle(request: dict[str, Any]) -> tuple[Outcome, bytearray]:
    """Have a fork do one request, in a temporary folder."""
    folder = tempfile.mkdtemp()
    try:
        return supervise(request, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def supervise(request: dict[str, Any], folder: str) -> tuple[Outcome, bytearray]:
    """Fork, collect its answer until it ends or the time is up, and kill everything it started."""
    limits = Limits(**request["limits"])
    reading_end, writing_end = os.pipe()
    parent = os.getpid()
    process = os.fork()
    if process == 0:
        run_fork(request, limits, folder, parent, writing_end)
    os.close(writing_end)
    try:
        answer, timed_out = receive(reading_end, limits)
    finally:
        os.close(reading_end)
        end_group(process)
    exit_code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    end_all()
    overflowed = len(answer) > limits.answer_bytes
    del answer[limits.answer_bytes :]
    return Outcome(exit_code, timed_out, overflowed, len(answer)), answer


def receive(descriptor: int, limits: Limits) -> tuple[bytearray, bool]:
    """Return the fork's answer, up to its end, the size limit or the time limit; and True if the time was up."""
    answer = bytearray()
    deadline = time.monotonic() + limits.wall_seconds
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.register(INPUT, select.POLLIN)
    while len(answer) <= limits.answer_bytes:
        remaining = deadline - time.monotonic()
        ready = dict(poll.poll(min(remaining, COUNTING_SECONDS) * 1000)) if remaining > 0 else {}
        if not ready and remaining > COUNTING_SECONDS:
            # For root, the kernel doesn't limit the number of processes.
            if len(descendants(os.getpid())) > MOST_PROCESSES:
                return answer, False
            continue
        if not ready:
            return answer, True
        if INPUT in ready:
            # The owner sends nothing before it has its answer, so the input has closed and no one is waiting.
            raise SystemExit
        piece = os.read(descriptor, CHUNK)
        if not piece:
            break
        answer += piece
    return answer, False


def end_group(process: int) -> None:
    """Kill a fork and everything it started."""
    # A fork that has just started doesn't lead a process group yet.
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            kill(process, signal.SIGKILL)


def run_fork(request: dict[str, Any], limits: Limits, folder: str, parent: int, writing_end: int) -> NoReturn:
    """Do one request under the limits, report on it, and exit; never returns to the helper's own loop."""
    exit_code = 1
    try:
        os.setsid()
        die_with_parent(parent)
        detach(folder)
        apply_limits(limits)
        report(request, limits, Path(folder), writing_end)
        exit_code = 0
    except MemoryError:
        exit_code = OUT_OF_MEMORY
    finally:
        os._exit(exit_code)


def detach(folder: str) -> None:
    """Detach from the helper's input and output, and work in the folder."""
    null_device = os.open(os.devnull, os.O_RDWR)
    for descriptor in (INPUT, OUTPUT, ERRORS):
        os.dup2(null_device, descriptor)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder


def report(request: dict[str, Any], limits: Limits, folder: Path, writing_end: int) -> None:
    """Write the result of a request, piece by piece; if it fails, the end entry says why."""
    try:
        for piece in run_job(request, limits, folder):
            write_all(writing_end, piece)
    except MemoryError:
        raise
    except Unreadable as unreadable:
        passing = isinstance(unreadable, Passing) or may_pass(unreadable)
        cause = repr(unreadable.__cause__ or "")
        write_line(writing_end, end(unreadable.state, unreadable.detail, cause, may_pass=passing))
    except Exception as error:  # noqa: BLE001  (parsers raise any kind of error; the cause is reported, and logged)
        cause = traceback.format_exc()[-CAUSE_LENGTH:]
        write_line(writing_end, end(DAMAGED.state, DAMAGED.sentence, cause, may_pass=may_pass(error)))


def write_line(descriptor: int, entry: dict[str, Any]) -> None:
    """Write an entry as a line of JSON."""
    write_all(descriptor, line_of(entry))


if __name__ == "__main__":
    main()

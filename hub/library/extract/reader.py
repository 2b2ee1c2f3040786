"""Reading files from strangers: the hub's side. The files themselves are opened in `child`, in other processes."""

import json
import logging
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from hub.library.extract.answers import Hearing, Outcome
from hub.library.extract.formats import Format, format_of
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Extraction
from hub.library.extract.pieces import Pieces, heard
from hub.library.extract.problems import BROKE_DOWN, NOT_ALLOWED, NOT_TEXT, Finding

# Raised when reading changes, so that pages are made again.
READER_VERSION = 1

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-I", "-m", "hub.library.extract.child")
# All that the helper gets to know of its surroundings: where programs and libraries are, nothing secret.
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TZ")
START_SECONDS = 60.0
GRACE_SECONDS = 10.0
CHUNK = 1 << 20
TRIES = 2


class Busy(Exception):
    """The helper is still at work on something else."""


class HelperEnded(Exception):
    """The helper process has ended, or says nothing any more."""


class Reader:
    """Reads one file after the other, each in a process of its own with limits.

    Use it as a context manager, or `close` it. It may be used from any thread, and there may be several;
    one Reader reads one file at a time. Its helper process starts with the first file, is started anew when
    it has ended, and ends with the process that owns the Reader, however that ends.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        """Nothing is started yet."""
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._helper: Helper | None = None

    def __enter__(self) -> Self:
        """The reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()

    def read(self, path: Path, file_name: str) -> Extraction:
        """Everything that can be read of the file at `path`, whose name among people is `file_name`.

        Whatever is in the file, this gives a state with a sentence, within the limits. It raises only what is
        no fault of the file: FileNotFoundError when it isn't there, RuntimeError when the helper can't be started.
        """
        if not path.is_file():
            raise FileNotFoundError(path)
        file_format = format_of(file_name)
        if file_format is None:
            return unread(NOT_ALLOWED)
        if not file_format.readable:
            return unread(NOT_TEXT, file_format)
        with self._lock:
            return self._read(path, file_format)

    def make(
        self, job: str, path: Path, extension: str, limits: Limits | None = None, patience: float = -1, **details: Any
    ) -> Pieces:
        """Return what the job (of `hub.library.extract.jobs`) makes of the file at `path`, taken as of that extension.

        Whatever is in the file, this answers within the limits; what couldn't be made isn't there. Raises
        FileNotFoundError when the file isn't there, Busy when the helper hasn't begun after `patience` seconds.
        """
        if not path.is_file():
            raise FileNotFoundError(path)
        if not self._lock.acquire(timeout=patience):
            raise Busy
        try:
            request = {"job": job, "path": str(path.absolute()), "extension": extension, "details": details}
            answer = self._ask(request, limits or self.limits)
        finally:
            self._lock.release()
        return Pieces({}, None, "the helper ended") if answer is None else heard(answer[1])

    @property
    def process_id(self) -> int | None:
        """The helper process, if it has been started."""
        return None if self._helper is None else self._helper.process.pid

    def close(self) -> None:
        """Ends the helper process; the next file would start a new one."""
        with self._lock:
            self._end_helper()

    def _read(self, path: Path, file_format: Format) -> Extraction:
        request = {"job": "read", "path": str(path.absolute()), "extension": file_format.extension}
        answer = self._ask(request, self.limits)
        return unread(BROKE_DOWN) if answer is None else understood(path, *answer)

    def _ask(self, request: dict[str, Any], limits: Limits) -> tuple[Outcome, bytes] | None:
        """Return the helper's answer; None when it ended over the request, twice."""
        line = json.dumps(request | {"limits": asdict(limits)})
        for _ in range(TRIES):
            try:
                return self._live_helper().ask(line, limits)
            except HelperEnded:
                log.warning("The reading helper ended while it read %s", request["path"])
                self._end_helper()
        return None

    def _live_helper(self) -> "Helper":
        """Return the running helper of this very process, started if need be."""
        if self._helper is None or self._helper.owner != os.getpid():
            self._helper = Helper()
        return self._helper

    def _end_helper(self) -> None:
        if self._helper is not None and self._helper.owner == os.getpid():
            self._helper.end()
        self._helper = None


class Helper:
    """One helper process, and the pipes to it."""

    def __init__(self) -> None:
        """Starts it and waits until it is ready."""
        self.owner = os.getpid()
        self.folder = tempfile.mkdtemp(prefix="hub-reading-")
        self.process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env={**clean_environment(), "TMPDIR": self.folder},
            start_new_session=True,
        )
        self.input = cast("IO[bytes]", self.process.stdin)
        self.output = cast("IO[bytes]", self.process.stdout)
        self.errors = cast("IO[bytes]", self.process.stderr)
        self.unread = bytearray()
        try:
            self.line(time.monotonic() + START_SECONDS)
        except HelperEnded:
            self.process.kill()
            message = self.errors.read().decode("utf-8", "replace")
            self.end()
            raise RuntimeError("The process that reads files could not be started: " + message) from None

    def ask(self, request: str, limits: Limits) -> tuple[Outcome, bytes]:
        """Return the answer to a request; HelperEnded when there is none in time."""
        deadline = time.monotonic() + limits.wall_seconds + GRACE_SECONDS
        try:
            self.input.write(request.encode() + b"\n")
        except OSError as error:
            raise HelperEnded from error
        outcome = Outcome(**json.loads(self.line(deadline)))
        return outcome, self.take(outcome.size, deadline)

    def line(self, deadline: float) -> bytes:
        """Return the next line that the helper writes."""
        while b"\n" not in self.unread:
            self.receive(deadline)
        return self.take(self.unread.index(b"\n") + 1, deadline)

    def take(self, size: int, deadline: float) -> bytes:
        """Return the next bytes that the helper writes, as many as asked for."""
        while len(self.unread) < size:
            self.receive(deadline)
        taken = bytes(self.unread[:size])
        del self.unread[:size]
        return taken

    def receive(self, deadline: float) -> None:
        """Waits for the helper to write something."""
        poll = select.poll()
        poll.register(self.output, select.POLLIN)
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not poll.poll(remaining * 1000):
            raise HelperEnded
        piece = os.read(self.output.fileno(), CHUNK)
        if not piece:
            raise HelperEnded
        self.unread += piece

    def end(self) -> None:
        """Ends the process, which ends its fork with it, closes the pipes, and removes what it left."""
        self.input.close()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def clean_environment() -> dict[str, str]:
    """Return the environment of the helper."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def unread(finding: Finding, file_format: Format | None = None) -> Extraction:
    """Return the extraction of a file that nothing was read of."""
    detail = finding.sentence.format(a_label=file_format.a_label) if file_format else finding.sentence
    return Extraction(finding.state, detail, "", None, ())


def understood(path: Path, outcome: Outcome, told: bytes) -> Extraction:
    """Return the extraction of a file from what was told of it."""
    hearing = Hearing()
    hearing.take(told)
    if hearing.cause or hearing.end is None:
        log.info("Reading %s: %s %s", path, outcome, hearing.cause)
    return hearing.extraction(outcome)

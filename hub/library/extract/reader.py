"""The hub's side of reading untrusted files. The files are opened only by `child`, in other processes."""

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
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

import hub
from hub.library.extract.answers import Outcome, ReportReader, may_pass
from hub.library.extract.formats import WORKBOOKS, Format, format_of
from hub.library.extract.legacy import libreoffice
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Extraction
from hub.library.extract.pieces import Pieces, parse_pieces
from hub.library.extract.problems import BROKE_DOWN, NOT_ALLOWED, NOT_HEARD, NOT_TEXT, WITHOUT_RESULTS, Finding

log = logging.getLogger(__name__)

# Isolated from PYTHONPATH and the user's packages, so this hub's own code is named: another one may be installed.
# The garbage collector would look through what is being imported again and again; the helper turns it on.
START = "import gc, runpy, sys; gc.disable(); sys.path.insert(0, sys.argv.pop()); runpy.run_module({!r}, run_name='__main__')"
COMMAND = (
    *(sys.executable, "-I", "-c", START.format("hub.library.extract.child")),
    str(Path(hub.__file__).resolve().parent.parent),
)
# The environment variables passed to the helper: the paths of programs and libraries, nothing secret.
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TZ")
START_SECONDS = 60.0
GRACE_SECONDS = 10.0
# A helper holds 30 MB, and takes a third of a second to start: it ends when no one has needed it for this long.
IDLE_SECONDS = 30.0
CHUNK = 1 << 20
TRIES = 2


class Busy(Exception):
    """The helper is still busy with another request."""


class HelperEnded(Exception):
    """The helper process has ended, or no longer responds."""


class Reader:
    """A reader of untrusted files, each in a separate process with limits.

    Use it as a context manager, or `close` it. It is thread-safe, and there can be several; one Reader reads one
    file at a time. Its helper process starts with the first file, restarts if it has ended, and ends when it has been
    idle for a while, or with the process that owns the Reader, even if that is killed.
    """

    def __init__(self, limits: Limits | None = None, idle: float = IDLE_SECONDS) -> None:
        """Create a reader; the helper isn't started yet. ``idle``: seconds without a request after which it ends."""
        self.limits = limits or Limits()
        self.idle = idle
        self._lock = threading.Lock()
        self._helper: Helper | None = None
        self._used_at = 0.0

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def read(self, path: Path, file_name: str) -> Extraction:
        """Return the content of the file at `path`, whose original name is `file_name`.

        A bad file doesn't raise: it gives a state with a sentence, within the limits. Raises FileNotFoundError when
        the file doesn't exist, RuntimeError when the helper can't be started.
        """
        if not path.is_file():
            raise FileNotFoundError(path)
        file_format = format_of(file_name)
        if file_format is None:
            return not_read(NOT_ALLOWED)
        if not file_format.readable:
            return not_read(NOT_HEARD if file_format.is_recording else NOT_TEXT, file_format)
        with self._lock:
            return self._read(path, file_format)

    def make(
        self, job: str, path: Path, extension: str, limits: Limits | None = None, timeout: float = -1, **details: Any
    ) -> Pieces:
        """Run a job of `hub.library.extract.jobs` on the file at `path`, and return its output.

        `extension` gives the file's format. A bad file doesn't raise: pieces that couldn't be made are missing. Raises
        FileNotFoundError when the file doesn't exist, Busy when the helper isn't free after `timeout` seconds.
        """
        if not path.is_file():
            raise FileNotFoundError(path)
        if not self._lock.acquire(timeout=timeout):
            raise Busy
        try:
            request = {"job": job, "path": str(path.absolute()), "extension": extension, "details": details}
            answer = self._ask(request, limits or self.limits)
        finally:
            self._lock.release()
        if answer is None:
            return Pieces({}, None, "the helper ended", may_pass=True)
        pieces = parse_pieces(answer[1])
        return replace(pieces, may_pass=may_pass(answer[0])) if pieces.state is None else pieces

    @property
    def process_id(self) -> int | None:
        """The id of the helper process; None if it isn't started."""
        return None if self._helper is None else self._helper.process.pid

    def close(self) -> None:
        """End the helper process; the next file would start a new one."""
        with self._lock:
            self._end_helper()

    def _read(self, path: Path, file_format: Format) -> Extraction:
        request = {"job": "read", "path": str(path.absolute()), "extension": file_format.extension}
        answer = self._ask(request, self.limits)
        broken = replace(not_read(BROKE_DOWN), may_pass=True)
        extraction = broken if answer is None else extraction_of(path, *answer)
        return self._calculated(path, request, extraction) if lacks_results(file_format, extraction) else extraction

    def _calculated(self, path: Path, request: dict[str, Any], extraction: Extraction) -> Extraction:
        """Return the content of a workbook with results for its formulas, which LibreOffice calculates if it can."""
        answer = self._ask(request | {"details": {"calculate": True}}, self.limits)
        better = extraction if answer is None else extraction_of(path, *answer)
        return better if len(better.pages) == len(extraction.pages) else extraction

    def _ask(self, request: dict[str, Any], limits: Limits) -> tuple[Outcome, bytes] | None:
        """Return the helper's answer; None if it ended during the request, twice."""
        line = json.dumps(request | {"limits": asdict(limits)})
        for _ in range(TRIES):
            try:
                return self._live_helper().ask(line, limits)
            except HelperEnded:
                log.warning("The reading process ended while reading this file: %s", request["path"])
                self._end_helper()
            finally:
                self._used_at = time.monotonic()
        return None

    def _live_helper(self) -> "Helper":
        """Return the helper of this process, starting it if needed."""
        if self._helper is None or self._helper.owner != os.getpid():
            self._helper = helper = Helper()
            threading.Thread(target=self._end_when_idle, args=(helper,), name="idle helper", daemon=True).start()
        return self._helper

    def _end_when_idle(self, helper: "Helper") -> None:
        """End the helper when it has been idle long enough, unless it ends before."""
        remaining = self.idle
        while not helper.ended.wait(remaining):
            with self._lock:  # a request that runs keeps it
                remaining = self._used_at + self.idle - time.monotonic()
                if remaining <= 0 and self._helper is helper:
                    self._end_helper()
            remaining = max(remaining, 0)

    def _end_helper(self) -> None:
        if self._helper is not None and self._helper.owner == os.getpid():
            self._helper.end()
        self._helper = None


class Helper:
    """One helper process, and the pipes to it."""

    def __init__(self) -> None:
        """Start the process and wait until it is ready."""
        self.owner = os.getpid()
        self.ended = threading.Event()
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
            raise RuntimeError("The process that reads files couldn't be started: " + message) from None

    def ask(self, request: str, limits: Limits) -> tuple[Outcome, bytes]:
        """Return the answer to a request; raises HelperEnded when there is none in time."""
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
        """Return the next `size` bytes that the helper writes."""
        while len(self.unread) < size:
            self.receive(deadline)
        content = bytes(self.unread[:size])
        del self.unread[:size]
        return content

    def receive(self, deadline: float) -> None:
        """Wait for the helper to write something."""
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
        """End the process and its fork, close the pipes, and remove temporary files."""
        self.ended.set()
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
    """Return the environment of the helper, without secrets."""
    variables = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**variables, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def not_read(finding: Finding, file_format: Format | None = None) -> Extraction:
    """Return the extraction of a file that wasn't read."""
    detail = finding.sentence.format(a_label=file_format.a_label) if file_format else finding.sentence
    return Extraction(finding.state, detail, "", None, (), unread=(detail,))


def lacks_results(file_format: Format, extraction: Extraction) -> bool:
    """Return True if a workbook has formulas without results, and LibreOffice may calculate them."""
    if file_format.extension not in WORKBOOKS or libreoffice() is None:
        return False
    return any(WITHOUT_RESULTS in sentence for sentence in extraction.unread)


def extraction_of(path: Path, outcome: Outcome, content: bytes) -> Extraction:
    """Return the extraction of a file from the helper's report."""
    report = ReportReader()
    report.feed(content)
    if report.cause or report.end is None:
        log.info("This file wasn't read completely: %s (%s) %s", path, outcome, report.cause)
    return report.extraction(outcome)

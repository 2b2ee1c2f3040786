"""The queue of emails to be logged: one file for each, synced to disk before the sender gets an OK."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config import Config
from hub.library.files.originals import sync_folder

_ENDING = ".mail"


@dataclass(frozen=True)
class QueuedMail:
    """An email as it arrived: its envelope recipients, its time, and its bytes."""

    recipients: tuple[str, ...]
    received_at: datetime
    raw: bytes


def folder_of(config: Config) -> Path:
    """Return the folder of the queue."""
    return config.INSTANCE / "mail-in"


def enqueue(config: Config, queued: QueuedMail) -> Path:
    """Write an email to the queue and return its path, once its file and the folder are synced to disk."""
    folder = folder_of(config)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    head = {"recipients": list(queued.recipients), "received_at": queued.received_at.astimezone(UTC).isoformat()}
    path = folder / f"{queued.received_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(6)}{_ENDING}"
    partial = path.with_suffix(".part")
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(json.dumps(head).encode() + b"\n" + queued.raw)
        file.flush()
        os.fsync(file.fileno())
    _set_due(partial, queued.received_at)
    partial.rename(path)
    sync_folder(folder)
    return path


def queued_files(config: Config, now: datetime | None = None) -> list[Path]:
    """Return the queued files in the order of arrival; with ``now``, only those that are due."""
    folder = folder_of(config)
    paths = sorted(folder.glob(f"*{_ENDING}")) if folder.is_dir() else []
    return [path for path in paths if now is None or _is_due(path, now)]


def postpone(path: Path, until: datetime) -> None:
    """Postpone an email that could not be logged until ``until``."""
    _set_due(path, until)


def _set_due(path: Path, at: datetime) -> None:
    """Store the due time as the file's modification time."""
    os.utime(path, (at.timestamp(), at.timestamp()))


def _is_due(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime <= now.timestamp()
    except FileNotFoundError:
        return False  # another process has just logged it


@contextmanager
def locked(path: Path) -> Iterator[QueuedMail | None]:
    """Lock a queued file and yield its email; yield None if another process has locked or already logged it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        if not path.exists():  # the process that had the lock has just logged it
            yield None
            return
        head = json.loads(file.readline())
        recipients, received_at = tuple(head["recipients"]), datetime.fromisoformat(head["received_at"])
        yield QueuedMail(recipients, received_at, file.read())


def delete(path: Path) -> None:
    """Delete the file of an email that was logged."""
    path.unlink(missing_ok=True)


def delete_partial_files(config: Config, now: datetime) -> None:
    """Delete partial files older than an hour, left by a crash; their senders got no OK and will retry."""
    folder = folder_of(config)
    for path in folder.glob("*.part") if folder.is_dir() else ():
        if now.timestamp() - path.stat().st_mtime > 3600:  # noqa: PLR2004 - seconds of an hour
            path.unlink(missing_ok=True)

"""Mail that was taken and isn't logged yet: each message a file, on the disk before the other side is told so."""

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
class Arrived:
    """A message as it came: whom its envelope named, when, and its bytes."""

    recipients: tuple[str, ...]
    received_at: datetime
    raw: bytes


def folder_of(config: Config) -> Path:
    """Return where arrived mail waits."""
    return config.INSTANCE / "mail-in"


def keep(config: Config, arrived: Arrived) -> Path:
    """Put a message on the disk for good, and only then answer: its file, synced, in its folder, synced."""
    folder = folder_of(config)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    head = {"recipients": list(arrived.recipients), "received_at": arrived.received_at.astimezone(UTC).isoformat()}
    path = folder / f"{arrived.received_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(6)}{_ENDING}"
    unready = path.with_suffix(".part")
    with os.fdopen(os.open(unready, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(json.dumps(head).encode() + b"\n" + arrived.raw)
        file.flush()
        os.fsync(file.fileno())
    _next_look(unready, arrived.received_at)
    unready.rename(path)
    sync_folder(folder)
    return path


def waiting(config: Config, now: datetime | None = None) -> list[Path]:
    """Return what is to be logged, in the order in which it came; with ``now`` without what was put off until later."""
    folder = folder_of(config)
    found = sorted(folder.glob(f"*{_ENDING}")) if folder.is_dir() else []
    return [path for path in found if now is None or _may_be_looked_at(path, now)]


def put_off(path: Path, until: datetime) -> None:
    """Leave a message that could not be logged alone until then."""
    _next_look(path, until)


def _next_look(path: Path, at: datetime) -> None:
    """The time of a file says from when on it may be looked at."""
    os.utime(path, (at.timestamp(), at.timestamp()))


def _may_be_looked_at(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime <= now.timestamp()
    except FileNotFoundError:
        return False  # another process has just logged it


@contextmanager
def held(path: Path) -> Iterator[Arrived | None]:
    """The message of a file that no one else may work on meanwhile; None when someone does, or it is done."""
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
        if not path.exists():  # whoever held it has just logged it
            yield None
            return
        head = json.loads(file.readline())
        recipients, received_at = tuple(head["recipients"]), datetime.fromisoformat(head["received_at"])
        yield Arrived(recipients, received_at, file.read())


def drop(path: Path) -> None:
    """The message is logged: nothing of it is needed any more."""
    path.unlink(missing_ok=True)


def sweep(config: Config, now: datetime) -> None:
    """Take away what a crash left half written more than an hour ago: no one was told that it had come."""
    folder = folder_of(config)
    for path in folder.glob("*.part") if folder.is_dir() else ():
        if now.timestamp() - path.stat().st_mtime > 3600:  # noqa: PLR2004 - seconds of an hour
            path.unlink(missing_ok=True)

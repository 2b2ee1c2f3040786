"""The keys that the hub makes itself, as files of the instance folder, and the replacing of the secret key.

An old key is kept for a time, so that what it signed still works: a session, an open form, a bounce address.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SECRET_KEY = "secret-key"  # noqa: S105 - a file name
UNSUBSCRIBE_KEY = "unsubscribe-key"
OLD_KEYS = "secret-keys-old"  # a line for each: when it was replaced, and the key; newest first
_LOCK = "rotation.lock"
_TEMPORARY = "rotation.tmp"


@dataclass(frozen=True)
class OldKey:
    """A secret key that was replaced at a time, in UTC."""

    replaced_at: datetime
    key: str

    def __str__(self) -> str:
        """Return its line in the file of old keys."""
        return f"{self.replaced_at.isoformat(timespec='seconds')} {self.key}"

    @classmethod
    def parse(cls, line: str) -> "OldKey":
        """Return the key of a line; raises ValueError, which doesn't quote the line, since it may be logged."""
        at, _, key = line.strip().partition(" ")
        message = "A line isn't a time and a key."
        try:
            replaced_at = datetime.fromisoformat(at).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(message) from None
        if not key:
            raise ValueError(message)
        return cls(replaced_at, key)

    def works_until(self, days: int) -> datetime:
        """Return the end of the ``days`` days for which it still works."""
        return self.replaced_at + timedelta(days=days)

    def is_readable(self, now: datetime, days: int) -> bool:
        """Return True if it was replaced less than ``days`` days ago."""
        return now < self.works_until(days)


def stored_key(path: Path) -> str:
    """Return this installation's key, which the first start generates in a file that only its owner can read.

    The file never exists without the key in it, or a process that starts at the same time would sign with an empty one.
    An empty file, as a power failure may leave behind, counts as none.
    """
    if not _key_in(path):
        with _locked(path.parent):
            if not _key_in(path):
                _write(path, new_key())
    return _key_in(path)


def _key_in(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def new_key() -> str:
    """Return a random key."""
    return secrets.token_urlsafe(48)


def old_keys(instance: Path) -> list[OldKey]:
    """Return the replaced keys in the file, newest first; raises ValueError if a line can't be read."""
    try:
        lines = (instance / OLD_KEYS).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [OldKey.parse(line) for line in lines if line.strip()]


def as_file(keys: Iterable[OldKey]) -> str:
    """Return the contents of the file of old keys."""
    return "".join(f"{key}\n" for key in keys)


def replace_key(instance: Path, now: datetime, days: int) -> None:
    """Replace the secret key, and keep the former one, with those that were replaced less than ``days`` days ago.

    The former key is stored before the new one, so that none is lost if the machine stops in between.
    """
    stored_key(instance / SECRET_KEY)  # which there may not be yet
    with _locked(instance):
        former = OldKey(now, _key_in(instance / SECRET_KEY))
        kept = [old for old in old_keys(instance) if old.is_readable(now, days) and old.key != former.key]
        _write(instance / OLD_KEYS, as_file([former, *kept]))
        _write(instance / SECRET_KEY, new_key())


def drop_expired(instance: Path, now: datetime, days: int) -> int:
    """Delete the keys that were replaced ``days`` days ago or earlier, and return their number."""
    if all(old.is_readable(now, days) for old in old_keys(instance)):
        return 0
    with _locked(instance):
        keys = old_keys(instance)
        kept = [old for old in keys if old.is_readable(now, days)]
        _write(instance / OLD_KEYS, as_file(kept))
    return len(keys) - len(kept)


@contextmanager
def _locked(instance: Path) -> Iterator[None]:
    """Let one process at a time write the keys."""
    with (instance / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, readable only by its owner."""
    temporary = path.with_name(_TEMPORARY)
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

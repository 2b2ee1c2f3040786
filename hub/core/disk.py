"""Free space on the hub's disks, and a reserve that is released when they are full.

The reserve is a file of HUB_RESERVE_MB in the instance folder. When the disk is nearly full it is deleted, and until
there is space for it again the hub only writes what is small and can't wait, such as sign-ins and downloads' records.
"""

import errno
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path

from config import Config

log = logging.getLogger("hub.disk")

# With fewer free bytes the disk counts as full: SQLite's log alone may take a few megabytes.
LOW = 10_000_000


def free_bytes(folder: Path) -> int:
    """Return the bytes that are free for the hub on the disk of ``folder``."""
    stats = os.statvfs(folder)
    return stats.f_bavail * stats.f_frsize


def has_room(config: Config, size: int) -> bool:
    """Return True if ``size`` bytes more leave MIN_FREE_MB on the disk of the uploads; True if no one can tell."""
    try:
        return free_bytes(config.UPLOADS) >= size + config.MIN_FREE_MB * 1_000_000
    except OSError:
        return True


def reserve_of(config: Config) -> Path:
    """Return the path of the reserve; the file is missing while the disk is full."""
    return config.INSTANCE / "reserve"


def reserve_bytes(config: Config) -> int:
    """Return the size of the reserve, in bytes; 0 while it is missing."""
    try:
        return reserve_of(config).stat().st_size
    except FileNotFoundError:
        return 0


def is_full(config: Config) -> bool:
    """Return True while the disk of the instance folder is nearly full; release or make the reserve first.

    A reserve of another size, such as after a change of the setting, is replaced when there is space for both.

    Quick: two system calls. Every request, round of the worker and command calls it.
    """
    reserve, size = reserve_of(config), config.RESERVE_MB * 1_000_000
    try:
        free = free_bytes(config.INSTANCE)
        if not size:
            return free < LOW
        held = reserve_bytes(config)
        if held and free < LOW:
            reserve.unlink()
            log.warning("The disk is nearly full, so the reserve was released. Free some space.")
            return True
        if held == size:
            return False
        if free < size + 2 * LOW:
            return not held
        _make(reserve, size)
    except OSError as error:
        return error.errno == errno.ENOSPC
    return False


def _make(reserve: Path, size: int) -> None:
    """Make the reserve; its bytes are taken from the disk at once."""
    temporary = reserve.with_name(f"reserve.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        temporary.replace(reserve)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)

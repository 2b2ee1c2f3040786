"""Free space on the hub's disks."""

import os
from pathlib import Path

# Bytes that uploads leave free on the disk for everything else: text, declarations, sign-in, the search index.
ROOM_TO_LEAVE = 100_000_000


def free_bytes(folder: Path) -> int:
    """Return the bytes that are free for the hub on the disk of ``folder``."""
    stats = os.statvfs(folder)
    return stats.f_bavail * stats.f_frsize


def has_room(folder: Path, size: int = 0) -> bool:
    """Return True if ``size`` bytes more leave enough space on the disk of ``folder``; True if no one can tell."""
    try:
        return free_bytes(folder) >= size + ROOM_TO_LEAVE
    except OSError:
        return True

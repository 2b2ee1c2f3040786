"""Small file systems that tests fill, and read-only ones."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MOUNT = "/usr/bin/mount"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount an empty file system of this size at ``folder``; skips the test where that isn't allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["/usr/bin/umount", "--lazy", str(folder)], check=True)


def make_read_only(folder: Path) -> None:
    """Make the file system at ``folder`` read-only."""
    _mount("-o", "remount,ro", str(folder))


def fill(folder: Path) -> Path:
    """Fill the file system of ``folder`` to the last byte, and return the file to delete for space."""
    path = folder / "filling"
    with path.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return path


def _mount(*words: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("Only root can mount a small file system.")
    result = subprocess.run([MOUNT, *words], capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.skip(f"A small file system can't be mounted here: {result.stderr.strip()}")

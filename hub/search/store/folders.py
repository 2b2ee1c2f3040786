"""The index's folder: which one is in use, what the writer knows of it, and the one state that is kept open.

``uploads/derived/index`` holds the folder that is searched, named by the file ``current``; a rebuild makes another
folder beside it and swaps the name. Everything in here may be deleted at any time.
"""

import json
import os
import re
import secrets
import shutil
import threading
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.util.filelock import FileLock, try_for

from config import Config
from hub.search.store.codec import schema
from hub.search.store.snapshots import IndexUnusable, Snapshot, mark_damaged

# Counts up with every change of what is indexed or how: an index of another version is built anew.
VERSION = 4


@dataclass(frozen=True)
class Manifest:
    """What the writer knows of the index that it committed last; kept beside it."""

    generation: int = -1
    signature: tuple[int, ...] = ()  # of the rows that the index stands for
    organizations: int = 0  # checksum of their names
    files: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # size and checksum of each

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Return the manifest of a folder; an empty one when there is none."""
        try:
            kept = json.loads((folder / "manifest.json").read_text())
            files = {name: (int(size), int(check)) for name, (size, check) in kept["files"].items()}
            return cls(int(kept["generation"]), tuple(kept["signature"]), int(kept["organizations"]), files)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self, folder: Path) -> None:
        """Put it in place of the old one."""
        replace_text(folder / "manifest.json", json.dumps(self.__dict__))

    def missing(self, folder: Path) -> Sequence[str]:
        """Files that are gone or have another size."""
        return [name for name, (size, _) in self.files.items() if _size(folder / name) != size]

    def scrambled(self, folder: Path) -> Sequence[str]:
        """Files whose bytes aren't those that were written."""
        return [name for name, (_, check) in self.files.items() if checksum(folder / name) != check]


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file; -1 when it can't be read."""
    check = 0
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                check = zlib.crc32(part, check)
    except OSError:
        return -1
    return check


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that readers see the old one or the new one, never half of it."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.write_text(text)
    fresh.replace(path)


def root_of(config: Config) -> Path:
    """Return the folder of all that belongs to the index."""
    return config.UPLOADS / "derived" / "index"


def current_folder(root: Path) -> Path | None:
    """Return the folder that is searched; None when there is none, or it is of another version."""
    try:
        name = (root / "current").read_text()
    except (OSError, ValueError):
        return None
    return root / name if re.fullmatch(rf"v{VERSION}-[0-9a-f]+", name) and (root / name).is_dir() else None


def begun_folders(root: Path) -> Sequence[Path]:
    """Folders of this version that were begun and never finished."""
    current = current_folder(root)
    return sorted(folder for folder in root.glob(f"v{VERSION}-*") if folder != current and folder.is_dir())


def fresh_folder(root: Path) -> Path:
    """Return a new, empty index that no one searches yet."""
    folder = root / f"v{VERSION}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    TOC.create(FileStorage(str(folder)), schema(), "MAIN")
    return folder


def publish(root: Path, folder: Path) -> None:
    """From now on ``folder`` is searched; all others go."""
    replace_text(root / "current", folder.name)
    for other in root.glob("v*-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def is_damaged(folder: Path) -> bool:
    """Return whether a reader found that it can't be read, or files of it are missing or short."""
    return (folder / "damaged").exists() or bool(Manifest.read(folder).missing(folder))


def state_of(folder: Path) -> tuple[object, ...]:
    """Return what changes whenever the index in ``folder`` does."""
    tocs = sorted(name for name in _names(folder) if name.endswith(".toc"))
    try:
        manifest = (folder / "manifest.json").stat()
    except OSError:
        return folder.name, tuple(tocs)
    return folder.name, tuple(tocs), manifest.st_mtime_ns, manifest.st_ino


def _names(folder: Path) -> Collection[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names alone, on every request
    except OSError:
        return ()


@contextmanager
def held(root: Path, patience: float) -> Iterator[bool]:
    """Whether this process may write, for as long as the block runs; waits ``patience`` seconds for another to finish.

    The lock is the operating system's: it ends with the process, however that ends.
    """
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(root / "lock"))
    won = try_for(lock.acquire, timeout=patience, delay=0.05)
    try:
        yield won
    finally:
        if won:
            lock.release()


@dataclass(frozen=True)
class Opened:
    """An index that is kept open: its state, and what the writer says that it stands for."""

    state: tuple[object, ...]
    snapshot: Snapshot
    manifest: Manifest

    @property
    def stands_for(self) -> tuple[int, ...]:
        """The signature of the rows that it has; empty while its writer is still at it."""
        return self.manifest.signature if self.manifest.generation == self.snapshot.generation else ()


# What this process has open, by the index's root; a process serves one hub, tests serve a few.
_open: OrderedDict[Path, Opened] = OrderedDict()
_opening = threading.Lock()
MOST_OPEN = 4


def opened(config: Config) -> Opened:
    """Return the index as it is now, ready to search; kept open between requests. Raises IndexUnusable."""
    root = root_of(config)
    for _ in range(5):  # a commit or a swap may remove files between two steps
        folder = current_folder(root)
        if folder is None:
            message = "There is no index yet."
            raise IndexUnusable(message)
        state, had = state_of(folder), _open.get(root)
        if had and had.state == state:
            return had
        try:
            return _reopened(root, folder, state)
        except IndexUnusable:
            if current_folder(root) == folder and state_of(folder) == state:
                mark_damaged(folder)
                raise
    message = "The index changes too quickly to be opened."
    raise IndexUnusable(message)


def _reopened(root: Path, folder: Path, state: tuple[object, ...]) -> Opened:
    with _opening:
        had = _open.get(root)
        if had and had.state == state:
            return had
        manifest = Manifest.read(folder)
        known = had.snapshot.segments if had and had.snapshot.folder == folder else None
        _open[root] = Opened(state, Snapshot(folder, known), manifest)
        _open.move_to_end(root)
        while len(_open) > MOST_OPEN:
            _open.popitem(last=False)
        return _open[root]

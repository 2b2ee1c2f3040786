"""The folders of the index: the current one, its manifest, the writer's lock, and the snapshot that is kept open.

``uploads/derived/index`` holds the folder that is searched, whose name is in the file ``current``; a rebuild makes
another folder next to it and swaps the name. Everything in it may be deleted at any time.
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

# Increase it with every change of what is indexed or how: an index with another version is rebuilt.
VERSION = 8


@dataclass(frozen=True)
class Manifest:
    """The writer's record of its last commit, stored in the index folder."""

    generation: int = -1
    signature: tuple[int, ...] = ()  # of the database that the index reflects
    organizations: int = 0  # checksum of their names
    files: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # size and checksum of each

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Return the manifest of a folder; an empty one if there is none or it can't be read."""
        try:
            stored = json.loads((folder / "manifest.json").read_text())
            files = {name: (int(size), int(check)) for name, (size, check) in stored["files"].items()}
            return cls(int(stored["generation"]), tuple(stored["signature"]), int(stored["organizations"]), files)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self, folder: Path) -> None:
        """Replace the manifest of a folder."""
        replace_text(folder / "manifest.json", json.dumps(self.__dict__))

    def missing(self, folder: Path) -> Sequence[str]:
        """Return the files that are missing or have the wrong size."""
        return [name for name, (size, _) in self.files.items() if _size(folder / name) != size]

    def corrupt(self, folder: Path, *, of: Collection[str] | None = None) -> Sequence[str]:
        """Return the files with the wrong checksum; ``of`` limits them to the files of these segments.

        With ``of``, posting lists aren't read, since each of their blocks has a checksum of its own.
        """
        names = self.files if of is None else [name for name in self.files if _segment_of(name) in of]
        return [name for name in names if checksum(folder / name) != self.files[name][1]]


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file; -1 if it can't be read."""
    check = 0
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                check = zlib.crc32(part, check)
    except OSError:
        return -1
    return check


def _segment_of(name: str) -> str:
    """Return the segment that a file other than posting lists belongs to; "" for posting lists."""
    stem, _, extension = name.rpartition(".")
    return "" if extension == "pst" else stem


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def replace_text(path: Path, text: str) -> None:
    """Replace a small file atomically."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    temporary.write_text(text)
    temporary.replace(path)


def root_of(config: Config) -> Path:
    """Return the folder that contains the index folders."""
    return config.UPLOADS / "derived" / "index"


def current_folder(root: Path) -> Path | None:
    """Return the folder that is searched; None if there is none, or it has another version."""
    try:
        name = (root / "current").read_text()
    except (OSError, ValueError):
        return None
    return root / name if re.fullmatch(rf"v{VERSION}-[0-9a-f]+", name) and (root / name).is_dir() else None


def unfinished_folders(root: Path) -> Sequence[Path]:
    """Return the folders of this version whose build was interrupted."""
    current = current_folder(root)
    return sorted(folder for folder in root.glob(f"v{VERSION}-*") if folder != current and folder.is_dir())


def new_folder(root: Path) -> Path:
    """Create a new, empty index, and return its folder."""
    folder = root / f"v{VERSION}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    TOC.create(FileStorage(str(folder)), schema(), "MAIN")
    return folder


def publish(root: Path, folder: Path) -> None:
    """Make ``folder`` the one that is searched, and delete all others."""
    replace_text(root / "current", folder.name)
    for other in root.glob("v*-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def is_damaged(folder: Path) -> bool:
    """Return True if a reader marked the index as damaged, or files are missing or have the wrong size."""
    return (folder / "damaged").exists() or bool(Manifest.read(folder).missing(folder))


def state_of(folder: Path) -> tuple[object, ...]:
    """Return a value that changes with every change of the index in ``folder``."""
    tocs = sorted(name for name in _names(folder) if name.endswith(".toc"))
    try:
        manifest = (folder / "manifest.json").stat()
    except OSError:
        return folder.name, tuple(tocs)
    return folder.name, tuple(tocs), manifest.st_mtime_ns, manifest.st_ino


def _names(folder: Path) -> Collection[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - only names, on every request
    except OSError:
        return ()


@contextmanager
def writer_lock(root: Path, timeout: float) -> Iterator[bool]:
    """Hold the writer's lock; yield False if another process has it for ``timeout`` seconds or longer.

    The operating system releases the lock when the process ends, even if it is killed.
    """
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(root / "lock"))
    has_lock = try_for(lock.acquire, timeout=timeout, delay=0.05)
    try:
        yield has_lock
    finally:
        if has_lock:
            lock.release()


@dataclass(frozen=True)
class Opened:
    """An open index with its state and manifest."""

    state: tuple[object, ...]
    snapshot: Snapshot
    manifest: Manifest

    @property
    def signature(self) -> tuple[int, ...]:
        """The signature of the database that the index reflects; empty while an update is under way."""
        return self.manifest.signature if self.manifest.generation == self.snapshot.generation else ()


# Open indexes by root; a process serves one hub, the tests several.
_open: OrderedDict[Path, Opened] = OrderedDict()
_opening = threading.Lock()
MOST_OPEN = 4


def opened(config: Config) -> Opened:
    """Return the current index, which stays open between requests. Raises IndexUnusable."""
    root = root_of(config)
    for _ in range(5):  # a commit or a swap may remove files between two steps
        folder = current_folder(root)
        if folder is None:
            message = "There is no search index yet."
            raise IndexUnusable(message)
        state, index = state_of(folder), _open.get(root)
        if index and index.state == state:
            return index
        try:
            return _reopened(root, folder, state)
        except IndexUnusable:
            if current_folder(root) == folder and state_of(folder) == state:
                mark_damaged(folder)
                raise
    message = "The search index changes too quickly to be opened."
    raise IndexUnusable(message)


def _reopened(root: Path, folder: Path, state: tuple[object, ...]) -> Opened:
    with _opening:
        index = _open.get(root)
        if index and index.state == state:
            return index
        manifest = Manifest.read(folder)
        known = index.snapshot.segments if index and index.snapshot.folder == folder else {}
        snapshot = Snapshot(folder, known)
        if corrupt := manifest.corrupt(folder, of=snapshot.segments.keys() - known.keys()):
            message = f"The file {corrupt[0]} of the search index is damaged."
            raise IndexUnusable(message)
        _open[root] = Opened(state, snapshot, manifest)
        _open.move_to_end(root)
        while len(_open) > MOST_OPEN:
            _open.popitem(last=False)
        return _open[root]

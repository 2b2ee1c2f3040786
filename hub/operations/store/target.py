"""The folder that backups are made to, and restored from.

``backups/NAME.json`` is the manifest of a backup; ``store/`` has the objects of all backups, named by their content, so
that each is stored once. A backup that was cut off has no manifest. The next backup uses its objects, and nothing else
ever sees it.
"""

import fcntl
import gzip
import hashlib
import os
import secrets
import shutil
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.core.errors import Refused
from hub.library.files.originals import hash_of, sync_folder
from hub.operations.rules import backups as backups_rules
from hub.operations.rules.backups import Manifest
from hub.operations.store.sealing import Identity, Seal

COMPRESSION = 1  # of gzip: four times as fast as the default, and a tenth larger
_PRIVATE = 0o700
_README = """Backups of an AMCC Resource Hub.

To check the newest one:    hub restore --check THIS_FOLDER
To restore the newest one:  hub restore THIS_FOLDER

backups/  one file for each complete backup
store/    the contents of all backups; each content is stored once

Without encryption, this folder contains the hub's secret keys: keep it private.
"""


class Target:
    """A folder with backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._changed: set[Path] = set()  # folders with new objects, which aren't synced to disk yet

    @classmethod
    def at(cls, place: str) -> "Target":
        """Return the folder at ``place``; raises Refused for anything but a folder."""
        if "://" in place:
            raise Refused(f"{place} isn’t a folder. Backups to object storage aren’t supported yet: choose a folder.")
        folder = Path(place).expanduser().absolute()
        if folder.exists() and not folder.is_dir():
            raise Refused(f"{folder} is not a folder.")
        return cls(folder)

    def prepare(self) -> None:
        """Create the folders, readable only by their owner; raises Refused."""
        try:
            for folder in (self.folder, self._manifests, self._store, self._unfinished):
                folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            self.folder.chmod(_PRIVATE)
            (self.folder / "README.txt").write_text(_README)
        except OSError as error:
            raise Refused(f"The folder {self.folder} can’t be used for backups ({error.strerror}).") from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only backup to this folder; raises Refused if another one is running. The lock ends with the process."""
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Refused("Another backup to this folder is running. Wait until it has ended.") from error
            for path in self._unfinished.iterdir():  # of a backup that was killed
                path.unlink(missing_ok=True)
            yield

    # Manifests

    def names(self) -> Sequence[str]:
        """Return the names of the complete backups, oldest first."""
        return sorted(path.stem for path in self._manifests.glob("*.json") if _is_name(path.stem))

    def manifest(self, name: str) -> Manifest:
        """Return the manifest of a backup; raises Refused if there is none or it is damaged."""
        try:
            text = self._manifest_path(name).read_text()
        except UnicodeDecodeError:
            text = ""  # damaged, and said so
        except (OSError, ValueError) as error:
            raise Refused(
                f"There is no backup {name!r} in {self.folder}. Run hub restore --list to see them."
            ) from error
        return Manifest.parse(text)

    def newest(self) -> str:
        """Return the name of the newest complete backup; raises Refused if there is none."""
        names = self.names()
        if not names:
            raise Refused(f"There is no complete backup in {self.folder}.")
        return names[-1]

    def publish(self, name: str, manifest: Manifest) -> None:
        """Put the manifest in place, which completes the backup."""
        for folder in sorted(self._changed):
            sync_folder(folder)
        self._changed.clear()
        sync_folder(self._store)
        self._write(self._manifest_path(name), manifest.as_json().encode())
        sync_folder(self._manifests)

    # Objects

    def path_of(self, name: str) -> Path:
        """Return the path of an object."""
        return self._store / name[:2] / name

    def size_of(self, name: str) -> int | None:
        """Return the size of a stored object in bytes; None if it isn't stored."""
        try:
            return self.path_of(name).stat().st_size
        except OSError:
            return None

    def sync_later(self, name: str) -> None:
        """Sync the folder of a stored object when the backup is published: a killed backup may have left it unsynced."""
        self._changed.add(self.path_of(name).parent)

    def put(self, name: str, content: bytes, seal: Seal) -> int:
        """Store an object, compressed, and return its size in bytes."""
        path = self.path_of(name)
        path.parent.mkdir(mode=_PRIVATE, exist_ok=True)
        self._changed.add(path.parent)
        self._write(path, seal.sealed(gzip.compress(content, COMPRESSION, mtime=0)))
        return path.stat().st_size

    def put_file(self, name: str, source: Path, sha256: str, seal: Seal) -> int | None:
        """Store a file as it is, and return its size in bytes; None if its content doesn't have this SHA-256."""
        path, temporary = self.path_of(name), self._temporary()
        path.parent.mkdir(mode=_PRIVATE, exist_ok=True)
        self._changed.add(path.parent)
        if seal.recipients:
            if hash_of(source) != sha256:
                return None
            seal.seal_file(source, temporary)
        elif _copy(source, temporary) != sha256:
            temporary.unlink()
            return None
        temporary.chmod(0o600)
        _sync(temporary)
        temporary.replace(path)
        return path.stat().st_size

    def read(self, name: str, identity: Identity | None) -> bytes:
        """Return a compressed object's content without checking its hash; raises Refused if it can't be read."""
        try:
            stored = self.path_of(name).read_bytes()
            return gzip.decompress(identity.opened(stored) if identity else stored)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise Refused(_damaged(self.path_of(name))) from error

    def get(self, name: str, sha256: str, identity: Identity | None) -> bytes:
        """Return a compressed object's content; raises Refused if it is missing or damaged."""
        content = self.read(name, identity)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Refused(_damaged(self.path_of(name)))
        return content

    def get_file(self, name: str, sha256: str, target: Path, identity: Identity | None) -> None:
        """Copy a stored file to ``target``, synced to disk; raises Refused if it is missing or damaged."""
        source = self.path_of(name)
        try:
            if identity:
                identity.open_file(source, target)
                target.chmod(0o600)
                _sync(target)
                digest = hash_of(target)
            else:
                digest = _copy(source, target)
        except FileNotFoundError as error:
            raise Refused(_damaged(source)) from error
        if digest != sha256:
            raise Refused(_damaged(source))

    # Old backups

    def prune(self, names: Collection[str], keep: Callable[[Collection[str]], Collection[str]]) -> tuple[int, int]:
        """Delete the backups that ``keep`` doesn't return, then objects that no backup uses; return both numbers.

        Raises Refused, and deletes nothing, if the manifest of another backup can't be read: it may use any object.
        """
        manifests = {name: self.manifest(name) for name in names}
        kept = keep(names)
        dropped = [name for name in names if name not in kept]
        for name in dropped:
            self._manifest_path(name).unlink()
        sync_folder(self._manifests)
        used = {name for backup in kept for name in manifests[backup].objects}
        unused = [path for path in self._store.glob("??/*") if path.name not in used]
        for path in unused:
            path.unlink()
        return len(dropped), len(unused)

    @property
    def _manifests(self) -> Path:
        return self.folder / "backups"

    @property
    def _store(self) -> Path:
        return self.folder / "store"

    @property
    def _unfinished(self) -> Path:
        return self.folder / "unfinished"

    def _manifest_path(self, name: str) -> Path:
        if not _is_name(name):
            raise ValueError(name)
        return self._manifests / f"{name}.json"

    def _temporary(self) -> Path:
        return self._unfinished / secrets.token_hex(16)

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file in one step, readable only by its owner and synced to disk."""
        temporary = self._temporary()
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


def _is_name(text: str) -> bool:
    with suppress(ValueError):
        return backups_rules.name_of(backups_rules.made_at_of(text)) == text
    return False


def _damaged(path: Path) -> str:
    return (
        f"The backup is incomplete or damaged: {path} is missing or has other content. Choose another backup with --at, "
        "or copy the folder again."
    )


def _copy(source: Path, target: Path) -> str:
    """Copy a file to a new one, synced to disk, and return the SHA-256 of the bytes."""
    digest = hashlib.sha256()
    with (
        source.open("rb") as read,
        os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file,
    ):
        while part := read.read(1 << 20):
            digest.update(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def needed(manifest: Manifest) -> int:
    """Return the size of a backup's objects in bytes: about as much as the restored hub needs, before compression."""
    return sum(manifest.objects.values())


def free_space(folder: Path) -> int:
    """Return the free bytes on the disk of a folder that may not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free

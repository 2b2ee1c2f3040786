"""Originals on disk, named by the SHA-256 of their bytes. A file survives a crash once storing it has returned."""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config import Config
from hub.core import dates
from hub.core.errors import NotNow, Refused
from hub.library.files import space

log = logging.getLogger("hub.library")

CHUNK = 1 << 20  # bytes read at a time, so that memory use doesn't depend on the file's size
CHUNKS_BETWEEN_LOOKS = 64  # chunks after which the free space is looked at again
STALE_AFTER = 24 * 3600  # seconds; a file without a row may belong to an upload that is still in progress
EMPTY = "That file is empty. Check that it was saved, then choose it again."
MISSING = "The file is missing from the hub’s storage. Tell the coordinator, who can restore it from a backup."
NO_ROOM = "The hub’s disk is nearly full, so the file wasn’t saved. Tell the coordinator."


@dataclass(frozen=True)
class StoredFile:
    """A file that is safely on disk."""

    sha256: str
    size: int  # bytes


def path_of(config: Config, sha256: str) -> Path:
    """Return the path of the original with this hash."""
    return config.UPLOADS / "files" / sha256[:2] / sha256[2:4] / sha256


def path_to_serve(config: Config, sha256: str) -> Path:
    """Return the path of the original with this hash; raises NotNow if the file is missing, such as after a bad disk."""
    path = path_of(config, sha256)
    if not path.is_file():
        log.error("The file %s is missing from the hub's storage. Restore it from a backup.", path)
        raise NotNow(410, MISSING)
    return path


def quarantine_of(config: Config, sha256: str) -> Path:
    """Return the path of an infected original, which is kept apart from the others."""
    return config.UPLOADS / "infected" / sha256


def quarantine(config: Config, sha256: str) -> None:
    """Move an original to the infected ones, where nothing serves, reads or draws it. Idempotent."""
    _move(path_of(config, sha256), quarantine_of(config, sha256))


def release(config: Config, sha256: str) -> None:
    """Move an original back from the infected ones, if it is there. Idempotent."""
    _move(quarantine_of(config, sha256), path_of(config, sha256))


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        source.replace(target)
    except FileNotFoundError:
        return
    sync_folder(target.parent)
    sync_folder(source.parent)


def store(config: Config, stream: IO[bytes]) -> StoredFile:
    """Stream the bytes to disk under their hash, crash-safe; the caller adds the row that refers to them.

    Raises Refused when the file is empty, larger than MAX_UPLOAD_MB, or the disk is full.
    """
    folder = config.UPLOADS / "files" / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    if not space.has_room(config):
        raise Refused(NO_ROOM)
    temporary = folder / secrets.token_hex(16)
    try:
        stored = _write(temporary, stream, config)
        keep_under_hash(temporary, path_of(config, stored.sha256))
    except OSError as error:
        message = f"The file couldn’t be saved ({error.strerror}). Tell the coordinator."
        raise Refused(message) from error
    finally:
        temporary.unlink(missing_ok=True)
    return stored


def _write(temporary: Path, stream: IO[bytes], config: Config) -> StoredFile:
    """Copy, hash and count in one pass; the bytes are flushed to disk when this returns."""
    digest, size = hashlib.sha256(), 0
    with temporary.open("xb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > config.max_upload_bytes:
                raise Refused(
                    f"That file is too large. The limit is {dates.number(config.MAX_UPLOAD_MB)} MB. "
                    "Split it, or ask the coordinator to raise the limit."
                )
            digest.update(chunk)
            file.write(chunk)
            if not size // CHUNK % CHUNKS_BETWEEN_LOOKS and not space.has_room(config):
                raise Refused(NO_ROOM)
        file.flush()
        os.fsync(file.fileno())
    if not size:
        raise Refused(EMPTY)
    return StoredFile(digest.hexdigest(), size)


def keep_under_hash(temporary: Path, target: Path) -> None:
    """Link the file to its final name. A link never overwrites: the same bytes may be stored already."""
    created = [folder for folder in (target.parent.parent, target.parent) if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(temporary, target)
    except FileExistsError:
        os.utime(target)  # fresh again: the sweep must not delete it before its new row is committed
    for folder in {target.parent, *(made.parent for made in created)}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def all_stored(config: Config) -> Iterator[Path]:
    """Return the path of every original on disk, in no order."""
    return (path for path in (config.UPLOADS / "files").glob("??/??/*") if path.is_file())


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Unfinished uploads: the bytes received so far, in a folder for each person.

A note (JSON) next to the bytes has the file's name and final length. The offset is the size of the partial file, so
that the two can't disagree after a crash. No lock is held while bytes arrive: each piece is appended under a short
lock, and only if it begins where the file ends. So of two senders only one continues, and a hanging connection
blocks no one.
"""

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from config import Config
from hub.core.errors import NotFound, Refused
from hub.library.files import space
from hub.library.files.originals import (
    NO_ROOM,
    STALE_AFTER,
    StoredFile,
    hash_of,
    keep_under_hash,
    path_of,
    sync_folder,
)

MOST_UNDER_WAY = 200  # unfinished uploads of one person
_ID = re.compile(r"[0-9a-f]{32}")
_NOTE = ".json"


class WrongOffset(Exception):
    """The bytes don't begin at the current offset, or some are still missing."""


class Busy(Refused):
    """Too many unfinished uploads of this person."""


class NoRoom(Refused):
    """The disk is full, or would be with this file."""


@dataclass(frozen=True)
class Note:
    """The details of an upload from its first request, and its hash once it is stored."""

    name: str
    length: int  # bytes of the complete file
    claimed: str = ""  # the SHA-256 computed by the sender; empty if it couldn't
    sha256: str = ""


@dataclass(frozen=True)
class Part:
    """An upload, unfinished or complete and stored."""

    id: str
    folder: Path  # of the person
    note: Note

    @property
    def path(self) -> Path:
        """The path of the partial file."""
        return self.folder / self.id

    @property
    def offset(self) -> int:
        """The number of bytes received; raises NotFound when the upload is gone."""
        if self.note.sha256:
            return self.note.length
        return _stat(self.path).st_size

    @property
    def expires(self) -> float:
        """The Unix time after which it is swept unless more bytes arrive."""
        note = self.folder / (self.id + _NOTE)
        return _stat(note if self.note.sha256 else self.path).st_mtime + STALE_AFTER


def begin(config: Config, person_id: int, name: str, length: int, claimed: str = "") -> Part:
    """Begin an upload of ``length`` bytes; the caller has checked name and length.

    Raises Busy when this person has too many unfinished uploads, NoRoom when the disk would be full.
    """
    folder = _folder(config, person_id)
    folder.mkdir(parents=True, exist_ok=True)
    if sum(_ID.fullmatch(entry.name) is not None for entry in os.scandir(folder)) >= MOST_UNDER_WAY:
        raise Busy(f"You have {MOST_UNDER_WAY} unfinished uploads. Finish or remove some first.")
    if not space.has_room(config, length):
        raise NoRoom(NO_ROOM)
    part = Part(secrets.token_hex(16), folder, Note(name, length, claimed))
    part.path.open("xb").close()
    _write_note(part)
    return part


def find(config: Config, person_id: int, upload_id: str) -> Part:
    """Return this person's upload with this id; raises NotFound, for another person's upload too."""
    if not _ID.fullmatch(upload_id):
        raise NotFound
    folder = _folder(config, person_id)
    try:
        note = Note(**json.loads((folder / (upload_id + _NOTE)).read_text()))
    except FileNotFoundError as error:
        raise NotFound from error
    return Part(upload_id, folder, note)


def append(part: Part, offset: int, pieces: Iterable[bytes]) -> int:
    """Append ``pieces`` at ``offset`` and return the new offset.

    Bytes that arrive before ``pieces`` fails are kept. The bytes are flushed to disk when this returns. Raises
    WrongOffset when they don't begin where the file ends, NoRoom when the disk is full, NotFound when the upload is
    gone.
    """
    with _opened(part) as descriptor:
        try:
            for piece in pieces:
                offset = _append(descriptor, part, offset, piece)
        except OSError as error:
            raise NoRoom(f"The file couldn’t be saved ({error.strerror}). Tell the coordinator.") from error
        finally:
            os.fsync(descriptor)
    return offset


def keep(config: Config, part: Part) -> StoredFile:
    """Move a complete upload to the originals; idempotent.

    Raises WrongOffset while bytes are missing, NotFound when it is gone, Refused when the hash differs from the
    sender's.
    """
    if part.note.sha256:
        if not path_of(config, part.note.sha256).exists():
            raise NotFound
        return StoredFile(part.note.sha256, part.note.length)
    if part.offset != part.note.length:
        raise WrongOffset
    sha256 = hash_of(part.path)
    if part.note.claimed not in {"", sha256}:
        discard(part)
        raise Refused("The file was damaged in transit or changed during the upload. Choose it again.")
    keep_under_hash(part.path, path_of(config, sha256))
    _write_note(replace(part, note=replace(part.note, sha256=sha256)))
    part.path.unlink(missing_ok=True)
    return StoredFile(sha256, part.note.length)


def discard(part: Part) -> None:
    """Discard an upload; the original that was stored from it, if any, is kept."""
    (part.folder / (part.id + _NOTE)).unlink(missing_ok=True)
    part.path.unlink(missing_ok=True)


def all_parts(config: Config) -> dict[str, list[Path]]:
    """Return the files of every upload, by its id."""
    paths: dict[str, list[Path]] = {}
    for path in (config.UPLOADS / "files" / "parts").glob("*/*"):
        paths.setdefault(path.name.split(".")[0], []).append(path)
    return paths


def _folder(config: Config, person_id: int) -> Path:
    return config.UPLOADS / "files" / "parts" / str(person_id)


def _write_note(part: Part) -> None:
    """Replace the note atomically."""
    temporary = part.folder / f"{part.id}.{secrets.token_hex(4)}.new"
    with temporary.open("x") as file:
        json.dump(asdict(part.note), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(part.folder / (part.id + _NOTE))
    sync_folder(part.folder)


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError as error:
        raise NotFound from error


@contextmanager
def _opened(part: Part) -> Iterator[int]:
    try:
        descriptor = os.open(part.path, os.O_RDWR)
    except FileNotFoundError as error:
        raise NotFound from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _append(descriptor: int, part: Part, offset: int, piece: bytes) -> int:
    """Append one piece if it begins where the file ends; the lock lasts as long as the write."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        current = os.fstat(descriptor)
        if not current.st_nlink:
            raise NotFound
        if current.st_size != offset or offset + len(piece) > part.note.length:
            raise WrongOffset
        rest = memoryview(piece)
        while rest:
            written = os.pwrite(descriptor, rest, offset)
            rest, offset = rest[written:], offset + written
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    return offset

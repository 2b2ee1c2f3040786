"""Uploads that are under way: bytes that arrived so far, in a folder of their owner.

Beside the bytes lies a note that says how long the file will be and what it is called. The offset is the size of
what lies there, so that nothing can disagree after a crash. No lock is held while bytes are on their way: each
piece is appended under a short lock if it begins where the file ends, so that of two senders one goes on, and a
sender whose connection hangs keeps no one waiting.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from config import Config
from hub.core.errors import NotFound, Refused
from hub.library.files.originals import (
    ROOM_TO_LEAVE,
    STALE_AFTER,
    StoredFile,
    hash_of,
    keep_under_hash,
    path_of,
    sync_folder,
)

MOST_UNDER_WAY = 200  # uploads of one person that aren't whole yet
_ID = re.compile(r"[0-9a-f]{32}")
_NOTE = ".json"


class WrongOffset(Exception):
    """The bytes don't begin where the ones before them end."""


class Busy(Refused):
    """Too many uploads of this person are under way."""


class NoRoom(Refused):
    """The disk is full, or would be."""


@dataclass(frozen=True)
class Note:
    """What is known of an upload from its first request, and its hash once it is stored."""

    name: str
    length: int  # bytes that the whole file has
    claimed: str = ""  # the SHA-256 that the sender has computed; empty when it couldn't
    sha256: str = ""


@dataclass(frozen=True)
class Part:
    """An upload that is under way, or whole and stored."""

    id: str
    folder: Path  # of its owner
    note: Note

    @property
    def path(self) -> Path:
        """Where its bytes gather."""
        return self.folder / self.id

    @property
    def offset(self) -> int:
        """How many bytes have arrived; raises NotFound when it is gone."""
        if self.note.sha256:
            return self.note.length
        return _stat(self.path).st_size

    @property
    def expires(self) -> float:
        """The second after which it is swept unless more arrives."""
        note = self.folder / (self.id + _NOTE)
        return _stat(note if self.note.sha256 else self.path).st_mtime + STALE_AFTER


def begin(config: Config, person_id: int, name: str, length: int, claimed: str = "") -> Part:
    """Make room for a file of ``length`` bytes; the caller has checked name and length.

    Raises Busy when this person has too many uploads under way, NoRoom when the disk has no place for it.
    """
    folder = _folder(config, person_id)
    folder.mkdir(parents=True, exist_ok=True)
    if sum(_ID.fullmatch(entry.name) is not None for entry in os.scandir(folder)) >= MOST_UNDER_WAY:
        raise Busy(f"{MOST_UNDER_WAY} of your uploads aren't finished yet: finish or remove some first.")
    if shutil.disk_usage(folder).free < length + ROOM_TO_LEAVE:
        raise NoRoom("The hub's disk has no room for this file. Tell the coordinator; nothing was kept of it.")
    part = Part(secrets.token_hex(16), folder, Note(name, length, claimed))
    part.path.open("xb").close()
    _write_note(part)
    return part


def find(config: Config, person_id: int, upload_id: str) -> Part:
    """Return the upload of this person with this id; raises NotFound: someone else's lies in another folder."""
    if not _ID.fullmatch(upload_id):
        raise NotFound
    folder = _folder(config, person_id)
    try:
        note = Note(**json.loads((folder / (upload_id + _NOTE)).read_text()))
    except FileNotFoundError as error:
        raise NotFound from error
    return Part(upload_id, folder, note)


def append(part: Part, offset: int, pieces: Iterable[bytes]) -> int:
    """Put what arrives behind the ``offset`` bytes that are there; answers the new offset.

    What has arrived when ``pieces`` breaks off is kept. The bytes are on the disk itself when this returns. Raises
    WrongOffset when they don't fit on, NoRoom when the disk is full, NotFound when the upload is gone.
    """
    with _opened(part) as descriptor:
        try:
            for piece in pieces:
                offset = _append(descriptor, part, offset, piece)
        except OSError as error:
            raise NoRoom(f"The bytes could not be stored ({error.strerror}). Tell the coordinator.") from error
        finally:
            os.fsync(descriptor)
    return offset


def keep(config: Config, part: Part) -> StoredFile:
    """Give a whole upload its place among the originals; asked again, it answers the same.

    Raises WrongOffset while bytes are missing, NotFound when it is gone, Refused when the bytes aren't those that
    the sender had.
    """
    if part.note.sha256:
        if not path_of(config, part.note.sha256).exists():
            raise NotFound
        return StoredFile(part.note.sha256, part.note.length)
    if part.offset != part.note.length:
        raise WrongOffset
    sha256 = hash_of(part.path)
    if part.note.claimed not in {"", sha256}:
        forget(part)
        raise Refused("The file didn't arrive as it was sent, or it was changed meanwhile: choose it again.")
    keep_under_hash(part.path, path_of(config, sha256))
    _write_note(replace(part, note=replace(part.note, sha256=sha256)))
    part.path.unlink(missing_ok=True)
    return StoredFile(sha256, part.note.length)


def forget(part: Part) -> None:
    """Throw an upload away; what it has become stays, if it became anything."""
    (part.folder / (part.id + _NOTE)).unlink(missing_ok=True)
    part.path.unlink(missing_ok=True)


def all_parts(config: Config) -> dict[str, list[Path]]:
    """Return the files of every upload that is under way, by its id."""
    found: dict[str, list[Path]] = {}
    for path in (config.UPLOADS / "files" / "parts").glob("*/*"):
        found.setdefault(path.name.split(".")[0], []).append(path)
    return found


def _folder(config: Config, person_id: int) -> Path:
    return config.UPLOADS / "files" / "parts" / str(person_id)


def _write_note(part: Part) -> None:
    """Replace the note in one step."""
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
    """Append one piece if it fits on; the lock lasts as long as the write."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        there = os.fstat(descriptor)
        if not there.st_nlink:
            raise NotFound
        if there.st_size != offset or offset + len(piece) > part.note.length:
            raise WrongOffset
        rest = memoryview(piece)
        while rest:
            written = os.pwrite(descriptor, rest, offset)
            rest, offset = rest[written:], offset + written
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    return offset

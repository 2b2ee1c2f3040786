"""The index as it lies on disk: its fields, its folder, and one state of it opened for reading.

``uploads/derived/index`` holds the folder that is in use, named by the file ``current``; a rebuild makes another
folder beside it and swaps the name. Everything in here may be deleted at any time.

An index is a set of segments that never change, and of deletions in them. What is read of a segment is
therefore kept beside it for as long as the segment lives, whatever is added meanwhile.
"""

import copy
import json
import mmap
import os
import re
import secrets
import shutil
import struct
import threading
import zlib
from array import array
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, count
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from whoosh.fields import STORED, FieldType, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.formats import Positions
from whoosh.index import TOC
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.filelock import FileLock, try_for

from config import Config

# Counts up with every change of what is indexed or how: an index of another version is built anew.
VERSION = 1

# Between two parts of a resource: no phrase reaches from one page into the next.
GAP = 100
# Words of one resource that are indexed; about 3,000 full pages.
MOST_WORDS = 1_500_000

# What reading a damaged index raises: a file that is missing, short or scrambled.
DAMAGE = (
    OSError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, MemoryError,
    struct.error, zlib.error, UnpicklingError, ImportError, WhooshIndexError, NameError,
)  # fmt: skip


class IndexUnusable(Exception):
    """There is no index to search, or what is there can't be read."""


# Fields


class Places(Positions):  # type: ignore[misc]
    """How a posting is kept: the positions of a term in a field, four bytes each."""

    def encode(self, positions: Sequence[int]) -> bytes:
        """Positions as they are kept."""
        return array("I", positions).tobytes()

    def decode_positions(self, value: bytes) -> Sequence[int]:
        """Positions as they were."""
        return array("I", value)

    def decode_frequency(self, value: bytes) -> int:
        """How often the term stands there."""
        return len(value) // 4


class Words(FieldType):  # type: ignore[misc]
    """Text whose terms are found, ranked, and known by their places."""

    def __init__(self) -> None:
        super().__init__(Places(), None, scorable=True)

    def index(self, value: Mapping[str, Sequence[int]], **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one entry; ``value`` has the places of each term."""
        for term, places in value.items():
            yield term.encode(), len(places), float(len(places)), self.format.encode(places)


def schema() -> Schema:
    """The fields of a resource's entry.

    ``body`` holds all that finds a resource; ``title`` and ``headings`` only rank it. ``facts`` is what is kept.
    """
    return Schema(body=Words(), title=Words(), headings=Words(), facts=STORED())


@dataclass(frozen=True)
class Facts:
    """What an entry keeps of its resource: the answer to filters, orders and rights."""

    id: int
    stamp: str  # of the rows that the entry was made from
    kind: str
    organization: str  # slug
    topics: tuple[str, ...]
    published: int  # ordinal of the day
    year: int
    audience: str  # public, network, or org:<id of the organization>
    title: str  # folded, for sorting
    pages: bytes  # of each page the number, the position where it starts, and that where its title ends

    def kept(self) -> tuple[Any, ...]:
        """As plain values: the index must not depend on this class."""
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)

    @property
    def keys(self) -> Iterator[tuple[str, Any]]:
        """What it is filtered and counted by."""
        yield "kind", self.kind
        yield "organization", self.organization
        yield "year", self.year
        yield "audience", self.audience
        for topic in self.topics:
            yield "topic", topic

    def page_bounds(self) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """The number of each page, where it starts, and where its title ends."""
        bounds = array("I", self.pages)
        return bounds[::3], bounds[1::3], bounds[2::3]


# Reading


class MappedStorage(FileStorage):  # type: ignore[misc]
    """Files of an index mapped into memory: processes share them, and none is copied."""

    def open_file(self, name: str, **_options: Any) -> BufferFile:
        """A file of the index for reading."""
        with open(self._fpath(name), "rb") as file:  # noqa: PTH123 - Whoosh deals in names
            size = os.fstat(file.fileno()).st_size
            return _MappedFile(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None, name)


class _MappedFile(BufferFile):  # type: ignore[misc]
    def __init__(self, mapped: mmap.mmap | None, name: str) -> None:
        super().__init__(b"", name=name)
        if mapped is not None:
            self._buf = self.file = mapped


@dataclass
class Postings:
    """Where a term stands: documents in order, how often in each, and the places as kept bytes."""

    docs: Sequence[int]
    counts: Sequence[float]
    places: Sequence[bytes]

    bits: int = 0  # the documents as a set

    def places_in(self, doc: int) -> Sequence[int]:
        """The positions in one document, in order."""
        at = bisect_left(self.docs, doc)
        return sorted(array("I", self.places[at])) if at < len(self.docs) and self.docs[at] == doc else ()


NOWHERE = Postings((), (), ())


@dataclass
class Segment:
    """A segment without its deletions: it never changes, so all of this is kept while it lives."""

    reader: Any
    facts: Sequence[Facts]
    lengths: Sequence[int]  # words in the body of each entry
    masks: Mapping[tuple[str, Any], int] = field(default_factory=dict)

    @classmethod
    def opened(cls, storage: FileStorage, fields: Schema, segment: Any) -> "Segment":
        """Read what is kept of each entry."""
        whole = copy.copy(segment)
        whole._deleted = None  # noqa: SLF001 - deletions are a state of the index, kept apart
        reader = SegmentReader(storage, fields, whole)
        size = reader.doc_count_all()
        facts = [Facts(*reader.stored_fields(doc)["facts"]) for doc in range(size)]
        lengths = array("I", (reader.doc_field_length(doc, "body") or 1 for doc in range(size)))
        having: defaultdict[tuple[str, Any], list[int]] = defaultdict(list)
        for doc, fact in enumerate(facts):
            for key in fact.keys:
                having[key].append(doc)
        return cls(reader, facts, lengths, {key: bits_of(docs, size) for key, docs in having.items()})

    def postings(self, name: str, term: str) -> Iterator[tuple[int, float, bytes]]:
        """Each entry that has the term."""
        try:
            matcher = self.reader.postings(name, term)
        except TermNotFound:
            return
        while matcher.is_active():
            yield matcher.id(), matcher.weight(), matcher.value()
            matcher.next()


def bits_of(docs: Iterable[int], size: int) -> int:
    """A set of documents as the bits of one number: such sets are cut and counted at the speed of memory."""
    flags = bytearray(b"0") * size
    for doc in docs:
        flags[doc] = 49
    flags.reverse()
    return int(flags, 2) if size else 0


def docs_of(bits: int) -> Sequence[int]:
    """The documents of a set in order."""
    return list(compress(count(), format(bits, "b")[::-1].encode().translate(_DIGITS)))


_DIGITS = bytes.maketrans(b"01", b"\x00\x01")


class Snapshot:
    """One state of the index, opened. Documents are numbered on over its segments.

    Many threads may hold it; reading postings takes ``lock``, since the files have one place each.
    """

    MOST_KEPT = 400_000  # postings of terms asked for lately, about 50 MB

    def __init__(self, folder: Path, known: Mapping[str, Segment] | None = None) -> None:
        """Open the newest state of ``folder``; segments that are ``known`` aren't read again.

        Raises IndexUnusable.
        """
        self.folder = folder
        self.lock = threading.Lock()
        self.state = state_of(folder)
        try:
            storage = MappedStorage(str(folder))
            toc = TOC.read(storage, "MAIN")
            self.segments = {
                s.segment_id(): (known or {}).get(s.segment_id()) or Segment.opened(storage, toc.schema, s)
                for s in toc.segments
            }
            gone = [doc + base for base, s in self._based(toc.segments) for doc in s.deleted_docs() or ()]
        except DAMAGE as error:
            message = f"The index in {folder} can't be read: {error!r}"
            raise IndexUnusable(message) from error
        self.generation = toc.generation
        self.manifest = Manifest.read(folder)
        self.size = sum(len(s.facts) for s in self.segments.values())
        self.live = ((1 << self.size) - 1) & ~bits_of(gone, self.size)
        self.masks = self._joined_masks()
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._kept_count = 0

    @staticmethod
    def _based(segments: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        base = 0
        for segment in segments:
            yield base, segment
            base += segment.doc_count_all()

    def _joined_masks(self) -> Mapping[tuple[str, Any], int]:
        masks: defaultdict[tuple[str, Any], int] = defaultdict(int)
        base = 0
        for segment in self.segments.values():
            for key, bits in segment.masks.items():
                masks[key] |= bits << base
            base += len(segment.facts)
        return {key: live for key, bits in masks.items() if (live := bits & self.live)}

    @cached_property
    def facts(self) -> Sequence[Facts]:
        """What is kept of each document."""
        return [facts for segment in self.segments.values() for facts in segment.facts]

    @cached_property
    def lengths(self) -> Sequence[int]:
        """Words in the body of each document."""
        return array("I", (length for segment in self.segments.values() for length in segment.lengths))

    @cached_property
    def doc_of(self) -> Mapping[int, int]:
        """The live document of each resource."""
        return {self.facts[doc].id: doc for doc in docs_of(self.live)}

    def postings(self, name: str, term: str) -> Postings:
        """Where ``term`` stands in the field ``name``. The caller holds ``lock``. Raises IndexUnusable."""
        key = (name, term)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        found = self._read(name, term)
        self._kept[key] = found
        self._kept_count += 1 + len(found.docs)
        while self._kept_count > self.MOST_KEPT:
            _, dropped = self._kept.popitem(last=False)
            self._kept_count -= 1 + len(dropped.docs)
        return found

    def _read(self, name: str, term: str) -> Postings:
        docs: array[int] = array("I")
        counts: array[float] = array("f")
        places: list[bytes] = []
        base = 0
        try:
            for segment in self.segments.values():
                for doc, times, value in segment.postings(name, term):
                    docs.append(base + doc)
                    counts.append(times)
                    places.append(value)
                base += len(segment.facts)
        except DAMAGE as error:
            raise self._damaged(error) from error
        return Postings(docs, counts, places, bits_of(docs, self.size)) if docs else NOWHERE

    def beginning_with(self, prefix: str, most: int) -> Sequence[str]:
        """The terms of the body that begin with ``prefix``, those in most documents first, at most ``most``.

        The caller holds ``lock``. Raises IndexUnusable.
        """
        found: defaultdict[str, int] = defaultdict(int)
        try:
            for segment in self.segments.values():
                for term in segment.reader.expand_prefix("body", prefix):
                    found[term.decode()] += segment.reader.doc_frequency("body", term)
        except DAMAGE as error:
            raise self._damaged(error) from error
        return sorted(found, key=lambda term: (-found[term], term))[:most]

    def _damaged(self, error: BaseException) -> IndexUnusable:
        """Tell the writer, which builds the index anew, and answer what is raised."""
        mark_damaged(self.folder)
        return IndexUnusable(f"The index in {self.folder} is damaged: {error!r}")


# The folder


@dataclass(frozen=True)
class Manifest:
    """What the writer knows of the index that it committed last; kept beside it."""

    generation: int = -1
    signature: tuple[int, ...] = ()  # of the rows that the index stands for
    organizations: int = 0  # checksum of their names
    files: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # size and checksum of each

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest of a folder; an empty one when there is none."""
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
    """The CRC-32 of a file; -1 when it can't be read."""
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
    """The folder of all that belongs to the index."""
    return config.UPLOADS / "derived" / "index"


def current_folder(root: Path) -> Path | None:
    """The folder that is searched; None when there is none, or it is of another version."""
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
    """A new, empty index that nobody searches yet."""
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


def mark_damaged(folder: Path) -> None:
    """Leave word for the writer that this index can't be read."""
    if folder.is_dir():
        (folder / "damaged").touch()


def is_damaged(folder: Path) -> bool:
    """Whether a reader found that it can't be read, or files of it are missing or short."""
    return (folder / "damaged").exists() or bool(Manifest.read(folder).missing(folder))


def state_of(folder: Path) -> tuple[object, ...]:
    """What changes whenever the index in ``folder`` does."""
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


# What this process has open, by the index's root; a process serves one hub, tests serve a few.
_open: OrderedDict[Path, Snapshot] = OrderedDict()
_opening = threading.Lock()
MOST_OPEN = 4


def opened(config: Config) -> Snapshot:
    """The index as it is now, ready to search; kept open between requests. Raises IndexUnusable."""
    root = root_of(config)
    for _ in range(5):  # a swap may remove the folder between the two steps
        folder = current_folder(root)
        if folder is None:
            message = "There is no index yet."
            raise IndexUnusable(message)
        had, state = _open.get(root), state_of(folder)
        if had and had.state == state:
            return had
        try:
            return _reopened(root, folder)
        except IndexUnusable:
            if current_folder(root) == folder and state_of(folder) == state:
                mark_damaged(folder)
                raise
    message = "The index changes too quickly to be opened."
    raise IndexUnusable(message)


def _reopened(root: Path, folder: Path) -> Snapshot:
    with _opening:
        had = _open.get(root)
        if had and had.state == state_of(folder):
            return had
        snapshot = Snapshot(folder, had.segments if had and had.folder == folder else None)
        _open[root] = snapshot
        _open.move_to_end(root)
        while len(_open) > MOST_OPEN:
            _open.popitem(last=False)
        return snapshot

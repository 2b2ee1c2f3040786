"""One state of the index opened for reading: its segments, what is kept of each entry, and where terms stand.

An index is a set of segments that never change, and of deletions in them. What is read of a segment is
therefore kept beside it for as long as the segment lives, whatever is added meanwhile.
"""

import copy
import mmap
import os
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from itertools import compress, count
from pathlib import Path
from typing import Any

from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC
from whoosh.reading import SegmentReader, TermNotFound

from hub.search.store.codec import Block, decoded

# What reading a damaged index raises: whatever the bytes make of it, and of Whoosh's own plain `Exception`.
DAMAGE = Exception


class IndexUnusable(Exception):
    """There is no index to search, or what is there can't be read."""


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
    length: int  # places of words in all of its text
    pages: bytes  # of each page the number, the position where it starts, and that where its title ends
    keywords: str  # the words that it has most, as they are written there, the foremost first

    def kept(self) -> tuple[Any, ...]:
        """Return as plain values: the index must not depend on this class."""
        return astuple(self)

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
        """Return the number of each page, where it starts, and where its title ends."""
        bounds = array("I", self.pages)
        return bounds[::3], bounds[1::3], bounds[2::3]


# Reading


class MappedStorage(FileStorage):  # type: ignore[misc]
    """Files of an index mapped into memory: processes share them, and none is copied."""

    def open_file(self, name: str, **_options: Any) -> BufferFile:
        """Return a file of the index for reading."""
        with open(self._fpath(name), "rb") as file:  # noqa: PTH123 - Whoosh deals in names
            size = os.fstat(file.fileno()).st_size
            return _MappedFile(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None, name)


class _MappedFile(BufferFile):  # type: ignore[misc]
    def __init__(self, mapped: mmap.mmap | None, name: str) -> None:
        super().__init__(b"", name=name)
        if mapped is not None:
            self._buf = self.file = mapped


@dataclass(frozen=True)
class Postings:
    """Where a term (or phrase, or any of several terms) stands: documents in order, and how often in each."""

    docs: Sequence[int]
    counts: Sequence[int]
    bits: int  # the documents as a set
    places_in: Callable[[int], Sequence[int]]  # the places in one document, in order


NOWHERE = Postings((), (), 0, lambda _doc: ())


def _kept_places(docs: Sequence[int], ends: Sequence[int], kept: bytes) -> Callable[[int], Sequence[int]]:
    """Return the places in a document, out of those of all documents in a row."""

    def places_in(doc: int) -> Sequence[int]:
        at = bisect_left(docs, doc)
        if at == len(docs) or docs[at] != doc:
            return ()
        return decoded(kept[ends[at - 1] if at else 0 : ends[at]])

    return places_in


@dataclass
class Segment:
    """A segment without its deletions: it never changes, so all of this is kept while it lives."""

    reader: Any
    facts: Sequence[Facts]
    masks: Mapping[tuple[str, Any], int]  # the entries that have a kind, an organization, a topic …

    @classmethod
    def opened(cls, storage: FileStorage, fields: Schema, segment: Any) -> "Segment":
        """Read what is kept of each entry."""
        whole = copy.copy(segment)
        whole._deleted = None  # noqa: SLF001 - deletions are a state of the index, kept apart
        reader = SegmentReader(storage, fields, whole)
        size = reader.doc_count_all()
        facts = [Facts(*reader.stored_fields(doc)["facts"]) for doc in range(size)]
        having: defaultdict[tuple[str, Any], list[int]] = defaultdict(list)
        for doc, fact in enumerate(facts):
            for key in fact.keys:
                having[key].append(doc)
        return cls(reader, facts, {key: bits_of(docs, size) for key, docs in having.items()})

    @cached_property
    def vocabulary(self) -> str:
        """The words of all text, a line each, with a line's end before and after: text is searched at memory's speed."""
        terms = (term.decode() for term in self.reader.lexicon("body"))
        return "\n" + "\n".join(term for term in terms if term.isalpha() and term.islower()) + "\n"

    def blocks(self, name: str, term: str) -> Iterator[Block]:
        """Yield where the term stands in a field."""
        try:
            matcher = self.reader.postings(name, term)
        except TermNotFound:
            return
        yield from matcher.blocks()


def bits_of(docs: Iterable[int], size: int) -> int:
    """Return a set of documents as the bits of one number: such sets are cut and counted at the speed of memory."""
    flags = bytearray(b"0") * size
    for doc in docs:
        flags[doc] = 49
    flags.reverse()
    return int(flags, 2) if size else 0


def flags_of(bits: int, size: int) -> str:
    """Return the set as text in which character ``doc`` is "1" when the document is in it."""
    return format(bits, f"0{size}b")[::-1] if size else ""


def docs_of(bits: int) -> Sequence[int]:
    """Return the documents of a set in order."""
    return list(compress(count(), format(bits, "b")[::-1].encode().translate(_DIGITS)))


_DIGITS = bytes.maketrans(b"01", b"\x00\x01")


class Snapshot:
    """One state of the index, opened. Documents are numbered on over its segments.

    Many threads may hold it; reading postings takes ``lock``, since the files have one place each.
    """

    MOST_KEPT = 1_000_000  # postings of terms that were asked for lately: some 20 MB

    def __init__(self, folder: Path, known: Mapping[str, Segment] | None = None) -> None:
        """Open the newest state of ``folder``; segments that are ``known`` aren't read again.

        Raises IndexUnusable.
        """
        self.folder = folder
        self.lock = threading.Lock()
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
        self.size = sum(len(s.facts) for s in self.segments.values())
        self.live = ((1 << self.size) - 1) & ~bits_of(gone, self.size)
        self.masks = self._joined_masks()
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._kept_count = 0
        self.per_document: dict[object, Sequence[float]] = {}  # what ranking computes once for each document
        self.profiles: Mapping[str, Mapping[str, float]] | None = None  # what each organization writes of, once asked

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

    def in_order(self, order: str) -> Sequence[int]:
        """Return all documents in the order newest, oldest or title."""
        return self._orders[order]

    @cached_property
    def _orders(self) -> Mapping[str, Sequence[int]]:
        facts = self.facts
        oldest = sorted(range(self.size), key=lambda doc: (facts[doc].published, facts[doc].id))
        by_title = sorted(range(self.size), key=lambda doc: (facts[doc].title, facts[doc].id))
        return {"oldest": oldest, "newest": oldest[::-1], "title": by_title}

    @cached_property
    def mean_length(self) -> float:
        """How long an entry is in the mean."""
        return max(1.0, sum(facts.length for facts in self.facts) / max(1, self.size))

    @cached_property
    def doc_of(self) -> Mapping[int, int]:
        """The live document of each resource."""
        return {self.facts[doc].id: doc for doc in docs_of(self.live)}

    def postings(self, name: str, term: str) -> Postings:
        """Return where ``term`` stands in the field ``name``. The caller holds ``lock``. Raises IndexUnusable."""
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
        docs, counts, ends, kept = array("I"), array("I"), array("I"), bytearray()
        base = 0
        try:
            for segment in self.segments.values():
                for block_docs, block_counts, block_ends, places in segment.blocks(name, term):
                    docs.extend((doc + base for doc in block_docs) if base else block_docs)
                    counts.extend(block_counts)
                    done = len(kept)
                    ends.extend((end + done for end in block_ends) if done else block_ends)
                    kept += places
                base += len(segment.facts)
        except DAMAGE as error:
            raise self._damaged(error) from error
        if not docs:
            return NOWHERE
        return Postings(docs, counts, bits_of(docs, self.size), _kept_places(docs, ends, bytes(kept)))

    def frequency(self, term: str) -> int:
        """In how many entries the text has the term, or had it before they were replaced.

        The caller holds ``lock``. Raises IndexUnusable.
        """
        try:
            return sum(segment.reader.doc_frequency("body", term) for segment in self.segments.values())
        except DAMAGE as error:
            raise self._damaged(error) from error

    def beginning_with(self, prefix: str, most: int) -> Sequence[str]:
        """Return the terms of the body that begin with ``prefix``, those in most documents first, at most ``most``.

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

    def containing(self, part: str, lengths: range) -> Iterator[str]:
        """Yield the terms of the body that have ``part`` in them and so many letters, some of them more than once.

        The caller holds ``lock``. Raises IndexUnusable.
        """
        for segment in self.segments.values():
            try:
                text = segment.vocabulary
            except DAMAGE as error:
                raise self._damaged(error) from error
            at = text.find(part)
            while at >= 0:
                end = text.index("\n", at)
                start = text.rindex("\n", 0, at) + 1
                if end - start in lengths:
                    yield text[start:end]
                at = text.find(part, end)

    def _damaged(self, error: BaseException) -> IndexUnusable:
        """Leave word for the writer, which builds the index anew; answer what is raised."""
        mark_damaged(self.folder)
        return IndexUnusable(f"The index in {self.folder} is damaged: {error!r}")


def mark_damaged(folder: Path) -> None:
    """Leave word for the writer that this index can't be read."""
    if folder.is_dir():
        (folder / "damaged").touch()

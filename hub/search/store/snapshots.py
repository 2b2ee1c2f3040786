"""Snapshots: one state of the index opened for reading, with its segments, stored facts and posting lists.

An index is a set of immutable segments and a set of deletions. Values that are read from a segment are therefore
cached for as long as the segment exists.
"""

import copy
import mmap
import os
import threading
from array import array
from bisect import bisect_left
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import cached_property, reduce
from operator import or_
from pathlib import Path
from typing import Any

from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC
from whoosh.reading import SegmentReader, TermNotFound

from hub.search.rules.best_page import Bounds
from hub.search.rules.words import fold
from hub.search.store.codec import Block, decode
from hub.search.store.numbers import np

# A damaged index may raise any exception; Whoosh itself raises plain `Exception`.
DAMAGE = Exception


class IndexUnusable(Exception):
    """There is no index, or it can't be read."""


@dataclass(frozen=True)
class Facts:
    """The stored facts of an entry, for filters, sorting and permissions."""

    id: int
    stamp: str  # the version stamp, see `freshness.stamps`
    kind: str
    organization: str  # slug
    topics: tuple[str, ...]
    published: int  # ordinal of the day
    year: int
    audience: str  # public, network, or org:<id of the organization>
    title: str  # folded, for sorting
    length: int  # positions with terms in all of its text
    pages: bytes  # of each page the number, first position, end of heading, end, and role
    keywords: str  # the most frequent words as written, the most frequent first

    def as_tuple(self) -> tuple[Any, ...]:
        """Return the facts as plain values, so that the index doesn't depend on this class."""
        return astuple(self)

    @property
    def keys(self) -> Iterator[tuple[str, Any]]:
        """The keys for filters and facets."""
        yield "kind", self.kind
        yield "organization", self.organization
        yield "year", self.year
        yield "audience", self.audience
        for topic in self.topics:
            yield "topic", topic

    def page_bounds(self) -> Bounds:
        """Return the numbers, positions and roles of the pages."""
        bounds = array("I", self.pages)
        return Bounds(bounds[::5], bounds[1::5], bounds[2::5], bounds[3::5], bounds[4::5])


# Reading


class MappedStorage(FileStorage):  # type: ignore[misc]
    """Storage that maps index files into memory, so that processes share them."""

    def open_file(self, name: str, **_options: Any) -> BufferFile:
        """Open an index file for reading."""
        with open(self._fpath(name), "rb") as file:  # noqa: PTH123 - Whoosh uses names
            size = os.fstat(file.fileno()).st_size
            return _MappedFile(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None, name)


class _MappedFile(BufferFile):  # type: ignore[misc]
    def __init__(self, mapped: mmap.mmap | None, name: str) -> None:
        super().__init__(b"", name=name)
        if mapped is not None:
            self._buf = self.file = mapped


@dataclass(frozen=True)
class Postings:
    """The posting list of a term, a phrase, or any of several terms: sorted documents with term frequencies."""

    docs: Sequence[int]
    counts: Sequence[int]
    bits: int  # the documents as a bit set
    positions_in: Callable[[int], Sequence[int]]  # returns the sorted positions in a document


NO_POSTINGS = Postings((), (), 0, lambda _doc: ())


def _position_reader(docs: Sequence[int], ends: Sequence[int], encoded: bytes) -> Callable[[int], Sequence[int]]:
    """Return a function that decodes the positions in a document; ``encoded`` has those of all documents."""

    def positions_in(doc: int) -> Sequence[int]:
        at = bisect_left(docs, doc)
        if at == len(docs) or docs[at] != doc:
            return ()
        return decode(encoded[ends[at - 1] if at else 0 : ends[at]])

    return positions_in


def union_of(posting_lists: Sequence[Postings]) -> Postings:
    """Return the postings of any of several terms."""
    posting_lists = [postings for postings in posting_lists if postings.docs]
    if len(posting_lists) <= 1:
        return posting_lists[0] if posting_lists else NO_POSTINGS
    counts: Counter[int] = Counter()
    for postings in posting_lists:
        for doc, count in zip(postings.docs, postings.counts, strict=True):
            counts[doc] += count
    docs = sorted(counts)
    return Postings(
        docs,
        [counts[doc] for doc in docs],
        reduce(or_, (postings.bits for postings in posting_lists)),
        lambda doc: sorted(position for postings in posting_lists for position in postings.positions_in(doc)),
    )


@dataclass
class Segment:
    """A segment without its deletions. It is immutable, so its values are cached."""

    reader: Any
    facts: Sequence[Facts]
    masks: Mapping[tuple[str, Any], int]  # bit sets of entries by kind, organization, topic …

    @classmethod
    def opened(cls, storage: FileStorage, fields: Schema, segment: Any) -> "Segment":
        """Open a segment, and read the facts of its entries."""
        whole = copy.copy(segment)
        whole._deleted = None  # noqa: SLF001 - the snapshot applies the deletions
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
        """The terms of the body, each between line breaks: substring search in one string is fast."""
        terms = (term.decode() for term in self.reader.lexicon("body"))
        return "\n" + "\n".join(term for term in terms if term.isalpha() and term.islower()) + "\n"

    @cached_property
    def keywords(self) -> "Mapping[str, array[int]]":
        """The entries of each keyword, by the keyword in lowercase and without accents; sorted."""
        docs: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for doc, fact in enumerate(self.facts):
            for word in fact.keywords.split():
                docs[word if word.isascii() else fold(word)].append(doc)
        return {word: docs[word] for word in sorted(docs)}

    @cached_property
    def keyword_text(self) -> str:
        """The keywords, each between line breaks."""
        return "\n" + "\n".join(self.keywords) + "\n"

    def blocks(self, name: str, term: str) -> Iterator[Block]:
        """Yield the posting list of a term in a field, in blocks."""
        try:
            matcher = self.reader.postings(name, term)
        except TermNotFound:
            return
        yield from matcher.blocks()


def bits_of(docs: Iterable[int], size: int) -> int:
    """Return a set of documents as a bit set in an integer, which is fast to intersect and count."""
    flags = np.zeros(size, dtype=np.uint8)
    flags[docs if isinstance(docs, array | np.ndarray) else np.fromiter(docs, dtype=np.int64)] = 1
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def flags_of(bits: int, size: int) -> str:
    """Return a bit set as text in which character ``doc`` is "1" if the document is in it."""
    return format(bits, f"0{size}b")[::-1] if size else ""


def array_of(bits: int) -> "np.ndarray[Any, np.dtype[np.intp]]":
    """Return the documents of a bit set in order, as an array."""
    packed = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(packed, bitorder="little"))


def docs_of(bits: int) -> Sequence[int]:
    """Return the documents of a bit set in order."""
    return array_of(bits).tolist()  # type: ignore[no-any-return]


class Snapshot:
    """One state of the index. Documents are numbered consecutively over its segments.

    Threads may share it. Reading posting lists needs ``lock``, since each file has only one position.
    """

    MOST_CACHED = 1_000_000  # recently used postings: about 20 MB
    MOST_KNOWN = 1 << 16  # terms

    def __init__(self, folder: Path, known: Mapping[str, Segment] | None = None) -> None:
        """Open the newest state of ``folder``; segments in ``known`` aren't read again. Raises IndexUnusable."""
        self.folder = folder
        self.lock = threading.Lock()
        try:
            storage = MappedStorage(str(folder))
            toc = TOC.read(storage, "MAIN")
            self.segments = {
                s.segment_id(): (known or {}).get(s.segment_id()) or Segment.opened(storage, toc.schema, s)
                for s in toc.segments
            }
            deleted = [doc + base for base, s in self._based(toc.segments) for doc in s.deleted_docs() or ()]
        except DAMAGE as error:
            message = f"The search index in {folder} can't be read: {error!r}."
            raise IndexUnusable(message) from error
        self.generation = toc.generation
        self.size = sum(len(s.facts) for s in self.segments.values())
        self.live = ((1 << self.size) - 1) & ~bits_of(deleted, self.size)
        self.masks = self._joined_masks()
        self._cache: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._cached_count = 0
        self.per_document: dict[object, np.ndarray[Any, np.dtype[np.float64]]] = {}  # cache of ranking's factors
        self._known: dict[str, bool] = {}  # cache: whether a term is in the index
        self.profiles: Mapping[str, Mapping[str, float]] | None = None  # cache of organizations' profiles

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
        """The facts of each document."""
        return [facts for segment in self.segments.values() for facts in segment.facts]

    def in_order(self, order: str) -> Sequence[int]:
        """Return all documents sorted by ``order``: newest, oldest or title."""
        return self._orders[order]

    @cached_property
    def _orders(self) -> Mapping[str, Sequence[int]]:
        facts = self.facts
        oldest = sorted(range(self.size), key=lambda doc: (facts[doc].published, facts[doc].id))
        by_title = sorted(range(self.size), key=lambda doc: (facts[doc].title, facts[doc].id))
        return {"oldest": oldest, "newest": oldest[::-1], "title": by_title}

    @cached_property
    def ids(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """The resource of each document."""
        return np.array([facts.id for facts in self.facts], dtype=np.int64)

    @cached_property
    def published(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """The day on which each document was published, as an ordinal."""
        return np.array([facts.published for facts in self.facts], dtype=np.int64)

    @cached_property
    def lengths(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """The positions with terms of each document."""
        return np.array([facts.length for facts in self.facts], dtype=np.int64)

    @cached_property
    def mean_length(self) -> float:
        """The mean length of the entries."""
        return max(1.0, float(self.lengths.sum()) / max(1, self.size))

    @cached_property
    def doc_of(self) -> Mapping[int, int]:
        """The live document of each resource."""
        return {self.facts[doc].id: doc for doc in docs_of(self.live)}

    def postings(self, name: str, term: str) -> Postings:
        """Return the posting list of ``term`` in the field ``name``. The caller holds ``lock``. Raises IndexUnusable."""
        key = (name, term)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        postings = self._read(name, term)
        self._cache[key] = postings
        self._cached_count += 1 + len(postings.docs)
        while self._cached_count > self.MOST_CACHED:
            _, dropped = self._cache.popitem(last=False)
            self._cached_count -= 1 + len(dropped.docs)
        return postings

    def _read(self, name: str, term: str) -> Postings:
        docs, counts, ends, encoded = array("I"), array("I"), array("I"), bytearray()
        base = 0
        try:
            for segment in self.segments.values():
                for block_docs, block_counts, block_ends, positions in segment.blocks(name, term):
                    docs.extend((doc + base for doc in block_docs) if base else block_docs)
                    counts.extend(block_counts)
                    start = len(encoded)
                    ends.extend((end + start for end in block_ends) if start else block_ends)
                    encoded += positions
                base += len(segment.facts)
        except DAMAGE as error:
            raise self._damaged(error) from error
        if not docs:
            return NO_POSTINGS
        return Postings(docs, counts, bits_of(docs, self.size), _position_reader(docs, ends, bytes(encoded)))

    def document_frequency(self, term: str) -> int:
        """Return the number of entries whose body has the term, including deleted entries.

        The caller holds ``lock``. Raises IndexUnusable.
        """
        try:
            return sum(segment.reader.doc_frequency("body", term) for segment in self.segments.values())
        except DAMAGE as error:
            raise self._damaged(error) from error

    def knows(self, term: str) -> bool:
        """Return True if the body of an entry has the term, deleted entries included.

        The caller holds ``lock``. Raises IndexUnusable.
        """
        if term not in self._known:
            if len(self._known) >= self.MOST_KNOWN:
                self._known.clear()
            self._known[term] = self.document_frequency(term) > 0
        return self._known[term]

    def terms_with_prefix(self, prefix: str, most: int) -> Sequence[str]:
        """Return up to ``most`` terms of the body that begin with ``prefix``, by descending document frequency.

        The caller holds ``lock``. Raises IndexUnusable.
        """
        frequencies: defaultdict[str, int] = defaultdict(int)
        try:
            for segment in self.segments.values():
                for term in segment.reader.expand_prefix("body", prefix):
                    frequencies[term.decode()] += segment.reader.doc_frequency("body", term)
        except DAMAGE as error:
            raise self._damaged(error) from error
        return sorted(frequencies, key=lambda term: (-frequencies[term], term))[:most]

    def vocabularies(self) -> Iterator[str]:
        """Yield the terms of the body of each segment, sorted and between line breaks.

        The caller holds ``lock``. Raises IndexUnusable.
        """
        for segment in self.segments.values():
            try:
                yield segment.vocabulary
            except DAMAGE as error:
                raise self._damaged(error) from error

    def docs_with_keyword(self, word: str) -> int:
        """Return the documents of which a word is a keyword, as a bit set."""
        bits, base = 0, 0
        for segment in self.segments.values():
            if docs := segment.keywords.get(word):
                bits |= bits_of(docs, len(segment.facts)) << base
            base += len(segment.facts)
        return bits & self.live

    def _damaged(self, error: BaseException) -> IndexUnusable:
        """Mark the index as damaged, so that the writer rebuilds it, and return the exception to raise."""
        mark_damaged(self.folder)
        return IndexUnusable(f"The search index in {self.folder} is damaged: {error!r}.")


def mark_damaged(folder: Path) -> None:
    """Mark an index as damaged, so that the writer rebuilds it. On a full disk the next reader tries again."""
    with suppress(OSError):
        if folder.is_dir():
            (folder / "damaged").touch()

"""Snapshots: one state of the index opened for reading, with its segments, stored facts and posting lists.

An index is a set of immutable segments and a set of deletions. Values that are read from a segment are therefore
cached for as long as the segment exists.
"""

import mmap
import os
import threading
from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC

from hub.search.store.bits import array_of, bits_of, docs_of
from hub.search.store.facts import Facts
from hub.search.store.numbers import np
from hub.search.store.postings import NO_POSTINGS, Postings, from_segments, union_of
from hub.search.store.segments import Segment

__all__ = [
    "DAMAGE",
    "NO_POSTINGS",
    "Facts",
    "IndexUnusable",
    "MappedStorage",
    "Postings",
    "Segment",
    "Snapshot",
    "array_of",
    "bits_of",
    "docs_of",
    "mark_damaged",
    "union_of",
]

Numbers = np.ndarray[Any, np.dtype[np.int64]]

# A damaged index may raise any exception; Whoosh itself raises plain `Exception`.
DAMAGE = Exception


class IndexUnusable(Exception):
    """There is no index, or it can't be read."""


class MappedStorage(FileStorage):  # type: ignore[misc]
    """Storage that maps Whoosh's files into memory."""

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


class _AllFacts(Sequence[Facts]):
    """The facts of all documents; each item is made when it is asked for."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._parts = [segment.facts for segment in segments]
        self._bases = [0, *accumulate(map(len, self._parts))]

    def __len__(self) -> int:
        return self._bases[-1]

    def __getitem__(self, doc: Any) -> Any:
        """Return the facts of a document, or of a slice of them."""
        if isinstance(doc, slice):
            return [self[number] for number in range(*doc.indices(len(self)))]
        if not 0 <= doc < len(self):
            raise IndexError(doc)
        part = bisect_right(self._bases, doc) - 1
        return self._parts[part][doc - self._bases[part]]


class Snapshot:
    """One state of the index. Documents are numbered consecutively over its segments. Threads may share it."""

    # Bytes of recently used posting lists, and what a list and a posting take with all that is made from it.
    MOST_CACHED, OF_TERM, OF_POSTING = 32_000_000, 1_000, 16
    MOST_FREQUENCIES = 1 << 16  # terms

    def __init__(self, folder: Path, known: Mapping[str, Segment] | None = None) -> None:
        """Open the newest state of ``folder``; segments in ``known`` aren't read again. Raises IndexUnusable."""
        self.folder = folder
        try:
            toc = TOC.read(MappedStorage(str(folder)), "MAIN")
            self.segments = {
                s.segment_id(): (known or {}).get(s.segment_id()) or Segment.opened(folder, s.segment_id())
                for s in toc.segments
            }
            deleted = [doc + base for base, s in self._based(toc.segments) for doc in s.deleted_docs() or ()]
        except DAMAGE as error:
            message = f"The search index in {folder} can't be read: {error!r}."
            raise IndexUnusable(message) from error
        self.generation = toc.generation
        self.facts: Sequence[Facts] = _AllFacts(list(self.segments.values()))
        self.size = len(self.facts)
        self.live = ((1 << self.size) - 1) & ~bits_of(deleted, self.size)
        self._cache: OrderedDict[tuple[str, str], tuple[Postings, int]] = OrderedDict()  # with their bytes
        self._cached_bytes = 0
        self._caching = threading.Lock()
        self.per_document: dict[object, np.ndarray[Any, np.dtype[np.float64]]] = {}  # cache of ranking's factors
        self._frequencies: dict[str, int] = {}  # cache of document frequencies by term
        self.profiles: Mapping[str, Mapping[str, float]] | None = None  # cache of organizations' profiles

    @staticmethod
    def _based(segments: Any) -> Iterator[tuple[int, Any]]:
        base = 0
        for segment in segments:
            yield base, segment
            base += segment.doc_count_all()

    @cached_property
    def masks(self) -> Mapping[tuple[str, Any], int]:
        """The live documents, as bit sets, by kind, organization, topic or year."""
        masks: defaultdict[tuple[str, Any], int] = defaultdict(int)
        base = 0
        for segment in self.segments.values():
            for key, bits in segment.masks.items():
                masks[key] |= bits << base
            base += len(segment.facts)
        return {key: live for key, bits in masks.items() if (live := bits & self.live)}

    def in_order(self, order: str) -> Sequence[int]:
        """Return all documents sorted by ``order``: newest, oldest or title."""
        return self._by_title if order == "title" else self._by_day[order]

    @cached_property
    def _by_day(self) -> Mapping[str, Sequence[int]]:
        oldest = np.lexsort((self.ids, self.published)).tolist()
        return {"oldest": oldest, "newest": oldest[::-1]}

    @cached_property
    def _by_title(self) -> Sequence[int]:
        return sorted(np.argsort(self.ids, kind="stable").tolist(), key=self.titles.__getitem__)

    def _column(self, name: str) -> Numbers:
        columns = [segment.facts.numbers(name) for segment in self.segments.values()]
        return np.concatenate([np.zeros(0, np.int64), *columns]).astype(np.int64)

    @cached_property
    def ids(self) -> Numbers:
        """The resource of each document."""
        return self._column("id")

    @cached_property
    def published(self) -> Numbers:
        """The day on which each document was published, as an ordinal."""
        return self._column("published")

    @cached_property
    def lengths(self) -> Numbers:
        """The positions with terms of each document."""
        return self._column("length")

    @cached_property
    def mean_length(self) -> float:
        """The mean length of the entries."""
        return max(1.0, float(self.lengths.sum()) / max(1, self.size))

    @cached_property
    def titles(self) -> Sequence[str]:
        """The folded title of each document."""
        return [title for segment in self.segments.values() for title in segment.facts.texts("title")]

    @cached_property
    def doc_of(self) -> Mapping[int, int]:
        """The live document of each resource."""
        docs = array_of(self.live)
        return dict(zip(self.ids[docs].tolist(), docs.tolist(), strict=True))

    def stamps(self) -> Mapping[int, str]:
        """Return the version stamp of each resource that has a live document."""
        stamps = [stamp for segment in self.segments.values() for stamp in segment.facts.texts("stamp")]
        return {id_: stamps[doc] for id_, doc in self.doc_of.items()}

    def postings(self, name: str, term: str) -> Postings:
        """Return the posting list of ``term`` in the field ``name``. Raises IndexUnusable."""
        key = (name, term)
        with self._caching:
            if cached := self._cache.get(key):
                self._cache.move_to_end(key)
                return cached[0]
        postings, size = self._read(name, term.encode())
        with self._caching:
            if key not in self._cache:
                self._cache[key] = postings, size
                self._cached_bytes += size
            while self._cached_bytes > self.MOST_CACHED:
                _, (_, dropped) = self._cache.popitem(last=False)
                self._cached_bytes -= dropped
        return postings

    def _read(self, name: str, term: bytes) -> tuple[Postings, int]:
        """Return the posting list of a term, and about how many bytes it takes in memory."""
        parts = []
        base = 0
        try:
            for segment in self.segments.values():
                postings = segment.postings(name, term)
                if postings is not None:
                    parts.append((base, *postings))
                base += len(segment.facts)
        except DAMAGE as error:
            raise self._damaged(error) from error
        size = self.OF_TERM + sum(self.OF_POSTING * len(docs) + len(positions) for _, docs, _, positions in parts)
        return from_segments(parts) if parts else NO_POSTINGS, size

    def document_frequency(self, term: str) -> int:
        """Return the number of entries whose body has the term, including deleted entries. Raises IndexUnusable."""
        frequency = self._frequencies.get(term)
        if frequency is None:
            encoded = term.encode()
            try:
                frequency = sum(segment.fields["body"].frequency(encoded) for segment in self.segments.values())
            except DAMAGE as error:
                raise self._damaged(error) from error
            if len(self._frequencies) >= self.MOST_FREQUENCIES:
                self._frequencies.clear()
            self._frequencies[term] = frequency
        return frequency

    def terms_with_prefix(self, prefix: str, most: int) -> Sequence[str]:
        """Return up to ``most`` terms of the body that begin with ``prefix``, by descending document frequency.

        Raises IndexUnusable.
        """
        frequencies: defaultdict[str, int] = defaultdict(int)
        try:
            for segment in self.segments.values():
                for term, frequency in segment.fields["body"].beginning(prefix.encode()).items():
                    frequencies[term] += frequency
        except DAMAGE as error:
            raise self._damaged(error) from error
        return sorted(frequencies, key=lambda term: (-frequencies[term], term))[:most]

    def vocabularies(self) -> Iterator[str]:
        """Yield the terms of the body of each segment, sorted and between line breaks. Raises IndexUnusable."""
        for segment in self.segments.values():
            try:
                yield segment.vocabulary
            except DAMAGE as error:
                raise self._damaged(error) from error

    def docs_with_keyword(self, word: str) -> int:
        """Return the documents of which a word is a keyword, as a bit set. Raises IndexUnusable."""
        return self.postings("keywords", word).bits & self.live

    def _damaged(self, error: BaseException) -> IndexUnusable:
        """Mark the index as damaged, so that the writer rebuilds it, and return the exception to raise."""
        mark_damaged(self.folder)
        return IndexUnusable(f"The search index in {self.folder} is damaged: {error!r}.")


def mark_damaged(folder: Path) -> None:
    """Mark an index as damaged, so that the writer rebuilds it. On a full disk the next reader tries again."""
    with suppress(OSError):
        if folder.is_dir():
            (folder / "damaged").touch()

"""Writing: one change of the index, from arrays of postings and facts to segments.

A change deletes documents, adds others and merges segments; readers see all of it or nothing: Whoosh renames the new
table of contents into place when all files are written, and removes the files that it doesn't name, also those of a
writer that was killed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from hub.search.store import merging, posting_files, segments
from hub.search.store.arrays import Array
from hub.search.store.codec import Codec
from hub.search.store.facts import Facts
from hub.search.store.inverted import FIELDS, Inverted
from hub.search.store.merging import InMemory, Source
from hub.search.store.numbers import np
from hub.search.store.segments import KEYWORDS, Segment
from hub.search.store.snapshots import MappedStorage

# Chooses the segments to merge, by their numbers, from the number of all documents and of live ones in each.
Choose = Callable[[Sequence[int], Sequence[int]], Sequence[int]]

MOST_GATHERED = 8_000_000  # positions that are held in memory: some 100 MB while they are written
EXTENSIONS = (".trm", ".pst", ".col")
NONE = Inverted([], np.zeros(1, np.int64), *(np.zeros(0, np.int32) for _ in range(3)))


def _never() -> None:
    """Interrupt nothing."""


class Writer:
    """One change of the index in a folder; it holds Whoosh's lock of the folder until it is committed or canceled."""

    def __init__(self, folder: Path, timeout: float = 30.0, check: Callable[[], None] = _never) -> None:
        """Wait for the lock. ``check`` is called now and then while segments are written; it may raise.

        Raises whoosh.index.LockError after ``timeout`` seconds.
        """
        self._folder, self._check = folder, check
        index = MappedStorage(str(folder)).open_index()
        self._whoosh = index.writer(timeout=timeout, codec=Codec(), compound=False)
        self._gathered: list[tuple[Mapping[str, Inverted], Sequence[Facts]]] = []
        self._positions = 0  # gathered
        self._new: list[Any] = []  # Whoosh's segments

    @property
    def generation(self) -> int:
        """The generation of the index after the commit."""
        return int(self._whoosh.generation)

    def delete(self, doc: int) -> None:
        """Delete a document, which is numbered as in a `Snapshot` of the state before this change."""
        self._whoosh.delete_document(doc)

    def write(self, inverted: Mapping[str, Inverted], facts: Sequence[Facts]) -> None:
        """Add documents: ``facts`` has one item for each, and the postings number them from 0.

        ``inverted`` has the fields body, title and headings; a field without terms may be missing. May be called any
        number of times with 1 to some thousands of documents. They are gathered in memory, and make one segment, or
        several of `MOST_GATHERED` positions.
        """
        self._gathered.append((inverted, facts))
        self._positions += sum(len(field.positions) for field in inverted.values())
        if self._positions >= MOST_GATHERED:
            self._write_segment([])

    def commit(self, merge: Choose | None = None) -> None:
        """Write the segment, merge those that ``merge`` chooses into it, and make the new state the current one.

        ``merge`` sees only segments that were there before and have live documents; those without are dropped.
        If ``check`` raises, nothing has changed, and the caller must cancel.
        """

        def merged(_writer: Any, old: Sequence[Any]) -> Sequence[Any]:
            old = [segment for segment in old if segment.doc_count() > 0]
            sizes, live = [each.doc_count_all() for each in old], [each.doc_count() for each in old]
            chosen = set(merge(sizes, live)) if merge else set()
            self._write_segment([each for number, each in enumerate(old) if number in chosen])
            return [*(each for number, each in enumerate(old) if number not in chosen), *self._new]

        self._whoosh.commit(mergetype=merged)

    def cancel(self) -> None:
        """Give up the change, and leave the index as it was."""
        for segment in self._new:
            self._remove(self._folder / segment.segment_id())
        self._whoosh.cancel()

    def _write_segment(self, old: Sequence[Any]) -> None:
        """Write what is gathered, and the live documents of old segments, as one segment."""
        gathered, self._gathered, self._positions = self._gathered, [], 0
        opened = [Segment.opened(self._folder, each.segment_id()) for each in old]
        kept = [
            np.setdiff1d(np.arange(each.doc_count_all()), list(each.deleted_docs()), assume_unique=True) for each in old
        ]
        size = sum(len(facts) for _, facts in gathered) + sum(map(len, kept))
        if not size:
            return
        new = self._whoosh.codec.new_segment(self._whoosh.storage, self._whoosh.indexname)
        new.set_doc_count(size)
        stem = self._folder / new.segment_id()
        self._new.append(new)
        of_old = (segment.facts[doc] for segment, docs in zip(opened, kept, strict=True) for doc in docs.tolist())
        segments.write_facts(stem, chain(*(facts for _, facts in gathered), of_old))
        writer = posting_files.Writer(stem)
        try:
            for name in (*FIELDS, KEYWORDS):
                writer.add(name, merging.merged(list(_sources(name, gathered, opened, kept)), self._check))
        except BaseException:
            writer.abandon()
            raise
        writer.close()

    @staticmethod
    def _remove(stem: Path) -> None:
        for extension in EXTENSIONS:
            with suppress(OSError):
                stem.with_suffix(extension).unlink()


def _sources(
    name: str,
    gathered: Sequence[tuple[Mapping[str, Inverted], Sequence[Facts]]],
    opened: Sequence[Segment],
    kept: Sequence[Array],
) -> Iterator[Source]:
    """Yield the posting lists of a field with the new numbers of their documents."""
    base = 0
    for inverted, facts in gathered:
        field = segments.keywords_of(facts) if name == KEYWORDS else inverted.get(name, NONE)
        yield Source(InMemory(field), np.arange(base, base + len(facts)))
        base += len(facts)
    for segment, docs in zip(opened, kept, strict=True):
        numbers = np.full(len(segment.facts), -1)
        numbers[docs] = np.arange(base, base + len(docs))
        yield Source(segment.fields[name], numbers)
        base += len(docs)

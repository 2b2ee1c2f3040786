"""Postings: the documents of a term, a phrase or several terms, with their counts and positions."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property

from hub.search.store import coding
from hub.search.store.arrays import Array
from hub.search.store.bits import bits_of
from hub.search.store.numbers import np


class Postings:
    """A posting list: sorted documents with term frequencies. Never changed."""

    def __init__(
        self,
        docs: Array | Sequence[int],
        counts: Array | Sequence[int],
        bits: int | None,
        positions_in: Callable[[int], Sequence[int]],
    ) -> None:
        """``docs`` and ``counts`` become arrays of int32; ``bits`` is None if they are to be made from ``docs``."""
        self.docs: Array = np.asarray(docs, np.int32)
        self.counts: Array = np.asarray(counts, np.int32)
        self.positions_in = positions_in  # returns the sorted positions in a document
        if bits is not None:
            self.bits = bits

    @cached_property
    def bits(self) -> int:
        """The documents as a bit set."""
        return bits_of(self.docs, int(self.docs[-1]) + 1) if len(self.docs) else 0


NOTHING = np.zeros(0, np.int32)
NO_POSTINGS = Postings(NOTHING, NOTHING, 0, lambda _doc: ())


def _ends_of(counts: Array, data: bytes) -> Array:
    """Return the end of each document's bytes: every position has one byte without the eighth bit, its last."""
    last_bytes = np.flatnonzero(np.frombuffer(data, np.uint8) < coding.MORE)
    ends: Array = (last_bytes[np.cumsum(counts) - 1] + 1).astype(np.uint32)
    return ends


def positions_by_doc(counts: Array, data: bytes) -> Sequence[bytes]:
    """Return the encoded positions of each document of a term, given its counts and the bytes of all its positions."""
    ends = _ends_of(counts, data).tolist()
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


class _InSegment:
    """The positions of a term in the documents of one segment; decoded for the documents that are asked for."""

    def __init__(self, docs: Array, counts: Array, data: bytes) -> None:
        self._docs, self._counts, self._data = docs, counts, data

    @cached_property
    def _ends(self) -> Array:
        return _ends_of(self._counts, self._data)

    def positions_in(self, doc: int) -> Sequence[int]:
        """Return the sorted positions in a document."""
        at = int(self._docs.searchsorted(doc))
        if at == len(self._docs) or self._docs[at] != doc:
            return ()
        ends = self._ends
        return coding.positions_of(self._data[int(ends[at - 1]) if at else 0 : int(ends[at])])


def from_segments(parts: Sequence[tuple[int, Array, Array, bytes]]) -> Postings:
    """Return the postings of a term from its parts: the first document of a segment, the documents and counts, and bytes."""
    based = [(base, docs + base if base else docs, counts, data) for base, docs, counts, data in parts]
    readers = [_InSegment(docs, counts, data).positions_in for _, docs, counts, data in based]
    if len(based) == 1:
        return Postings(based[0][1], based[0][2], None, readers[0])
    bases = [base for base, *_ in based]

    def positions_in(doc: int) -> Sequence[int]:
        number = bisect_right(bases, doc) - 1
        return readers[number](doc) if number >= 0 else ()

    docs, counts = (np.concatenate([part[at] for part in based]) for at in (1, 2))
    return Postings(docs, counts, None, positions_in)


def union_of(posting_lists: Sequence[Postings]) -> Postings:
    """Return the postings of any of several terms."""
    posting_lists = [postings for postings in posting_lists if len(postings.docs)]
    if len(posting_lists) <= 1:
        return posting_lists[0] if posting_lists else NO_POSTINGS
    all_docs = np.concatenate([postings.docs for postings in posting_lists])
    sums = np.bincount(all_docs, np.concatenate([postings.counts for postings in posting_lists]))
    docs = np.flatnonzero(sums)
    return Postings(
        docs.astype(np.int32),
        sums[docs].astype(np.int32),
        None,
        lambda doc: sorted(position for postings in posting_lists for position in postings.positions_in(doc)),
    )

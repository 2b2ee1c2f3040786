"""Postings: the documents of a term, a phrase or several terms, with their counts and positions."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain

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
        self._parts: Sequence[tuple[int, _InSegment]] = ()  # of a stored list, each with its first document
        if bits is not None:
            self.bits = bits

    @cached_property
    def bits(self) -> int:
        """The documents as a bit set."""
        return bits_of(self.docs, int(self.docs[-1]) + 1) if len(self.docs) else 0

    @classmethod
    def stored(cls, docs: Array, counts: Array, parts: "Sequence[tuple[int, _InSegment]]") -> "Postings":
        """Return the posting list of a term from the parts that segments have of it."""
        bases = [base for base, _ in parts]

        def positions_in(doc: int) -> Sequence[int]:
            number = bisect_right(bases, doc) - 1
            return parts[number][1].positions_in(doc) if number >= 0 else ()

        postings = cls(docs, counts, None, parts[0][1].positions_in if len(parts) == 1 else positions_in)
        postings._parts = parts
        return postings

    def positions_of(self, docs: Array) -> tuple[Array, Array]:
        """Return the number of positions in each of sorted ``docs``, and all of these positions, one after the other."""
        if not self._parts:
            lists = [self.positions_in(doc) for doc in docs.tolist()]
            sizes = np.fromiter(map(len, lists), np.int64, len(lists))
            return sizes, np.fromiter(chain.from_iterable(lists), np.int64, int(sizes.sum()))
        cuts = np.searchsorted(docs, [base for base, _ in self._parts[1:]])
        of_parts = [
            part.positions_of(of_part) for (_, part), of_part in zip(self._parts, np.split(docs, cuts), strict=True)
        ]
        return np.concatenate([sizes for sizes, _ in of_parts]), np.concatenate([all_ for _, all_ in of_parts])


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

    def positions_of(self, docs: Array) -> tuple[Array, Array]:
        """Return the number of positions in each of ``docs``, and all of these positions, one after the other."""
        at = np.minimum(self._docs.searchsorted(docs.astype(self._docs.dtype)), len(self._docs) - 1)
        has = self._docs[at] == docs
        sizes = np.where(has, self._counts[at], 0).astype(np.int64)
        ends = self._ends.astype(np.int64)
        last = ends[at[has]]
        first = np.where(at[has] > 0, ends[at[has] - 1], 0)
        lengths = last - first
        places = np.arange(int(lengths.sum())) + np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
        gaps = coding.numbers_of(np.frombuffer(self._data, np.uint8)[places])
        of_having = sizes[has]
        return sizes, coding.summed(gaps, np.cumsum(of_having) - of_having, of_having)


def from_segments(parts: Sequence[tuple[int, Array, Array, bytes]]) -> Postings:
    """Return the postings of a term from its parts: the first document of a segment, the documents and counts, and bytes."""
    based = [(base, docs + np.int32(base), counts, data) for base, docs, counts, data in parts]
    in_segments = [(base, _InSegment(docs, counts, data)) for base, docs, counts, data in based]
    if len(based) == 1:
        return Postings.stored(based[0][1], based[0][2], in_segments)
    docs, counts = (np.concatenate([part[at] for part in based]) for at in (1, 2))
    return Postings.stored(docs, counts, in_segments)


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

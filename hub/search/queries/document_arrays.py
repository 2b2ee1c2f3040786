"""Documents as arrays: which of them are in a bit set, the best of them in order, and the places of words in them.

A place is a number: that of a document among those that are looked at, times `STRIDE`, and the position in it. So the
places of a word are one sorted array, and words that are near each other are found without a step for each document.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.search.store.numbers import np
from hub.search.store.snapshots import Postings, Snapshot, bits_of

Scores = np.ndarray[Any, np.dtype[np.float64]]
Docs = np.ndarray[Any, np.dtype[np.intp]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[np.int64]]

STRIDE = 1 << 32  # above every position


class Shares(Mapping[int, float]):
    """The share of the query's IDF weight that each document has, by sorted document."""

    def __init__(self, docs: Docs, shares: Scores) -> None:
        self.docs, self._shares = docs, shares

    def __getitem__(self, doc: int) -> float:
        at = int(np.searchsorted(self.docs, doc))
        if at == len(self.docs) or self.docs[at] != doc:
            raise KeyError(doc)
        return float(self._shares[at])

    def __iter__(self) -> Iterator[int]:
        return iter(self.docs.tolist())

    def __len__(self) -> int:
        return len(self.docs)


NO_SHARES = Shares(np.zeros(0, dtype=np.intp), np.zeros(0))


def flags_in(bits: int, size: int) -> Flags:
    """Return for each of ``size`` documents whether it is in a bit set."""
    packed = np.frombuffer(bits.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
    return np.unpackbits(packed, count=size, bitorder="little").view(np.bool_)


def located(wanted: Docs, docs: Docs) -> tuple[Docs, Flags]:
    """Return for each of ``wanted`` its index in the sorted ``docs``, and whether it is there at all."""
    if not len(docs):
        return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=np.bool_)
    at = np.minimum(np.searchsorted(docs, wanted), len(docs) - 1)
    return at, docs[at] == wanted


def best_in_order(snapshot: Snapshot, docs: Docs, scores: Scores, most: int) -> Docs:
    """Return the ``most`` best documents, best first; of equal ones the newest first, then the one added last.

    ``scores`` has the score of each of ``docs``.
    """
    if len(docs) > most:  # with all that are as good as the last one
        least = np.partition(scores, len(docs) - most)[len(docs) - most]
        good = scores >= least
        docs, scores = docs[good], scores[good]
    in_order = np.lexsort((-snapshot.ids[docs], -snapshot.published[docs], -scores.round(9)))
    return docs[in_order[:most]]


def places_in(postings: Postings, docs: Docs) -> Places:
    """Return the places of a word in sorted ``docs``; the number of a document is its number among these."""
    counts, positions = postings.positions_of(docs)
    places: Places = np.repeat(np.arange(len(docs)) * STRIDE, counts) + positions
    return places


def joined(places: Sequence[Places]) -> Places:
    """Return the places of any of several words."""
    return places[0] if len(places) == 1 else np.unique(np.concatenate([*places, np.zeros(0, dtype=np.int64)]))


def common(places: Places, others: Places) -> Places:
    """Return the places that both arrays have."""
    if not len(others):
        return others
    at = np.minimum(np.searchsorted(others, places), len(others) - 1)
    both: Places = places[others[at] == places]
    return both


def postings_at(places: Places, docs: Docs, size: int) -> Postings:
    """Return the posting list with these places in ``docs``."""
    numbers, starts, counts = np.unique(places // STRIDE, return_index=True, return_counts=True)
    positions = (places % STRIDE).tolist()
    ranges = dict(zip(docs[numbers].tolist(), zip(starts.tolist(), counts.tolist(), strict=True), strict=True))

    def positions_in(doc: int) -> Sequence[int]:
        start, count = ranges.get(doc, (0, 0))
        return positions[start : start + count]  # type: ignore[no-any-return]

    having = array("I", ranges)
    return Postings(having, array("I", counts.tolist()), bits_of(having, size), positions_in)

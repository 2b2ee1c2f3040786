"""Documents as arrays: which of them are in a bit set, and the best of them in order."""

from typing import Any

from hub.search.store.numbers import np
from hub.search.store.snapshots import Snapshot

Scores = np.ndarray[Any, np.dtype[np.float64]]
Docs = np.ndarray[Any, np.dtype[np.intp]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def flags_in(bits: int, size: int) -> Flags:
    """Return for each of ``size`` documents whether it is in a bit set."""
    packed = np.frombuffer(bits.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
    return np.unpackbits(packed, count=size, bitorder="little").view(np.bool_)


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

"""Sets of documents as bit sets in integers, which are fast to intersect and to count."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from hub.search.store.numbers import np


def bits_of(docs: Iterable[int], size: int) -> int:
    """Return a set of documents as a bit set in an integer; ``size`` is above the largest document."""
    flags = np.zeros(size, dtype=np.uint8)
    flags[docs if isinstance(docs, array | np.ndarray) else np.fromiter(docs, dtype=np.int64)] = 1
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def array_of(bits: int) -> "np.ndarray[Any, np.dtype[np.intp]]":
    """Return the documents of a bit set in order, as an array."""
    packed = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(packed, bitorder="little"))


def docs_of(bits: int) -> Sequence[int]:
    """Return the documents of a bit set in order."""
    return array_of(bits).tolist()  # type: ignore[no-any-return]

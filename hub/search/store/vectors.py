"""Vectors of pages as small integers: storing them, and comparing all of them with a question's. Uses NumPy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from numpy.typing import NDArray

from hub.search.store.numbers import np

Numbers = NDArray[np.float32]

LARGEST = 127  # of a stored integer
AT_ONCE = 1024  # rows that are compared at once, so that their numbers stay in the processor's cache


def packed(vector: Numbers) -> tuple[bytes, float]:
    """Return a vector as bytes, an integer each, and the number that all of them are multiplied with."""
    scale = float(np.abs(vector).max()) / LARGEST or 1.0
    return np.rint(vector / np.float32(scale)).astype(np.int8).tobytes(), scale


@dataclass(frozen=True)
class Block:
    """The vectors of one resource: a row for each part of a page, with the page's number."""

    version: int  # of the resource
    pages: NDArray[np.int32]
    rows: NDArray[np.int8]
    scales: Numbers

    @classmethod
    def of(cls, version: int, stored: Sequence[tuple[int, bytes, float]]) -> "Block":
        """Return the block of page numbers with `packed` vectors."""
        rows = np.frombuffer(b"".join(row for _, row, _ in stored), np.int8)
        pages = np.array([page for page, _, _ in stored], np.int32)
        scales = np.array([scale for _, _, scale in stored], np.float32)
        return cls(version, pages, rows.reshape(len(stored), -1), scales)

    @property
    def mean(self) -> Numbers:
        """The mean of the vectors, of length 1."""
        mean: Numbers = (self.rows * self.scales[:, None]).mean(0, dtype=np.float32)
        return mean / np.float32(np.linalg.norm(mean) or 1)


@dataclass(frozen=True)
class Vectors:
    """The vectors of a hub's pages, grouped by resource. Never changed: a change makes a new one."""

    blocks: Mapping[int, Block] = field(default_factory=dict)  # by resource
    resources: Sequence[int] = ()
    starts: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))  # the first row of each resource
    rows: NDArray[np.int8] = field(default_factory=lambda: np.zeros((0, 0), np.int8))
    scales: Numbers = field(default_factory=lambda: np.zeros(0, np.float32))
    pages: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    @classmethod
    def joined(cls, blocks: Mapping[int, Block]) -> "Vectors":
        """Return the vectors of all blocks. Each block's rows become a part of the whole, so nothing is held twice."""
        if not blocks:
            return cls()
        rows = np.concatenate([block.rows for block in blocks.values()])
        scales = np.concatenate([block.scales for block in blocks.values()])
        pages = np.concatenate([block.pages for block in blocks.values()])
        starts = np.cumsum([0, *(len(block.rows) for block in blocks.values())])
        parts = {
            id_: Block(block.version, pages[start:end], rows[start:end], scales[start:end])
            for (id_, block), start, end in zip(blocks.items(), starts[:-1], starts[1:], strict=True)
        }
        return cls(parts, list(blocks), starts[:-1], rows, scales, pages)

    def best(self, vector: Numbers, is_allowed: NDArray[np.bool_], most: int) -> Sequence[tuple[int, int, float]]:
        """Return the place in ``resources``, the page and the similarity of the nearest page of each resource.

        Best first, at most ``most``; only resources for which ``is_allowed``, given in the order of ``resources``.
        """
        if not len(self.rows) or not is_allowed.any():
            return []
        similar = self._similarities(vector)
        best = np.maximum.reduceat(similar, self.starts)
        places = np.flatnonzero(is_allowed)
        if len(places) > most:
            places = places[np.argpartition(-best[places], most - 1)[:most]]
        places = places[np.lexsort((places, -best[places]))]
        return [(int(place), self._page(int(place), similar), float(best[place])) for place in places]

    def _similarities(self, vector: Numbers) -> Numbers:
        """Return the similarity of each row. Integers become numbers in a buffer that fits into the cache."""
        products = np.empty(len(self.rows), np.float32)
        buffer = np.empty((AT_ONCE, self.rows.shape[1]), np.float32)
        for start in range(0, len(self.rows), AT_ONCE):
            part = self.rows[start : start + AT_ONCE]
            converted = buffer[: len(part)]
            converted[...] = part
            np.dot(converted, vector, out=products[start : start + len(part)])
        products *= self.scales
        return products

    def _page(self, place: int, similar: Numbers) -> int:
        start = self.starts[place]
        end = self.starts[place + 1] if place + 1 < len(self.starts) else len(self.rows)
        return int(self.pages[start + int(np.argmax(similar[start:end]))])

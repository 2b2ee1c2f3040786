"""Merging: the posting lists of a field from several sources as those of one, a range of terms at a time."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.search.store.arrays import Array
from hub.search.store.inverted import Inverted
from hub.search.store.numbers import np
from hub.search.store.posting_files import Field

AT_ONCE = 1_000_000  # positions, or bytes of posting lists, that are merged at once


class _Terms(Protocol):
    """The posting lists of a field, in memory or in a segment."""

    @property
    def places(self) -> Array:
        """How much comes before each term, and before the end."""

    def __len__(self) -> int: ...

    def term(self, number: int) -> bytes: ...

    def first_from(self, term: bytes) -> int: ...

    def part(self, start: int, end: int) -> Inverted: ...


class InMemory:
    """Posting lists in memory, as a source."""

    def __init__(self, inverted: Inverted) -> None:
        self._inverted = inverted
        self._positions = np.append(0, np.cumsum(inverted.counts, dtype=np.int64))
        self.places = self._positions[inverted.starts]

    def __len__(self) -> int:
        return len(self._inverted.terms)

    def term(self, number: int) -> bytes:
        """Return a term."""
        return self._inverted.terms[number]

    def first_from(self, term: bytes) -> int:
        """Return the number of the first term that isn't before ``term``."""
        return bisect_left(self._inverted.terms, term)

    def part(self, start: int, end: int) -> Inverted:
        """Return the posting lists of some terms."""
        whole = self._inverted
        if (start, end) == (0, len(whole.terms)):
            return whole
        first, last = int(whole.starts[start]), int(whole.starts[end])
        positions = whole.positions[self._positions[first] : self._positions[last]]
        starts = whole.starts[start : end + 1] - first
        return Inverted(whole.terms[start:end], starts, whole.docs[first:last], whole.counts[first:last], positions)


@dataclass(frozen=True)
class Source:
    """The posting lists of a field, with the new number of each of their documents; -1 for those that are dropped.

    All numbers of a source are above those of the sources before it.
    """

    terms: "_Terms | Field"
    numbers: Array


def merged(sources: Sequence[Source], check: Callable[[], None]) -> Iterator[Inverted]:
    """Yield the posting lists of all sources, in the order of terms; ``check`` is called before each part."""
    sources = [source for source in sources if len(source.terms)]
    if not sources:
        return
    size = sum(int(source.terms.places[-1] - source.terms.places[0]) for source in sources)
    starts = [0] * len(sources)
    for cut in (*_cuts(sources, size // AT_ONCE), None):
        check()
        ends = [len(source.terms) if cut is None else source.terms.first_from(cut) for source in sources]
        parts = [
            _renumbered(source.terms.part(start, end), source.numbers)
            for source, start, end in zip(sources, starts, ends, strict=True)
            if start < end
        ]
        if parts:
            yield joined(parts)
        starts = ends


def _cuts(sources: Sequence[Source], count: int) -> Sequence[bytes]:
    """Return terms between which the largest source has equal parts."""
    terms = max((source.terms for source in sources), key=lambda terms: int(terms.places[-1] - terms.places[0]))
    first, last = int(terms.places[0]), int(terms.places[-1])
    wanted = first + (last - first) * np.arange(1, count + 1) // (count + 1)
    numbers = np.unique(np.searchsorted(terms.places[:-1], wanted))
    return [terms.term(number) for number in numbers.tolist() if 0 < number < len(terms)]


def _renumbered(part: Inverted, numbers: Array) -> Inverted:
    docs = numbers[part.docs].astype(np.int32)
    kept = docs >= 0
    if kept.all():
        return Inverted(part.terms, part.starts, docs, part.counts, part.positions)
    positions = part.positions[np.repeat(kept, part.counts)]
    starts = np.append(0, np.cumsum(kept))[part.starts]
    return Inverted(part.terms, starts, docs[kept], part.counts[kept], positions)


def joined(parts: Sequence[Inverted]) -> Inverted:
    """Return all postings of several parts; the documents of each are above those of the parts before it."""
    if len(parts) == 1 and (np.diff(parts[0].starts) > 0).all():
        return parts[0]
    terms = sorted({term for part in parts for term in part.terms})
    number_of = {term: number for number, term in enumerate(terms)}
    of_postings = []
    for part in parts:
        numbers = np.fromiter(map(number_of.__getitem__, part.terms), np.int64, len(part.terms))
        of_postings.append(np.repeat(numbers, np.diff(part.starts)))
    term_of = np.concatenate(of_postings)
    order = np.argsort(term_of, kind="stable")
    counts = np.concatenate([part.counts for part in parts])
    first = np.cumsum(counts, dtype=np.int64) - counts
    docs, counts, first = np.concatenate([part.docs for part in parts])[order], counts[order], first[order]
    at = np.arange(int(counts.sum())) + np.repeat(first - (np.cumsum(counts, dtype=np.int64) - counts), counts)
    frequencies = np.bincount(term_of, minlength=len(terms))
    terms = [terms[number] for number in np.flatnonzero(frequencies).tolist()]
    starts = np.append(0, np.cumsum(frequencies[frequencies > 0]))
    return Inverted(terms, starts, docs, counts, np.concatenate([part.positions for part in parts])[at])

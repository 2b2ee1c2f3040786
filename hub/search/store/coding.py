"""The code of posting lists: arrays of postings to bytes and back, for many terms at once, without a step for each.

The bytes of a term are the gaps between its documents, its counts, and its positions. Gaps and counts have one, two or
four bytes each, as the largest of the term needs, and counts that are all 1 have none. Positions are gaps too, the
first of a document from 0: seven bits in each byte, the lowest first, and all bytes of a number but its last have the
eighth bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from hub.search.store.arrays import Array
from hub.search.store.inverted import Inverted
from hub.search.store.numbers import np

WIDTHS = np.array([1, 2, 4, 0])  # bytes of a number by the code of its width
LARGEST = np.array([0xFF, 0xFFFF])  # numbers of one and of two bytes
ALL_ONE = 3  # the code of counts that are all 1
KINDS = (np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))
MORE = 0x80  # the bit of a byte of a position that isn't the last one
LONGEST = 5  # bytes of a position
SHORT = 160  # bytes of positions that Python decodes sooner than NumPy
# A term's code: the code of the width of its gaps, and from bit `COUNTS` on that of its counts; the mask of either.
COUNTS, WIDTH = 2, 3


@dataclass(frozen=True)
class Encoded:
    """The bytes of the posting lists of some terms."""

    data: Array
    sizes: Array  # the bytes of each term
    codes: Array  # the code of each term
    frequencies: Array  # the documents of each term


def encoded(inverted: Inverted) -> Encoded:
    """Encode the posting lists of terms, of which each has at least one."""
    starts, counts = inverted.starts, inverted.counts
    frequencies = np.diff(starts)
    gaps = _gaps(inverted.docs, starts[:-1])
    first_of = np.cumsum(counts, dtype=np.int64) - counts
    position_gaps = _gaps(inverted.positions, first_of)
    lengths = _lengths(position_gaps)
    bytes_before = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=bytes_before[1:])
    positions_before = np.append(first_of, len(inverted.positions))[starts]
    of_positions = np.diff(bytes_before[positions_before])
    gap_codes, count_codes = _width_codes(gaps, starts), _width_codes(counts, starts)
    count_codes[np.maximum.reduceat(counts, starts[:-1]) == 1] = ALL_ONE
    for_gaps, for_counts = frequencies * WIDTHS[gap_codes], frequencies * WIDTHS[count_codes]
    sizes = for_gaps + for_counts + of_positions
    begin = np.cumsum(sizes) - sizes
    data = np.empty(int(sizes.sum()), np.uint8)
    _place(data, gaps, starts, begin, gap_codes)
    _place(data, counts, starts, begin + for_gaps, count_codes)
    moved = begin + for_gaps + for_counts - bytes_before[positions_before[:-1]]
    at = bytes_before[:-1] + np.repeat(moved, np.diff(positions_before))
    _place_positions(data, position_gaps, lengths, at)
    return Encoded(data, sizes, (gap_codes | count_codes << COUNTS).astype(np.uint8), frequencies)


def _gaps(numbers: Array, firsts: Array) -> Array:
    """Return the gap from the number before, or from 0 for the numbers at ``firsts``."""
    gaps = np.diff(numbers, prepend=0).astype(np.uint32)
    gaps[firsts] = numbers[firsts]
    return gaps


def summed(gaps: Array, firsts: Array, sizes: Array) -> Array:
    """Return the numbers of gaps: the reverse of `_gaps`; ``sizes`` has how many numbers begin at each of ``firsts``."""
    sums = np.cumsum(gaps, dtype=np.int64)
    return (sums - np.repeat(sums[firsts] - gaps[firsts], sizes)).astype(np.int32)


def _lengths(numbers: Array) -> Array:
    """Return the bytes of each position."""
    lengths = np.ones(len(numbers), np.uint8)
    for bits in range(7, 7 * LONGEST, 7):
        larger = numbers >= 1 << bits
        if not larger.any():
            break
        lengths += larger
    return lengths


def _width_codes(numbers: Array, starts: Array) -> Array:
    """Return the code of the width that the largest number of each term needs."""
    largest = np.maximum.reduceat(numbers, starts[:-1])
    return np.searchsorted(LARGEST, largest)


def _places(starts: Array, begin: Array, codes: Array, code: int) -> tuple[Array, Array]:
    """Return which numbers have a width, as flags, and the places of their bytes; ``begin`` is that of each term's first."""
    sizes = np.diff(starts)
    chosen = np.repeat(codes == code, sizes)
    first = np.repeat(begin - starts[:-1] * WIDTHS[code], sizes)[chosen]
    return chosen, first + np.flatnonzero(chosen) * WIDTHS[code]


def _place(data: Array, numbers: Array, starts: Array, begin: Array, codes: Array) -> None:
    """Put numbers in ``data``, those of each term from ``begin`` on."""
    for code in range(len(KINDS)):
        if not (codes == code).any():
            continue
        chosen, at = _places(starts, begin, codes, code)
        of_code = numbers[chosen]
        for byte in range(int(WIDTHS[code])):
            data[at + byte] = of_code >> 8 * byte & 0xFF


def _place_positions(data: Array, gaps: Array, lengths: Array, at: Array) -> None:
    """Put positions in ``data``, the first byte of each at ``at``."""
    for byte in range(int(lengths.max(initial=0))):
        if byte:
            longer = lengths > byte
            gaps, lengths, at = gaps[longer], lengths[longer], at[longer]
        data[at + byte] = gaps >> 7 * byte & 0x7F | np.where(lengths > byte + 1, MORE, 0)


def decoded(data: Array, terms: Sequence[bytes], sizes: Array, codes: Array, frequencies: Array) -> Inverted:
    """Decode the posting lists of terms that follow each other in ``data``. Raises ValueError if they are damaged."""
    starts = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(frequencies, out=starts[1:])
    begin = np.cumsum(sizes) - sizes
    gap_codes, count_codes = codes & WIDTH, codes >> COUNTS & WIDTH
    for_gaps, for_counts = (np.diff(starts) * WIDTHS[each] for each in (gap_codes, count_codes))
    docs = summed(_taken(data, starts, begin, gap_codes), starts[:-1], np.diff(starts))
    counts = _taken(data, starts, begin + for_gaps, count_codes).astype(np.int32)
    of_positions = sizes - for_gaps - for_counts
    before = np.cumsum(of_positions) - of_positions
    at = np.arange(int(of_positions.sum())) + np.repeat(begin + for_gaps + for_counts - before, of_positions)
    gaps = numbers_of(data[at])
    if len(gaps) != int(counts.sum()):
        message = "A posting list has another number of positions than its counts say."
        raise ValueError(message)
    positions = summed(gaps, np.cumsum(counts, dtype=np.int64) - counts, counts)
    return Inverted(terms, starts, docs, counts, positions)


def _taken(data: Array, starts: Array, begin: Array, codes: Array) -> Array:
    """Return the numbers that `_place` put in ``data``."""
    numbers = np.ones(int(starts[-1]), np.uint32)
    for code in range(len(KINDS)):
        if not (codes == code).any():
            continue
        chosen, at = _places(starts, begin, codes, code)
        of_code = data[at].astype(np.uint32)
        for byte in range(1, int(WIDTHS[code])):
            of_code |= data[at + byte].astype(np.uint32) << 8 * byte
        numbers[chosen] = of_code
    return numbers


def numbers_of(data: Array) -> Array:
    """Return the numbers of bytes with seven bits each."""
    if not len(data) or data.max() < MORE:
        return data.astype(np.uint32)
    ends = np.flatnonzero(data < MORE)
    first = np.empty_like(ends)
    first[:1], first[1:] = 0, ends[:-1] + 1
    numbers = (data[first] & 0x7F).astype(np.uint32)
    longer = np.flatnonzero(ends > first)
    for byte in range(1, LONGEST):
        if not len(longer):
            break
        numbers[longer] |= (data[first[longer] + byte] & 0x7F).astype(np.uint32) << 7 * byte
        longer = longer[ends[longer] - first[longer] > byte]
    return numbers


def positions_of(data: bytes) -> Sequence[int]:
    """Return the sorted positions of one term in one document."""
    if len(data) > SHORT:
        return np.cumsum(numbers_of(np.frombuffer(data, np.uint8)), dtype=np.int64).tolist()  # type: ignore[no-any-return]
    if data.isascii():  # one byte each
        return list(accumulate(data))
    positions: list[int] = []
    position = bits = number = 0
    for byte in data:
        number |= (byte & 0x7F) << bits
        if byte & MORE:
            bits += 7
        else:
            position += number
            positions.append(position)
            bits = number = 0
    return positions

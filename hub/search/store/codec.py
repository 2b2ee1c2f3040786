"""How the index keeps words and their places: fields, postings, and the pool in which they are sorted.

Whoosh's own format unpacks each posting by itself. This one keeps a block of postings as rows of numbers, each number
in as few bytes as the largest of its row needs: some ten times quicker to search, a quarter of the size.
"""

import marshal
import struct
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import Any

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3LeafMatcher, W3PostingsWriter
from whoosh.fields import STORED, FieldType, Schema
from whoosh.formats import Positions
from whoosh.writing import PostingPool

SMALL = 65_536  # places below it take two bytes each; the largest number that two bytes hold, plus one
WORTH_PACKING = 200  # bytes
# Before the rows of a block: how many postings, the last document, the largest weight, and how the rows are kept.
HEAD = struct.Struct("<IIfB")
LENGTH = struct.Struct("<i")
PACKED, WITH_ENDS = 1, 2  # bits of how; the other bits say how wide the documents' and the counts' numbers are
WIDTHS = "BHI"


# Fields


def encoded(places: Sequence[int]) -> bytes:
    """Places in rising order: two bytes each, or four and an odd one at the end when they are large."""
    return array("I", places).tobytes() + b"\n" if places and places[-1] >= SMALL else array("H", places).tobytes()


def decoded(value: bytes) -> "array[int]":
    """Return the places as they were."""
    return array("I", value[:-1]) if len(value) % 2 else array("H", value)


class Places(Positions):  # type: ignore[misc]
    """A posting is the places of a term in a field."""

    def encode(self, positions: Sequence[int]) -> bytes:
        """Places as they are kept."""
        return encoded(positions)

    def decode_positions(self, value: bytes) -> Sequence[int]:
        """Places as they were."""
        return decoded(value)

    def decode_frequency(self, value: bytes) -> int:
        """Return how many places there are."""
        return len(value) // (4 if len(value) % 2 else 2)


class Words(FieldType):  # type: ignore[misc]
    """Text whose terms are found, ranked, and known by their places."""

    def __init__(self) -> None:
        super().__init__(Places(), None)

    def index(self, value: Mapping[str, Sequence[int]], **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield the postings of one entry; ``value`` has the places of each term."""
        for term, places in value.items():
            yield _bytes_of(term), len(places), float(len(places)), encoded(places)


@lru_cache(maxsize=1 << 16)
def _bytes_of(term: str) -> bytes:
    """One object for each term: postings by the hundred thousand share it."""
    return term.encode()


def schema() -> Schema:
    """Return the fields of a resource's entry.

    ``body`` holds all that finds a resource; ``title`` and ``headings`` only rank it. ``facts`` is what is kept.
    """
    return Schema(body=Words(), title=Words(), headings=Words(), facts=STORED())


# Postings

Block = tuple[
    "array[int]", "array[int]", "array[int]", bytes
]  # documents, how often in each, where its places end, places


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's format with postings of our own."""

    length_stats = False  # the facts of an entry have its length

    def __init__(self) -> None:
        super().__init__(blocklimit=4_096)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> W3PostingsWriter:  # noqa: ARG002, FBT001, FBT002
        """Return what writes the postings of terms."""
        return _Writer(dbfile, blocklimit=self._blocklimit)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> "Matcher":
        """Return what reads the postings of one term."""
        offset, length = terminfo.extent()
        return Matcher(dbfile, offset, length, format_, term=term, scorer=scorer)


class _Writer(W3PostingsWriter):  # type: ignore[misc]
    def add_posting(self, id_: int, weight: float, vbytes: bytes, length: int | None = None) -> None:  # noqa: ARG002
        if len(self._ids) >= self._blocklimit:
            self._write_block()
        self._ids.append(id_)
        self._weights.append(weight)
        self._values.append(vbytes)
        if weight > self._maxweight:
            self._maxweight: float = weight

    def _write_block(self, last: bool = False) -> None:  # noqa: FBT001, FBT002 - Whoosh's hook
        file = self._postfile
        if not self._blockcount:
            file.write(WHOOSH3_HEADER_MAGIC)
        self._terminfo.add_block(self)
        how, data = packed(self._ids, array("I", map(int, self._weights)), self._values)
        about = HEAD.pack(len(self._ids), self._ids[-1], self._maxweight, how)
        length = len(about) + len(data)
        file.write(LENGTH.pack(-length if last else length) + about + data)
        self._blockcount += 1
        self._new_block()


def packed(ids: Sequence[int], counts: Sequence[int], values: Sequence[bytes]) -> tuple[int, bytes]:
    """Return a block's rows as bytes, and how they are kept: steps from document to document, counts, ends if they aren't
    told by the counts, places.
    """
    steps = list(ids[:1]) + [after - before for before, after in pairwise(ids)]
    step_width, count_width = _width(steps), _width(counts)
    lengths = list(map(len, values))
    told = all(length == 2 * count for length, count in zip(lengths, counts, strict=True))
    ends = b"" if told else array("I", accumulate(lengths)).tobytes()
    data = array(WIDTHS[step_width], steps).tobytes() + array(WIDTHS[count_width], counts).tobytes()
    data += ends + b"".join(values)
    how = (0 if told else WITH_ENDS) | step_width << 2 | count_width << 4
    return (how | PACKED, zlib.compress(data, 1)) if len(data) > WORTH_PACKING else (how, data)


def unpacked(count: int, how: int, data: bytes) -> Block:
    """Return the rows of a block of so many postings."""
    if how & PACKED:
        data = zlib.decompress(data)
    steps, at = _row(WIDTHS[how >> 2 & 3], data, 0, count)
    counts, at = _row(WIDTHS[how >> 4 & 3], data, at, count)
    if how & WITH_ENDS:
        ends, at = _row("I", data, at, count)
    else:
        ends = array("I", accumulate(2 * times for times in counts))
    return array("I", accumulate(steps)), array("I", counts), ends, data[at:]


def _width(numbers: Sequence[int]) -> int:
    largest = max(numbers)
    return 0 if largest < 256 else 1 if largest < SMALL else 2  # noqa: PLR2004 - one byte's numbers


def _row(width: str, data: bytes, at: int, count: int) -> "tuple[array[int], int]":
    row = array(width)
    end = at + count * row.itemsize
    row.frombytes(data[at:end])
    return row, end


class Matcher(W3LeafMatcher):  # type: ignore[misc]
    """Reads the postings of one term: as Whoosh does, one by one, or in blocks."""

    _data: Block | None
    _ids: Any
    _weights: Any
    _values: Any
    _lastblock: bool

    def blocks(self) -> Iterator[Block]:
        """Yield all postings, from the first on."""
        self.reset()
        while self.is_active():
            yield self._read_data()
            self._next_block()

    def _goto(self, position: int) -> None:
        self._data = self._ids = self._weights = self._values = None
        self._i = self._minlength = self._maxlength = 0
        [length] = LENGTH.unpack(self._postfile.get(position, LENGTH.size))
        self._lastblock = self._lastblock or length < 0
        begin = position + LENGTH.size
        self._blocklength, self._maxid, self._maxweight, self._compression = HEAD.unpack(
            self._postfile.get(begin, HEAD.size)
        )
        self._dataoffset, self._nextoffset = begin + HEAD.size, begin + abs(length)

    def _read_data(self) -> Block:
        data = self._postfile.get(self._dataoffset, self._nextoffset - self._dataoffset)
        return unpacked(self._blocklength, self._compression, data)

    def _read_ids(self) -> None:
        self._ids = self._loaded()[0]

    def _read_weights(self) -> None:
        self._weights = array("f", self._loaded()[1])

    def _read_values(self) -> None:
        _, _, ends, places = self._loaded()
        self._values = [places[begin:end] for begin, end in zip((0, *ends), ends, strict=False)]

    def _loaded(self) -> Block:
        if self._data is None:
            self._data = self._read_data()
        return self._data


class Pool(PostingPool):  # type: ignore[misc]
    """Postings until they are sorted; what doesn't fit into memory goes to temporary files, many at a time."""

    TOGETHER = 1_000
    ASKED_EVERY = 100_000

    def __init__(self, storage: Any, segment: Any, megabytes: int, go_on: Callable[[], None] | None = None) -> None:
        super().__init__(storage, segment, limitmb=megabytes)
        self._go_on = go_on
        self._count = 0

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """One posting."""
        self.currentsize += 130 + len(item[4])  # the term is shared
        if self.currentsize > self.limit:
            self.save()
        self.current.append(item)
        self._counted()

    def iter_postings(self) -> Iterator[Any]:
        """Yield all postings, sorted."""
        for item in super().iter_postings():
            self._counted()
            yield item

    def _counted(self) -> None:
        self._count += 1
        if self._go_on and not self._count % self.ASKED_EVERY:
            self._go_on()

    def _write_run(self, file: Any, items: Iterable[Any]) -> None:
        items = iter(items)
        while some := list(islice(items, self.TOGETHER)):
            marshal.dump(some, file)
        file.close()

    def _read_run(self, path: str) -> Iterator[Any]:
        file = self._open_run(path)
        try:
            while True:
                yield from marshal.load(file)  # noqa: S302 - our own file
        except EOFError:
            return
        finally:
            file.close()
            self._remove_run(path)

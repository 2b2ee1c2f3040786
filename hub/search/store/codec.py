"""The codec of the index: fields, posting lists, and the pool in which postings are sorted.

Whoosh's own format decodes each posting separately. This one stores a block of postings as arrays of numbers, each
array with the smallest width that holds its numbers: about ten times faster to search, and a quarter of the size.
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

SMALL = 65_536  # positions below it take two bytes each
WORTH_PACKING = 200  # bytes
# Before the arrays of a block: number of postings, last document, largest weight, the encoding, and the CRC-32 of
# these and the arrays, so that a search never answers from a damaged file.
HEAD = struct.Struct("<IIfBI")
COVERED = HEAD.size - 4  # bytes of the head before its checksum
LENGTH = struct.Struct("<i")
PACKED, WITH_ENDS = 1, 2  # bits of the encoding; the other bits are the widths of the documents and counts
WIDTHS = "BHI"


# Fields


def encode(positions: Sequence[int]) -> bytes:
    """Encode sorted positions: two bytes each, or four bytes each and an odd byte at the end if they are large."""
    if positions and positions[-1] >= SMALL:
        return array("I", positions).tobytes() + b"\n"
    return array("H", positions).tobytes()


def decode(value: bytes) -> "array[int]":
    """Decode positions."""
    return array("I", value[:-1]) if len(value) % 2 else array("H", value)


class Places(Positions):  # type: ignore[misc]
    """The format of postings: the positions of a term in a field. Its name is pickled into the index."""

    def encode(self, positions: Sequence[int]) -> bytes:
        """Encode positions."""
        return encode(positions)

    def decode_positions(self, value: bytes) -> Sequence[int]:
        """Decode positions."""
        return decode(value)

    def decode_frequency(self, value: bytes) -> int:
        """Return the number of positions."""
        return len(value) // (4 if len(value) % 2 else 2)


class Words(FieldType):  # type: ignore[misc]
    """The field type of text with positions. Its name is pickled into the index."""

    def __init__(self) -> None:
        super().__init__(Places(), None)

    def index(self, value: Mapping[str, Sequence[int]], **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield the postings of one entry; ``value`` has the positions of each term."""
        for term, positions in value.items():
            yield _bytes_of(term), len(positions), float(len(positions)), encode(positions)


@lru_cache(maxsize=1 << 16)
def _bytes_of(term: str) -> bytes:
    """Return the same bytes object for each occurrence of a term, which saves memory."""
    return term.encode()


def schema() -> Schema:
    """Return the schema of the index.

    ``body`` has all searchable text; ``title`` and ``headings`` are used only for ranking. ``facts`` is stored.
    """
    return Schema(body=Words(), title=Words(), headings=Words(), facts=STORED())


# Postings

# Documents, term frequencies, ends of each document's positions, encoded positions.
Block = tuple["array[int]", "array[int]", "array[int]", bytes]


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec with our own posting lists."""

    length_stats = False  # `Facts` has the length

    def __init__(self) -> None:
        super().__init__(blocklimit=4_096)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> W3PostingsWriter:  # noqa: ARG002, FBT001, FBT002
        """Return the writer of posting lists."""
        return _Writer(dbfile, blocklimit=self._blocklimit)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> "Matcher":
        """Return the reader of the posting list of one term."""
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
        encoding, data = pack(self._ids, array("I", map(int, self._weights)), self._values)
        head = HEAD.pack(len(self._ids), self._ids[-1], self._maxweight, encoding, 0)[:COVERED]
        head += struct.pack("<I", zlib.crc32(data, zlib.crc32(head)))
        length = len(head) + len(data)
        file.write(LENGTH.pack(-length if last else length) + head + data)
        self._blockcount += 1
        self._new_block()


def pack(ids: Sequence[int], counts: Sequence[int], values: Sequence[bytes]) -> tuple[int, bytes]:
    """Encode a block of postings, and return its encoding and its bytes.

    The bytes have the gaps between documents, the term frequencies, the ends of the positions unless the frequencies
    imply them, and the positions.
    """
    gaps = list(ids[:1]) + [after - before for before, after in pairwise(ids)]
    gap_width, count_width = _width(gaps), _width(counts)
    lengths = list(map(len, values))
    is_implied = all(length == 2 * count for length, count in zip(lengths, counts, strict=True))
    ends = b"" if is_implied else array("I", accumulate(lengths)).tobytes()
    data = array(WIDTHS[gap_width], gaps).tobytes() + array(WIDTHS[count_width], counts).tobytes()
    data += ends + b"".join(values)
    encoding = (0 if is_implied else WITH_ENDS) | gap_width << 2 | count_width << 4
    return (encoding | PACKED, zlib.compress(data, 1)) if len(data) > WORTH_PACKING else (encoding, data)


def unpack(count: int, encoding: int, data: bytes) -> Block:
    """Decode a block of ``count`` postings."""
    if encoding & PACKED:
        data = zlib.decompress(data)
    gaps, at = _read_array(WIDTHS[encoding >> 2 & 3], data, 0, count)
    counts, at = _read_array(WIDTHS[encoding >> 4 & 3], data, at, count)
    if encoding & WITH_ENDS:
        ends, at = _read_array("I", data, at, count)
    else:
        ends = array("I", accumulate(2 * frequency for frequency in counts))
    return array("I", accumulate(gaps)), array("I", counts), ends, data[at:]


def _width(numbers: Sequence[int]) -> int:
    largest = max(numbers)
    return 0 if largest < 256 else 1 if largest < SMALL else 2  # noqa: PLR2004 - fits into one byte


def _read_array(width: str, data: bytes, at: int, count: int) -> "tuple[array[int], int]":
    numbers = array(width)
    end = at + count * numbers.itemsize
    numbers.frombytes(data[at:end])
    return numbers, end


class Matcher(W3LeafMatcher):  # type: ignore[misc]
    """The reader of the posting list of one term: one posting at a time, as Whoosh does, or in blocks."""

    _data: Block | None
    _ids: Any
    _weights: Any
    _values: Any
    _lastblock: bool

    def blocks(self) -> Iterator[Block]:
        """Yield the whole posting list in blocks."""
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
        head = self._postfile.get(begin, HEAD.size)
        self._blocklength, self._maxid, self._maxweight, self._compression, self._checksum = HEAD.unpack(head)
        self._checksum_of_head = zlib.crc32(head[:COVERED])
        self._dataoffset, self._nextoffset = begin + HEAD.size, begin + abs(length)

    def _read_data(self) -> Block:
        data = self._postfile.get(self._dataoffset, self._nextoffset - self._dataoffset)
        if zlib.crc32(data, self._checksum_of_head) != self._checksum:
            message = "A block of postings has the wrong checksum."
            raise ValueError(message)
        return unpack(self._blocklength, self._compression, data)

    def _read_ids(self) -> None:
        self._ids = self._loaded()[0]

    def _read_weights(self) -> None:
        self._weights = array("f", self._loaded()[1])

    def _read_values(self) -> None:
        _, _, ends, positions = self._loaded()
        self._values = [positions[begin:end] for begin, end in zip((0, *ends), ends, strict=False)]

    def _loaded(self) -> Block:
        if self._data is None:
            self._data = self._read_data()
        return self._data


class Pool(PostingPool):  # type: ignore[misc]
    """The pool in which postings are sorted; those that don't fit into memory are spilled to temporary files in batches."""

    SPILLED_TOGETHER = 1_000
    CHECKED_EVERY = 100_000

    def __init__(self, storage: Any, segment: Any, megabytes: int, check: Callable[[], None] | None = None) -> None:
        super().__init__(storage, segment, limitmb=megabytes)
        self._check = check
        self._count = 0

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """Add a posting."""
        self.currentsize += 130 + len(item[4])  # the bytes of the term are shared
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
        if self._check and not self._count % self.CHECKED_EVERY:
            self._check()

    def _write_run(self, file: Any, items: Iterable[Any]) -> None:
        items = iter(items)
        while batch := list(islice(items, self.SPILLED_TOGETHER)):
            marshal.dump(batch, file)
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

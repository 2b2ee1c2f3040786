"""Files of named arrays, which are read by mapping them into memory, so that opening one costs no reading.

A file has the bytes `MAGIC`, the length of the list of arrays, this list (JSON: of each its name, type, place and number
of items), and the arrays, each at a multiple of 8 bytes and in little-endian order.
"""

import json
import mmap
import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from hub.search.store.numbers import np

Array = np.ndarray[Any, np.dtype[Any]]

MAGIC = b"HUBARR01"
LENGTH = struct.Struct("<Q")
ALIGNED = 8
UNSIGNED = (np.uint8, np.uint16, np.uint32, np.uint64)
NOTHING = b""


def narrowed(numbers: Array) -> Array:
    """Return numbers from 0 on in the smallest unsigned type that holds them."""
    largest = int(numbers.max(initial=0))
    return numbers.astype(next(kind for kind in UNSIGNED if largest <= np.iinfo(kind).max))


def write(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write a file of arrays, which are one-dimensional and of numbers."""
    listed: dict[str, tuple[str, int, int]] = {}
    at = 0
    for name, array in arrays.items():
        listed[name] = (array.dtype.str, at, len(array))
        at += _padded(array.nbytes)
    head = json.dumps(listed).encode()
    head += b" " * (_padded(len(head)) - len(head))
    with path.open("wb") as file:
        file.write(MAGIC + LENGTH.pack(len(head)) + head)
        for array in arrays.values():
            file.write(array.tobytes())
            file.write(bytes(_padded(array.nbytes) - array.nbytes))


def _padded(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED


def mapped(path: Path) -> mmap.mmap | bytes:
    """Return a file that is mapped into memory, so that processes share it. Raises OSError."""
    with path.open("rb") as file:
        file.seek(0, 2)
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else NOTHING


def read(path: Path) -> Mapping[str, Array]:
    """Return the arrays of a file, which stays mapped as long as one of them is used. Raises OSError or ValueError."""
    data = mapped(path)
    if data[: len(MAGIC)] != MAGIC:
        message = f"{path.name} is no file of arrays."
        raise ValueError(message)
    begin = len(MAGIC) + LENGTH.size
    [length] = LENGTH.unpack(data[len(MAGIC) : begin])
    listed = json.loads(data[begin : begin + length])
    start = begin + length
    return {
        name: np.frombuffer(data, np.dtype(kind), count, start + at) if count else np.zeros(0, np.dtype(kind))
        for name, (kind, at, count) in listed.items()
    }


# Texts, one after the other in an array of bytes, with the end of each in another


def of_texts(texts: Sequence[bytes], after: bytes = b"") -> tuple[Array, Array]:
    """Return the bytes of texts, each followed by ``after``, and the ends of the texts with what follows them."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + len(after))
    joined = after.join(texts) + (after if texts else b"")
    return np.frombuffer(joined, np.uint8), narrowed(ends)


def texts_of(joined: Array, ends: Array) -> Sequence[str]:
    """Return all texts."""
    whole = joined.tobytes()
    cuts = [0, *ends.tolist()]
    if whole.isascii():
        text = whole.decode()
        return [text[start:end] for start, end in pairwise(cuts)]
    return [whole[start:end].decode() for start, end in pairwise(cuts)]


def text_at(joined: Array, ends: Array, at: int) -> str:
    """Return one text."""
    return joined[int(ends[at - 1]) if at else 0 : int(ends[at])].tobytes().decode()

"""Fields: the terms and posting lists of a segment, written from whole arrays and read from mapped files.

A segment has these files, all of them `arrays` but the posting lists:

`.trm`  the terms. Of each field: ``terms``, the terms in the order of their bytes, each with a line break after it;
        ``ends``, where each ends; ``frequencies``, the documents of each; ``places``, where its posting list begins in
        `.pst`, with the end of the last one; ``codes``, how it is encoded (see `coding`) and whether it is a word.
        ``checks`` has the CRC-32 of each `PAGE` bytes of `.pst`, so that a search never answers from a damaged file.
`.pst`  the posting lists of all fields, one after the other.
`.col`  the columns of facts (see `facts`).

Besides body, title and headings there is the field ``keywords``: its terms are the keywords in lowercase and without
accents, its positions their ranks.
"""

import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO

from hub.search.store import arrays, coding
from hub.search.store.arrays import Array
from hub.search.store.inverted import Inverted
from hub.search.store.numbers import np

PAGE = 1 << 13  # bytes
IS_WORD = 0x80  # the bit of a code: the term has only letters, in lowercase
LINE_BREAK = ord("\n")
LAST = b"\xff"  # above every byte of UTF-8
NAMES = ("terms", "ends", "frequencies", "places", "codes")


class Writer:
    """Writes `.trm` and `.pst`."""

    def __init__(self, stem: Path) -> None:
        self._stem = stem
        self._file: IO[bytes] = stem.with_suffix(".pst").open("wb")
        self._place = 0
        self._tail = b""
        self._checks: list[int] = []
        self._arrays: dict[str, Array] = {}

    def add(self, name: str, parts: Iterator[Inverted]) -> None:
        """Write a field; ``parts`` have its terms, in order. Raises what ``parts`` raises."""
        terms: list[bytes] = []
        sizes, frequencies, codes = ([np.zeros(0, np.int64)] for _ in range(3))
        for part in parts:
            if part.terms:
                encoded = coding.encoded(part)
                self._append(encoded.data.tobytes())
                terms += part.terms
                sizes.append(encoded.sizes)
                frequencies.append(encoded.frequencies)
                codes.append(encoded.codes)
        words = np.fromiter(map(_is_word, terms), np.bool_, len(terms))
        places = np.concatenate([[self._place], self._place + np.cumsum(np.concatenate(sizes))])
        self._place = int(places[-1])
        joined, ends = arrays.of_texts(terms, b"\n")
        self._arrays |= {
            f"{name}.terms": joined,
            f"{name}.ends": ends,
            f"{name}.frequencies": arrays.narrowed(np.concatenate(frequencies)),
            f"{name}.places": arrays.narrowed(places),
            f"{name}.codes": np.concatenate(codes).astype(np.uint8) | np.where(words, np.uint8(IS_WORD), np.uint8(0)),
        }

    def _append(self, data: bytes) -> None:
        self._file.write(data)
        data = self._tail + data
        whole = len(data) - len(data) % PAGE
        view = memoryview(data)
        self._checks += [zlib.crc32(view[at : at + PAGE]) for at in range(0, whole, PAGE)]
        self._tail = data[whole:]

    def close(self) -> None:
        """Write the terms, and close the files."""
        self._file.close()
        checks = [*self._checks, zlib.crc32(self._tail)] if self._tail else self._checks
        arrays.write(self._stem.with_suffix(".trm"), self._arrays | {"checks": np.array(checks, np.uint32)})

    def abandon(self) -> None:
        """Close the file of a segment that is given up."""
        self._file.close()


def _is_word(term: bytes) -> bool:
    text = term.decode()
    return text.isalpha() and text.islower()


class Field:
    """The terms of a field, with the places of their posting lists; nothing is read until it is asked for."""

    def __init__(self, columns: Mapping[str, Array], bytes_at: Callable[[int, int], Array]) -> None:
        self._columns, self._bytes_at = columns, bytes_at
        self._terms, self._ends = columns["terms"].data, columns["ends"].data
        self.frequencies, self.places = columns["frequencies"], columns["places"]

    def __len__(self) -> int:
        return len(self._ends)

    def term(self, number: int) -> bytes:
        """Return a term."""
        return self._terms[self._ends[number - 1] if number else 0 : self._ends[number] - 1].tobytes()

    def terms(self, start: int, end: int) -> Sequence[bytes]:
        """Return some terms in order."""
        if start >= end:
            return []
        return self._terms[self._ends[start - 1] if start else 0 : self._ends[end - 1] - 1].tobytes().split(b"\n")

    def first_from(self, term: bytes) -> int:
        """Return the number of the first term that isn't before ``term``."""
        return bisect_left(range(len(self)), term, key=self.term)

    def find(self, term: bytes) -> int:
        """Return the number of a term; -1 if the field doesn't have it. Raises ValueError if the file was damaged."""
        number = self.first_from(term)
        if any(0 <= each < len(self) and not self._is_whole(each) for each in (number - 1, number)):
            message = "A term has no end or no documents."
            raise ValueError(message)
        return number if number < len(self) and self.term(number) == term else -1

    def _is_whole(self, number: int) -> bool:
        """Return False for what is read from a file that was cut off while it was open: zeros."""
        end = self._ends[number]
        return end > 0 and self._terms[end - 1] == LINE_BREAK and self.frequencies[number] > 0

    def beginning(self, prefix: bytes) -> Mapping[str, int]:
        """Return the terms that begin with ``prefix``, sorted, each with the number of documents that have it."""
        start, end = self.first_from(prefix), self.first_from(prefix + LAST)
        texts = b"\n".join(self.terms(start, end)).decode().split("\n") if start < end else ()
        return dict(zip(texts, self.frequencies[start:end].tolist(), strict=True))

    def frequency(self, term: bytes) -> int:
        """Return the number of documents that have a term. Raises ValueError if the file was damaged."""
        number = self.find(term)
        return int(self.frequencies[number]) if number >= 0 else 0

    def postings(self, number: int) -> tuple[Array, Array, bytes]:
        """Return the documents and counts of a term, and the bytes of its positions. Raises ValueError if damaged."""
        frequency, code = int(self.frequencies[number]), int(self._columns["codes"][number])
        data = self._bytes_at(int(self.places[number]), int(self.places[number + 1]))
        gap_code, count_code = code & coding.WIDTH, code >> coding.COUNTS & coding.WIDTH
        at = frequency * int(coding.WIDTHS[gap_code])
        docs = np.cumsum(data[:at].view(coding.KINDS[gap_code]), dtype=np.int32)
        if count_code == coding.ALL_ONE:
            return docs, np.ones(frequency, np.int32), data[at:].tobytes()
        end = at + frequency * int(coding.WIDTHS[count_code])
        return docs, data[at:end].view(coding.KINDS[count_code]).astype(np.int32), data[end:].tobytes()

    def part(self, start: int, end: int) -> Inverted:
        """Return the posting lists of some terms. Raises ValueError if damaged."""
        places = self.places[start : end + 1].astype(np.int64)
        data = self._bytes_at(int(places[0]), int(places[-1])) if start < end else np.zeros(0, np.uint8)
        codes, frequencies = self._columns["codes"][start:end].astype(np.int64), self.frequencies[start:end]
        return coding.decoded(data, self.terms(start, end), np.diff(places), codes, frequencies.astype(np.int64))

    @cached_property
    def words(self) -> str:
        """The terms that are words, each between line breaks: substring search in one string is fast."""
        is_word = self._columns["codes"] >= IS_WORD
        lengths: Array = np.diff(self._columns["ends"].astype(np.int64), prepend=0)
        return "\n" + self._columns["terms"][np.repeat(is_word, lengths)].tobytes().decode()

    @cached_property
    def text(self) -> str:
        """All terms, each between line breaks."""
        return "\n" + self._columns["terms"].tobytes().decode()


class Reader:
    """The fields of a segment, read from `.trm` and `.pst`. Threads may share it."""

    def __init__(self, stem: Path) -> None:
        """Map the files of a segment. Raises OSError or ValueError."""
        columns = arrays.read(stem.with_suffix(".trm"))
        self._data = np.frombuffer(arrays.mapped(stem.with_suffix(".pst")), np.uint8)
        self._checks = columns["checks"]
        names = {name.partition(".")[0] for name in columns} - {"checks"}
        self.fields = {
            name: Field({each: columns[f"{name}.{each}"] for each in NAMES}, self._bytes_at) for name in sorted(names)
        }

    def _bytes_at(self, start: int, end: int) -> Array:
        """Return bytes of the posting lists. Raises ValueError if a page of them has the wrong checksum."""
        for page in range(start // PAGE, -(-end // PAGE)):
            if zlib.crc32(self._data[page * PAGE : (page + 1) * PAGE].data) != self._checks[page]:
                message = "A page of posting lists has the wrong checksum."
                raise ValueError(message)
        return self._data[start:end]

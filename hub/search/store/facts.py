"""Facts: what the index knows of each document besides its words, stored in columns."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hub.search.rules.best_page import Bounds
from hub.search.store import arrays
from hub.search.store.arrays import Array
from hub.search.store.bits import bits_of
from hub.search.store.numbers import np


@dataclass(frozen=True)
class Facts:
    """The stored facts of an entry, for filters, sorting and permissions."""

    id: int
    stamp: str  # the version stamp, see `freshness.stamps`
    kind: str
    organization: str  # slug
    topics: tuple[str, ...]
    published: int  # ordinal of the day
    year: int
    audience: str  # public, network, or org:<id of the organization>
    title: str  # folded, for sorting
    length: int  # positions with terms in all of its text
    pages: bytes  # of each page the number, first position, end of heading, end, and role
    keywords: str  # the most frequent words as written, the most frequent first

    def page_bounds(self) -> Bounds:
        """Return the numbers, positions and roles of the pages."""
        bounds = array("I", self.pages)
        return Bounds(bounds[::5], bounds[1::5], bounds[2::5], bounds[3::5], bounds[4::5])


NUMBERS = ("id", "published", "year", "length")
CODED = ("kind", "organization", "audience")  # a number that stands for a text in a table of them
TEXTS = ("stamp", "title")
SEVERAL = ("topics", "keywords")  # several coded texts


class _Coded:
    """A column of texts that repeat: a number for each, and the texts that the numbers stand for."""

    def __init__(self) -> None:
        self._table: dict[str, int] = {}
        self._codes = array("I")
        self._ends = array("I")

    def add(self, texts: Iterable[str]) -> None:
        """Add the texts of a document."""
        table = self._table
        self._codes.extend([table.setdefault(text, len(table)) for text in texts])
        self._ends.append(len(self._codes))

    def columns(self, name: str) -> Mapping[str, Array]:
        """Return the columns; the texts of the table are sorted."""
        in_order = sorted(self._table)
        codes = np.empty(len(in_order), np.int64)
        codes[np.fromiter(map(self._table.__getitem__, in_order), np.int64, len(in_order))] = np.arange(len(in_order))
        joined, ends = arrays.of_texts([text.encode() for text in in_order])
        columns = {
            name: arrays.narrowed(codes[np.asarray(self._codes)]),
            f"{name}.table": joined,
            f"{name}.table.ends": ends,
        }
        return columns | ({f"{name}.ends": arrays.narrowed(np.asarray(self._ends))} if name in SEVERAL else {})


def columns_of(facts: Iterable[Facts]) -> Mapping[str, Array]:
    """Return the columns that hold facts, for `arrays.write`."""
    numbers = {name: array("q") for name in NUMBERS}
    coded = {name: _Coded() for name in (*CODED, *SEVERAL)}
    texts: dict[str, list[bytes]] = {name: [] for name in TEXTS}
    bounds, ends = array("I"), array("I")
    for fact in facts:
        for name, column in numbers.items():
            column.append(getattr(fact, name))
        for name in CODED:
            coded[name].add((getattr(fact, name),))
        coded["topics"].add(fact.topics)
        coded["keywords"].add(fact.keywords.split())
        for name, column_of_texts in texts.items():
            column_of_texts.append(getattr(fact, name).encode())
        bounds.frombytes(fact.pages)
        ends.append(len(bounds))
    columns = {name: arrays.narrowed(np.asarray(column)) for name, column in numbers.items()}
    for name, column_of_codes in coded.items():
        columns |= column_of_codes.columns(name)
    for name, column_of_texts in texts.items():
        columns[name], columns[f"{name}.ends"] = arrays.of_texts(column_of_texts)
    return columns | {"pages": arrays.narrowed(np.asarray(bounds)), "pages.ends": arrays.narrowed(np.asarray(ends))}


class Columns(Sequence[Facts]):
    """The facts of the documents of a segment, read from its columns; each item is made when it is asked for."""

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns["id"])

    def __getitem__(self, doc: Any) -> Any:
        """Return the facts of a document, or of a slice of them."""
        if isinstance(doc, slice):
            return [self[number] for number in range(*doc.indices(len(self)))]
        if not 0 <= doc < len(self):
            raise IndexError(doc)
        id_, published, year, length = (int(self._columns[name][doc]) for name in NUMBERS)
        kind, organization, audience = (self.table(name)[int(self._columns[name][doc])] for name in CODED)
        stamp, title = (arrays.text_at(self._columns[name], self._columns[f"{name}.ends"], doc) for name in TEXTS)
        topics, keywords = tuple(self._several("topics", doc)), " ".join(self._several("keywords", doc))
        pages = self._part("pages", doc).astype(np.uint32).tobytes()
        return Facts(id_, stamp, kind, organization, topics, published, year, audience, title, length, pages, keywords)

    def numbers(self, name: str) -> Array:
        """Return a column: id, published, year or length."""
        return self._columns[name]

    def texts(self, name: str) -> Sequence[str]:
        """Return a column: stamp or title."""
        return arrays.texts_of(self._columns[name], self._columns[f"{name}.ends"])

    def table(self, name: str) -> Sequence[str]:
        """Return the texts of a column of codes, sorted."""
        return self._tables[name]

    @cached_property
    def _tables(self) -> Mapping[str, Sequence[str]]:
        return {
            name: arrays.texts_of(self._columns[f"{name}.table"], self._columns[f"{name}.table.ends"])
            for name in (*CODED, *SEVERAL)
        }

    def _part(self, name: str, doc: int) -> Array:
        ends = self._columns[f"{name}.ends"]
        return self._columns[name][int(ends[doc - 1]) if doc else 0 : int(ends[doc])]

    def _several(self, name: str, doc: int) -> Iterator[str]:
        return map(self._tables[name].__getitem__, self._part(name, doc).tolist())

    def masks(self) -> Mapping[tuple[str, Any], int]:
        """Return the documents, as bit sets, by kind, organization, audience, year and topic."""
        everyone = np.arange(len(self))
        masks: dict[tuple[str, Any], int] = {}
        for name in CODED:
            masks |= self._masks(name, self.table(name), self._columns[name], everyone)
        years, codes = np.unique(self._columns["year"], return_inverse=True)
        masks |= self._masks("year", years.tolist(), codes, everyone)
        counts: Array = np.diff(self._columns["topics.ends"].astype(np.int64), prepend=0)
        masks |= self._masks("topic", self.table("topics"), self._columns["topics"], np.repeat(everyone, counts))
        return masks

    def _masks(self, name: str, values: Sequence[Any], codes: Array, docs: Array) -> Mapping[tuple[str, Any], int]:
        order = np.argsort(codes, kind="stable")
        cuts = np.searchsorted(codes[order], np.arange(len(values) + 1)).tolist()
        docs = docs[order]
        return {
            (name, value): bits_of(docs[cuts[code] : cuts[code + 1]], len(self)) for code, value in enumerate(values)
        }

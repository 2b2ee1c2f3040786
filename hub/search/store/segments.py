"""Segments: some documents of the index with their posting lists and facts, in files that never change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.search.rules.words import fold
from hub.search.store import arrays, posting_files
from hub.search.store.arrays import Array
from hub.search.store.facts import Columns, Facts, columns_of
from hub.search.store.inverted import Inverted
from hub.search.store.numbers import np
from hub.search.store.posting_files import Field

KEYWORDS = "keywords"


@dataclass
class Segment:
    """A segment without its deletions. It is immutable, so its values are cached, and threads may share it."""

    fields: Mapping[str, Field]
    facts: Columns

    @classmethod
    def opened(cls, folder: Path, name: str) -> "Segment":
        """Open a segment by mapping its files. Raises OSError or ValueError."""
        stem = folder / name
        return cls(posting_files.Reader(stem).fields, Columns(arrays.read(stem.with_suffix(".col"))))

    @cached_property
    def masks(self) -> Mapping[tuple[str, Any], int]:
        """The bit sets of entries by kind, organization, topic or year."""
        return self.facts.masks()

    @property
    def vocabulary(self) -> str:
        """The words of the body in lowercase, each between line breaks: substring search in one string is fast."""
        return self.fields["body"].words

    @property
    def keyword_text(self) -> str:
        """The keywords in lowercase and without accents, each between line breaks."""
        return self.fields[KEYWORDS].text

    def postings(self, name: str, term: bytes) -> tuple[Array, Array, bytes] | None:
        """Return the documents and counts of a term, and the bytes of its positions. Raises ValueError if damaged."""
        field = self.fields.get(name)
        number = field.find(term) if field is not None else -1
        return field.postings(number) if field is not None and number >= 0 else None

    def keywords_beginning(self, prefix: str) -> Mapping[str, int]:
        """Return the keywords that begin so, in lowercase and without accents, with the number of entries of each."""
        return self.fields[KEYWORDS].beginning(prefix.encode())


def keywords_of(facts: Iterable[Facts]) -> Inverted:
    """Return the field of keywords: as positions, their ranks."""
    ranks: dict[str, dict[int, list[int]]] = {}
    for doc, fact in enumerate(facts):
        for rank, word in enumerate(fact.keywords.split()):
            ranks.setdefault(word if word.isascii() else fold(word), {}).setdefault(doc, []).append(rank)
    return inverted_of(ranks)


def inverted_of(positions: Mapping[str, Mapping[int, Sequence[int]]]) -> Inverted:
    """Return posting lists from the sorted positions by term and document; documents are in order."""
    by_term = sorted((term.encode(), docs) for term, docs in positions.items() if docs)
    lists = [places for _, docs in by_term for places in docs.values()]
    sizes = np.fromiter((len(docs) for _, docs in by_term), np.int64, len(by_term))
    return Inverted(
        [term for term, _ in by_term],
        np.append(0, np.cumsum(sizes)),
        np.fromiter((doc for _, docs in by_term for doc in docs), np.int32, len(lists)),
        np.fromiter(map(len, lists), np.int32, len(lists)),
        np.array([place for places in lists for place in places], np.int32),
    )


def write_facts(stem: Path, facts: Iterable[Facts]) -> None:
    """Write the columns of facts of a segment."""
    arrays.write(stem.with_suffix(".col"), columns_of(facts))

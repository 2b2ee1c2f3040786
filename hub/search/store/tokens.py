"""Tokens: each word or compound as written that was seen, with a number, and its terms in arrays by that number."""

from array import array

from hub.search.rules import words as words_rules
from hub.search.store.arrays import Array
from hub.search.store.numbers import np

SHORTEST_KEYWORD = 3  # letters
# Tokens of a table that is given up for a new one: it takes some 400 bytes a token.
MOST_TOKENS = 200_000


class Tokens(dict[str, int]):
    """The number of each token that was seen: an unknown token is analyzed when it is looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []  # the token of each number
        self.terms: dict[str, int] = {}  # the number of each term
        self.names: list[str] = []  # the term of each number
        # Of each token: its positions, those with terms, the end of the last one with terms, and the end of its terms.
        self._positions, self._filled, self._extents, self._ends = array("i"), array("i"), array("i"), array("i", [0])
        self._term_numbers, self._offsets = array("i"), array("i")  # of each term of each token
        self._words = array("b")  # of each term whether it may be a keyword
        self._surfaces: dict[tuple[int, int], str] = {}

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self)
        self.texts.append(token)
        extent = filled = 0
        terms_of = words_rules.terms_of(token)
        for offset, terms in enumerate(terms_of):
            if terms:
                extent, filled = offset + 1, filled + 1
            for term in terms:
                known = self.terms.get(term)
                self._term_numbers.append(self._added(term) if known is None else known)
                self._offsets.append(offset)
        self._positions.append(len(terms_of))
        self._filled.append(filled)
        self._extents.append(extent)
        self._ends.append(len(self._offsets))
        return number

    def _added(self, term: str) -> int:
        self.terms[term] = number = len(self.names)
        self.names.append(term)
        self._words.append(len(term) >= SHORTEST_KEYWORD and term.isalpha() and term.islower())
        return number

    @property
    def is_full(self) -> bool:
        """Return True if the table should be given up, to bound the memory that it takes."""
        return len(self) >= MOST_TOKENS

    def surface(self, token: int, term: int) -> str:
        """Return the first word of a token that has the term, in lowercase; "" if no single word has it."""
        known = self._surfaces.get((token, term))
        if known is None:
            known = "".join(words_rules.surface_form(self.texts[token], self.names[term]))
            self._surfaces[token, term] = known
        return known

    # Arrays share the memory of the table, which can't grow while they are used.

    def positions(self, numbers: Array) -> Array:
        """Return the number of positions of each of these tokens."""
        return _shared(self._positions)[numbers]

    def filled(self, numbers: Array) -> Array:
        """Return the number of positions with terms of each of these tokens."""
        return _shared(self._filled)[numbers]

    def extents(self, numbers: Array) -> Array:
        """Return the end of the last position with terms of each of these tokens; 0 if it has none."""
        return _shared(self._extents)[numbers]

    def occurrences(self, numbers: Array) -> tuple[Array, Array, Array]:
        """Return the terms of these tokens one after the other, their offsets, and the index in ``numbers`` of each."""
        ends = _shared(self._ends)
        first = ends[numbers]
        counts = ends[numbers + 1] - first
        before = np.cumsum(counts, dtype=np.int32) - counts
        at = np.arange(counts.sum(), dtype=np.int32) + np.repeat(first - before, counts)
        of = np.repeat(np.arange(len(numbers), dtype=np.int32), counts)
        return _shared(self._term_numbers)[at], _shared(self._offsets)[at], of

    def may_be_keywords(self, terms: Array) -> Array:
        """Return of each of these terms whether it may be a keyword."""
        return np.frombuffer(self._words, np.bool_)[terms] if len(terms) else np.zeros(0, np.bool_)


def _shared(numbers: "array[int]") -> Array:
    return np.frombuffer(numbers, np.int32) if numbers else np.zeros(0, np.int32)

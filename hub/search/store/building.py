"""Building: the texts of many resources become posting lists, in arrays instead of an object for each posting.

Each distinct token is analyzed once; a text is then an array of numbers of tokens, from which NumPy makes the postings
of a whole batch. The fields ``title`` and ``headings`` have postings of the body too, at the same positions.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, starmap

from hub.search.rules import words as words_rules
from hub.search.store.arrays import Array
from hub.search.store.inverted import FIELDS, Inverted
from hub.search.store.numbers import np
from hub.search.store.tokens import Tokens

# Positions between two parts of a resource, so that no phrase matches across them.
GAP = 100
# Keywords of a resource, and how often an occurrence in its title or in a heading counts.
KEYWORDS, TITLE_WEIGHT, HEADING_WEIGHT = 40, 5, 2
# A batch that has more positions is written: its arrays take some 40 bytes a position while they are sorted.
MOST_POSITIONS = 3_000_000
BODY, TITLE, HEADINGS = range(3)  # the fields of parts
WEIGHTS = (TITLE_WEIGHT, HEADING_WEIGHT)


@dataclass(frozen=True)
class PageText:
    """The text of a page; ``notes`` are searched after it."""

    number: int
    heading: str
    text: str
    notes: str
    role: int


@dataclass(frozen=True)
class ResourceText:
    """All searchable text of a resource: its title, other parts such as its summary, and its pages."""

    title: str
    others: Sequence[str]
    pages: Sequence[PageText]

    @property
    def size(self) -> int:
        """The number of characters of its pages."""
        return sum(len(page.text) + len(page.notes) for page in self.pages)


@dataclass(frozen=True)
class Described:
    """What the text of a resource says about it: facts of its index entry."""

    length: int  # positions with terms
    pages: bytes  # of each page the number, first position, end of heading, end, and role
    keywords: str  # the most frequent words as written, the most frequent first


class _Parts:
    """The parts of a chunk of resources, each with its tokens, its document, its field and the gap after it."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens, self._doc = tokens, -1
        self.numbers: list[Array] = []  # of the tokens of each part
        self.gaps, self.docs, self.fields = array("i"), array("i"), array("b")
        self.pages = array("i")  # of each page the document, number, role, first part and last part

    def add(self, resource: ResourceText) -> None:
        """Add all parts of the next document."""
        self._doc += 1
        self._part(resource.title, TITLE, GAP)
        for other in resource.others:
            self._part(other, BODY, GAP)
        for page in resource.pages:
            first = len(self.docs)
            self._part(page.heading, HEADINGS, 1)
            self._part(page.text, BODY, 1 if page.notes else GAP)
            if page.notes:
                self._part(page.notes, BODY, GAP)
            self.pages.extend((self._doc, page.number, page.role, first, len(self.docs) - 1))

    def _part(self, text: str, field: int, gap: int) -> None:
        texts = words_rules.token_texts(words_rules.without_all_caps(text)) if text else ()
        self.numbers.append(np.fromiter(map(self._tokens.__getitem__, texts), np.int32, len(texts)))
        self.gaps.append(gap)
        self.docs.append(self._doc)
        self.fields.append(field)


@dataclass(frozen=True)
class _Occurrences:
    """Each occurrence of a term in a chunk: parallel arrays, by document and then by position."""

    terms: Array
    docs: Array
    positions: Array
    tokens: Array
    fields: Array


@dataclass(frozen=True)
class _Postings:
    """The postings of a field, by number of the term and then by document."""

    terms: Array
    docs: Array
    counts: Array
    positions: Array  # of all postings

    def of_docs_from(self, first: int) -> "_Postings":
        """Return the postings with documents that are numbered from ``first``."""
        return _Postings(self.terms, self.docs + np.int32(first), self.counts, self.positions)


class Builder:
    """A batch of documents, numbered from 0 as they are added, and their postings."""

    def __init__(self, tokens: Tokens) -> None:
        """Begin a batch; ``tokens`` may have the tokens of earlier ones."""
        self._tokens = tokens
        self._size = self._positions = 0
        self._postings: dict[str, list[_Postings]] = {name: [] for name in FIELDS}

    @property
    def is_full(self) -> bool:
        """Return True if the batch should be written, to bound the memory that it takes."""
        return self._positions >= MOST_POSITIONS or self._tokens.is_full

    def add(self, resources: Sequence[ResourceText]) -> Sequence[Described]:
        """Add the next documents, and return what their texts say about each.

        The documents that are added together take some 100 bytes for each of their words while they are analyzed.
        """
        if not resources:
            return []
        parts = _Parts(self._tokens)
        for resource in resources:
            parts.add(resource)
        occurrences, pages, lengths = _placed(parts, self._tokens, len(resources))
        body, tokens = _grouped(occurrences)
        chosen = [_grouped(_of_field(occurrences, field))[0] for field in (TITLE, HEADINGS)]
        keywords = _keywords(self._tokens, body, tokens, zip(chosen, WEIGHTS, strict=True), len(resources))
        for name, postings in zip(FIELDS, (body, *chosen), strict=True):
            self._postings[name].append(postings.of_docs_from(self._size))
        self._size += len(resources)
        self._positions += len(body.positions)
        return [Described(*each) for each in zip(lengths.tolist(), pages, keywords, strict=True)]

    def inverted(self) -> Mapping[str, Inverted]:
        """Return the posting lists of each field, and end the batch."""
        return {name: _inverted(self._tokens.names, self._postings.pop(name)) for name in FIELDS}


def _placed(parts: _Parts, tokens: Tokens, size: int) -> tuple[_Occurrences, Sequence[bytes], Array]:
    """Return the occurrences of terms in the parts; and of each document the bounds of its pages and its length."""
    numbers = np.concatenate(parts.numbers)
    lengths = np.fromiter(map(len, parts.numbers), np.int64, len(parts.numbers))
    docs, first_tokens = np.array(parts.docs, np.int32), np.cumsum(lengths) - lengths
    positions = tokens.positions(numbers)
    places = np.cumsum(positions, dtype=np.int32) - positions
    before = np.zeros(len(lengths), np.int32)
    has_tokens = lengths > 0
    before[has_tokens] = places[first_tokens[has_tokens]]
    places -= np.repeat(before, lengths)  # in their parts
    extents = _extents(places, tokens.extents(numbers), first_tokens, lengths)
    starts = _starts(extents + np.array(parts.gaps, np.int32), docs)
    token_docs = np.repeat(docs, lengths)
    filled = np.bincount(token_docs, tokens.filled(numbers), size).astype(np.int64)
    terms, offsets, of = tokens.occurrences(numbers)
    places += np.repeat(starts, lengths)
    fields = np.repeat(np.array(parts.fields, np.int8), lengths)
    occurrences = _Occurrences(terms, token_docs[of], places[of] + offsets, numbers[of], fields[of])
    return occurrences, _bounds(parts, starts, extents, size), filled


def _extents(places: Array, extents: Array, first_tokens: Array, lengths: Array) -> Array:
    """Return of each part the end of its last position with terms; 0 if it has none."""
    ends = np.where(extents > 0, places + extents, 0)
    of_parts = np.zeros(len(lengths), np.int32)
    has_tokens = lengths > 0
    if has_tokens.any():
        of_parts[has_tokens] = np.maximum.reduceat(ends, first_tokens[has_tokens])
    return of_parts


def _starts(steps: Array, docs: Array) -> Array:
    """Return the first position of each part in its document; ``steps`` are the positions from one part to the next."""
    before = np.cumsum(steps, dtype=np.int64) - steps
    firsts = np.flatnonzero(np.diff(docs, prepend=-1))
    return (before - np.repeat(before[firsts], np.diff(np.append(firsts, len(docs))))).astype(np.int32)


def _bounds(parts: _Parts, starts: Array, extents: Array, size: int) -> Sequence[bytes]:
    """Return the bounds of the pages of each document."""
    docs, numbers, roles, first, last = np.array(parts.pages, np.int64).reshape(-1, 5).T
    begin = starts[first]
    end = np.maximum(begin, starts[last] + extents[last])
    rows = np.stack((numbers, begin, starts[first + 1], end, roles), axis=1).astype(np.uint32)
    at = np.searchsorted(docs, np.arange(size + 1)).tolist()
    return [rows[begin:end].tobytes() for begin, end in pairwise(at)]


def _of_field(whole: _Occurrences, field: int) -> _Occurrences:
    at = np.flatnonzero(whole.fields == field)
    return _Occurrences(whole.terms[at], whole.docs[at], whole.positions[at], whole.tokens[at], whole.fields[at])


def _grouped(occurrences: _Occurrences) -> tuple[_Postings, Array]:
    """Return the postings, and the first token of each."""
    order = _order(occurrences.terms)
    terms, docs = occurrences.terms[order], occurrences.docs[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (terms[1:] != terms[:-1]) | (docs[1:] != docs[:-1])
    firsts = np.flatnonzero(is_first)
    counts = np.diff(np.append(firsts, len(order))).astype(np.int32)
    postings = _Postings(terms[firsts], docs[firsts], counts, occurrences.positions[order])
    return postings, occurrences.tokens[order[firsts]]


def _order(keys: Array) -> Array:
    """Return the indexes that sort numbers below 2³¹; equal ones stay in order. Quicker than NumPy's stable sort."""
    sorted_keys = np.sort(keys.astype(np.int64) << 32 | np.arange(len(keys)))
    return sorted_keys & 0xFFFFFFFF


def _keywords(
    tokens: Tokens, body: _Postings, first_tokens: Array, weighted: Iterable[tuple[_Postings, int]], size: int
) -> Sequence[str]:
    """Return the most frequent words of each document, each as written where it first occurs, the most frequent first."""
    scores = body.counts.astype(np.int64)
    postings = body.terms.astype(np.int64) * size + body.docs
    for field, weight in weighted:
        at = np.searchsorted(postings, field.terms.astype(np.int64) * size + field.docs)
        scores[at] += weight * field.counts
    chosen = np.flatnonzero((scores > 1) & tokens.may_be_keywords(body.terms))
    docs, terms = body.docs[chosen], body.terms[chosen]
    chosen = chosen[np.lexsort((_ranks(terms, tokens.names), -scores[chosen], docs))]
    cuts = np.searchsorted(body.docs[chosen], np.arange(size + 1)).tolist()
    candidates = list(zip(first_tokens[chosen].tolist(), body.terms[chosen].tolist(), strict=True))
    keywords = []
    for begin, end in pairwise(cuts):
        words = filter(None, starmap(tokens.surface, candidates[begin:end]))
        keywords.append(" ".join(islice(words, KEYWORDS)))
    return keywords


def _ranks(terms: Array, names: Sequence[str]) -> Array:
    """Return the rank of each term's name among the names of all of them."""
    used, at = np.unique(terms, return_inverse=True)
    return _alphabetical([names[number] for number in used.tolist()])[1][at]


def _alphabetical(names: Sequence[str]) -> tuple[Sequence[int], Array]:
    """Return the indexes of names in alphabetical order, which is that of their bytes, and the rank of each."""
    order = sorted(range(len(names)), key=names.__getitem__)
    ranks = np.zeros(len(names), np.int32)
    ranks[order] = np.arange(len(names), dtype=np.int32)
    return order, ranks


def _inverted(names: Sequence[str], chunks: list[_Postings]) -> Inverted:
    """Return the postings of all chunks as posting lists, and empty ``chunks``; ``names`` are those of terms."""
    chunks.append(_Postings(*(np.zeros(0, np.int32) for _ in range(4))))
    terms, docs, counts, positions = (
        np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in ("terms", "docs", "counts", "positions")
    )
    chunks.clear()
    is_used = np.zeros(len(names), np.bool_)
    is_used[terms] = True
    used = np.flatnonzero(is_used)
    used_names = [names[number] for number in used.tolist()]
    alphabetical, ranks = _alphabetical(used_names)
    rank_of = np.zeros(len(names), np.int32)
    rank_of[used] = ranks
    keys = rank_of[terms]
    order = _order(keys)
    starts = np.append(0, np.cumsum(np.bincount(keys, minlength=len(used))))
    before = np.cumsum(counts, dtype=np.int32) - counts
    moved = counts[order]
    at = np.repeat(before[order] - (np.cumsum(moved, dtype=np.int32) - moved), moved)
    at += np.arange(len(at), dtype=np.int32)
    terms_in_order = [used_names[number].encode() for number in alphabetical]
    return Inverted(terms_in_order, starts, docs[order], moved, positions[at])

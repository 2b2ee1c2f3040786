"""Building: the texts of many resources become posting lists, in arrays instead of an object for each posting.

Each distinct token is analyzed once; a text is then an array of numbers of tokens, from which NumPy makes the postings
of a whole batch. The fields ``title`` and ``headings`` have postings of the body too, at the same positions.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from hub.search.rules import words as words_rules
from hub.search.store.inverted import Inverted
from hub.search.store.numbers import np

# Positions between two parts of a resource, so that no phrase matches across them.
GAP = 100
# Keywords of a resource, and how often an occurrence in its title or in a heading counts.
KEYWORDS, TITLE_WEIGHT, HEADING_WEIGHT = 40, 5, 2
SHORTEST_KEYWORD = 3  # letters
# A batch that has more of these is written: its arrays take 40 bytes a posting while they are sorted.
MOST_POSTINGS, MOST_TOKENS = 4_000_000, 1_000_000
BODY, TITLE, HEADINGS = 0, 1, 2  # the fields of parts

Array = np.ndarray[Any, np.dtype[Any]]


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


@dataclass(frozen=True)
class Described:
    """What the text of a resource says about it: facts of its index entry."""

    length: int  # positions with terms
    pages: bytes  # of each page the number, first position, end of heading, end, and role
    keywords: str  # the most frequent words as written, the most frequent first


class Tokens(dict[str, int]):
    """The number of each token that was seen, with its terms: an unknown token is analyzed when it is looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: dict[str, int] = {}  # the number of each term
        # Of each token: its positions, those with terms, the end of the last one with terms, and the end of its terms.
        self.positions, self.filled, self.extents, self.ends = array("i"), array("i"), array("i"), array("q", [0])
        self.term_numbers, self.offsets = array("i"), array("i")  # of each term of each token

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self)
        extent = filled = 0
        terms_of = words_rules.terms_of(token)
        for offset, terms in enumerate(terms_of):
            if terms:
                extent, filled = offset + 1, filled + 1
            for term in terms:
                self.term_numbers.append(self.terms.setdefault(term, len(self.terms)))
                self.offsets.append(offset)
        self.positions.append(len(terms_of))
        self.filled.append(filled)
        self.extents.append(extent)
        self.ends.append(len(self.offsets))
        return number


class _Parts:
    """The parts of a chunk of resources, each with its tokens, its document, its field and the gap after it."""

    def __init__(self, tokens: Tokens, first_doc: int) -> None:
        self.tokens, self.doc = tokens, first_doc - 1
        self.numbers = array("i")  # of the tokens of all parts
        self.lengths, self.gaps, self.docs, self.fields = array("i"), array("i"), array("i"), array("b")
        self.pages = array("q")  # of each page the document, number, role, first part and last part

    def add(self, resource: ResourceText) -> None:
        """Add all parts of the next document."""
        self.doc += 1
        self._part(resource.title, TITLE, GAP)
        for other in resource.others:
            self._part(other, BODY, GAP)
        for page in resource.pages:
            first = len(self.docs)
            self._part(page.heading, HEADINGS, 1)
            self._part(page.text, BODY, 1 if page.notes else GAP)
            if page.notes:
                self._part(page.notes, BODY, GAP)
            self.pages.extend((self.doc, page.number, page.role, first, len(self.docs) - 1))

    def _part(self, text: str, field: int, gap: int) -> None:
        before = len(self.numbers)
        if text:
            texts = words_rules.token_texts(words_rules.without_all_caps(text))
            self.numbers.extend(map(self.tokens.__getitem__, texts))
        self.lengths.append(len(self.numbers) - before)
        self.gaps.append(gap)
        self.docs.append(self.doc)
        self.fields.append(field)


@dataclass(frozen=True)
class _Occurrences:
    """Each occurrence of a term: parallel arrays, by document and then by position."""

    terms: Array
    docs: Array
    positions: Array
    tokens: Array
    fields: Array


class Builder:
    """A batch of documents, numbered from 0 as they are added, and what the index has of them."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = Tokens() if tokens is None else tokens
        self.size = 0
        self.postings = 0
        self._occurrences: list[_Occurrences] = []
        self._lengths: list[Array] = []
        self._pages: list[bytes] = []

    @property
    def is_full(self) -> bool:
        """Return True if the batch should be written, to bound the memory that it takes."""
        return self.postings >= MOST_POSTINGS or len(self.tokens) >= MOST_TOKENS

    def add(self, resources: Sequence[ResourceText]) -> None:
        """Add the next documents."""
        parts = _Parts(self.tokens, self.size)
        for resource in resources:
            parts.add(resource)
        if not resources:
            return
        occurrences, starts, extents, lengths = _placed(parts)
        self._occurrences.append(occurrences)
        self.postings += len(occurrences.terms)
        docs = np.array(parts.docs, np.int64) - self.size
        self._lengths.append(np.bincount(docs, weights=lengths, minlength=len(resources)).astype(np.int64))
        self._pages += _bounds(parts, starts, extents, self.size, len(resources))
        self.size += len(resources)

    def inverted(self) -> tuple[Mapping[str, Inverted], Sequence[Described]]:
        """Return the posting lists of each field, and what the texts say about each document."""
        whole = _joined(self._occurrences)
        self._occurrences.clear()
        is_used = np.zeros(len(self.tokens.terms), np.bool_)
        is_used[whole.terms] = True
        names = [term for term, used in zip(self.tokens.terms, is_used.tolist(), strict=True) if used]
        order = sorted(range(len(names)), key=names.__getitem__)
        ranks = np.zeros(len(is_used), np.int32)
        ranks[np.flatnonzero(is_used)[order]] = np.arange(len(names), dtype=np.int32)
        names = [names[number] for number in order]
        keys = ranks[whole.terms]
        body = _grouped(keys, whole, None)
        fields = {"body": body, "title": _grouped(keys, whole, TITLE), "headings": _grouped(keys, whole, HEADINGS)}
        described = self._described(names, fields)
        encoded = [name.encode() for name in names]
        return {name: field.inverted(encoded) for name, field in fields.items()}, described

    def _described(self, names: Sequence[str], fields: Mapping[str, "_Field"]) -> Sequence[Described]:
        lengths = list(chain.from_iterable(each.tolist() for each in self._lengths))
        keywords = _keywords(names, fields, list(self.tokens), self.size)
        return [Described(*each) for each in zip(lengths, self._pages, keywords, strict=True)]


def _placed(parts: _Parts) -> tuple[_Occurrences, Array, Array, Array]:
    """Return the occurrences of terms in the parts; and of each part its first position, its extent and its length."""
    tokens = parts.tokens
    numbers, lengths = np.array(parts.numbers, np.int64), np.array(parts.lengths, np.int64)
    docs = np.array(parts.docs, np.int64)
    first_tokens = np.cumsum(lengths) - lengths
    ends = np.cumsum(np.array(tokens.positions, np.int64)[numbers])
    ends_before = np.concatenate(([0], ends))
    places = ends_before[:-1] - np.repeat(ends_before[first_tokens], lengths)  # of tokens in their parts
    extents = _extents(places, np.array(tokens.extents, np.int64)[numbers], first_tokens, lengths)
    starts = _starts(extents + np.array(parts.gaps, np.int64), docs)
    filled = np.concatenate(([0], np.cumsum(np.array(tokens.filled, np.int64)[numbers])))
    part_lengths = filled[first_tokens + lengths] - filled[first_tokens]
    term_ends = np.array(tokens.ends, np.int64)
    counts = term_ends[numbers + 1] - term_ends[numbers]
    total = np.cumsum(counts)
    # The term of each occurrence is the n-th of its token: n counts from 0 within each token.
    within = np.arange(total[-1] if len(total) else 0) - np.repeat(total - counts, counts)
    at = np.repeat(term_ends[numbers], counts) + within
    return (
        _Occurrences(
            np.array(tokens.term_numbers, np.int32)[at],
            np.repeat(np.repeat(docs, lengths), counts).astype(np.int32),
            (np.repeat(places + np.repeat(starts, lengths), counts) + np.array(tokens.offsets, np.int64)[at]).astype(
                np.int32
            ),
            np.repeat(numbers, counts).astype(np.int32),
            np.repeat(np.repeat(np.array(parts.fields, np.int8), lengths), counts),
        ),
        starts,
        extents,
        part_lengths,
    )


def _extents(places: Array, extents: Array, first_tokens: Array, lengths: Array) -> Array:
    """Return of each part the end of its last position with terms; 0 if it has none."""
    ends = np.where(extents > 0, places + extents, 0)
    of_parts = np.zeros(len(lengths), np.int64)
    has_tokens = lengths > 0
    if has_tokens.any():
        of_parts[has_tokens] = np.maximum.reduceat(ends, first_tokens[has_tokens])
    return of_parts


def _starts(steps: Array, docs: Array) -> Array:
    """Return the first position of each part in its document; ``steps`` are the positions from one part to the next."""
    before = np.cumsum(steps) - steps
    is_first = np.diff(docs, prepend=docs[0] - 1) > 0
    return before - np.repeat(before[is_first], np.diff(np.append(np.flatnonzero(is_first), len(docs))))


def _bounds(parts: _Parts, starts: Array, extents: Array, first_doc: int, size: int) -> Sequence[bytes]:
    """Return the bounds of the pages of each document."""
    docs, numbers, roles, first, last = np.array(parts.pages, np.int64).reshape(-1, 5).T
    begin = starts[first]
    rows = np.stack(
        (numbers, begin, starts[first + 1], np.maximum(begin, starts[last] + extents[last]), roles), axis=1
    ).astype(np.uint32)
    at = np.searchsorted(docs, np.arange(first_doc, first_doc + size + 1))
    return [rows[begin:end].tobytes() for begin, end in zip(at[:-1].tolist(), at[1:].tolist(), strict=True)]


def _joined(chunks: Sequence[_Occurrences]) -> _Occurrences:
    if not chunks:
        return _Occurrences(*(np.zeros(0, np.int32) for _ in range(4)), np.zeros(0, np.int8))
    names = ("terms", "docs", "positions", "tokens", "fields")
    return _Occurrences(*(np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in names))


@dataclass(frozen=True)
class _Field:
    """The posting lists of a field; ``ranks`` is the rank of each posting's term among all terms of the batch."""

    ranks: Array
    docs: Array
    counts: Array
    positions: Array
    tokens: Array  # the first token of each posting

    def inverted(self, names: Sequence[bytes]) -> Inverted:
        """Return the posting lists with the terms that this field has."""
        is_first = np.diff(self.ranks, prepend=-1) > 0
        firsts = np.flatnonzero(is_first)
        terms = [names[rank] for rank in self.ranks[firsts].tolist()]
        starts = np.append(firsts, len(self.ranks)).astype(np.int64)
        return Inverted(terms, starts, self.docs, self.counts, self.positions)


def _grouped(keys: Array, whole: _Occurrences, field: int | None) -> _Field:
    """Return the posting lists of a field, or of all; ``keys`` are the ranks of the terms of ``whole``."""
    if field is None:
        order = np.argsort(keys, kind="stable")
    else:
        chosen = np.flatnonzero(whole.fields == field)
        order = chosen[np.argsort(keys[chosen], kind="stable")]
    ranks, docs = keys[order], whole.docs[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (np.diff(ranks) != 0) | (np.diff(docs) != 0)
    firsts = np.flatnonzero(is_first)
    counts = np.diff(np.append(firsts, len(order))).astype(np.int32)
    return _Field(ranks[firsts], docs[firsts], counts, whole.positions[order], whole.tokens[order[firsts]])


def _keywords(names: Sequence[str], fields: Mapping[str, _Field], tokens: Sequence[str], size: int) -> Sequence[str]:
    """Return the most frequent words of each document, each as written where it first occurs, the most frequent first."""
    body = fields["body"]
    scores = body.counts.astype(np.int64)
    postings = body.ranks.astype(np.int64) * max(1, size) + body.docs
    for name, weight in (("headings", HEADING_WEIGHT), ("title", TITLE_WEIGHT)):
        field = fields[name]
        at = np.searchsorted(postings, field.ranks.astype(np.int64) * max(1, size) + field.docs)
        scores[at] += weight * field.counts
    is_word = np.array([len(n) >= SHORTEST_KEYWORD and n.isalpha() and n.islower() for n in names], np.bool_)
    chosen = np.flatnonzero((scores > 1) & is_word[body.ranks]) if len(names) else np.zeros(0, np.int64)
    chosen = chosen[np.lexsort((body.ranks[chosen], -scores[chosen], body.docs[chosen]))]
    ends = np.searchsorted(body.docs[chosen], np.arange(size + 1)).tolist()
    ranks, of_tokens = body.ranks[chosen].tolist(), body.tokens[chosen].tolist()
    keywords = []
    for begin, end in zip(ends[:-1], ends[1:], strict=True):
        words: list[str] = []
        for at in range(begin, end):
            words += words_rules.surface_form(tokens[of_tokens[at]], names[ranks[at]])
            if len(words) == KEYWORDS:
                break
        keywords.append(" ".join(words))
    return keywords

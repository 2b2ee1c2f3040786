"""Snippets: the passage of a page that a hit shows, with the words marked. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, pairwise

from hub.search.rules import marking as marking_rules
from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules
from hub.search.rules.flat import HEADING_END, ITEM_END, flat
from hub.search.rules.marking import Phrase, Wanted

LENGTH = 230  # characters of a snippet, at most, unless one word alone is longer
LEAD = 70  # characters shown before the first marked word, at most
MOST_KNOWN_WORDS = 4_000  # whose terms are kept for a query
CHUNK = 12_000  # characters of a long page that are tokenized
LONGEST_STEP_BACK = 20  # characters before a mark in the middle of a word that the snippet includes


BEGINNINGS = (". ", "! ", "? ", HEADING_END, ITEM_END)
SEPARATORS = HEADING_END + ITEM_END


@dataclass(frozen=True)
class Snippet:
    """A passage as plain text in parts, each with True if it is a matched word."""

    parts: tuple[tuple[str, bool], ...] = ()

    def __str__(self) -> str:
        """The text with **marked** words; its own double asterisks are left out."""
        shown = ((text.replace("**", ""), marked) for text, marked in self.parts)
        return "".join(f"**{text}**" if marked and text else text for text, marked in shown)

    @property
    def marks(self) -> int:
        """The number of marked words."""
        return sum(marked for _, marked in self.parts)

    @property
    def text(self) -> str:
        """The passage without marks."""
        return "".join(text for text, _ in self.parts)


def snippet(text: str, wanted: Collection[str], length: int = LENGTH) -> Snippet:
    """Return the passage of ``text`` in which the ``wanted`` terms are closest together, with matching words marked.

    Markdown syntax is left out, white space becomes single spaces, headings and list items stay apart from the text,
    and no word is cut unless one alone is longer than ``length``. Without any of the terms it is the beginning of the
    text.
    """
    text = flat(_chunk(text, wanted))
    hits = _hits(text, wanted)
    first, last = _closest(hits, length) if hits else (0, 0)
    begin = _begin(text, first, max(0, min(LEAD, (length - (last - first)) // 2)))
    end = _end(text, begin, begin + length)
    parts: list[tuple[str, bool]] = [("… ", False)] if begin else []
    done = begin
    for start, stop, _ in hits:
        if start >= begin and stop <= end:
            parts += [(text[done:start], False), (text[start:stop], True)]
            done = stop
    parts += [(text[done:end], False), (" …" if end < len(text) else "", False)]
    return Snippet(tuple(part for part in parts if part[0]))


def marked_words(text: str, wanted: Collection[str]) -> Snippet:
    """Return the whole ``text``, white space included, with the words that match the ``wanted`` terms marked."""
    parts: list[tuple[str, bool]] = []
    done = 0
    for start, stop, _ in _hits(text, wanted) if wanted else ():
        parts += [(text[done:start], False), (text[start:stop], True)]
        done = stop
    return Snippet(tuple(part for part in (*parts, (text[done:], False)) if part[0]))


def _chunk(text: str, wanted: Collection[str]) -> str:
    """Return the part of a long page that has the most terms; it compares strings and doesn't tokenize the page."""
    if len(text) <= CHUNK:
        return text
    roots = [term[:-1] if len(term) > 4 else term for term in wanted]  # noqa: PLR2004 - stemming may change the last letter
    edges = list(range(0, len(text), CHUNK))
    edges = [0, *(_after_space(text, edge) for edge in edges[1:]), len(text)]
    chunks = [text[begin:end] for begin, end in pairwise(edges) if begin < end]
    return max(chunks, key=lambda chunk: sum(root in chunk or root in words_rules.fold(chunk) for root in roots))


def _after_space(text: str, edge: int) -> int:
    space = text.find(" ", edge, edge + 200)
    return edge if space < 0 else space + 1


def _hits(text: str, wanted: Collection[str]) -> list[tuple[int, int, frozenset[str]]]:
    """Return the start and end of each word that matches a term, with the terms that it matches."""
    alone = wanted.alone if isinstance(wanted, Wanted) else frozenset(wanted)
    phrases = wanted.phrases if isinstance(wanted, Wanted) else ()
    tokens = words_rules.typed_words(text)
    matched = list(map(_matching(alone).__getitem__, tokens))
    for number, terms in (_in_phrases(tokens, phrases) if phrases else {}).items():
        matched[number] |= terms
    hits: list[tuple[int, int, frozenset[str]]] = []
    # Most words don't match, so only those that do are looked at one by one.
    for token, terms in zip(compress(words_rules.tokens(text), matched), filter(None, matched), strict=True):
        if unspaced_rules.is_run(token[0]):
            parts = unspaced_rules.spans(token[0], alone)
            hits += [(token.start() + start, token.start() + end, terms) for start, end, terms in parts]
        else:
            hits.append((token.start(), token.end(), terms))
    return hits


class _Matching(dict[str, frozenset[str]]):
    """The terms that each word of a text matches, looked up once for each word; some terms for a run that has any."""

    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__()
        self.wanted = wanted

    def __missing__(self, token: str) -> frozenset[str]:
        if unspaced_rules.is_run(token):
            terms = frozenset(term for _, _, each in unspaced_rules.spans(token, self.wanted) for term in each)
        else:
            terms = self.wanted.intersection(words_rules.all_terms_of(token))
        if len(self) < MOST_KNOWN_WORDS:
            self[token] = terms
        return terms


@lru_cache(maxsize=16)
def _matching(wanted: frozenset[str]) -> _Matching:
    """Return what the words of a text match. The pages of one search have many words in common."""
    return _Matching(wanted)


def _in_phrases(tokens: Sequence[str], phrases: Collection[Phrase]) -> dict[int, frozenset[str]]:
    """Return the numbers of the tokens that are part of a phrase, with its terms that they have."""
    terms_at: list[tuple[str, ...]] = []
    number_at: list[int] = []
    for number, token in enumerate(tokens):
        for terms in words_rules.terms_of(token):
            terms_at.append(terms)
            number_at.append(number)
    places: dict[int, frozenset[str]] = {}
    for at, matched in marking_rules.of_phrases(terms_at, phrases).items():
        places[number_at[at]] = places.get(number_at[at], frozenset()) | matched
    return places


def _closest(hits: Sequence[tuple[int, int, frozenset[str]]], length: int) -> tuple[int, int]:
    """Return the start and end of the run of hits that fits ``length`` and has the most distinct terms, then hits."""
    best, best_score = (hits[0][0], hits[0][1]), (0, 0)
    for number, (begin, end, _) in enumerate(hits):
        matched: set[str] = set()
        count = 0
        for _, stop, terms in hits[number:]:
            if stop - begin > length - 10:  # leaves room for a word around the hits
                break
            matched |= terms
            count += 1
            end = stop  # noqa: PLW2901 - the run grows
        if (len(matched), count) > best_score:
            best, best_score = (begin, end), (len(matched), count)
    return best


def _begin(text: str, first: int, lead: int) -> int:
    """Return the start of the passage: a sentence or word, at most ``lead`` characters before the first hit."""
    earliest = max(0, first - lead)
    if earliest == 0 or unspaced_rules.is_run(text[earliest]):
        return earliest
    before = text[earliest:first]
    sentences = [before.rindex(mark) + len(mark) for mark in BEGINNINGS if mark in before]
    if sentences:
        return earliest + max(sentences)
    space = text.find(" ", earliest, first)
    if space >= 0:
        return space + 1
    space = text.rfind(" ", 0, first)
    return space + 1 if first - space <= max(lead * 2, LONGEST_STEP_BACK) else first


def _end(text: str, begin: int, latest: int) -> int:
    """Return the end of the passage: the end of a word, unless one word fills it."""
    if latest >= len(text) or unspaced_rules.is_run(text[latest]):
        return min(latest, len(text))
    space = text.rfind(" ", begin + 1, latest + 1)
    if space <= begin:
        return latest
    shown = text[begin:space].rstrip(SEPARATORS)
    return begin + len(shown) if shown else space

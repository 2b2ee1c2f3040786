"""Which page of a resource is shown with a hit, and which passage of it. Pure."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hub.search.rules import words as words_rules
from hub.search.rules.plain import plain

LENGTH = 230  # characters of a snippet, at most (but for one endless word)
LEAD = 70  # characters shown before the first marked word, at most
CHUNK = 12_000  # characters of a long page that are looked at closely
LONGEST_STEP_BACK = 20  # characters of a word that a passage begins with, though its first mark is in the middle of it


@dataclass(frozen=True)
class Snippet:
    """A passage as plain text in parts; those that are True are the words that were searched for."""

    parts: tuple[tuple[str, bool], ...] = ()

    def __str__(self) -> str:
        """Plain text with **marked** words; asterisks of the text itself are left out."""
        shown = ((text.replace("**", ""), marked) for text, marked in self.parts)
        return "".join(f"**{text}**" if marked and text else text for text, marked in shown)

    @property
    def marks(self) -> int:
        """How many words are marked."""
        return sum(marked for _, marked in self.parts)

    @property
    def text(self) -> str:
        """The passage without marks."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True, order=True)
class Cover:
    """How well a page covers the query; the greater the better, what stands first counts first."""

    weight: float = 0.0  # of the different words that are on it, by their rarity
    together: int = 0  # how often two of them stand side by side, as they were typed
    in_title: int = 0  # how many of them are in its title
    times: int = 0  # how often they are there


def best_page(
    places: Sequence[Sequence[int]], weights: Sequence[float], starts: Sequence[int], title_ends: Sequence[int]
) -> int | None:
    """Return the page (counted from 0) that best covers the query: all words, then side by side, then title, then often.

    ``places`` has for each word of the query its sorted positions in the resource, ``weights`` its rarity;
    ``starts`` the position at which each page begins and ``title_ends`` that at which its title ends.
    None when no word is on any page. Of equal pages the first.
    """
    found: dict[int, Cover] = {}
    for number, (positions, weight) in enumerate(zip(places, weights, strict=True)):
        following = frozenset(places[number + 1]) if number + 1 < len(places) else frozenset()
        seen: set[int] = set()
        for position in positions:
            page = bisect_right(starts, position) - 1
            if page < 0:
                continue
            had = found.get(page, Cover())
            found[page] = Cover(
                had.weight + (0.0 if page in seen else weight),
                had.together + (position + 1 in following),
                had.in_title + (position < title_ends[page]),
                had.times + 1,
            )
            seen.add(page)
    return min(found, key=lambda page: (_descending(found[page]), page)) if found else None


def _descending(cover: Cover) -> tuple[float, int, int, int]:
    return -round(cover.weight, 6), -cover.together, -cover.in_title, -cover.times


def snippet(text: str, wanted: Collection[str], length: int = LENGTH) -> Snippet:
    """Return the passage of ``text`` in which the ``wanted`` terms stand closest, with the words that they find marked.

    Markdown's signs are left out, white space becomes single spaces, and no word is cut, unless one alone is longer
    than ``length``.
    Without any of the terms it is the beginning of the text.
    """
    text = " ".join(plain(_chunk(text, wanted)).split())
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
    """Return the whole ``text``, its white space as it is, with the words marked that the ``wanted`` terms find."""
    parts: list[tuple[str, bool]] = []
    done = 0
    for start, stop, _ in _hits(text, wanted) if wanted else ():
        parts += [(text[done:start], False), (text[start:stop], True)]
        done = stop
    return Snippet(tuple(part for part in (*parts, (text[done:], False)) if part[0]))


def _chunk(text: str, wanted: Collection[str]) -> str:
    """Return the part of a long page that has most of the terms, found without looking at each word."""
    if len(text) <= CHUNK:
        return text
    roots = [term[:-1] if len(term) > 4 else term for term in wanted]  # noqa: PLR2004 - a stem may change its last letter
    edges = list(range(0, len(text), CHUNK))
    edges = [0, *(_after_space(text, edge) for edge in edges[1:]), len(text)]
    chunks = [text[begin:end] for begin, end in pairwise(edges) if begin < end]
    return max(chunks, key=lambda chunk: sum(root in words_rules.fold(chunk) for root in roots))


def _after_space(text: str, edge: int) -> int:
    space = text.find(" ", edge, edge + 200)
    return edge if space < 0 else space + 1


def _hits(text: str, wanted: Collection[str]) -> list[tuple[int, int, frozenset[str]]]:
    """Return where words stand that the terms find, and which terms each meets."""
    wanted = frozenset(wanted)
    hits = []
    for piece in words_rules.pieces(text):
        terms = words_rules.all_terms_of(piece[0])
        if not wanted.isdisjoint(terms):
            hits.append((piece.start(), piece.end(), wanted.intersection(terms)))
    return hits


def _closest(hits: Sequence[tuple[int, int, frozenset[str]]], length: int) -> tuple[int, int]:
    """Begin and end of the run of hits that fits and meets most terms, then most often, then first."""
    best, best_score = (hits[0][0], hits[0][1]), (0, 0)
    for number, (begin, end, _) in enumerate(hits):
        met: set[str] = set()
        count = 0
        for _, stop, terms in hits[number:]:
            if stop - begin > length - 10:  # room for a word around it
                break
            met |= terms
            count += 1
            end = stop  # noqa: PLW2901 - the run grows
        if (len(met), count) > best_score:
            best, best_score = (begin, end), (len(met), count)
    return best


def _begin(text: str, first: int, lead: int) -> int:
    """Return where the passage begins: at a sentence or a word, at most ``lead`` characters before its first hit."""
    earliest = max(0, first - lead)
    if earliest == 0:
        return 0
    sentence = max(text.rfind(mark, earliest, first) for mark in (". ", "! ", "? "))
    if sentence >= 0:
        return sentence + 2
    space = text.find(" ", earliest, first)
    if space >= 0:
        return space + 1
    space = text.rfind(" ", 0, first)
    return space + 1 if first - space <= max(lead * 2, LONGEST_STEP_BACK) else first


def _end(text: str, begin: int, latest: int) -> int:
    """Return where the passage ends: after a whole word."""
    if latest >= len(text):
        return len(text)
    space = text.rfind(" ", begin + 1, latest + 1)
    return space if space > begin else latest

"""Words: how text becomes the terms that are indexed, searched and marked. Pure.

The same functions serve the index and the query, so that what is typed meets what is written:
inflections share a stem, accents don't count, and the parts of a part number are words of their own.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from whoosh.lang.porter import stem

# Words that stand in nearly every page: not indexed, and left out of a query (a phrase keeps their place).
STOP_WORDS = frozenset(
    [
        "a",
        "am",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "not",
        "of",
        "on",
        "or",
        "our",
        "she",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "you",
        "your",
    ]
)
LONGEST_TERM = 40  # characters; the rest of a longer run tells nothing
LONGEST_JOINED = 24  # characters of a compound that is also indexed as one word: "e-mail", "A-1312/B"
MOST_PARTS = 4
SHORTEST_DIGITS = 2  # of a run of digits inside a word such as 1312B that is found by itself
SHORTEST_LETTERS = 3
SEVERAL = 2  # spaces in a heading that may be in capitals for its looks alone
CAPITALS = range(2, 9)  # letters of a word in capitals that is found as an acronym too

# Letters and digits in a row, with what holds a compound together: A-1312/B, e-mail, O'Brien, 1,312.
_WORD = r"[\w\u0300-\u036f]+"
_JOINT = r"(?:[-/.&'\u2019+\u00ad\u2010\u2011]|(?<=\d),(?=\d{3}(?!\d)))"
_PIECE = re.compile(f"{_WORD}(?:{_JOINT}{_WORD})*")
_JOINTS = re.compile(r"[-/.&'\u2019+\u00ad\u2010\u2011,_]+")
_RUNS = re.compile(r"\d+|[^\d]+")

# Letters that Unicode doesn't take apart into a plain letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
)

Terms = tuple[str, ...]  # what may be found at one position


def pieces(text: str) -> Iterator[re.Match[str]]:
    """Return the words and compounds of a text, each with its place."""
    return _PIECE.finditer(text)


def spoken(text: str) -> str:
    """Return the text in small letters when all of it is in capitals: a heading's capitals tell no acronym from a word."""
    return text.lower() if text.count(" ") >= SEVERAL and text.isupper() else text


def all_pieces(text: str) -> Sequence[str]:
    """Return the words and compounds of a text, without their places."""
    return _PIECE.findall(text)


def spread(texts: Iterable[str], first: int = 0) -> Iterator[tuple[int, Terms]]:
    """Yield each position of the texts, counted on from ``first``, with the terms that stand there."""
    position = first
    for text in texts:
        for piece in _PIECE.findall(text):
            for terms in terms_of(piece):
                if terms:
                    yield position, terms
                position += 1


def as_written(texts: Iterable[str], terms: Iterable[str]) -> Mapping[str, str]:
    """For each of the terms that stand in the texts the first word that it is there, in small letters."""
    lacking = set(terms)
    found: dict[str, str] = {}
    for text in texts:
        for piece in _PIECE.findall(text):
            for word, term in _words_of(piece):
                if term in lacking:
                    found[term] = word.lower()
                    lacking.remove(term)
            if not lacking:
                return found
    return found


def written_in(piece: str, term: str) -> Sequence[str]:
    """Return the word of a compound that is the term, in small letters; none when it is made of several."""
    return [word.lower() for word, one in _words_of(piece) if one == term][:1]


@lru_cache(maxsize=1 << 15)
def _words_of(piece: str) -> tuple[tuple[str, str], ...]:
    return tuple((part, term_of(part)) for part in _parts(piece))


@lru_cache(maxsize=1 << 15)
def terms_of(piece: str) -> tuple[Terms, ...]:
    """Return the terms at each position that a word or compound takes, as they are indexed.

    "A-1312/B" takes three positions: a, 1312 and b, and the first also holds a1312b.
    """
    parts = _parts(piece)
    if not parts:
        return ()
    if len(parts) == 1:
        term = term_of(parts[0])
        return (tuple(_also(parts[0], term)) if term in STOP_WORDS else (term, *_also(parts[0], term)),)
    spread_out = [(term := term_of(part), *_also(part, term)) for part in parts]
    together = joined(piece)
    if together:
        spread_out[0] = (*spread_out[0], together)
    return tuple(spread_out)


@lru_cache(maxsize=1 << 15)
def all_terms_of(piece: str) -> Terms:
    """Return the terms of a word or compound, wherever in it they stand."""
    return tuple(term for terms in terms_of(piece) for term in terms)


@lru_cache(maxsize=1 << 12)
def reading(piece: str) -> tuple[Terms, str]:
    """Return how a typed word is looked for: its terms in a row, or instead of them one joined term ("" when there is none).

    A stop word by itself has no terms.
    """
    parts = _parts(piece)
    if not parts:
        return (), ""
    if len(parts) == 1:
        term = term_of(parts[0])
        return ((), "") if term in STOP_WORDS else ((term,), "")
    return tuple(term_of(part) for part in parts), joined(piece)


@lru_cache(maxsize=1 << 15)
def term_of(word: str) -> str:
    """Return the term of a single word: folded and cut to its stem; a stop word stays as it is."""
    folded = fold(word)[:LONGEST_TERM]
    if folded in STOP_WORDS or not folded.isalpha():
        return folded
    return str(stem(folded)) or folded


def fold(word: str) -> str:
    """Return the word without case and accents: "Núñez" is "nunez"."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).translate(_LETTERS)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold() or word


def joined(piece: str) -> str:
    """Return the compound as one term: "e-mail" is "email", "1,312" is 1312; "" when that would mean something else.

    Numbers that only look joined (2.0, 3/4, 2026-11-23) stay apart.
    """
    parts = _parts(piece)
    together = "".join(parts)
    if not 1 < len(parts) <= MOST_PARTS or len(together) > LONGEST_JOINED:
        return ""
    if together.isdigit() and "," not in piece:
        return ""
    return term_of(together)


def _parts(piece: str) -> Sequence[str]:
    """Return the words of a compound; the possessive "'s" belongs to its word."""
    if piece[-2:] in {"'s", "\u2019s"}:
        piece = piece[:-2]
    return [part for part in _JOINTS.split(piece) if part]


def _also(word: str, term: str) -> Iterator[str]:
    """Yield what else finds a single word: its capitals, which tell an acronym from a word, and the runs of a part number."""
    if word.isupper() and word.isalpha() and len(word) in CAPITALS:
        yield word
    if not (term.isalpha() or term.isdigit()):
        for run in _RUNS.findall(term):
            if run != term and len(run) >= (SHORTEST_DIGITS if run.isdigit() else SHORTEST_LETTERS):
                yield run if run.isdigit() else term_of(run)

"""The analyzer: how text becomes the terms that are indexed, searched and marked. Pure.

The index and the query use the same functions, so that typed words match written ones: inflections share a stem,
accents are ignored, and the parts of a part number are terms of their own. Scripts without spaces are cut into pairs of
letters (`unspaced`).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from hub.search.rules import amounts as amounts_rules
from hub.search.rules import designations as designations_rules
from hub.search.rules import spellings as spellings_rules
from hub.search.rules import stems as stems_rules
from hub.search.rules import unspaced as unspaced_rules

# Words on nearly every page: not indexed, and left out of a query (a phrase keeps their positions).
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
LONGEST_TERM = 40  # characters; longer runs are cut
LONGEST_JOINED = 24  # characters of a compound that is also indexed as one term, such as "A-1312/B"
MOST_PARTS = 4
SHORTEST_DIGITS = 2  # of a run of digits inside a word such as 1312B that is a term of its own
SHORTEST_LETTERS = 3
SEVERAL = 2  # spaces in a heading that may be all caps for style
CAPITALS = range(2, 9)  # letters of an all-caps word that is also indexed as an acronym

# Letters and digits in a row, and the joints of a compound: A-1312/B, O'Brien, 1,312. The signs of an amount belong to
# it: $3, .5, 50%.
_WORD = r"[\w\u0300-\u036f]+"
_FIRST = r"[\w$.\u0300-\u036f](?<![$.](?!\d))[\w\u0300-\u036f]*"
_JOINT = r"(?:[-/.&'\u2019+\u00ad\u2010\u2011]|(?<=\d),(?=\d{3}(?!\d)))"
_TOKEN = re.compile(f"{_FIRST}(?:{_JOINT}{_WORD})*%?")
# The same for a text with runs of letters that aren't words; only such texts are matched with it, since it is slower.
_OTHER_WORD = rf"(?:(?!{unspaced_rules.LETTER.pattern}){_WORD[:-1]})+"
_TOKEN_OR_RUN = re.compile(f"{unspaced_rules.RUN}|(?:[$.](?=\\d))?{_OTHER_WORD}(?:{_JOINT}{_OTHER_WORD})*%?")
_JOINTS = re.compile(r"[-/.&'\u2019+\u00ad\u2010\u2011_$%]+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[/.](?=\d)")
_RUNS = re.compile(r"\d+|[^\d]+")

# Letters that Unicode doesn't decompose into a plain letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
)

Terms = tuple[str, ...]  # at one position


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Return the words and compounds of a text as matches; letters without spaces between them are one match."""
    return (_TOKEN_OR_RUN if unspaced_rules.has_any(text) else _TOKEN).finditer(text)


def without_all_caps(text: str) -> str:
    """Return the text in lowercase if all of it is in capitals, where an acronym can't be told apart from a word."""
    return text.lower() if text.count(" ") >= SEVERAL and text.isupper() else text


def typed_words(text: str) -> Sequence[str]:
    """Return the words and compounds of a typed text; letters without spaces between them are one word."""
    return (_TOKEN_OR_RUN if unspaced_rules.has_any(text) else _TOKEN).findall(text)


def token_texts(text: str) -> Sequence[str]:
    """Return the words and compounds of a text to index; letters without spaces between them are cut into pairs."""
    if not unspaced_rules.has_any(text):
        return _TOKEN.findall(text)
    runs = ((token, unspaced_rules.is_run(token)) for token in _TOKEN_OR_RUN.findall(text))
    return [part for token, is_run in runs for part in (unspaced_rules.pairs(token) if is_run else (token,))]


def terms_by_position(texts: Iterable[str], first: int = 0) -> Iterator[tuple[int, Terms]]:
    """Yield each position in the texts, counted from ``first``, with its terms; positions without terms are left out."""
    position = first
    for text in texts:
        for token in token_texts(text):
            for terms in terms_of(token):
                if terms:
                    yield position, terms
                position += 1


def surface_form(token: str, term: str) -> Sequence[str]:
    """Return a list with the first word of a token that has the term, in lowercase; empty if no single word has it."""
    return [word.lower() for word, word_term in words_of(token) if word_term == term][:1]


@lru_cache(maxsize=1 << 15)
def words_of(token: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a token as written, each with its term."""
    return tuple((part, term_of(part)) for part in _parts(token))


@lru_cache(maxsize=1 << 15)
def terms_of(token: str) -> tuple[Terms, ...]:
    """Return the indexed terms at each position of a word or compound.

    "A-1312/B" has three positions: a, 1312 and b, and the first also has a1312b.
    """
    if unspaced_rules.is_run(token):
        return tuple(map(unspaced_rules.terms_of_pair, unspaced_rules.pairs(token)))
    parts = _parts(token)
    if not parts:
        return ()
    amounts = () if token.isalpha() else amounts_rules.terms_in(token)
    if len(parts) == 1:
        term = term_of(parts[0])
        also = (*_also(parts[0], term), *amounts)
        return (also if term in STOP_WORDS else (term, *also) if term not in also else also,)
    positions = [(term := term_of(part), *_also(part, term)) for part in parts]
    compound = compound_term(token)
    if compound or amounts:
        positions[0] = tuple(dict.fromkeys((*positions[0], *([compound] if compound else []), *amounts)))
    return tuple(positions)


@lru_cache(maxsize=1 << 15)
def all_terms_of(token: str) -> Terms:
    """Return the indexed terms of a word or compound at all of its positions."""
    return tuple(term for terms in terms_of(token) for term in terms)


def marked_terms(token: str) -> Terms:
    """Return the terms to mark in a text for a typed word or compound."""
    return query_terms(token)[0] if unspaced_rules.is_run(token) else all_terms_of(token)


@lru_cache(maxsize=1 << 12)
def query_terms(token: str) -> tuple[Terms, str]:
    """Return the terms that a typed word matches in a row, and the compound term that it matches instead ("" if none).

    A stop word alone has no terms. An amount or a date matches its canonical term: "$1.8M" matches 1800000.
    """
    if unspaced_rules.is_run(token):
        return tuple(unspaced_rules.pairs(token)), ""
    parts = _parts(token)
    if not parts:
        return (), ""
    if len(parts) == 1:
        term = term_of(parts[0])
        return ((), "") if term in STOP_WORDS else ((amounts_rules.term_of(token) or term,), "")
    return tuple(term_of(part) for part in parts), amounts_rules.term_of(token) or compound_term(token)


@lru_cache(maxsize=1 << 15)
def term_of(word: str) -> str:
    """Return the term of a single word: folded, in its normal form, and stemmed; a stop word isn't stemmed."""
    folded = fold(word)[:LONGEST_TERM]
    if folded in STOP_WORDS:
        return folded
    if not folded.isalpha():
        return designations_rules.singular(folded)
    return stems_rules.stem(spellings_rules.normal(folded)) or folded


def fold(word: str) -> str:
    """Return the word without case and accents: "Núñez" becomes "nunez"."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).translate(_LETTERS)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold() or word


def compound_term(token: str) -> str:
    """Return a compound as one term: "A-1312/B" becomes a1312b, "e-mail" becomes email; "" if it has no such term.

    Numbers that aren't one number (2.0, 3/4, 2026-11-23) have none, and 3.2-inch isn't 32-inch.
    """
    parts = _parts(token)
    together = "".join(parts)
    if not 1 < len(parts) <= MOST_PARTS or len(together) > LONGEST_JOINED or together.isdigit():
        return ""
    if ("." in token or "/" in token) and _BETWEEN_DIGITS.search(token):
        together = _JOINTS.sub(_kept_between_digits, _plain(token).strip("$.%"))
    return term_of(together)


def words_in(token: str) -> Sequence[str]:
    """Return the words of a compound: "A-1312/B" is A, 1312 and B; a run of letters without spaces is one word."""
    return [token] if unspaced_rules.is_run(token) else _parts(token)


def _parts(token: str) -> Sequence[str]:
    """Return the words of a compound without a possessive "'s"; 1,312 is one of them."""
    return [part for part in _JOINTS.split(_plain(token)) if part]


def _plain(token: str) -> str:
    """Return a compound without a possessive "'s" and without the commas of numbers."""
    return (token[:-2] if token[-2:] in {"'s", "\u2019s"} else token).replace(",", "")


def _kept_between_digits(joint: re.Match[str]) -> str:
    """Return a point or slash between digits, and "" for any other joint."""
    return joint[0] if _BETWEEN_DIGITS.match(joint.string, joint.start()) else ""


def _also(word: str, term: str) -> Iterator[str]:
    """Yield the other terms of a word: its capitals if it may be an acronym, and the runs of letters and digits in it."""
    if word.isupper() and word.isalpha() and len(word) in CAPITALS:
        yield word
    if not (term.isalpha() or term.isdigit()):
        for run in _RUNS.findall(term):
            if run != term and len(run) >= (SHORTEST_DIGITS if run.isdigit() else SHORTEST_LETTERS):
                yield run if run.isdigit() else term_of(run)

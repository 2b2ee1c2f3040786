"""Matching names with the beginning of a query, for suggestions. Pure."""

import re
from collections.abc import Iterable, Sequence

from hub.search.rules import words as words_rules

LONGEST = 100  # characters that are matched
_APART = re.compile(r"[^\w]+")
_LAST_WORD = re.compile(r"(?<!\S)[^\W\d_]{3,}\Z")


def normalized(text: str) -> str:
    """Return a name for comparison: folded, with one space before each word."""
    return " " + " ".join(_APART.sub(" ", words_rules.fold(text)).split())


def typed_words(text: str) -> Sequence[str]:
    """Return the normalized words typed so far; the last may be unfinished."""
    return normalized(text[:LONGEST]).split()


def matches_prefixes(name: str, typed: Sequence[str]) -> bool:
    """Return True if each typed word is a prefix of a word in the normalized name."""
    return all(f" {word}" in name for word in typed)


def rank(name: str, typed: Sequence[str]) -> tuple[int, int]:
    """Return a sort key for a normalized name: names that begin with the typed words first, then by position."""
    first = name.find(f" {typed[0]}") if typed else 0
    together = " " + " ".join(typed)
    return (0 if name.startswith(together) else 1 if together in name else 2, first)


def unfinished_word(text: str) -> str:
    """Return the last word if it may still be being typed (only letters, outside of a phrase), otherwise ""."""
    match = _LAST_WORD.search(text)
    return match[0] if match and text.count('"') % 2 == 0 and match[0] not in {"AND", "NOT", "OR"} else ""


def best(names: Iterable[tuple[str, str]], typed: Sequence[str], most: int) -> Sequence[str]:
    """Return the keys of the best matches, at most ``most``; ``names`` has pairs of key and normalized name."""
    matches = [(rank(name, typed), len(name), key) for key, name in names if matches_prefixes(name, typed)]
    return [key for _, _, key in sorted(matches)[:most]]

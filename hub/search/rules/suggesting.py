"""Which names what somebody has typed so far may become. Pure."""

import re
from collections.abc import Iterable, Sequence

from hub.search.rules import words as words_rules

LONGEST = 100  # characters that are looked at
_APART = re.compile(r"[^\w]+")
_LAST_WORD = re.compile(r"(?<!\S)[^\W\d_]{3,}\Z")


def spoken(text: str) -> str:
    """Return a name as it is compared: folded, with one space before each of its words."""
    return " " + " ".join(_APART.sub(" ", words_rules.fold(text)).split())


def typed_words(text: str) -> Sequence[str]:
    """Return the words typed so far, as they are compared; the last may be half a word."""
    return spoken(text[:LONGEST]).split()


def begins(name: str, typed: Sequence[str]) -> bool:
    """Return whether each of the words typed begins a word of the spoken name."""
    return all(f" {word}" in name for word in typed)


def rank(name: str, typed: Sequence[str]) -> tuple[int, int]:
    """Return how well a spoken name fits, the lower the better: begins so, then the earlier and the shorter."""
    first = name.find(f" {typed[0]}") if typed else 0
    together = " " + " ".join(typed)
    return (0 if name.startswith(together) else 1 if together in name else 2, first)


def unfinished(text: str) -> str:
    """Return the last word of what was typed, if somebody may still be typing it: letters alone, in no phrase; else ""."""
    match = _LAST_WORD.search(text)
    return match[0] if match and text.count('"') % 2 == 0 and match[0] not in {"AND", "NOT", "OR"} else ""


def best(names: Iterable[tuple[str, str]], typed: Sequence[str], most: int) -> Sequence[str]:
    """Of pairs of key and spoken name the keys of those that fit best, at most ``most``."""
    fitting = [(rank(name, typed), len(name), key) for key, name in names if begins(name, typed)]
    return [key for _, _, key in sorted(fitting)[:most]]

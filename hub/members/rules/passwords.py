"""The rule for new passwords: long enough, and not easy to guess. Pure.

NIST SP 800-63B asks for a minimum length and for a check against common passwords and the names at hand, and advises
against rules about kinds of characters.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from hub.core.errors import Refused

SHORTEST_PASSWORD = 10  # NIST SP 800-63B requires at least 8, and no composition rules
LONGEST_PASSWORD = 200  # Argon2 has no limit; this keeps requests small
# zxcvbn takes 0.04 s for 72 characters and 0.7 s for 200. What is hard to guess in its first 72 stays hard to guess.
LONGEST_CHECKED = 72
LONGEST_NAME_CHECKED = 200
MOST_NAMES = 40
FEWEST_GUESSES = 10**8  # zxcvbn's score 3: "safely unguessable: moderate protection from offline slow-hash scenario"
SHORTEST_WORD = 3  # of a name at hand, taken apart
FEWEST_OTHERS = 4  # letters and digits besides names: a name with a short ending is tried first
FEWEST_DIGITS = 9  # if there are only digits besides names: a name with a year, a date or a number is tried first, too
_WORD = re.compile(r"[^\W_]+")

_COMMON = "That password is one of the most common ones, so it’s tried first by anyone who guesses."
_NAMES = (
    "That password is made from a name that others know: yours, your email address, your organization’s or the hub’s."
)
_REASONS = {
    "repeat": "That password repeats the same characters or words, which is easy to guess.",
    "sequence": "That password is a sequence such as 12345 or abcde, which is easy to guess.",
    "spatial": "That password is a row of keys on the keyboard, which is easy to guess.",
    "date": "That password is a date, which is easy to guess.",
    "regex": "That password is a year, which is easy to guess.",
}
_SIMPLE = "That password is easy to guess."
ADVICE = "Use a few words that don’t belong together."

_checking = threading.Lock()  # zxcvbn keeps the names at hand in a dictionary of its module


def password_of(text: str, names: Iterable[str] = ()) -> str:
    """Return a typed new password; raises Refused when it is too short, too long, or easy to guess.

    ``names`` are those at hand: the person's name and email address, their organization and the hub. Takes up to 0.05 s.
    """
    if len(text) < SHORTEST_PASSWORD:
        raise Refused(f"Use a password of at least {SHORTEST_PASSWORD} characters. A few words are easy to remember.")
    if len(text) > LONGEST_PASSWORD:
        raise Refused(f"That password is too long. Use up to {LONGEST_PASSWORD} characters.")
    reason = _weakness(text, names)
    if reason:
        raise Refused(f"{reason} {ADVICE}")
    return text


def _weakness(text: str, names: Iterable[str]) -> str:
    """Return why a password is easy to guess, as a sentence; empty if it isn't."""
    # Takes 0.05 s and 5 MB, so only processes that set passwords load it.
    from zxcvbn import zxcvbn  # noqa: PLC0415 - slow, and rarely needed

    known = list(dict.fromkeys(word for name in names for word in _parts_of(name)))[:MOST_NAMES]
    checked = unicodedata.normalize("NFKC", text)[:LONGEST_CHECKED]
    if _is_mostly_names(_folded(checked), known):
        return _NAMES
    with _checking:
        result = zxcvbn(checked, user_inputs=known, max_length=LONGEST_CHECKED)
    return "" if result["guesses"] >= FEWEST_GUESSES else _reason(result["sequence"])


def _is_mostly_names(folded: str, known: Iterable[str]) -> bool:
    """Return True if a password has names, and too little besides. zxcvbn alone passes any three words."""
    rest = folded
    for word in sorted(filter(None, map(_folded, known)), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != folded and len(rest) < (FEWEST_DIGITS if rest.isdecimal() else FEWEST_OTHERS)


def _reason(sequence: list[dict[str, Any]]) -> str:
    """Return the sentence about the longest part that zxcvbn recognized."""
    longest = max(sequence, key=lambda part: len(part["token"]), default=None)
    if longest is None:
        return _SIMPLE
    if longest["pattern"] == "dictionary":
        dictionary = longest["dictionary_name"]
        return _NAMES if dictionary == "user_inputs" else _COMMON if dictionary == "passwords" else _SIMPLE
    return _REASONS.get(longest["pattern"], _SIMPLE)


def _parts_of(name: str) -> Iterator[str]:
    """Return a name as it may be typed: whole, without spaces and punctuation, and its words."""
    lower = unicodedata.normalize("NFKC", name).lower().strip()[:LONGEST_NAME_CHECKED]
    yield lower
    yield _folded(lower)
    yield from (word for word in _WORD.findall(lower) if len(word) >= SHORTEST_WORD)


def _folded(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))

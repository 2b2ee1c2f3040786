"""Names of speakers in front of their words: "Rosa Peña: Good morning." in captions and transcripts."""

import re
from collections import Counter
from collections.abc import Iterable

LONGEST_NAME = 80
MOST_WORDS = 8
OFTEN = 0.4

# A colon that follows a name is followed by white space: "10:30" and "https://" have no speaker.
PREFIX = re.compile(r"\s*(?:>>\s*|-\s+)?\[?(?P<name>[^\s:\[\]<>][^:\[\]<>\n]{0,79}?)\]?\s{0,9}:(?:\s+|$)")
# Tools that tell voices apart, but don't know them: "[Speaker 1] Good morning."
NUMBERED = re.compile(r"\s*[\[(](?P<name>(?:speaker|participant)[ _]?\w{1,3})[\])]:?\s+", re.IGNORECASE)
SMALL_WORDS = frozenset(
    [
        *("a", "al", "and", "at", "bin", "da", "de", "del", "den", "der", "di", "do", "dos", "du", "e", "el", "en"),
        *("et", "la", "le", "of", "the", "to", "und", "van", "von", "y"),
    ]
)


def split(text: str) -> tuple[str, str]:
    """Return the name that seems to open a text, and the rest; ("", text) when none does."""
    match = NUMBERED.match(text) or PREFIX.match(text)
    if match is None or not looks_like_a_name(match["name"]):
        return "", text
    return " ".join(match["name"].split()), text[match.end() :]


def looks_like_a_name(words: str) -> bool:
    """Return True if all words begin as in a name: "Rosa Peña (River Bend)", but not "The question is"."""
    parts = words.split()
    if not parts or len(words) > LONGEST_NAME or len(parts) > MOST_WORDS:
        return False
    if not any(character.isalpha() for character in words):
        return False
    return all(is_part_of_a_name(part) for part in parts) and parts[0].lower() not in {"http", "https", "note"}


def is_part_of_a_name(part: str) -> bool:
    """Return True if a word doesn't begin with a small letter, or is one that stands inside names."""
    first = next((character for character in part if character.isalnum()), "")
    return not first.islower() or part in SMALL_WORDS or any(character.isupper() for character in part)


def known(texts: Iterable[str]) -> frozenset[str]:
    """Return the names that open these texts; none when too few begin with one to be speakers."""
    total, names = 0, Counter[str]()
    for text in texts:
        total += 1
        if name := split(text)[0]:
            names[name] += 1
    if names.total() >= OFTEN * total:
        return frozenset(names)
    return frozenset(name for name, count in names.items() if count > 1)

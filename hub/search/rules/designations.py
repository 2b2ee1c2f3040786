"""Designations: letters with digits that people join and split as they like: ISO 9001, ISO9001, SP 800-171, C3PAOs. Pure."""

import re
from collections.abc import Iterator

_PLURAL = re.compile(r"(?P<one>(?:[a-z]+\d+[a-z]{2,}|[a-z]\d[a-z]))s")
# Letters, a number with its own joints, and letters of a revision: SP800-171, AS9100D.
_JOINED = re.compile(r"(?P<letters>[^\W\d_]{1,6})(?P<joint>-?)(?P<rest>\d+[^\W\d_]{0,2}(?:[./-]\w+)*)", re.ASCII)
_DIGITS_FIRST = re.compile(r"(?P<digits>\d{1,4})(?P<letters>[^\W\d_]{1,3})", re.ASCII)
_YEAR = re.compile(r"(?P<standard>\S*\d{3,})[ :](?:19|20)\d\d")
# Words before a number that may be a digit, a word or a Roman numeral.
_NUMBERED = {"class", "grade", "level", "part", "phase", "stage", "step", "tier", "title", "type"}
_NUMBERS = tuple(
    zip(
        map(str, range(1, 11)),
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
        strict=True,
    )
)
# Bodies that name the revision of a standard by a letter after its number.
_REVISED = {"AS", "EN", "IATF", "ISO", "SAE"}
_REVISION = re.compile(r"(?P<number>\d{3,})[A-Z]", re.ASCII)
# Numbers that are only one document's, so that they are found without the letters before them: 800-171, 252.204-7012.
OF_ITS_OWN = re.compile(r"\d{2,4}(?:\.\d{2,4})?-\d{2,4}", re.ASCII)


def singular(folded: str) -> str:
    """Return a folded acronym with digits without its plural s: c3paos becomes c3pao; other words are returned as is."""
    match = _PLURAL.fullmatch(folded)
    return match["one"] if match else folded


def split_forms(word: str) -> Iterator[str]:
    """Yield how else a joined designation is written: ISO9001 is ISO 9001, SP800-171 is SP 800-171, 3D is 3 D."""
    if year := _YEAR.fullmatch(word):
        yield year["standard"]
    if match := _DIGITS_FIRST.fullmatch(word):
        yield f"{match['digits']} {match['letters']}"
    match = _JOINED.fullmatch(word)
    if not match:
        return
    letters, rest = match["letters"], match["rest"]
    if not match["joint"]:
        yield f"{letters} {rest}"
    if OF_ITS_OWN.fullmatch(rest):
        yield rest
    number = without_revision(letters, rest)
    if number:
        yield from (f"{letters} {number}", f"{letters}{number}")


def without_revision(letters: str, number: str) -> str:
    """Return the number of a standard without the letter of its revision: 9100 of AS 9100D; "" if it has none."""
    match = _REVISION.fullmatch(number)
    return match["number"] if match and letters.upper() in _REVISED else ""


def numbered_forms(noun: str, number: str) -> Iterator[str]:
    """Yield how else a numbered thing is written: "Phase 2" is Phase two and Phase II; nothing for other words."""
    if noun.lower() not in _NUMBERED:
        return
    for names in _NUMBERS:
        if number.lower() in names:
            yield from (f"{noun} {name}" for name in names if name != number.lower())

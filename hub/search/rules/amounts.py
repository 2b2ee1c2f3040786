"""Amounts and periods as people write them: $1.8M, 1.8 million, 23.90, 50%, July 19, 2022, FY23. Pure.

A form that is one word gets a canonical term when it is indexed: "$1.8M" also has the term 1800000, which is that of
1,800,000. Forms of several words are searched as phrases, so that the index needs no terms for them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from hub.core import dates
from hub.search.rules import periods as periods_rules
from hub.search.rules.reading import Reading

MOST_WORDS = 4  # of a form: "third quarter of 2025"
LONGEST = 40  # characters of a form
MOST_DIGITS = 15  # of a number
# Whole numbers from here on are also written as thousands or millions; smaller ones may be years or part numbers.
LARGE = 10_000
THOUSAND = 1_000  # smaller decimals with zeros, such as 2.0, may be versions: they aren't the whole number
_UP_TO_TWENTY = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
IN_WORDS: Mapping[int, str] = {
    **dict(enumerate(_UP_TO_TWENTY, start=1)),
    **dict(zip(range(30, 100, 10), _TENS, strict=True)),
}
NUMBER_OF: Mapping[str, int] = {word: number for number, word in IN_WORDS.items()}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALE_OF = _SCALES | {
    "k": 10**3, "m": 10**6, "mm": 10**6, "mn": 10**6, "mln": 10**6, "mil": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12,
}  # fmt: skip
# Letters that mean a scale only after a dollar sign: 2B may be a part, 10T a press.
_ONLY_MONEY = {"b", "t", "mm"}

_NUMBER = r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)"
_SCALE = f"(?P<scale>{'|'.join(sorted(_SCALE_OF, key=len, reverse=True))})"
_WORD = f"(?P<word>{'|'.join(sorted(NUMBER_OF, key=len, reverse=True))})"
_FLAGS = re.ASCII | re.IGNORECASE
# Most words and whole numbers have nothing that an amount or a period could begin with, and cost next to nothing.
_MAY_HAVE_ANY = re.compile(r"\d[-/._%kmbtq]|[$.]\d|[yq][-'\u2019]?\d|\d{8}", _FLAGS)
# Within a word or compound: not the sections of 3.1.12, nor the 1.1 of D1.1.
_IN_TOKEN = re.compile(rf"(?P<money>\$)?(?<![\w.,]){_NUMBER}(?:-?{_SCALE})?(?P<percent>%)?(?![.,]?\w)", _FLAGS)
_AMOUNT = re.compile(
    rf"(?P<money>usd ?\$?|us ?\$|us dollars? |\$)?(?:{_NUMBER}|{_WORD})(?:[ -]?{_SCALE}s?)?(?P<after>(?: us)? dollars?| usd)?",
    _FLAGS,
)
_PERCENT = re.compile(rf"(?:{_NUMBER}|{_WORD})(?:%|[ -](?:percent|per[ -]cent|pct))", _FLAGS)


def terms_in(token: str) -> tuple[str, ...]:
    """Return the canonical terms of the amounts and periods in a word or compound: $1.8M has 1800000, 23.90 has 23.9.

    A whole number without a sign has none, since it is a term itself.
    """
    if not _MAY_HAVE_ANY.search(token):
        return ()
    return tuple(dict.fromkeys((*_amounts_in(token), *periods_rules.terms_in(token))))


def term_of(token: str) -> str:
    """Return the canonical term of a word that is one amount or period; "" if it is none, or a whole number."""
    if token.isalpha() or token.isdigit():
        return ""
    match = _IN_TOKEN.fullmatch(token)
    if match:
        return next(_terms_of(match), "")
    period = periods_rules.read(token)
    return period.term if period else ""


def read(text: str) -> Reading | None:
    """Return the amount or period that a text is, with its other forms; None if it is something else.

    Whole numbers below ``LARGE`` and decimals alone are None: they have no other forms, or may be years.
    """
    if len(text) > LONGEST:
        return None
    return _read_percent(text) or periods_rules.read(text) or _read_amount(text)


def _amounts_in(token: str) -> Iterator[str]:
    for match in _IN_TOKEN.finditer(token):
        yield from _terms_of(match)


def _terms_of(match: re.Match[str]) -> Iterator[str]:
    """Yield the terms of an amount in a token, the most exact first."""
    number, scale, money = match["number"], (match["scale"] or "").lower(), bool(match["money"])
    value = _value(number, scale)
    if value is None or not _is_amount(number, scale, money=money):
        return
    whole = _is_whole(value) and "." in number and not scale and not money and value < THOUSAND
    term = f"{int(value)}.0" if whole else _plain(value)
    if match["percent"]:
        yield f"{_plain(value)}%"
    if scale or "." in number:
        yield term


def _is_amount(number: str, scale: str, *, money: bool) -> bool:
    """Return True if the letters after a number are a scale: in 1.8M and $3M, but not in 3M and 2B."""
    if money or scale not in {"m", *_ONLY_MONEY}:
        return True
    return "." in number or (scale == "m" and len(number) > 1)


def _value(number: str, scale: str) -> Decimal | None:
    digits = number.replace(",", "")
    if len(digits) > MOST_DIGITS:
        return None
    return Decimal(digits) * _SCALE_OF.get(scale, 1)


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _plain(value: Decimal) -> str:
    """Return a number without needless zeros: 23.90 is 23.9, 1800000.0 is 1800000."""
    return str(int(value)) if _is_whole(value) else f"{value:f}".rstrip("0")


def _read_percent(text: str) -> Reading | None:
    match = _PERCENT.fullmatch(text)
    value = _typed_value(match, "") if match else None
    if value is None:
        return None
    number = _plain(value)
    word = IN_WORDS.get(int(value), "") if _is_whole(value) else ""
    forms = (f"{name} {sign}" for name in (number, word) if name for sign in ("percent", "per cent"))
    return Reading(f"{number}%", (f"{number}%", *forms))


def _read_amount(text: str) -> Reading | None:
    match = _AMOUNT.fullmatch(text)
    if not match:
        return None
    scale, money = (match["scale"] or "").lower(), bool(match["money"] or match["after"])
    value = _typed_value(match, scale)
    if value is None or (match["word"] and not scale and not money):
        return None
    if match["number"] and scale not in _SCALES and not _is_amount(match["number"], scale, money=money):
        return None
    is_large = _is_whole(value) and value >= LARGE
    if not (scale or is_large or match["after"] or (match["money"] or "").strip("$")):
        return None
    return Reading(_plain(value), tuple(_forms_of(value, money=money)))


def _typed_value(match: re.Match[str], scale: str) -> Decimal | None:
    word = match["word"]
    return Decimal(NUMBER_OF[word.lower()] * _SCALE_OF.get(scale, 1)) if word else _value(match["number"], scale)


def _forms_of(value: Decimal, *, money: bool) -> Iterator[str]:
    """Yield how texts write a number: 1,800,000, 1.8 million, 1.8 M."""
    yield dates.number(int(value)) if _is_whole(value) else _plain(value)
    for name, scale in _SCALES.items():
        count = value / scale
        if not _is_whole(count * THOUSAND) or not (1 <= count < THOUSAND or (scale > THOUSAND and count in _TENTHS)):
            continue
        numbers = [_plain(count), *_with_zero(count)]
        yield from (f"{number} {name}" for number in numbers)
        if money or not _is_whole(count):
            yield from (f"{number} {'K' if scale == THOUSAND else name[0].upper()}" for number in numbers)
        if _is_whole(count) and int(count) in IN_WORDS:
            yield f"{IN_WORDS[int(count)]} {name}"


def _with_zero(count: Decimal) -> Iterator[str]:
    """Yield the count with a needless zero, as many write it: 2.0 million, 1.80 million."""
    if _is_whole(count):
        yield f"{int(count)}.0"
    elif _is_whole(count * 10):
        yield f"{count:.2f}"


_TENTHS: Sequence[Decimal] = [Decimal(tenth) / 10 for tenth in range(1, 10)]  # 0.5 million

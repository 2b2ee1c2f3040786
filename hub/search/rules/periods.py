"""Days, months, quarters and fiscal years in the forms in which texts have them: July 19, 2022, 2022-07-19, FY23. Pure."""

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date

from hub.core.dates import MONTHS
from hub.search.rules.reading import Reading

CENTURY, PIVOT = 2000, 70  # a year of two digits: 22 is 2022, 71 is 1971
_NTH = ("first", "second", "third", "fourth")
_SHORT_NTH = ("1st", "2nd", "3rd", "4th")

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_DAYS_IN_WORDS = (
    rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? {_YEAR})?",
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -](?:of )?{_MONTH}(?:,?[ -]{_YEAR})?",
)
_MONTH_IN_WORDS = rf"{_MONTH}[ -](?:of )?{_YEAR}"
# Within a longer word, such as the name of a file: minutes_2022-07-19.
_DAYS_IN_NUMBERS = (
    rf"(?<!\d){_YEAR}(?P<joint>[-/._])(?P<month>\d{{1,2}})(?P=joint)(?P<day>\d{{1,2}})(?!\d)",
    rf"(?<!\d){_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
    rf"(?<!\d)(?P<month>\d{{1,2}})(?P<joint>[-/])(?P<day>\d{{1,2}})(?P=joint){_YEAR}(?!\d)",
    rf"(?<!\d)(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}(?!\d)",
    r"^(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d\d)$",
)
_MONTHS_IN_NUMBERS = (rf"^{_YEAR}[-/](?P<month>\d{{1,2}})$", rf"^(?P<month>\d{{1,2}})/{_YEAR}$")
_FISCAL_YEARS = (r"(?<![^\W\d_])fy[-'\u2019 ]?(?P<year>(?:19|20)\d\d|\d\d)(?!\d)", r"^fiscal[ -]year (?P<year>\d{4})$")
_ORDINAL = rf"(?P<nth>{'|'.join((*_NTH, *_SHORT_NTH))})[ -]quarter"
_QUARTERS = (
    rf"^(?:q(?P<number>[1-4])|{_ORDINAL})(?:[ /-]?{_YEAR}| of {_YEAR.replace('year', 'of_year')}|[-'\u2019](?P<two>\d\d))?$",
    r"^(?P<number>[1-4])q(?: ?(?P<year>(?:19|20)\d\d)|(?P<two>\d\d))?$",
    rf"^{_YEAR}[ /-]?q(?P<number>[1-4])$",
)


_MAY_HAVE_DAY = re.compile(r"\d[-/._]\d\d?[-/._]\d\d|\d{8}", re.ASCII)
_MAY_BE_NAMED = re.compile("[qy]", re.IGNORECASE)


def _compiled(patterns: Sequence[str]) -> Sequence[re.Pattern[str]]:
    return [re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in patterns]


_IN_NUMBERS, _MONTHS, _IN_WORDS = _compiled(_DAYS_IN_NUMBERS), _compiled(_MONTHS_IN_NUMBERS), _compiled(_DAYS_IN_WORDS)
_MONTH_WORDS = re.compile(_MONTH_IN_WORDS, re.ASCII | re.IGNORECASE)
_FISCAL, _QUARTER = _compiled(_FISCAL_YEARS), _compiled(_QUARTERS)


def terms_in(token: str) -> Iterator[str]:
    """Yield the terms of the periods in a word or compound: 7/19/2022 has 2022-07-19, FY23 has fy2023."""
    joined = "-" in token or "/" in token
    if _MAY_HAVE_DAY.search(token):
        for pattern in _IN_NUMBERS:
            match = pattern.search(token)
            day = _day(match) if match else None
            if day:
                yield day.isoformat()
                yield f"{day:%Y-%m}"
                break
    readers = (_fiscal_year, _quarter) if _MAY_BE_NAMED.search(token) else (_month_in_numbers,) if joined else ()
    for reader in readers:
        period = reader(token)
        if period and period.term:
            yield period.term


def read(text: str) -> Reading | None:
    """Return the day, month, quarter or fiscal year that a text is, with its other forms; None if it is something else."""
    for reader in (_day_in_numbers, _day_in_words, _month_in_numbers, _month_in_words, _fiscal_year_alone, _quarter):
        period = reader(text)
        if period:
            return period
    return None


def _day(match: re.Match[str]) -> date | None:
    year, month = int(match["year"]), match["month"]
    if len(match["year"]) == len("22"):
        year += CENTURY if year < PIVOT else CENTURY - 100
    try:
        return date(year, MONTHS.get(month.lower()) or int(month), int(match["day"]))
    except ValueError:  # 19/07/2022, written the day first
        try:
            return date(year, int(match["day"]), int(month)) if month.isdigit() else None
        except ValueError:
            return None


def _day_in_numbers(text: str) -> Reading | None:
    for pattern in _IN_NUMBERS:
        match = pattern.fullmatch(text)
        day = _day(match) if match else None
        if day:
            return _reading_of_day(day)
    return None


def _day_in_words(text: str) -> Reading | None:
    for pattern in _IN_WORDS:
        match = pattern.fullmatch(text)
        if not match:
            continue
        month, number = MONTHS[match["month"].lower()], int(match["day"])
        if match["year"]:
            day = _day(match)
            return _reading_of_day(day) if day else None
        if 1 <= number <= calendar.monthrange(CENTURY, month)[1]:
            names = _names_of_month(month)
            numbers = (f"{month}/{number}", f"{month:02}-{number:02}")
            words = [form for name in names for form in (f"{name} {number}", f"{number} {name}")]
            return Reading("", (*words, *numbers))
    return None


def _reading_of_day(day: date) -> Reading:
    names = _names_of_month(day.month)
    words = [form for name in names for form in (f"{name} {day.day}, {day.year}", f"{day.day} {name} {day.year}")]
    return Reading(day.isoformat(), (*words, day.isoformat()))


def _month_in_numbers(text: str) -> Reading | None:
    match = next((match for pattern in _MONTHS if (match := pattern.match(text))), None)
    return _reading_of_month(int(match["year"]), int(match["month"])) if match else None


def _month_in_words(text: str) -> Reading | None:
    match = _MONTH_WORDS.fullmatch(text)
    return _reading_of_month(int(match["year"]), MONTHS[match["month"].lower()]) if match else None


def _reading_of_month(year: int, month: int) -> Reading | None:
    if not 1 <= month <= len(calendar.month_name) - 1:
        return None
    term = f"{year}-{month:02}"
    return Reading(term, (*(f"{name} {year}" for name in _names_of_month(month)), term))


def _names_of_month(month: int) -> Sequence[str]:
    names = [calendar.month_name[month], calendar.month_abbr[month], *(["Sept"] if month == MONTHS["sept"] else [])]
    return list(dict.fromkeys(names))


def _fiscal_year(text: str) -> Reading | None:
    match = next((match for pattern in _FISCAL if (match := pattern.search(text))), None)
    if not match:
        return None
    year = int(match["year"])
    if len(match["year"]) == len("22"):
        year += CENTURY if year < PIVOT else CENTURY - 100
    return Reading(f"fy{year}", (f"FY {year}", f"FY {year % 100:02}", f"fiscal year {year}", f"FY{year}"))


def _fiscal_year_alone(text: str) -> Reading | None:
    return _fiscal_year(text) if any(pattern.fullmatch(text) for pattern in _FISCAL) else None


def _quarter(text: str) -> Reading | None:
    match = next((match for pattern in _QUARTER if (match := pattern.match(text))), None)
    if not match:
        return None
    parts = match.groupdict()
    nth = (parts.get("nth") or "").lower()
    number = int(parts["number"]) if parts.get("number") else (_NTH + _SHORT_NTH).index(nth) % len(_NTH) + 1
    year = parts.get("year") or parts.get("of_year") or (f"20{parts['two']}" if parts.get("two") else "")
    words = [f"{_NTH[number - 1]} quarter", f"{_SHORT_NTH[number - 1]} quarter"]
    if not year:
        return Reading("", (f"Q{number}", f"{number}Q", *words))
    return Reading(
        f"{year}q{number}",
        (f"Q{number} {year}", f"{number}Q {year}", *(f"{word}{of} {year}" for word in words for of in ("", " of")),
         f"{year}Q{number}"),
    )  # fmt: skip

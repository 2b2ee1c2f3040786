"""Parser of dates in queries: "2025", "3/31/2026", "Q3 2025", "last quarter", "spring", "March 2026". Pure."""

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from hub.core.dates import MONTHS, parse_day, with_year
from hub.core.quarters import Quarter

# The examples in the note about a date that can't be parsed.
EXAMPLES = "2025, 3/31/2026, “March 2026”, “Q3 2025”, “last quarter” or “spring”"

# The first month of each season; all have three months. A winter is named after the year in which it begins.
SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SEASON = "|".join(SEASONS)
MOST_BACK = {"day": 36_500, "week": 5_200, "month": 1_200, "quarter": 400, "year": 100}


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return with_year(self.first)
        return f"{with_year(self.first)} to {with_year(self.last)}"


def period_of(text: str, today: date) -> Period | None:
    """Return the days that ``text`` means on the day ``today``; None if it is not a date.

    A month, quarter or season without a year is the latest that has begun; with "last", the latest that has ended.
    """
    phrase = " ".join(text.lower().replace(",", " ").split())
    if not phrase.isascii():
        return None
    for pattern, parse in _FORMS:
        match = re.fullmatch(pattern, phrase)
        if match:
            try:
                return parse(match, today)
            except (ValueError, OverflowError):
                return None
    return _one_day(phrase, today)


def is_plain(text: str) -> bool:
    """Return True if the date is in ISO form, so that the results need no note on how it was read."""
    return re.fullmatch(r"[\d-]+", text.strip()) is not None


def _span(year: int, month: int, months: int) -> Period:
    """Return a number of whole months that begin with ``month``."""
    count = year * 12 + month - 1 + months
    after = date(count // 12, count % 12 + 1, 1) if count // 12 <= MAXYEAR else None
    return Period(date(year, month, 1), after - timedelta(days=1) if after else date.max)


def _numbers(match: re.Match[str], _today: date) -> Period:
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    return _day(year, month, day) if day else _span(year, month, 1) if month else _year(year)


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def year_of(day: date) -> Period:
    """Return the calendar year of a day."""
    return _year(day.year)


def _day(year: int, month: int, day: int) -> Period:
    return Period(date(year, month, day), date(year, month, day))


def _relative(match: re.Match[str], today: date) -> Period:
    """Return the period of "this week", "last month" (the previous calendar month), "previous quarter"."""
    back = 0 if match[1] == "this" else 1
    if match[2] == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return Period(monday, monday + timedelta(days=6))
    if match[2] == "quarter":
        quarter = Quarter.of(today)
        quarter = quarter.previous if back else quarter
        return Period(quarter.first_day, quarter.last_day)
    if match[2] == "year":
        return _year(today.year - back)
    return _span(*_months_before(today, back), 1)


def _months_before(day: date, count: int) -> tuple[int, int]:
    months = day.year * 12 + day.month - 1 - count
    return months // 12, months % 12 + 1


def _ago(match: re.Match[str], today: date) -> Period:
    """Return the period up to today of "last 30 days", "past 3 months", "2 weeks ago"."""
    count, unit = int(match["count"]), match["unit"]
    if count > MOST_BACK[unit]:
        raise ValueError
    if unit in {"day", "week"}:
        return Period(today - timedelta(days=count * (7 if unit == "week" else 1)), today)
    year, month = _months_before(today, count * {"month": 1, "quarter": 3, "year": 12}[unit])
    return Period(date(year, month, min(today.day, calendar.monthrange(year, month)[1])), today)


def _quarter(match: re.Match[str], today: date) -> Period:
    number, year = int(match["quarter"]), match["year"]
    return _span(int(year), number * 3 - 2, 3) if year else _latest(number * 3 - 2, 3, today, has_ended=False)


def _month(match: re.Match[str], today: date) -> Period:
    month = MONTHS[match["month"]]
    if match["year"]:
        return _span(int(match["year"]), month, 1)
    return _latest(month, 1, today, has_ended=match["which"] == "last")


def _season(match: re.Match[str], today: date) -> Period:
    month = SEASONS[match["season"]]
    if match["year"]:
        return _span(int(match["year"]), month, 3)
    return _latest(month, 3, today, has_ended=match["which"] == "last")


def _latest(month: int, months: int, today: date, *, has_ended: bool) -> Period:
    """Return the latest period with these months that has begun, or that has ended."""
    candidates = [_span(year, month, months) for year in range(today.year, max(MINYEAR, today.year - 3), -1)]
    return next(period for period in candidates if (period.last < today if has_ended else period.first <= today))


def _one_day(phrase: str, today: date) -> Period | None:
    """Return a date in American or ISO form; without a year the latest one, since resources were published in the past."""
    try:
        day = parse_day(phrase, today, past=True)
    except ValueError:
        return None
    return Period(day, day)


_YEAR = r"(?P<year>\d{4})"
_FORMS: Sequence[tuple[str, Callable[[re.Match[str], date], Period]]] = (
    (r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", _numbers),
    (r"today|now", lambda _match, today: Period(today, today)),
    (r"yesterday", lambda _match, today: Period(today - timedelta(days=1), today - timedelta(days=1))),
    (r"(this|last|previous|past) (week|month|quarter|year)", _relative),
    (r"(?:(?:the )?(?:last|past) )(?P<count>\d{1,5}) (?P<unit>day|week|month|quarter|year)s?", _ago),
    (r"(?P<count>\d{1,5}) (?P<unit>day|week|month|quarter|year)s? ago", _ago),
    (rf"q(?P<quarter>[1-4])(?:(?: of)? ?{_YEAR})?", _quarter),
    (rf"{_YEAR}[ -]?q(?P<quarter>[1-4])", _quarter),
    (rf"(?:(?P<which>this|last) )?(?P<month>{_MONTH})\.?(?: (?:of )?{_YEAR})?", _month),
    (rf"(?:(?P<which>this|last) )?(?P<season>{_SEASON})(?: (?:of )?{_YEAR})?", _season),
    (
        rf"(\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{_MONTH})\.? {_YEAR}",
        lambda match, _today: _day(int(match["year"]), MONTHS[match["month"]], int(match[1])),
    ),
)

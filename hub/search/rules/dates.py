"""Dates as people say them: "2025", "Q3 2025", "last quarter", "spring", "March 2026". Pure."""

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from hub.core.dates import with_year
from hub.core.quarters import Quarter

# What a sentence names as examples when a date can't be read.
EXAMPLES = "2025, 2026-03, 2026-03-31, “March 2026”, “Q3 2025”, “last quarter” or “spring”"

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
# The month in which a season begins; each has three. Winter is named by the year in which it begins.
SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SEASON = "|".join(SEASONS)
MOST_BACK = {"day": 36_500, "week": 5_200, "month": 1_200, "quarter": 400, "year": 100}


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both of them in it."""

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return with_year(self.first)
        return f"{with_year(self.first)} to {with_year(self.last)}"


def period_of(text: str, today: date) -> Period | None:
    """Return the days that ``text`` means when it is said on ``today``; None when it is no date.

    A month, quarter or season without a year is the latest that has begun; with "last" the latest that is over.
    """
    said = " ".join(text.lower().replace(",", " ").split())
    if not said.isascii():
        return None
    for pattern, read in _FORMS:
        match = re.fullmatch(pattern, said)
        if match:
            try:
                return read(match, today)
            except (ValueError, OverflowError):
                return None
    return None


def is_plain(text: str) -> bool:
    """Return whether the date is written in numbers alone, so that nobody needs to be told how it was read."""
    return re.fullmatch(r"[\d-]+", text.strip()) is not None


def _span(year: int, month: int, months: int) -> Period:
    """Return so many whole months, from the first day of one."""
    count = year * 12 + month - 1 + months
    after = date(count // 12, count % 12 + 1, 1) if count // 12 <= MAXYEAR else None
    return Period(date(year, month, 1), after - timedelta(days=1) if after else date.max)


def _numbers(match: re.Match[str], _today: date) -> Period:
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    return _day(year, month, day) if day else _span(year, month, 1) if month else _year(year)


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def year_of(day: date) -> Period:
    """Return the whole year that a day lies in."""
    return _year(day.year)


def _day(year: int, month: int, day: int) -> Period:
    return Period(date(year, month, day), date(year, month, day))


def _relative(match: re.Match[str], today: date) -> Period:
    """Return what is meant by "this week", "last month" (the whole one before this), "previous quarter"."""
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
    """From that day up to today: "last 30 days", "past 3 months", "2 weeks ago"."""
    count, unit = int(match["count"]), match["unit"]
    if count > MOST_BACK[unit]:
        raise ValueError
    if unit in {"day", "week"}:
        return Period(today - timedelta(days=count * (7 if unit == "week" else 1)), today)
    year, month = _months_before(today, count * {"month": 1, "quarter": 3, "year": 12}[unit])
    return Period(date(year, month, min(today.day, calendar.monthrange(year, month)[1])), today)


def _quarter(match: re.Match[str], today: date) -> Period:
    number, year = int(match["quarter"]), match["year"]
    return _span(int(year), number * 3 - 2, 3) if year else _latest(number * 3 - 2, 3, today, over=False)


def _month(match: re.Match[str], today: date) -> Period:
    month = MONTHS[match["month"]]
    if match["year"]:
        return _span(int(match["year"]), month, 1)
    return _latest(month, 1, today, over=match["which"] == "last")


def _season(match: re.Match[str], today: date) -> Period:
    month = SEASONS[match["season"]]
    if match["year"]:
        return _span(int(match["year"]), month, 3)
    return _latest(month, 3, today, over=match["which"] == "last")


def _latest(month: int, months: int, today: date, *, over: bool) -> Period:
    """Return the latest such part of a year that has begun, or that is over."""
    candidates = [_span(year, month, months) for year in range(today.year, max(MINYEAR, today.year - 3), -1)]
    return next(one for one in candidates if (one.last < today if over else one.first <= today))


def _month_and_day(match: re.Match[str], today: date) -> Period:
    """Return the latest such day up to today: a resource was published in the past."""
    month, number = MONTHS[match["month"]], int(match[2])
    year = next(year for year in range(today.year, today.year - 9, -1) if _is_past(year, month, number, today))
    return _day(year, month, number)


def _is_past(year: int, month: int, number: int, today: date) -> bool:
    return number <= calendar.monthrange(year, month)[1] and date(year, month, number) <= today


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
        rf"(?P<month>{_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)? {_YEAR}",
        lambda match, _today: _day(int(match["year"]), MONTHS[match["month"]], int(match[2])),
    ),
    (rf"(?P<month>{_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?", _month_and_day),
    (
        rf"(\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{_MONTH})\.? {_YEAR}",
        lambda match, _today: _day(int(match["year"]), MONTHS[match["month"]], int(match[1])),
    ),
    (
        rf"(\d{{1,2}})/(\d{{1,2}})/{_YEAR}",  # as Americans write it: the month first
        lambda match, _today: _day(int(match["year"]), int(match[1]), int(match[2])),
    ),
)

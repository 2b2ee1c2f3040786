"""Federal holidays of the United States, computed. Pure.

Source: 5 U.S.C. 6103(a) names them; 6103(b) and Executive Order 11582 say when a holiday on a weekend is observed.
Inauguration Day (6103(c)) is a holiday in and around the District of Columbia only, so a national call ignores it;
if it is observed on a Monday, that is the third Monday of January, which is a holiday anyway.
"""

from collections.abc import Iterator
from datetime import date, timedelta

MONDAY, THURSDAY = 0, 3
SATURDAY, SUNDAY = 5, 6
JUNETEENTH_SINCE = 2021  # Public Law 117-17


def holidays_of(year: int) -> dict[date, str]:
    """Return the federal holidays observed in ``year``, by day.

    Includes New Year's Day of the next year when it is observed on December 31.
    """
    observed = {_observed(day): name for day, name in _holidays(year)}
    next_new_year = _observed(date(year + 1, 1, 1))
    if next_new_year.year == year:
        observed[next_new_year] = "New Year’s Day"
    return {day: name for day, name in sorted(observed.items()) if day.year == year}


def holiday_on(day: date) -> str:
    """Return the name of the federal holiday observed on ``day``, or an empty string."""
    return holidays_of(day.year).get(day, "")


def _holidays(year: int) -> Iterator[tuple[date, str]]:
    yield date(year, 1, 1), "New Year’s Day"
    yield _nth(year, 1, MONDAY, 3), "Birthday of Martin Luther King, Jr."
    yield _nth(year, 2, MONDAY, 3), "Washington’s Birthday"
    yield _last(year, 5, MONDAY), "Memorial Day"
    if year >= JUNETEENTH_SINCE:
        yield date(year, 6, 19), "Juneteenth National Independence Day"
    yield date(year, 7, 4), "Independence Day"
    yield _nth(year, 9, MONDAY, 1), "Labor Day"
    yield _nth(year, 10, MONDAY, 2), "Columbus Day"
    yield date(year, 11, 11), "Veterans Day"
    yield _nth(year, 11, THURSDAY, 4), "Thanksgiving Day"
    yield date(year, 12, 25), "Christmas Day"


def _observed(day: date) -> date:
    """Return the Friday before a Saturday, the Monday after a Sunday, else the day itself."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _last(year: int, month: int, weekday: int) -> date:
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)

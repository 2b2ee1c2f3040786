"""Formats and parses dates, times and numbers the American way; one function for each form. Pure."""

import calendar
import re
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup

# Examples for hints and error messages of forms, commands and imports.
DAY_EXAMPLES = "11/30/2026, Nov 30 or 2026-11-30"
TIME_EXAMPLES = "11:30 a.m. or 2 p.m."
_NOON = 12


def short(day: date, today: date) -> str:
    """Return a date for screens: ``Mon, Nov 9`` in the year of ``today``, otherwise ``Nov 9, 2025``."""
    return f"{day:%a}, {day:%b} {day.day}" if day.year == today.year else with_year(day)


def with_year(day: date) -> str:
    """Return a date for text that is read in later years: ``Nov 9, 2026``."""
    return f"{day:%b} {day.day}, {day.year}"


def month_day(day: date) -> str:
    """Return a date where the text makes the year clear: ``November 9``."""
    return f"{day:%B} {day.day}"


def month_year(day: date) -> str:
    """Return the month of a date: ``November 2026``."""
    return f"{day:%B} {day.year}"


def long(day: date) -> str:
    """Return a date for documents: ``November 9, 2026``."""
    return f"{day:%B} {day.day}, {day.year}"


def in_full(day: date) -> str:
    """Return a date for email and print: ``Monday, November 9, 2026``."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def time_of_day(moment: datetime | time) -> str:
    """Return a time of day: ``3:05 p.m.``."""
    return f"{moment.hour % _NOON or _NOON}:{moment:%M} {'a.m.' if moment.hour < _NOON else 'p.m.'}"


def in_recording(seconds: int) -> str:
    """Return a time from the beginning of a recording: ``12:34``, ``1:02:34``."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def zone_name(moment: datetime) -> str:
    """Return the American name of the time zone, such as ``ET`` all year; zones elsewhere keep their own name."""
    key = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else ""
    name = moment.tzname() or ""
    american = key.startswith(("America/", "US/", "Pacific/"))  # China's zone is called CST too
    return _ZONES.get(key) or (_ZONES_BY_NAME.get(name) if american else "") or name


# Time zones of the United States as schedules name them, the same in summer and winter.
_ZONES = {
    "America/Phoenix": "MST",  # Arizona has no daylight saving time
}
_ZONES_BY_NAME = {
    "EST": "ET",
    "EDT": "ET",
    "CST": "CT",
    "CDT": "CT",
    "MST": "MT",
    "MDT": "MT",
    "PST": "PT",
    "PDT": "PT",
    "AKST": "AKT",
    "AKDT": "AKT",
    "HST": "HT",
}


def moment_short(moment: datetime, today: date) -> str:
    """Return a moment for screens: ``Mon, Nov 9, 3:05 p.m.``; ``moment`` is in the hub's time zone."""
    return f"{short(moment.date(), today)}, {time_of_day(moment)}"


def moment_with_year(moment: datetime) -> str:
    """Return a moment for reports and logs: ``Nov 9, 2026, 3:05 p.m. ET``, in the time zone of ``moment``."""
    return f"{with_year(moment.date())}, {time_of_day(moment)} {zone_name(moment)}".rstrip()


def moment_in_full(moment: datetime) -> str:
    """Return a moment for email: ``Monday, November 9, 2026, 3:05 p.m. ET``, in the time zone of ``moment``."""
    return f"{in_full(moment.date())}, {time_of_day(moment)} {zone_name(moment)}".rstrip()


_MARKUPS = 4_096  # remembered ones; each takes about 400 bytes


def day_markup(day: date, today: date) -> Markup:
    """Return a date for pages: short on screen, in full in print (``parts/print.css``), ISO 8601 for programs."""
    # Datetimes of two time zones may be equal, and are written differently.
    return _day_markup(day, today) if type(day) is date else _day_markup.__wrapped__(day, today)


@lru_cache(_MARKUPS)
def _day_markup(day: date, today: date) -> Markup:
    return _time(day.isoformat(), short(day, today), in_full(day))


def moment_markup(moment: datetime, today: date, *, with_zone: bool = False) -> Markup:
    """Return a moment for pages, with its year on paper; ``moment`` is in the hub’s time zone, named ``with_zone``."""
    if not isinstance(moment.tzinfo, ZoneInfo):
        return _moment_markup.__wrapped__(moment, moment.fold, moment.tzinfo, today, with_zone)
    return _moment_markup(moment.replace(tzinfo=None), moment.fold, moment.tzinfo, today, with_zone)


@lru_cache(_MARKUPS)
def _moment_markup(on_clock: datetime, fold: int, zone: tzinfo | None, today: date, with_zone: bool) -> Markup:  # noqa: FBT001
    moment = on_clock.replace(tzinfo=zone, fold=fold)  # whose equality ignores the fold, and compares across zones
    screen = moment_short(moment, today) + (f" {zone_name(moment)}" if with_zone else "")
    return _time(moment.isoformat(timespec="seconds"), screen, moment_with_year(moment))


def _time(machine: str, screen: str, paper: str) -> Markup:
    """Return a <time> element. The printed text is an attribute, so that screen readers don't read it twice."""
    return Markup('<time datetime="{}" data-paper="{}"><span>{}</span></time>').format(machine, paper, screen)


def number(count: float) -> str:
    """Return a number with commas: ``1,234``."""
    return f"{count:,}"


def plural(count: int, singular: str, plural_form: str = "") -> str:
    """Return a count with its noun: ``1 page``, ``2,000 pages``. Pass ``plural_form`` if it is irregular."""
    return f"{number(count)} {singular if count == 1 else plural_form or singular + 's'}"


def file_size(count: int) -> str:
    """Return a size in bytes with a decimal unit: ``2.5 MB``."""
    size = float(count)
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:  # noqa: PLR2004 - decimal units
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"  # noqa: PLR2004
        size /= 1000
    return f"{size:.1f} GB"


# Months by their names and abbreviations, in lowercase.
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
_WEEKDAY = r"(?:(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\.?,?\s+)?"
_NUMBERS = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", re.ASCII)
_NUMBERS_WITHOUT_YEAR = re.compile(r"(\d{1,2})/(\d{1,2})", re.ASCII)
_WORDS = re.compile(
    _WEEKDAY + r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?", re.ASCII | re.IGNORECASE
)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_CENTURY = 2000
_LEAP_YEARS_APART = 8  # years between leap years, where a century is none
_LONGEST_DATE = 40  # characters; longer text isn't a date


def parse_day(text: str, today: date, *, past: bool = False) -> date:
    """Return the date that a person typed: 11/30/2026, 11/30/26, Nov 30, Mon, Nov 30, November 30, 2026 or 2026-11-30.

    Without a year it is the one nearest to ``today``, or with ``past`` the latest up to ``today``. Raises ValueError
    with a sentence when it isn't a date.
    """
    typed = " ".join(text.split()) if len(text) <= _LONGEST_DATE else ""
    try:
        if match := _ISO.fullmatch(typed):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _NUMBERS.fullmatch(typed):
            year = int(match[3])
            return date(year if len(match[3]) == 4 else _CENTURY + year, int(match[1]), int(match[2]))  # noqa: PLR2004
        if match := _NUMBERS_WITHOUT_YEAR.fullmatch(typed):
            return _without_year(int(match[1]), int(match[2]), today, past=past)
        if (match := _WORDS.fullmatch(typed)) and (month := MONTHS.get(match[1].lower())):
            day = int(match[2])
            return date(int(match[3]), month, day) if match[3] else _without_year(month, day, today, past=past)
    except ValueError:
        pass
    message = f"“{text[:_LONGEST_DATE]}” is not a date. Write it like {DAY_EXAMPLES}."
    raise ValueError(message)


def _without_year(month: int, day: int, today: date, *, past: bool) -> date:
    """Return the date in the year that is meant; raises ValueError if no year near ``today`` has it."""
    candidates = []
    for year in range(today.year - (_LEAP_YEARS_APART if past else 1), today.year + 2):
        try:
            candidates.append(date(year, month, day))
        except ValueError:  # February 29, or no day at all
            continue
    if past:
        return max(candidate for candidate in candidates if candidate <= today)
    return min(candidates, key=lambda candidate: abs(candidate - today))


_TIME = re.compile(r"(\d{1,2})(?::(\d{2})(?::\d{2})?)?\s*([ap])?\.?\s*(m)?\.?", re.ASCII | re.IGNORECASE)


def parse_time(text: str) -> time:
    """Parse a time of day such as 11:30 a.m., 2 PM, noon or 14:00. Raises ValueError with a sentence for people."""
    typed = " ".join(text.split()).lower() if len(text) <= _LONGEST_DATE else ""
    if typed in _NAMED_TIMES:
        return _NAMED_TIMES[typed]
    match = _TIME.fullmatch(typed)
    hour = int(match[1]) if match else -1
    if match and bool(match[3]) == bool(match[4]) and (match[2] or match[3]):
        if match[3]:
            hour = hour % _NOON + (_NOON if match[3] == "p" else 0) if 1 <= hour <= _NOON else -1
        minute = int(match[2] or 0)
        if 0 <= hour < 24 and minute < 60:  # noqa: PLR2004 - hours of a day, minutes of an hour
            return time(hour, minute)
    message = f"“{text[:_LONGEST_DATE]}” is not a time of day. Write it like {TIME_EXAMPLES}."
    raise ValueError(message)


_NAMED_TIMES = {"noon": time(12), "midnight": time(0)}


def parse_moment(text: str, today: date) -> datetime:
    """Parse a date and time such as 11/30/2026 2:00 p.m., Nov 30, 2 PM or 2026-11-30T14:00.

    The result has no time zone. Raises ValueError with a sentence for people.
    """
    typed = " ".join(text.split()) if len(text) <= 2 * _LONGEST_DATE else ""
    for match in _MOMENT_BREAK.finditer(typed):
        try:
            return datetime.combine(parse_day(typed[: match.start()], today), parse_time(typed[match.end() :]))
        except ValueError:
            continue
    message = f"“{text[:_LONGEST_DATE]}” is not a date with a time. Write it like 11/30/2026 2:00 p.m."
    raise ValueError(message)


_MOMENT_BREAK = re.compile(r"(?<=\d)T(?=\d)|,? at |,? ")

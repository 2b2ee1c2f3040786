"""Dates, times and durations of workbooks as their cells show them, in English. Pure."""

import calendar
from collections.abc import Sequence
from datetime import datetime, timedelta

MONTHS = tuple(calendar.month_name)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet's days have no zone)
BETWEEN_SYSTEMS = 1462
# Excel counts February 29, 1900, a day that never was.
DAY_THAT_NEVER_WAS = 60
LATEST = 2_958_466
NOON = 12
LETTER_OF_MONTH = 5
FULL_NAME = 4
SHORT_NAME = 3
FULL_YEAR = 3

Piece = tuple[str, str]


def moment_of(value: float, *, since_1904: bool = False) -> datetime | None:
    """Return the moment that a number of days stands for, to the millisecond; None when there is no such day."""
    days = value + BETWEEN_SYSTEMS if since_1904 else value
    if not 0 <= days < LATEST:
        return None
    days += 1 if days < DAY_THAT_NEVER_WAS and not since_1904 else 0
    return FIRST_DAY + timedelta(milliseconds=round(days * 86_400_000))


def iso_text(value: float, *, since_1904: bool = False) -> str:
    """Return the moment in ISO 8601, without a time at midnight and without a day before the first one; or ""."""
    moment = moment_of(value, since_1904=since_1904)
    if moment is None:
        return ""
    if 0 < value < 1:
        return moment.strftime("%H:%M")
    if moment.hour or moment.minute or moment.second:
        return moment.replace(microsecond=0).isoformat(" ", "minutes")
    return moment.date().isoformat()


def days_of(text: str, *, since_1904: bool = False) -> float | None:
    """Return the number of days for a moment in ISO 8601, as Strict Open XML writes dates; None for other texts."""
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError:
        return None
    days = (moment.replace(tzinfo=None) - FIRST_DAY) / timedelta(days=1)
    if since_1904:
        return days - BETWEEN_SYSTEMS
    return days - 1 if days <= DAY_THAT_NEVER_WAS else days


def date_text(value: float, pieces: Sequence[Piece], since_1904: bool) -> str:  # noqa: FBT001  (of the workbook)
    """Return a number of days in a format's pieces, each a kind and a text; "" when there is no such day."""
    moment = moment_of(value, since_1904=since_1904)
    if any(kind == "elapsed" for kind, _ in pieces):
        moment = moment or FIRST_DAY + timedelta(milliseconds=round((abs(value) % 1) * 86_400_000))
    if moment is None:
        return ""
    halves = any(kind == "half" for kind, _ in pieces)
    sign = "-" if value < 0 else ""
    shown: list[str] = []
    for place, (kind, text) in enumerate(pieces):
        if kind == "elapsed":
            shown.append(sign + elapsed(abs(value), text))
        elif kind == "date":
            minutes = text[0] in "mM" and is_minutes(pieces, place)
            shown.append(time_unit(moment, text.lower(), halves=halves, minutes=minutes))
        elif kind == "half":
            names = text.split("/")
            shown.append(names[moment.hour >= NOON].upper())
        elif kind == "digit":
            shown.append(f"{moment.microsecond // 1000:03d}"[fraction_place(pieces, place)])
        else:
            shown.append(text)
    return "".join(shown)


def elapsed(value: float, unit: str) -> str:
    """Return a duration in whole hours, minutes or seconds, as long as the unit is written."""
    milliseconds = round(value * 86_400_000)
    whole = milliseconds // {"h": 3_600_000, "m": 60_000, "s": 1_000}[unit[0]]
    return f"{whole:0{len(unit)}d}"


def is_minutes(pieces: Sequence[Piece], place: int) -> bool:
    """Return True if an ``m`` means minutes: it follows hours or precedes seconds."""
    before = next((text for kind, text in reversed(pieces[:place]) if kind in {"date", "elapsed"}), "")
    after = next((text for kind, text in pieces[place + 1 :] if kind in {"date", "elapsed"}), "")
    return before[:1] in ("h", "H") or after[:1] in ("s", "S")


def fraction_place(pieces: Sequence[Piece], place: int) -> int:
    """Return which decimal of the seconds a digit is, from 0; at most the third."""
    count = 0
    while place - count - 1 >= 0 and pieces[place - count - 1][0] == "digit":
        count += 1
    return min(count, 2)


def time_unit(moment: datetime, unit: str, *, halves: bool, minutes: bool) -> str:
    """Return a part of a moment: ``yyyy``, ``mmm``, ``dd``, ``h`` and so on."""
    size = len(unit)
    if unit[0] == "m" and not minutes:
        return month(moment, size)
    if unit[0] == "d" and size >= SHORT_NAME:
        return DAYS[moment.weekday()] if size >= FULL_NAME else DAYS[moment.weekday()][:SHORT_NAME]
    if unit[0] in "ye":
        return f"{moment.year:04d}" if size >= FULL_YEAR or unit[0] == "e" else f"{moment.year % 100:02d}"
    hour = (moment.hour - 1) % NOON + 1 if halves else moment.hour
    number = {"m": moment.minute, "d": moment.day, "h": hour, "s": moment.second}.get(unit[0])
    return "" if number is None else f"{number:0{min(size, 2)}d}"


def month(moment: datetime, size: int) -> str:
    """Return the month as a number or a name, by the length of its unit."""
    name = MONTHS[moment.month]
    if size >= LETTER_OF_MONTH:
        return name[0]
    if size >= SHORT_NAME:
        return name if size == FULL_NAME else name[:SHORT_NAME]
    return f"{moment.month:0{size}d}"

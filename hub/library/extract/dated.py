"""Division of a page that keeps many updates, one below another, at the lines that say their dates. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hub.library.extract.points import HEADING, longest_run, outside_code, point_at

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?P<month{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY = r"(?:\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b[.,]*\s*(?:the\s+)?)?"
DAY = re.compile(
    rf"""{WEEKDAY}(?<![\d/.-])(?:
    {MONTH.format(1)}\s*(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year1>\d{{4}})
    |(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH.format(2)},?\s+(?P<year2>\d{{4}})
    |(?P<month3>\d{{1,2}})(?P<mark>[/.-])(?P<day3>\d{{1,2}})(?P=mark)(?P<year3>\d{{4}}|\d\d)
    |(?P<year4>\d{{4}})-(?P<month4>\d\d)-(?P<day4>\d\d)
    )(?![\d/-])""",
    re.IGNORECASE | re.VERBOSE,
)
FORMS = "1234"
CENTURY = 2000
SHORT_YEAR = 100
EARLIEST, LATEST = 1990, 2100
LONGEST = 100
BOLD = re.compile(r"(\*\*|__)(?P<words>.+?)(?:\1\s*[:.–—-]?|[:.–—-]\s*\1)$")
UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})[ \t]*$")
WORD = re.compile(r"[^\W\d_]+")
# Words that a line with the date of an update may have; with others, it is likely the date of something in it.
OF_AN_UPDATE = frozenset(
    {
        *("update", "updates", "weekly", "week", "monthly", "of", "for", "the", "from", "on", "a", "an", "our", "s"),
        *("newsletter", "news", "edition", "issue", "no", "vol", "volume", "bulletin", "digest", "briefing", "brief"),
        *("amcc", "alliance", "national", "call", "notes", "message", "email", "e", "mail", "memo", "summary", "recap"),
        *("posted", "published", "sent", "date", "dated", "ending", "beginning", "member", "members"),
    }
)
OF_SOMETHING_ELSE = frozenset(
    {
        *(
            "due",
            "deadline",
            "deadlines",
            "by",
            "before",
            "until",
            "till",
            "closes",
            "close",
            "closing",
            "opens",
            "open",
        ),
        *("register", "registration", "apply", "applications", "application", "rsvp", "expires", "ends", "starts"),
        *("begins", "webinar", "conference", "event", "summit", "workshop", "deadline:", "save", "when"),
    }
)


@dataclass(frozen=True)
class DateLine:
    """A line that may say the date of an update: `level` is 1 to 6 for a heading, 7 in bold, 8 for a plain line."""

    line: int
    day: date
    level: int
    words: frozenset[str]

    @property
    def is_pure(self) -> bool:
        """True if it has no words but those of an update."""
        return self.words <= OF_AN_UPDATE

    @property
    def is_plain(self) -> bool:
        """True for a line that nothing but its place marks as a heading."""
        return self.level > BOLD_LEVEL


HEADING_LEVELS, BOLD_LEVEL, PLAIN_LEVEL = 6, 7, 8


@dataclass(frozen=True)
class DatedPart:
    """The lines of one date, with the line that says it."""

    day: date
    lines: list[str]


def parts_by_date(lines: list[str]) -> tuple[list[str], list[DatedPart]]:
    """Return the lines before the first date, and a part for each date, in order; no parts if there aren't two dates.

    Lines under the same date, twice on the page, are one part.
    """
    marks = date_lines(lines)
    if not marks:
        return lines, []
    parts: dict[date, list[str]] = defaultdict(list)
    bounds = [*(mark.line for mark in marks[1:]), len(lines)]
    for mark, end in zip(marks, bounds, strict=True):
        parts[mark.day] += lines[mark.line : end]
    return lines[: marks[0].line], [DatedPart(day, part) for day, part in parts.items()]


def date_lines(lines: list[str]) -> list[DateLine]:
    """Return the lines that say the dates of the updates below them; [] if there aren't two different dates."""
    every = list(candidates(lines))
    pure = [mark for mark in every if mark.is_pure]
    marked = [mark for mark in pure if not mark.is_plain]
    levels = {mark.level for mark in marked if mark.level <= HEADING_LEVELS}
    with_titles = [mark for mark in every if mark.level in levels or (mark.level == BOLD_LEVEL and mark.is_pure)]
    for group in (with_titles if len(levels) == 1 else marked, pure, *alike(every)):
        if several(group) and several(group := in_order(lines, group)):
            return group
    return []


def begins_with_date(lines: list[str]) -> bool:
    """Return True if the first line with text says the date of an update."""
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return any(mark.is_pure for mark in candidates(lines[first : first + 2]) if mark.line == 0)


def several(marks: Sequence[DateLine]) -> bool:
    """Return True if there are at least two different dates."""
    return len({mark.day for mark in marks}) > 1


def alike(marks: list[DateLine]) -> list[list[DateLine]]:
    """Return the groups of lines that have the same words beside their dates, the largest first."""
    groups: dict[tuple[int, frozenset[str]], list[DateLine]] = defaultdict(list)
    for mark in marks:
        groups[mark.level, mark.words].append(mark)
    return sorted(groups.values(), key=len, reverse=True)


def in_order(lines: list[str], marks: list[DateLine]) -> list[DateLine]:
    """Return the marks without dates that are out of order: those are likely of an event in an update.

    One that is followed by the first point of a new update is kept in any order.
    """
    ordinals = list(dict.fromkeys(mark.day.toordinal() for mark in marks))
    newest_first = longest_run([-ordinal for ordinal in ordinals], strict=True)
    oldest_first = longest_run(ordinals, strict=True)
    kept = newest_first if len(newest_first) >= len(oldest_first) else oldest_first
    days = {ordinals[place] for place in [0, *kept[kept[0] != 0 :]]}
    return [mark for mark in marks if mark.day.toordinal() in days or begins_points(lines, mark)]


def begins_points(lines: list[str], mark: DateLine) -> bool:
    """Return True if the next line with text is the first point of a numbered update."""
    below = next((line for line in lines[mark.line + 1 : mark.line + 4] if line.strip()), "")
    point = point_at(below)
    return point is not None and point.number == 1


def candidates(lines: list[str]) -> Iterator[DateLine]:
    """Yield the lines that have one date and little else, in a line or paragraph of its own."""
    for number, line in outside_code(lines):
        if len(line) > LONGEST or not line.strip() or line.lstrip().startswith(("- ", "* ", ">")) or point_at(line):
            continue
        level, words = level_of(lines, number)
        if (day := only_day(words)) is None:
            continue
        others = frozenset(WORD.findall(DAY.sub(" ", words).lower()))
        mark = DateLine(number, day, level, others)
        if not others & OF_SOMETHING_ELSE and (not mark.is_plain or is_apart(lines, mark)):
            yield mark


def level_of(lines: list[str], number: int) -> tuple[int, str]:
    """Return the level of a line, and its words without marks."""
    line = lines[number].strip()
    if match := HEADING.match(lines[number]):
        return len(line) - len(line.lstrip("#")), (match["words"] or "").strip("# *_")
    if number + 1 < len(lines) and UNDERLINE.match(lines[number + 1]):
        return (1 if "=" in lines[number + 1] else 2), line.strip("*_")
    if match := BOLD.match(line):
        return BOLD_LEVEL, match["words"]
    return PLAIN_LEVEL, line


def is_apart(lines: list[str], mark: DateLine) -> bool:
    """Return True if a plain line is a paragraph of its own, or the first point is right below it."""
    above = lines[mark.line - 1] if mark.line else ""
    below = lines[mark.line + 1] if mark.line + 1 < len(lines) else ""
    return not above.strip() and (not below.strip() or mark.is_pure or begins_points(lines, mark))


def only_day(words: str) -> date | None:
    """Return the day in a text; None if it has none, or several."""
    matches = list(DAY.finditer(words))
    return day_in(matches[0]) if len(matches) == 1 else None


def day_in(match: re.Match[str]) -> date | None:
    """Return the day that was matched, in any of the forms; None if there is no such day."""
    form = next(form for form in FORMS if match[f"year{form}"])
    month, year = match[f"month{form}"].lower(), int(match[f"year{form}"])
    try:
        day = date(
            year + CENTURY if year < SHORT_YEAR else year,
            int(month) if month.isdecimal() else MONTHS.index(month[:3]) + 1,
            int(match[f"day{form}"]),
        )
    except ValueError:
        return None
    return day if EARLIEST <= day.year < LATEST else None

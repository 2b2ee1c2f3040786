"""The title and date in a document's properties, if they are plausible."""

import re
from datetime import date

from hub.library.extract.container import Package, local_name
from hub.library.extract.pages import one_line
from hub.library.extract.problems import Unreadable

# Titles written by programs, not by people.
NO_TITLE = re.compile(
    r"""(untitled|unknown|title|no\ (slide\ )?title|powerpoint\ presentation|slide\ \d+|.{0,20}template
       |(document|presentation|book|workbook|präsentation|bild)\s?\d*|microsoft\ (word|powerpoint|excel)\b.*
       |word\ document|pdf\ document|print|layout\ \d+|\W*|\d+
       |.*\.(docx?|pptx?|xlsx?|odt|odp|ods|pdf|indd|ai|qxd|pmd|rtf|txt|html?|dvi|tex|ps|cdr|pub|wpd|tmp))""",
    re.IGNORECASE | re.VERBOSE,
)
MADE_BY_PROGRAMS = {date(2013, 1, 27), date(2013, 12, 23)}  # in the templates of python-pptx and python-docx
EARLIEST = date(1990, 1, 1)
LATEST = date(2100, 1, 1)
ISO_DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)")


def sensible_title(title: str) -> str:
    """Return the title if a person seems to have chosen it; "" for default titles of programs."""
    line = one_line(title)
    return "" if NO_TITLE.fullmatch(line) else line


def plausible(day: date | None) -> date | None:
    """Return the day if it is plausible for a document, otherwise None. It can be in the future."""
    if day is None or not EARLIEST <= day < LATEST or day in MADE_BY_PROGRAMS:
        return None
    return day


def day_of(text: str) -> date | None:
    """Return the plausible day at the beginning of an ISO 8601 time."""
    match = ISO_DAY.match(text)
    if match is None:
        return None
    try:
        return plausible(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        return None


def properties(package: Package, part: str, created: str) -> tuple[str, date | None]:
    """Return the title and creation date from a part with properties; "" and None if that part is damaged."""
    if part not in package:
        return "", None
    try:
        elements = {local_name(element): element.text or "" for element in package.xml(part).iter()}
    except Unreadable:
        return "", None
    return sensible_title(elements.get("title", "")), day_of(elements.get(created, ""))


def core_properties(package: Package) -> tuple[str, date | None]:
    """Return the title and creation date of an Office file."""
    for part in package.related("", "core-properties"):
        return properties(package, part, "created")
    return "", None

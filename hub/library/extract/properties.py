"""What documents say of themselves, as far as it can be believed."""

import re
from datetime import date

from hub.library.extract.container import Package, local_name
from hub.library.extract.pages import one_line
from hub.library.extract.problems import Unreadable

# What programs write when no one gave a title.
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
    """Return the title when a person seems to have given it; "" for what programs write of their own accord."""
    line = one_line(title)
    return "" if NO_TITLE.fullmatch(line) else line


def believable(day: date | None) -> date | None:
    """Return the day when a document of our time may bear it, else None. It may still lie in the future."""
    if day is None or not EARLIEST <= day < LATEST or day in MADE_BY_PROGRAMS:
        return None
    return day


def day_of(text: str) -> date | None:
    """Return the believable day at the beginning of an ISO 8601 time."""
    match = ISO_DAY.match(text)
    if match is None:
        return None
    try:
        return believable(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        return None


def properties(package: Package, part: str, created: str) -> tuple[str, date | None]:
    """Title and day of making from a part with properties; damage there costs only these two."""
    if part not in package:
        return "", None
    try:
        elements = {local_name(element): element.text or "" for element in package.xml(part).iter()}
    except Unreadable:
        return "", None
    return sensible_title(elements.get("title", "")), day_of(elements.get(created, ""))


def core_properties(package: Package) -> tuple[str, date | None]:
    """Title and day of making of an Office file."""
    for part in package.related("", "core-properties"):
        return properties(package, part, "created")
    return "", None

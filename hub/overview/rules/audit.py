"""Wording of audit log details. Pure."""

import re
from datetime import date
from typing import Any

from hub.core.dates import parse_time, time_of_day, with_year
from hub.core.quarters import Quarter

# Internal names such as call-notes and published_on. Addresses and fingerprints stay as they are.
_INTERNAL_NAME = re.compile(r"[a-z]+(?:[-_][a-z]+)+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_QUARTER = re.compile(r"\d{4}Q[1-4]", re.ASCII)
_QUIET_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d) (\S+)", re.ASCII)
# Labels of details whose internal name isn't the word used on pages.
_LABELS = {
    "digest": "fingerprint",
    "kinds": "email",
    "quiet": "quiet hours",
    "shows": "requirement",
    "was": "before",
    "what": "changes",
}


def audit_label(name: str) -> str:
    """Return the label of a detail, given its internal name."""
    return _LABELS.get(name) or audit_words(name)


def audit_words(value: Any) -> str:
    """Return the value of a detail as text: dates, quarters and internal names are formatted."""
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(audit_words(item) for item in value)
        case dict():
            return ", ".join(f"{audit_label(name)} {audit_words(item)}" for name, item in value.items())
        case str():
            return _text(value)
    return str(value)


def _text(value: str) -> str:
    try:
        if _DAY.fullmatch(value):
            return with_year(date.fromisoformat(value))
        if _QUARTER.fullmatch(value):
            return Quarter.parse(value).label
        if match := _QUIET_HOURS.fullmatch(value):
            begins, ends = (time_of_day(parse_time(text)) for text in match.group(1, 2))
            return f"{begins} to {ends} ({match[3]})"
    except ValueError:  # looks like one but isn't, such as 2026-13-01
        return value
    return re.sub("[-_]", " ", value) if _INTERNAL_NAME.fullmatch(value) else value

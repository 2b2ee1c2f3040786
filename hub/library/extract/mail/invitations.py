"""Invitations to meetings as text: what, when, where, who and the description."""

from datetime import date, datetime
from typing import Any

from icalendar import Calendar

from hub.core import dates
from hub.library.extract.pages import clean, one_line
from hub.library.extract.webpage import markdown_of, parse_html

MOST_ENTRIES = 5_000
LONGEST_CALENDAR = 5_000_000  # characters
ENTRIES = {"VEVENT", "VTODO", "VJOURNAL"}


def invitation(text: str) -> list[str]:
    """Return the lines of all events in a calendar, without those that say nothing.

    Raises ValueError if it isn't one or is too long, and other errors of the parser.
    """
    if len(text) > LONGEST_CALENDAR:
        raise ValueError(len(text))
    calendars = Calendar.from_ical(text.strip("\ufeff \t\r\n"), multiple=True)
    entries = [entry for calendar in calendars for entry in calendar.walk() if entry.name in ENTRIES]
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise ValueError(len(entries))
    return [line for entry in entries for line in ("", *event(entry))][1:]


def event(entry: Any) -> list[str]:
    """Return the lines of one event."""
    people = [person(each) for name in ("ORGANIZER", "ATTENDEE") for each in values(entry, name)]
    labels = [
        one_line(str(each), 1_000) for name in ("RESOURCES", "X-GOOGLE-CONFERENCE") for each in values(entry, name)
    ]
    labels += [one_line(str(tag)) for each in values(entry, "CATEGORIES") for tag in getattr(each, "cats", [each])]
    fields = {
        "": one_line(first(entry, "SUMMARY"), 1_000),
        "When": when(entry),
        "Where": one_line(first(entry, "LOCATION"), 1_000),
        "Who": ", ".join(dict.fromkeys(filter(None, people))),
        "Link": one_line(first(entry, "URL"), 1_000),
    }
    lines = [f"{label}: {value}" if label else value for label, value in fields.items() if value]
    notes = [clean(str(note)) for name in ("DESCRIPTION", "COMMENT", "CONTACT") for note in values(entry, name)]
    in_html = first(entry, "X-ALT-DESC")
    if in_html and not any(notes):
        notes = [markdown_of(parse_html(in_html))]
    return [*lines, *labels, *(line for note in notes if note for line in note.split("\n"))]


def values(entry: Any, name: str) -> list[Any]:
    """Return all values of a property."""
    value = entry.get(name, [])
    return value if isinstance(value, list) else [value]


def first(entry: Any, name: str) -> str:
    """Return the first value of a property as text; "" when it is missing."""
    every = values(entry, name)
    return str(every[0]) if every else ""


def person(value: Any) -> str:
    """Return a person's name, otherwise their address."""
    address = str(value)
    address = address[7:] if address.lower().startswith("mailto:") else address
    return one_line(str(value.params.get("CN", "")) or address)


def when(entry: Any) -> str:
    """Return when an event begins, as it says itself: a moment or a day; "" when it doesn't say."""
    for name in ("DTSTART", "DUE"):
        value = getattr(entry.get(name), "dt", None)
        if isinstance(value, datetime):
            return (
                dates.moment_in_full(value) if value.tzinfo else f"{dates.in_full(value)}, {dates.time_of_day(value)}"
            )
        if isinstance(value, date):
            return dates.in_full(value)
    return ""

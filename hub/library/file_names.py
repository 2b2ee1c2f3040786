"""What a file's name suggests about its resource: title, kind and date. Pure."""

import re
from datetime import date

from hub.library.rules import LONGEST_TITLE, Kind


def title_from(file_name: str) -> str:
    """Return the title that a file's name suggests: ``CMMC_grant-deck v2.pptx`` gives ``CMMC grant-deck v2``."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", file_name.replace("\\", "/").rsplit("/", 1)[-1])
    words = re.sub(r"[_\s]+", " ", stem).strip()
    return words[:LONGEST_TITLE] or "Untitled"


# Words in a file's name that tell its kind, the most reliable first.
KIND_WORDS = (
    (
        Kind.CALL_NOTES,
        r"minutes|(call|meeting|monday)[ _.-]*(notes|summary|recap)|notes[ _.-]*(of|from)[ _.-]*(the[ _.-]*)?call",
    ),
    (Kind.PRESENTATION, r"presentation|slides?|slide[ _.-]*deck|deck"),
    (Kind.BRIEFING, r"briefings?|brief|updates?|newsletter|bulletin|nofo|foa|funding[ _.-]*(notice|opportunity)"),
)
KIND_FORMATS = {
    **dict.fromkeys(("pptx", "ppsx", "potx", "pptm", "ppsm", "ppt", "pps", "odp"), Kind.PRESENTATION),
    "eml": Kind.BRIEFING,
    "msg": Kind.BRIEFING,
}


def kind_from(file_name: str) -> Kind:
    """Return the kind that a file's name and format suggest: ``CMMC deck.pptx`` is a presentation, ``minutes.docx`` call notes.

    Slides are a presentation regardless of their name, unless it says that they are notes of a call.
    """
    stem, _, extension = file_name.lower().replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
    of_format = KIND_FORMATS.get(extension)
    for kind, words in KIND_WORDS:
        if re.search(rf"(?<![a-z])({words})(?![a-z])", stem):
            return kind if of_format is None or kind is Kind.CALL_NOTES else of_format
    return of_format or Kind.RESOURCE


def date_from(file_name: str, today: date) -> date | None:
    """Return the date in a file's name: ``Call notes 2026-11-16.md``; None when it has none, or one in the future."""
    match = re.search(r"(?<!\d)((?:19|20)\d\d)([-_. ]?)(\d\d)\2(\d\d)(?!\d)", file_name)
    try:
        day = date(int(match[1]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        return None
    return day if day and day <= today else None

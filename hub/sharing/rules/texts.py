"""Texts of sharing: file names, source lines, and the limits of what people may type. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import PurePosixPath

from hub.core.dates import with_year


def shorten(text: str, longest: int) -> str:
    """Return the text on one line, cut to ``longest`` characters with an ellipsis if it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def source_line(title: str, organization: str, published_on: date, hub_name: str) -> str:
    """Return the line below each page of an excerpt, with placeholders for its number and the count."""
    line = f"“{shorten(title, 120)}”, {shorten(organization, 80)}, {with_year(published_on)}, through the {hub_name}"
    return line.replace("{", "(").replace("}", ")") + " · page {number} of {count}"


# Not allowed in file names: path separators, characters that Windows refuses, control characters, and invisible
# characters that reverse the direction of text (they make "txt.exe" look like "exe.txt").
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
LONGEST_NAME = 120


def download_name(name: str, extension: str = "") -> str:
    """Return ``name`` as a file name that is safe on any computer, with ``extension`` (".md") or else its own."""
    extension = extension or PurePosixPath(name).suffix
    stem = name[: -len(extension)] if extension and name.endswith(extension) else name
    stem = _NOT_IN_A_NAME.sub(" ", stem)
    extension = _NOT_IN_A_NAME.sub("", extension)[:20]
    stem = " ".join(stem.split())[:LONGEST_NAME].strip(" .")
    return f"{stem or 'resource'}{extension}"


# Limits of what people may type.
LONGEST_AUDIENCE = 500
LONGEST_NOTE = 4_000
MOST_PEOPLE = 100_000_000
MOST_RESOURCES = 1_000  # in one declaration or confirmation


def joined_texts(texts: Iterable[str]) -> str:
    """Return the distinct texts on one line, in the given order: the proposed audience of a confirmation."""
    return shorten("; ".join(dict.fromkeys(text.strip() for text in texts if text.strip())), LONGEST_AUDIENCE)

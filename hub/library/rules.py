"""The library's rules and closed sets, in the words of its users. Pure."""

import csv
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from hub.core.errors import Refused


class Kind(StrEnum):
    """What a resource is, as the alliance speaks of it."""

    BRIEFING = "briefing"
    CALL_NOTES = "call-notes"
    PRESENTATION = "presentation"
    RESOURCE = "resource"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return self.value.replace("-", " ").capitalize()


class Audience(StrEnum):
    """Who may read a resource."""

    PUBLIC = "public"
    NETWORK = "network"
    ORGANIZATION = "organization"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return AUDIENCE_LABELS[self]


AUDIENCE_LABELS = {
    Audience.PUBLIC: "Everyone",
    Audience.NETWORK: "The network",
    Audience.ORGANIZATION: "Our organization only",
}

# From the fewest readers to the most.
WIDTHS = (Audience.ORGANIZATION, Audience.NETWORK, Audience.PUBLIC)


def wider_than(audience: Audience) -> tuple[Audience, ...]:
    """Return the audiences with more readers than ``audience``."""
    return WIDTHS[WIDTHS.index(audience) + 1 :]


@dataclass(frozen=True)
class Earlier:
    """What an earlier revision is to the table of permissions: whose it is, and who could read it then."""

    organization_id: int
    audience: Audience


# AMCC's "Big 6" of a thriving manufacturing ecosystem, by the slug that stands in addresses.
BIG_SIX = {
    "workforce": "Workforce and Training",
    "research": "Research and Innovation",
    "infrastructure": "Infrastructure and Site Development",
    "supply-chain": "Supply Chain Support",
    "trade": "Trade and International Investment",
    "operations": "Operational Improvement and Capital Access",
}


class Source(StrEnum):
    """What a revision is made of."""

    FILE = "file"
    TEXT = "text"
    LINK = "link"


class PageKind(StrEnum):
    """What a numbered part of a document is called."""

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    SECTION = "section"
    ITEM = "item"

    @property
    def label(self) -> str:
        """The word that a person reads, for example before a number: "Slide 7"."""
        return self.value.capitalize()

    @property
    def is_drawn(self) -> bool:
        """Whether such a page has a look of its own that the hub draws."""
        return self in {PageKind.PAGE, PageKind.SLIDE}


class State(StrEnum):
    """How far the hub got with reading a revision."""

    WAITING = "waiting"
    OK = "ok"
    PARTIAL = "partial"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return STATE_LABELS[self]


STATE_LABELS = {
    State.WAITING: "Being read",
    State.OK: "Searchable",
    State.PARTIAL: "Partly searchable",
    State.ENCRYPTED: "Protected with a password",
    State.CORRUPT: "Damaged",
    State.TIMEOUT: "Took too long to read",
    State.TOO_LARGE: "Too large to read",
    State.UNSUPPORTED: "Kept, not searchable",
}


class PreviewState(StrEnum):
    """How far the hub got with drawing the pages of a revision."""

    WAITING = "waiting"
    NONE = "none"  # nothing to draw: it is read as text or as tables
    PICTURES = "pictures"
    CARDS = "cards"  # drawing slides needs LibreOffice, which isn't there: what they say is shown instead
    UNMATCHED = "unmatched"  # as many pictures as slides can't be had, so none is shown beside the wrong slide
    FAILED = "failed"

    @property
    def sentence(self) -> str:
        """What a person reads where a picture is missing; empty when none is."""
        return PREVIEW_SENTENCES.get(self, "")


PREVIEW_SENTENCES = {
    PreviewState.WAITING: "The pictures are being made; here is the text until then.",
    PreviewState.CARDS: "This hub can't draw slides, so you see what they say. Download the file to see how they look.",
    PreviewState.UNMATCHED: "The pictures of this deck can't be matched with its slides, so you see what they say. "
    "Download the file to see how they look.",
    PreviewState.FAILED: "The pictures of this file could not be made, so you see its text. Download the file to see "
    "how it looks.",
}


@dataclass(frozen=True)
class Progress:
    """How far the hub got with a revision, for a person who waits: a sentence, and whether more is to come.

    `mark` changes whenever there is something new to see.
    """

    sentence: str
    busy: bool
    mark: str


READING = "The hub is reading it; in a few seconds it can be found by its words. It can be downloaded already."


def progress(state: State, preview: PreviewState, kind: PageKind | None, count: int, *, is_read: bool) -> Progress:
    """Return how far the hub got: reading, then "34 slides found, searchable", and pictures last."""
    if not is_read:
        return Progress(READING, busy=True, mark="reading")
    mark = f"{state} {preview} {count}"
    if kind is None or not count:
        return Progress("", busy=False, mark=mark)
    name = kind.value if count == 1 else f"{kind.value}s"
    busy = preview is PreviewState.WAITING
    more = " Their pictures are being made." if busy and kind.is_drawn else ""
    return Progress(f"{count:,} {name} found, searchable.{more}", busy, mark)


@dataclass(frozen=True)
class Table:
    """A sheet as a table: a head when the first row reads like one, then as many rows as are shown, all as long."""

    head: list[str]
    rows: list[list[str]]
    rows_in_all: int
    columns_in_all: int


MOST_ROWS = 200
MOST_COLUMNS = 50


def table_of(text: str, file_name: str = "") -> Table:
    """Return the first rows of a sheet's text: cells separated by tabs, or as a CSV file separates them."""
    lines = text.split("\n") if text else []
    some = lines[: MOST_ROWS + 1]
    cells = _csv_cells(some) if file_name.lower().endswith(".csv") else [line.split("\t") for line in some]
    columns = max(map(len, cells), default=0)
    width = min(columns, MOST_COLUMNS)
    rows = [(row + [""] * width)[:width] for row in cells]
    head = rows.pop(0) if len(rows) > 1 and width > 1 and _is_head(rows[0]) else []
    return Table(head, rows[:MOST_ROWS], len(lines) - bool(head), columns)


def _csv_cells(lines: list[str]) -> list[list[str]]:
    """Return the cells of a CSV file, however it separates them; its lines as they are when it is none."""
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    try:
        return list(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter))
    except csv.Error:
        return [[line] for line in lines]


# A cell that holds a figure, not a name of what stands below it; years name columns.
FIGURE = re.compile(r"(?!(19|20)\d\d$)[-+$€£(]*[\d.,]+[%)]*|\d{4}-\d\d-\d\d.*")


def _is_head(row: list[str]) -> bool:
    """Return whether a row names what is below it: something in all cells but perhaps the first, and no figures."""
    return all(row[1:]) and not any(FIGURE.fullmatch(cell) for cell in row)


def after_title(title: str, text: str) -> str:
    """``text`` without the title that it opens with, however that is broken into lines there; else all of it."""
    words = r"\s+".join(re.escape(word) for word in title.split())
    found = re.match(rf"\s*{words}(?:[ \n]+|$)", text) if words else None
    return text[found.end() :] if found else text


LONGEST_TITLE = 300  # characters
LARGEST = 2**31 - 1  # number that a row can have
LONGEST_SUMMARY = 5_000
LONGEST_BODY = 500_000
LONGEST_TAG = 60
MOST_TAGS = 20
LONGEST_ADDRESS = 2_000
EARLIEST = date(1900, 1, 1)


def title_from(file_name: str) -> str:
    """Return the title that a file's name proposes: ``CMMC_grant-deck v2.pptx`` gives ``CMMC grant-deck v2``."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", file_name.replace("\\", "/").rsplit("/", 1)[-1])
    words = re.sub(r"[_\s]+", " ", stem).strip()
    return words[:LONGEST_TITLE] or "Untitled"


# Words in a file's name that tell what it is, in the order in which they are believed.
KIND_WORDS = (
    (
        Kind.CALL_NOTES,
        r"minutes|(call|meeting|monday)[ _.-]*(notes|summary|recap)|notes[ _.-]*(of|from)[ _.-]*(the[ _.-]*)?call",
    ),
    (Kind.PRESENTATION, r"presentation|slides?|slide[ _.-]*deck|deck"),
    (Kind.BRIEFING, r"briefings?|brief|updates?|newsletter|bulletin|nofo|foa|funding[ _.-]*(notice|opportunity)"),
)
KIND_FORMATS = {
    "pptx": Kind.PRESENTATION,
    "ppt": Kind.PRESENTATION,
    "odp": Kind.PRESENTATION,
    "eml": Kind.BRIEFING,
}


def kind_from(file_name: str) -> Kind:
    """Return the kind that a file's name and format propose: ``CMMC deck.pptx`` is a presentation, ``minutes.docx`` call notes.

    Slides are a presentation whatever they are called, but for what was said on a call.
    """
    stem, _, extension = file_name.lower().replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
    of_format = KIND_FORMATS.get(extension)
    for kind, words in KIND_WORDS:
        if re.search(rf"(?<![a-z])({words})(?![a-z])", stem):
            return kind if of_format is None or kind is Kind.CALL_NOTES else of_format
    return of_format or Kind.RESOURCE


def date_from(file_name: str, today: date) -> date | None:
    """Return the day that a file's name tells: ``Call notes 2026-11-16.md``; None when it tells none, or one to come."""
    found = re.search(r"(?<!\d)((?:19|20)\d\d)([-_. ]?)(\d\d)\2(\d\d)(?!\d)", file_name)
    try:
        told = date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None
    return told if told and told <= today else None


def topics_from(chosen: list[str], typed: str) -> list[str]:
    """Return the Big 6 that were checked, then the free tags that were typed with commas: each once, in lower case."""
    tags = (re.sub(r"\s+", " ", tag).strip().lower() for tag in re.split(r"[,;\n]", typed))
    labels = {label.lower(): slug for slug, label in BIG_SIX.items()}
    return list(dict.fromkeys(labels.get(topic, topic) for topic in (*chosen, *tags) if topic))


MOST_FOLLOWED = 40


def topic_label(topic: str) -> str:
    """Return the words that a person reads for a topic."""
    return BIG_SIX.get(topic, topic)


def what_is_wrong_with(  # noqa: PLR0911 - a list of checks, one sentence each
    title: str, summary: str, topics: list[str], published_on: date, today: date
) -> str:
    """One sentence on what keeps these facts from being kept, or an empty string."""
    if not title:
        return "Give it a title that a colleague would search for."
    if len(title) > LONGEST_TITLE:
        return f"The title may have up to {LONGEST_TITLE} characters; put the rest into the summary."
    if len(summary) > LONGEST_SUMMARY:
        return f"The summary may have up to {LONGEST_SUMMARY:,} characters; put the rest into the document."
    if len(topics) > MOST_TAGS:
        return f"Up to {MOST_TAGS} topics help people find it; take some out."
    if any(len(topic) > LONGEST_TAG for topic in topics):
        return f"A tag may have up to {LONGEST_TAG} characters; separate tags with commas."
    if not EARLIEST <= published_on <= today + timedelta(days=366):
        return "The date must lie between 1900 and a year from now."
    return ""


def is_web_address(text: str) -> bool:
    """Return whether ``text`` is an address that a browser opens: http or https with a host, no spaces."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"} and bool(host) and not re.search(r"\s", text) and len(text) <= LONGEST_ADDRESS
    )


_RANGE = re.compile(r"\D*?(\d{1,6})(?:\s*(?:-|–|—|to|until|through|\.\.)\s*(\d{1,6}))?\s*", re.IGNORECASE | re.ASCII)


def range_of(typed: str) -> tuple[int, int] | None:
    """Return the pages that someone means: ``7``, ``7-9``, ``slides 7 to 9``; None for the whole. Raises Refused."""
    if not typed.strip():
        return None
    found = _RANGE.fullmatch(typed.strip())
    if found is None:
        raise Refused("Write which pages as one number or from–to, for example 7 or 7-9.")
    first, last = int(found[1]), int(found[2] or found[1])
    if first < 1 or last < first:
        raise Refused("The first page must come before the last one, for example 7-9.")
    return first, last

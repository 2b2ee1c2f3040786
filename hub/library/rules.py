"""The library's rules and closed sets, in the words of its users. Pure."""

import re
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit


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

LONGEST_TITLE = 300  # characters
LONGEST_SUMMARY = 5_000
LONGEST_BODY = 500_000
LONGEST_TAG = 60
MOST_TAGS = 20
LONGEST_ADDRESS = 2_000
EARLIEST = date(1900, 1, 1)


def title_from(file_name: str) -> str:
    """The title that a file's name proposes: ``CMMC_grant-deck v2.pptx`` gives ``CMMC grant-deck v2``."""
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
    """The kind that a file's name and format propose: ``CMMC deck.pptx`` is a presentation, ``minutes.docx`` call notes.

    Slides are a presentation whatever they are called, but for what was said on a call.
    """
    stem, _, extension = file_name.lower().replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
    of_format = KIND_FORMATS.get(extension)
    for kind, words in KIND_WORDS:
        if re.search(rf"(?<![a-z])({words})(?![a-z])", stem):
            return kind if of_format is None or kind is Kind.CALL_NOTES else of_format
    return of_format or Kind.RESOURCE


def topics_from(chosen: list[str], typed: str) -> list[str]:
    """The Big 6 that were ticked, then the free tags that were typed with commas: each once, in lower case."""
    tags = (re.sub(r"\s+", " ", tag).strip().lower() for tag in re.split(r"[,;\n]", typed))
    labels = {label.lower(): slug for slug, label in BIG_SIX.items()}
    return list(dict.fromkeys(labels.get(topic, topic) for topic in (*chosen, *tags) if topic))


def topic_label(topic: str) -> str:
    """The words that a person reads for a topic."""
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
    """Whether ``text`` is an address that a browser opens: http or https with a host, no spaces."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"} and bool(host) and not re.search(r"\s", text) and len(text) <= LONGEST_ADDRESS
    )

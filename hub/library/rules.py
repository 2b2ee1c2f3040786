"""The library's rules, enums and labels. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from hub.core import dates
from hub.core.errors import Refused


class Kind(StrEnum):
    """The kind of a resource."""

    BRIEFING = "briefing"
    CALL_NOTES = "call-notes"
    PRESENTATION = "presentation"
    RESOURCE = "resource"

    @property
    def label(self) -> str:
        """The word shown on screens."""
        return self.value.replace("-", " ").capitalize()


class Audience(StrEnum):
    """Who may read a resource."""

    PUBLIC = "public"
    NETWORK = "network"
    ORGANIZATION = "organization"

    @property
    def label(self) -> str:
        """The words shown on screens."""
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


def is_open_to_outsiders(
    audience: Audience,
    revision_audience: Audience | None = None,
    *,
    closed_at: datetime | None = None,
    offered_at: datetime | None = None,
) -> bool:
    """Return True if outsiders may get a resource through a link or pack that has had it since ``offered_at``.

    What is for one organization only is never opened to people outside it (docs/sharing.md). ``revision_audience`` is
    that of the revision shown, if it is an earlier one; ``closed_at`` is when the resource was last limited to its
    organization, because widening its audience again doesn't reopen what was closed. ``offered_at`` is None for
    something new.
    """
    if Audience.ORGANIZATION in {audience, revision_audience}:
        return False
    return closed_at is None or offered_at is None or offered_at > closed_at


def why_closed(title: str, organization: str = "", added_by: str = "", *, may_change: bool) -> str:
    """Return why a resource can't be opened to outsiders, and who can change its audience.

    ``organization`` is the name of its organization if it isn't the reader's own; ``added_by`` names the person who
    added it if they aren't the reader and may change it; ``may_change``: the reader may.
    """
    others = "you" if may_change else f"the representative of {organization}" if organization else "your representative"
    who = f"{added_by}, who added it, or {others}" if added_by else others[:1].upper() + others[1:]
    return f"“{title}” is for {organization or 'your organization'} only. {who} can change its audience."


@dataclass(frozen=True)
class Earlier:
    """An earlier revision as the permissions see it: its organization, and the audience that it had."""

    organization_id: int
    audience: Audience


# AMCC's "Big 6" of a thriving manufacturing ecosystem, by the slug used in addresses.
BIG_SIX = {
    "workforce": "Workforce and Training",
    "research": "Research and Innovation",
    "infrastructure": "Infrastructure and Site Development",
    "supply-chain": "Supply Chain Support",
    "trade": "Trade and International Investment",
    "operations": "Operational Improvement and Capital Access",
}


class Source(StrEnum):
    """The source of a revision's content."""

    FILE = "file"
    TEXT = "text"
    LINK = "link"


class PageKind(StrEnum):
    """The kind of a numbered part of a document."""

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    SECTION = "section"
    ITEM = "item"
    ATTACHMENT = "attachment"
    MOMENT = "moment"

    @property
    def label(self) -> str:
        """The word shown on screens, for example before a number: "Slide 7"."""
        return self.value.capitalize()

    @property
    def is_drawn(self) -> bool:
        """True if the hub draws pictures of such pages."""
        return self in {PageKind.PAGE, PageKind.SLIDE}


def place_name(kind: PageKind, number: int, seconds: int | None = None) -> str:
    """Return the name of a part of a document: ``Slide 7``; of a moment with a known time, that time: ``12:34``."""
    if kind is PageKind.MOMENT and seconds is not None:
        return dates.in_recording(seconds)
    return f"{kind.label} {dates.number(number)}"


class State(StrEnum):
    """The result of reading a revision."""

    WAITING = "waiting"
    OK = "ok"
    PARTIAL = "partial"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    INFECTED = "infected"

    @property
    def label(self) -> str:
        """The words shown on screens."""
        return STATE_LABELS[self]


STATE_LABELS = {
    State.WAITING: "Processing",
    State.OK: "Searchable",
    State.PARTIAL: "Partly searchable",
    State.ENCRYPTED: "Password-protected",
    State.CORRUPT: "Damaged",
    State.TIMEOUT: "Took too long to process",
    State.TOO_LARGE: "Too large to process",
    State.UNSUPPORTED: "Not searchable",
    State.INFECTED: "Infected",
}


class ScanState(StrEnum):
    """The result of a virus scan."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    TOO_LARGE = "too_large"  # larger than the scanner accepts, so it can't be checked


class PreviewState(StrEnum):
    """The result of drawing the pages of a revision."""

    WAITING = "waiting"
    NONE = "none"  # nothing to draw: it is shown as text or as tables
    PICTURES = "pictures"
    CARDS = "cards"  # drawing slides needs LibreOffice, which isn't installed: their text is shown instead
    UNMATCHED = "unmatched"  # the number of pictures differs from that of slides: none is shown next to a wrong slide
    FAILED = "failed"

    @property
    def sentence(self) -> str:
        """The sentence shown in place of a missing picture; empty when none is missing."""
        return PREVIEW_SENTENCES.get(self, "")


PREVIEW_SENTENCES = {
    PreviewState.WAITING: "The preview isn’t ready yet. Here is the text in the meantime.",
    PreviewState.CARDS: "This hub can’t preview slides, so here is their text. Download the file to see the slides.",
    PreviewState.UNMATCHED: "The previews of this deck don’t match its slides, so here is their text. "
    "Download the file to see the slides.",
    PreviewState.FAILED: "This file’s pages can’t be drawn, so here is its text. Download the file to see its layout.",
}
PREVIEW_LATER = "Previews couldn’t be created yet. {again} Here is the text in the meantime."
AGAIN = "The hub will try again {when}"  # it ends with "a.m." or "p.m."
AGAIN_SOON = "The hub will try again in a few minutes."

# Pauses before what failed for a reason that may pass is tried again; the last one repeats.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 2 * 60, 8 * 60, 24 * 60))
MOST_FAILURES = 30  # in a row, which takes about four weeks


def pause_after(failures: int) -> timedelta | None:
    """Return the pause after this number of failures in a row (from 1); None if it isn't tried again."""
    return PAUSES[min(failures, len(PAUSES)) - 1] if failures < MOST_FAILURES else None


def again_at(retry: datetime | None, now: datetime) -> str:
    """Return "The hub will try again at 3:40 p.m."; empty without a time. Both are in the hub's time zone."""
    if retry is None:
        return ""
    if retry <= now:
        return AGAIN_SOON
    at = f"at {dates.time_of_day(retry)}"
    when = at if retry.date() == now.date() else f"on {dates.short(retry.date(), now.date())}, {at}"
    return AGAIN.format(when=when)


@dataclass(frozen=True)
class Progress:
    """The processing status of a revision: a sentence, and whether the hub is still busy with it.

    `mark` changes whenever there is something new to see.
    """

    sentence: str
    busy: bool
    mark: str
    again: str = ""  # when the hub tries to read it again, in a sentence


PICTURES_AT_ONCE = 10
READING = "Processing. You can download it now, and search it in a few seconds."
READING_LATER = (
    "Processing. You can download it now. Files that are added a few at a time go first, so it may take a few minutes "
    "until you can search this one."
)


def progress(
    state: State,
    preview: PreviewState,
    kind: PageKind | None,
    count: int,
    *,
    is_read: bool,
    in_bulk: bool = False,
    pictures: int = 0,
) -> Progress:
    """Return the processing status: reading first, then "34 slides, searchable", previews, and text recognition last.

    ``in_bulk``: it came with many others, so that files that people wait for are read first. ``pictures`` is the number of
    pages that are pictures whose text is yet to be recognized.
    """
    if not is_read:
        return Progress(READING_LATER if in_bulk else READING, busy=True, mark="reading")
    # The page shows the text of a long scan a few pages at a time, not each page alone.
    mark = f"{state} {preview} {count} {-(-pictures // PICTURES_AT_ONCE)}"
    if kind is None or not count:
        return Progress("", busy=False, mark=mark)
    is_drawing = preview is PreviewState.WAITING
    more = " Creating previews." if is_drawing and kind.is_drawn else ""
    if pictures:
        more += f" Reading the text in {dates.plural(pictures, 'picture')}."
    searchable = "" if pictures == count else ", searchable"
    return Progress(f"{dates.plural(count, kind.value)}{searchable}.{more}", is_drawing or pictures > 0, mark)


LONGEST_TITLE = 300  # characters
LARGEST = 2**31 - 1  # the largest integer that a database column holds
LONGEST_SUMMARY = 5_000
LONGEST_BODY = 500_000
LONGEST_TAG = 60
MOST_TAGS = 20
LONGEST_ADDRESS = 2_000
EARLIEST = date(1900, 1, 1)


def topics_from(chosen: list[str], typed: str) -> list[str]:
    """Return the checked Big 6 topics, then the tags typed with commas: each once, in lower case."""
    tags = (re.sub(r"\s+", " ", tag).strip().lower() for tag in re.split(r"[,;\n]", typed))
    labels = {label.lower(): slug for slug, label in BIG_SIX.items()}
    return list(dict.fromkeys(labels.get(topic, topic) for topic in (*chosen, *tags) if topic))


MOST_FOLLOWED = 40


def topic_label(topic: str) -> str:
    """Return the words shown on screens for a topic."""
    return BIG_SIX.get(topic, topic)


def problem_with(  # noqa: PLR0911 - a list of checks, one sentence each
    title: str, summary: str, topics: list[str], published_on: date, today: date
) -> str:
    """Return a sentence on what is wrong with these details and how to fix it, or an empty string."""
    if not title:
        return "Enter a title that a colleague would search for."
    if len(title) > LONGEST_TITLE:
        return f"The title is too long. The limit is {LONGEST_TITLE} characters. Move the rest to the summary."
    if len(summary) > LONGEST_SUMMARY:
        return (
            f"The summary is too long. The limit is {dates.number(LONGEST_SUMMARY)} characters. "
            "Move the rest to the document."
        )
    if len(topics) > MOST_TAGS:
        return f"That’s too many topics. The limit is {MOST_TAGS}. Remove some."
    if any(len(topic) > LONGEST_TAG for topic in topics):
        return f"A tag is too long. The limit is {LONGEST_TAG} characters. Separate tags with commas."
    if not EARLIEST <= published_on <= today + timedelta(days=366):
        return "Enter a date between 1900 and a year from now."
    return ""


def is_url(text: str) -> bool:
    """Return True if ``text`` is a URL that a browser can open: http or https with a host, no spaces."""
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
    """Return the first and last page of a typed range: ``7``, ``7-9``, ``slides 7 to 9``; None for all pages.

    Raises Refused when it isn't one.
    """
    if not typed.strip():
        return None
    match = _RANGE.fullmatch(typed.strip())
    if match is None:
        raise Refused("That isn’t a page range. Enter one page or a range, such as 7 or 7-9.")
    first, last = int(match[1]), int(match[2] or match[1])
    if first < 1 or last < first:
        raise Refused("The first page must come before the last. Enter a range such as 7-9.")
    return first, last

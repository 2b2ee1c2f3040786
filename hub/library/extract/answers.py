"""What the helper process and the hub say to each other about one file, as lines of JSON.

The helper tells of a document while it reads: first what it is (`about`), then each `page`, at last the
`end` with a state. So pages that were read before a reader broke down are not lost. What arrives is checked,
not trusted: the helper read a stranger's file.
"""

import json
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from hub.library.extract.limits import Limits
from hub.library.extract.pages import Cut, Document, ExtractedPage, Extraction, Lost, clean, one_line
from hub.library.extract.problems import (
    BROKE_DOWN,
    DAMAGED,
    ONLY_PICTURES,
    PAGES_CUT,
    PAGES_LOST,
    STOPPED,
    TOO_LARGE,
    TOO_MANY_PAGES,
    TOO_SLOW,
    Finding,
)
from hub.library.rules import PageKind, State

OUT_OF_MEMORY = 71
KILLED = -signal.SIGKILL
PROCESSOR_TIME_SPENT = -signal.SIGXCPU
MOST_NUMBERS = 10
PICTURED = {PageKind.PAGE, PageKind.SLIDE}


@dataclass(frozen=True)
class Outcome:
    """How the process that read one file ended, and how many bytes it has told before."""

    exit_code: int
    timed_out: bool
    overflowed: bool
    size: int


class Telling:
    """Tells of one document, within the limits, and remembers what was the matter with its pages."""

    def __init__(self, document: Document, kind: PageKind, limits: Limits) -> None:
        """`kind` is what the pages are called if none of them says so."""
        self.document = document
        self.kind = kind
        self.limits = limits
        self.count = 0
        self.characters = 0
        self.lost: list[int] = []
        self.cut: list[int] = []
        self.complete = True

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield all that there is to tell, in order."""
        document = self.document
        yield about(document, document.title)
        for page in self.pages():
            if self.count == 1 and document.titled_by_first_page and not document.title:
                yield about(document, name_of(page))
            yield {"page": asdict(page)}
        yield end(*self.verdict())

    def pages(self) -> Iterator[ExtractedPage]:
        """Yield the pages that are told, cleaned and not longer than allowed; a lost one is told as empty."""
        for found in self.document.pages:
            if self.count >= self.limits.pages or self.characters >= self.limits.all_characters:
                self.complete = False
                return
            if isinstance(found, Cut):
                self.cut.append(found.number)
                continue
            if isinstance(found, Lost):
                self.lost.append(found.number)
                yield self.counted(ExtractedPage(found.number, self.kind, "", ""))
            else:
                yield self.counted(found)

    def counted(self, found: ExtractedPage) -> ExtractedPage:
        """Return the page as it is told."""
        most = self.limits.page_characters
        page = replace(
            found, title=one_line(found.title), text=clean(found.text)[:most], notes=clean(found.notes)[:most]
        )
        if max(len(found.text), len(found.notes)) > most and page.number not in self.cut:
            self.cut.append(page.number)
        self.count += 1
        self.characters += len(page.text) + len(page.notes)
        self.kind = page.kind
        return page

    def verdict(self) -> tuple[State, str]:
        """Return the state of the file, and the sentences that explain it."""
        if self.lost and len(self.lost) == self.count:
            return DAMAGED.state, DAMAGED.sentence
        details = []
        if not self.complete:
            details.append(TOO_MANY_PAGES.sentence.format(count=self.count, kind=self.kind.value))
        if self.lost:
            details.append(PAGES_LOST.sentence.format(which=which(self.kind, self.lost)))
        if self.cut:
            details.append(PAGES_CUT.sentence.format(which=which(self.kind, self.cut)))
        if self.kind in PICTURED and self.count and not self.characters and not details:
            details.append(ONLY_PICTURES.sentence.format(kind=self.kind.value))
        return (State.PARTIAL if details else State.OK), " ".join(details)


def about(document: Document, title: str) -> dict[str, Any]:
    """Return what the document says of itself."""
    day = document.published_on
    return {"about": {"title": one_line(title), "published_on": day.isoformat() if day else None}}


def name_of(first: ExtractedPage) -> str:
    """Return what a document is called by its first page: a slide's title, or the outermost opening heading."""
    by_heading = first.kind is PageKind.SECTION and first.title
    return first.text.partition("\n")[0] if by_heading else first.title


def end(state: State, detail: str, cause: str = "") -> dict[str, Any]:
    """Return the last that is told; `cause` is for those who mend the hub."""
    return {"end": {"state": state.value, "detail": detail, "cause": clean(cause)}}


def which(kind: PageKind, numbers: list[int]) -> str:
    """Return how many pages, and which, for example "2 slides (3, 7)"."""
    shown = ", ".join(str(number) for number in numbers[:MOST_NUMBERS])
    more = ", …" if len(numbers) > MOST_NUMBERS else ""
    return f"{len(numbers)} {kind.value}{'s' if len(numbers) > 1 else ''} ({shown}{more})"


class Hearing:
    """What was told of one file, taken in line by line."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.title = ""
        self.published_on: date | None = None
        self.pages: list[ExtractedPage] = []
        self.end: tuple[State, str] | None = None
        self.cause = ""

    def take(self, told: bytes) -> None:
        """Takes in the lines up to the first that is rubbish, after which nothing counts as the end."""
        try:
            for line in told.split(b"\n"):
                if line:
                    self.take_entry(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.end, self.cause = None, repr(error)

    def take_entry(self, entry: dict[str, Any]) -> None:
        """Takes in one entry; raises an error of many kinds when it is none."""
        if "page" in entry:
            self.pages.append(page_heard(entry["page"]))
        elif "about" in entry:
            day = entry["about"]["published_on"]
            self.title = one_line(entry["about"]["title"])
            self.published_on = date.fromisoformat(day) if day else None
        else:
            self.end = State(entry["end"]["state"]), clean(entry["end"]["detail"])
            self.cause = clean(entry["end"]["cause"])

    def extraction(self, outcome: Outcome) -> Extraction:
        """Return the file's extraction; one that ends without its end keeps the pages that were told before."""
        state, detail = self.end or self.broken_off(outcome)
        return Extraction(state, detail, self.title, self.published_on, tuple(self.pages))

    def broken_off(self, outcome: Outcome) -> tuple[State, str]:
        """State and sentence of a file whose reader came to no end."""
        if self.pages:
            kind = self.pages[-1].kind.value
            return STOPPED.state, STOPPED.sentence.format(count=len(self.pages), kind=kind)
        finding = reason(outcome)
        return finding.state, finding.sentence


def reason(outcome: Outcome) -> Finding:
    """Why a reader came to no end."""
    if outcome.timed_out or outcome.exit_code == PROCESSOR_TIME_SPENT:
        return TOO_SLOW
    if outcome.overflowed or outcome.exit_code in {OUT_OF_MEMORY, KILLED}:
        return TOO_LARGE
    return BROKE_DOWN


def page_heard(entry: dict[str, Any]) -> ExtractedPage:
    """Return a page that was told; raises an error of many kinds when it is none."""
    number = entry["number"]
    if not isinstance(number, int) or number < 1:
        raise ValueError(number)
    return ExtractedPage(
        number,
        PageKind(entry["kind"]),
        one_line(entry["title"]),
        clean(entry["text"]),
        clean(entry["notes"]),
        hidden=entry["hidden"] is True,
    )

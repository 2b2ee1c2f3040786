"""The lines of JSON with which the helper process reports on one file to the hub.

The helper reports while it reads: first the document (`about`), then each `page`, and finally the `end` with a
state and the parts that weren't read. So pages that were read before a parser crashed are not lost. The hub validates the lines and doesn't trust
them: the helper read an untrusted file.
"""

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from hub.core.dates import plural
from hub.library.extract.limits import Limits
from hub.library.extract.pages import (
    Cut,
    Document,
    ExtractedPage,
    Extraction,
    LeftOut,
    Lost,
    Part,
    Unread,
    clean,
    listed,
    one_line,
)
from hub.library.extract.picture_pages import pictures_sentence
from hub.library.extract.problems import (
    BROKE_DOWN,
    DAMAGED,
    MORE_UNREAD,
    NO_TEXT,
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
# Sentences on parts that weren't read: more are counted.
MOST_SENTENCES = 40
LONGEST_SENTENCE = 400
# Letters of scripts without spaces, which search takes one by one: Thai to Khmer, Chinese, Japanese, Korean.
WORD_SIGNS = re.compile("[\u0e00-\u17ff\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]")
WORD_LENGTH = 6
PICTURED = {PageKind.PAGE, PageKind.SLIDE}


@dataclass(frozen=True)
class Outcome:
    """How the process that read one file ended, and how many bytes it reported before that."""

    exit_code: int
    timed_out: bool
    overflowed: bool
    size: int


class ReportWriter:
    """The report on one document, within the limits; it collects the problems of its pages."""

    def __init__(self, document: Document, kind: PageKind, limits: Limits) -> None:
        """`kind` is the kind of the pages if none of them has one."""
        self.document = document
        self.kind = kind
        self.limits = limits
        self.count = 0
        self.characters = 0
        self.lost: list[int] = []
        self.cut: list[int] = []
        self.pictures: list[int] = []
        self.unread: list[str] = []
        self.left_out: list[str] = []
        self.complete = True
        self.has_title = False

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield all entries of the report, in order."""
        document = self.document
        yield about(document, document.title)
        for page in self.pages():
            if self.count == 1 and document.titled_by_first_page and not document.title:
                yield about(document, title_by(page))
            yield {"page": asdict(page)}
        yield end(*self.verdict(), unread=self.sentences(), left_out=unique(self.left_out))

    def pages(self) -> Iterator[ExtractedPage]:
        """Yield the pages to report, cleaned and cut to the limits; a lost page is reported as blank."""
        for part in self.document.pages:
            if self.count >= self.limits.pages or self.characters >= self.limits.all_characters:
                self.complete = False
                return
            if isinstance(part, ExtractedPage):
                yield self.counted(part)
            elif isinstance(part, Lost):
                self.lost.append(part.number)
                yield self.counted(ExtractedPage(part.number, self.kind, "", ""))
            else:
                self.note(part)

    def note(self, part: Part) -> None:
        """Note a part that has no page: one that was cut, wasn't read or is left out."""
        if isinstance(part, Cut):
            self.cut.append(part.number)
        elif isinstance(part, LeftOut):
            self.left_out.append(part.sentence)
        elif isinstance(part, Unread):
            self.unread.append(part.sentence)

    def counted(self, original: ExtractedPage) -> ExtractedPage:
        """Count a page, and return it cleaned and cut to the limits."""
        most = self.limits.page_characters
        page = replace(
            original,
            title=one_line(original.title),
            text=clean(original.text)[:most],
            notes=clean(original.notes)[:most],
            also_searched=clean(original.also_searched)[:most],
        )
        longest = max(map(len, (original.text, original.notes, original.also_searched)))
        if longest > most and page.number not in self.cut:
            self.cut.append(page.number)
        self.count += 1
        self.characters += sum(map(weight, (page.text, page.notes, page.also_searched)))
        self.has_title = self.has_title or bool(page.title)
        if page.is_picture:
            self.pictures.append(page.number)
        if self.count == 1:
            self.kind = page.kind
        return page

    def verdict(self) -> tuple[State, str]:
        """Return the state of the file, and the sentences that explain it."""
        if self.lost and len(self.lost) == self.count:
            return DAMAGED.state, DAMAGED.sentence
        details = self.sentences()
        return (State.PARTIAL if details else State.OK), " ".join(details)

    def sentences(self) -> list[str]:
        """Return a sentence for each part, or kind of part, that wasn't read."""
        details: list[str] = []
        if not self.complete:
            details.append(TOO_MANY_PAGES.sentence.format(pages=plural(self.count, self.kind.value)))
        if self.lost:
            details.append(PAGES_LOST.sentence.format(which=listed(self.kind, self.lost)))
        if self.cut:
            details.append(PAGES_CUT.sentence.format(which=listed(self.kind, self.cut)))
        unread = unique(self.unread)
        is_one_picture = self.count == 1 and bool(self.pictures)
        if self.kind in PICTURED and self.count and not (self.characters or details or unread or is_one_picture):
            details.append(ONLY_PICTURES.sentence.format(kind=self.kind.value))
        elif self.pictures:
            details.append(pictures_sentence(self.kind, self.pictures))
        elif not (self.characters or self.has_title or self.document.title or details or unread):
            details.append(NO_TEXT.sentence)
        details += unread[:MOST_SENTENCES]
        if len(unread) > MOST_SENTENCES:
            details.append(MORE_UNREAD.sentence.format(parts=plural(len(unread) - MOST_SENTENCES, "part")))
        return details


def weight(text: str) -> int:
    """Return the number of characters of a text, in which one that is a word of its own counts as a word does."""
    if text.isascii():
        return len(text)
    return len(text) + (WORD_LENGTH - 1) * (len(text) - len(WORD_SIGNS.sub("", text)))


def about(document: Document, title: str) -> dict[str, Any]:
    """Return the entry with the document's own title and date."""
    day = document.published_on
    return {"about": {"title": one_line(title), "published_on": day.isoformat() if day else None}}


def title_by(first: ExtractedPage) -> str:
    """Return the document's title by its first page: a slide's title, or the outermost opening heading."""
    by_heading = first.kind is PageKind.SECTION and first.title
    return first.text.partition("\n")[0] if by_heading else first.title


def end(
    state: State,
    detail: str,
    cause: str = "",
    unread: list[str] | None = None,
    left_out: list[str] | None = None,
    *,
    may_pass: bool = False,
) -> dict[str, Any]:
    """Return the last entry of a report; `cause` is for the hub's developers. `may_pass`: worth another try later."""
    sentences = {"unread": unread or [], "left_out": left_out or []}
    return {"end": {"state": state.value, "detail": detail, "cause": clean(cause), "may_pass": may_pass, **sentences}}


def unique(sentences: list[str]) -> list[str]:
    """Return each sentence once, on one line and not too long."""
    return list(dict.fromkeys(one_line(sentence, LONGEST_SENTENCE) for sentence in sentences))


def parse_sentences(entry: object) -> tuple[str, ...]:
    """Return received sentences; malformed ones raise TypeError."""
    if not isinstance(entry, list):
        raise TypeError(entry)
    return tuple(one_line(sentence, LONGEST_SENTENCE) for sentence in entry[: MOST_SENTENCES + 10])


class ReportReader:
    """The report on one file as received, line by line."""

    def __init__(self) -> None:
        """Begin with an empty report."""
        self.title = ""
        self.published_on: date | None = None
        self.pages: list[ExtractedPage] = []
        self.end: tuple[State, str] | None = None
        self.unread: tuple[str, ...] = ()
        self.left_out: tuple[str, ...] = ()
        self.cause = ""
        self.may_pass = False

    def feed(self, content: bytes) -> None:
        """Parse the lines up to the first malformed one; if there is one, the report has no end."""
        try:
            for line in content.split(b"\n"):
                if line:
                    self.feed_entry(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.end, self.cause = None, repr(error)

    def feed_entry(self, entry: dict[str, Any]) -> None:
        """Add one entry; a malformed one raises ValueError, KeyError, TypeError or AttributeError."""
        if "page" in entry:
            self.pages.append(parse_page(entry["page"]))
        elif "about" in entry:
            day = entry["about"]["published_on"]
            self.title = one_line(entry["about"]["title"])
            self.published_on = date.fromisoformat(day) if day else None
        else:
            self.end = State(entry["end"]["state"]), clean(entry["end"]["detail"])
            self.cause = clean(entry["end"]["cause"])
            self.may_pass = entry["end"].get("may_pass") is True
            self.unread = parse_sentences(entry["end"]["unread"])
            self.left_out = parse_sentences(entry["end"]["left_out"])

    def extraction(self, outcome: Outcome) -> Extraction:
        """Return the file's extraction; a report without its end keeps the pages received before."""
        state, detail = self.end or self.unfinished_state(outcome)
        unread = self.unread or ((detail,) if state is not State.OK else ())
        passing = self.may_pass if self.end else may_pass(outcome)
        pages = tuple(self.pages)
        return Extraction(state, detail, self.title, self.published_on, pages, unread, self.left_out, passing)

    def unfinished_state(self, outcome: Outcome) -> tuple[State, str]:
        """Return the state and sentence of a file whose reader didn't finish."""
        if self.pages:
            pages = plural(len(self.pages), self.pages[-1].kind.value)
            return STOPPED.state, STOPPED.sentence.format(pages=pages)
        finding = reason(outcome)
        return finding.state, finding.sentence


def reason(outcome: Outcome) -> Finding:
    """Return why a reader didn't finish."""
    if outcome.timed_out or outcome.exit_code == PROCESSOR_TIME_SPENT:
        return TOO_SLOW
    if outcome.overflowed or outcome.exit_code in {OUT_OF_MEMORY, KILLED}:
        return TOO_LARGE
    return BROKE_DOWN


def may_pass(outcome: Outcome) -> bool:
    """Return True if a reader didn't finish for a reason that may pass: a busy machine, or one without free memory."""
    return outcome.timed_out or outcome.exit_code in {OUT_OF_MEMORY, KILLED}


def parse_page(entry: dict[str, Any]) -> ExtractedPage:
    """Return a received page; a malformed one raises ValueError, KeyError, TypeError or AttributeError."""
    number, seconds = entry["number"], entry["seconds"]
    if not isinstance(number, int) or number < 1 or not isinstance(seconds, int | None):
        raise ValueError(number, seconds)
    return ExtractedPage(
        number,
        PageKind(entry["kind"]),
        one_line(entry["title"]),
        clean(entry["text"]),
        clean(entry["notes"]),
        hidden=entry["hidden"] is True,
        also_searched=clean(entry["also_searched"]),
        is_picture=entry["is_picture"] is True,
        seconds=seconds,
        part=one_line(entry["part"]),
    )

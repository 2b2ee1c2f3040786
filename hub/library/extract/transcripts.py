"""Transcripts and chats of calls as text: Teams' Word files, Zoom's chat and saved captions, Otter, YouTube.

A text is one when its lines name times that don't run backward, in one of these shapes; others stay what they are:

- `Rosa Peña   0:03` above the words (Teams, Otter)
- `0:0:5.100 --> 0:0:8.250`, the name, and the words below (older Teams and Stream)
- `00:12:34 Rosa Peña: words`, also in brackets, or with tabs (the chat of a recording)
- `12:34:56 From Rosa Peña to Everyone: words` (Zoom's saved chat; the times are times of day)
- `[Rosa Peña] 12:34:56` above the words (Zoom's saved captions; times of day)
- `0:03` above the words (YouTube, Google Meet)
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from hub.library.extract import speakers
from hub.library.extract.moments import Turn, moments, seconds_of
from hub.library.extract.pages import LeftOut, Part

LONGEST_LINE = 400  # a line with a time and a name; words may follow behind
HOUR = 3_600
LATEST_BEGINNING = 300
FEWEST = 3
SAMPLE = 500  # lines that may name a time, by which a shape is tried
IN_ORDER = 0.95
PRIVATE_LEFT_OUT = "Private messages in the chat are not searched."

STAMP = r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,6})?"
NAME = r"\S.{0,79}?"
UNDER_NAME = re.compile(
    rf"(?P<name>{NAME})(?P<gap>[ \t\u00a0]{{1,9}})(?P<stamp>\d{{1,3}}:\d{{2}}(?::\d{{2}})?)[ \t]{{0,9}}"
)
ARROW = re.compile(
    rf"(?:(?P<name>{NAME})[ \t]{{1,9}})?(?P<stamp>{STAMP})[ \t]{{0,9}}-->[ \t]{{0,9}}{STAMP}[ \t]{{0,9}}"
)
INLINE = re.compile(rf"[\[(]?(?P<stamp>{STAMP})[\])]?[ \t]{{1,9}}(?:-[ \t]{{1,9}})?(?P<words>\S.*)")
FROM = re.compile(
    r"(?P<stamp>\d{1,2}:\d{2}:\d{2})[ \t]{1,9}From[ \t]{1,9}(?P<name>\S.{0,99}?)"
    r"(?:[ \t]{1,9}to[ \t]{1,9}(?P<to>\S.{0,199}?))?[ \t]{0,9}:(?:[ \t]{1,9}(?P<words>.*))?"
)
CHATTED = re.compile(rf"(?P<stamp>\d{{1,2}}:\d{{2}}:\d{{2}})\t[ \t]{{0,9}}(?P<name>{NAME})[ \t]{{0,9}}:\t(?P<words>.*)")
SAVED = re.compile(rf"\[(?P<name>{NAME})\][ \t]{{1,9}}(?P<stamp>\d{{1,2}}:\d{{2}}:\d{{2}})[ \t]{{0,9}}")
ALONE = re.compile(rf"[\[(]?(?P<stamp>{STAMP})[\])]?[ \t]{{0,9}}")
PRIVATE = re.compile(r"\((?:direct message|privately)\)$", re.IGNORECASE)
# To whom a message goes that isn't private; anyone else is one person, or a few.
GROUP = re.compile(
    r"(?:everyone|all|hosts?|panelists?|attendees|participants|meeting|waiting room|breakout)\b", re.IGNORECASE
)


@dataclass
class Entry:
    """A line with a time, and the lines of words that follow it."""

    stamp: str
    name: str = ""
    to: str = ""
    lines: list[str] = field(default_factory=list)

    @cached_property
    def seconds(self) -> int:
        """The time as seconds."""
        return seconds_of(self.stamp) or 0


@dataclass(frozen=True)
class Shape:
    """A way of writing a transcript: how to recognize a line with a time, and whether all of them make sense."""

    entry: Callable[[str], Entry | None]
    is_one: Callable[[Sequence[Entry], int], bool]
    name_below: Callable[[Sequence[Entry]], None] | None = None
    has_clock: bool = False  # the times may be times of day


def recognized(lines: Iterable[str]) -> Iterator[Part] | None:
    """Return the moments of a transcript or chat, and what is left out; None when the lines aren't one."""
    all_lines = [line.strip() for line in lines]
    places = [place for place, line in enumerate(all_lines) if may_name_time(line)]
    for shape in SHAPES:
        if not looks_like(shape, [all_lines[place] for place in places[:SAMPLE]]):
            continue
        before, entries = entries_of(all_lines, places, shape)
        is_most = len(before) <= len(all_lines) // 2
        if is_most and is_in_order(entries) and shape.is_one(entries, len(all_lines) - len(before)):
            return parts_of(before, entries, shape)
    return None


def looks_like(shape: Shape, lines: Sequence[str]) -> bool:
    """Return True if some of these lines are entries of a shape, in order: long texts of other kinds end here."""
    entries = [entry for line in lines if (entry := shape.entry(line))]
    return bool(entries) and is_in_order(entries)


def entries_of(lines: Sequence[str], places: Sequence[int], shape: Shape) -> tuple[list[str], list[Entry]]:
    """Return the lines above the first time, and the times with the lines below them; `places` are those of lines that may name a time."""
    timed = [(place, entry) for place in places if (entry := shape.entry(lines[place]))]
    ends = [*(place for place, _ in timed[1:]), len(lines)]
    for (place, entry), end in zip(timed, ends, strict=True):
        entry.lines += lines[place + 1 : end]
    before = [line for line in lines[: timed[0][0]] if line]
    return before, [entry for _, entry in timed]


def may_name_time(line: str) -> bool:
    """Return True if a line begins or ends as one with a time can; most lines don't, which saves their matching."""
    return bool(line) and (line[0].isdigit() or line[0] in "[(" or line[-1].isdigit() or "-->" in line)


def parts_of(before: Sequence[str], entries: Sequence[Entry], shape: Shape) -> Iterator[Part]:
    """Yield the moments of the entries; private messages are left out."""
    if shape.name_below:
        shape.name_below(entries)
    public = [entry for entry in entries if not is_private(entry)]
    # A chat that was saved with the recording counts from its beginning, one that was saved in the call has the time.
    is_clock = shape.has_clock and entries[0].seconds >= HOUR
    turns = (
        Turn(None if is_clock else entry.seconds, entry.name, "\n".join(entry.lines), entry.stamp if is_clock else "")
        for entry in public
    )
    yield from moments(turns, "\n".join(before), separator="\n" if shape.has_clock else " ")
    if len(public) < len(entries):
        yield LeftOut(PRIVATE_LEFT_OUT)


def is_private(entry: Entry) -> bool:
    """Return True if a message was sent to one person, or to a few."""
    return bool(entry.to) and (GROUP.match(entry.to) is None or PRIVATE.search(entry.to) is not None)


def name_by_words(entries: Sequence[Entry]) -> None:
    """Take the names of speakers from the words below the times: "Rosa Peña: words"."""
    known = speakers.known(entry.lines[0] for entry in entries if entry.lines)
    for entry in entries:
        if entry.lines and not entry.name:
            name, rest = speakers.split(entry.lines[0])
            if name in known:
                entry.name, entry.lines[0] = name, rest


def name_by_line(entries: Sequence[Entry]) -> None:
    """Take the names of speakers from the first line below the times, where words follow on another."""
    for entry in entries:
        words = [line for line in entry.lines if line]
        if not entry.name and len(words) > 1 and speakers.looks_like_a_name(words[0]):
            entry.name, entry.lines = words[0], words[1:]


def is_in_order(entries: Sequence[Entry]) -> bool:
    """Return True if nearly all times are as late as those before, or later."""
    pairs = list(pairwise(entries))
    return sum(above.seconds <= below.seconds for above, below in pairs) >= IN_ORDER * len(pairs)


def begins_at_zero(entries: Sequence[Entry]) -> bool:
    """Return True if the first time is in the first minute, as in a recording and not in an agenda."""
    return entries[0].stamp.lstrip("0:").count(":") == 0 and entries[0].seconds < 60  # noqa: PLR2004 - a minute


def has_hours(entries: Sequence[Entry]) -> bool:
    """Return True if all times have hours, minutes and seconds."""
    return all(entry.stamp.count(":") > 1 for entry in entries)


def have_words(entries: Sequence[Entry]) -> bool:
    """Return True if words follow most of the times."""
    return 2 * sum(any(entry.lines) for entry in entries) > len(entries)


def is_under_names(entries: Sequence[Entry], _lines: int) -> bool:
    """Return True for a transcript with the name and the time above the words, and not an agenda."""
    if not have_words(entries):
        return False
    if begins_at_zero(entries):
        return True
    names = {entry.name for entry in entries}
    return len(entries) >= FEWEST and 2 * len(names) <= len(entries) and entries[0].seconds < LATEST_BEGINNING


def is_inline(entries: Sequence[Entry], lines: int) -> bool:
    """Return True for a transcript with the time, the name and the words on a line."""
    return (
        have_words(entries)
        and any(entry.name for entry in entries)
        and (begins_at_zero(entries) or (has_hours(entries) and entries[0].seconds < HOUR))
        and len(entries) * 4 >= lines
    )


def is_under_times(entries: Sequence[Entry], _lines: int) -> bool:
    """Return True for a transcript with only the time above the words."""
    return len(entries) >= FEWEST and begins_at_zero(entries) and have_words(entries)


def under_name(line: str) -> Entry | None:
    """Return the entry of `Rosa Peña   0:03`."""
    match = UNDER_NAME.fullmatch(line) if len(line) <= LONGEST_LINE and line[-1:].isdigit() else None
    return Entry(match["stamp"], match["name"].strip()) if match and not match["name"][0].isdigit() else None


def under_arrow(line: str) -> Entry | None:
    """Return the entry of `0:0:5.100 --> 0:0:8.250`."""
    match = ARROW.fullmatch(line) if len(line) <= LONGEST_LINE and "-->" in line else None
    return Entry(match["stamp"], (match["name"] or "").strip()) if match else None


def inline(line: str) -> Entry | None:
    """Return the entry of `00:12:34 Rosa Peña: words`."""
    match = INLINE.fullmatch(line)
    if match is None or match["words"].startswith(("-->", "From ")):
        return None
    name, words = speakers.split(match["words"])
    return Entry(match["stamp"], name, lines=[words]) if name else None


def chatted(line: str) -> Entry | None:
    """Return the entry of a time, a name with a colon and words, separated by tabs."""
    match = CHATTED.fullmatch(line)
    return Entry(match["stamp"], match["name"].strip(), lines=[match["words"]]) if match else None


def sent(line: str) -> Entry | None:
    """Return the entry of `12:34:56 From Rosa Peña to Everyone: words`."""
    match = FROM.fullmatch(line)
    if match is None:
        return None
    words = [match["words"]] if match["words"] else []
    return Entry(match["stamp"], match["name"].strip(), (match["to"] or "").strip(), words)


def saved(line: str) -> Entry | None:
    """Return the entry of `[Rosa Peña] 12:34:56`."""
    match = SAVED.fullmatch(line) if len(line) <= LONGEST_LINE else None
    return Entry(match["stamp"], match["name"].strip()) if match else None


def under_time(line: str) -> Entry | None:
    """Return the entry of `0:03`."""
    match = ALONE.fullmatch(line) if len(line) <= LONGEST_LINE else None
    return Entry(match["stamp"]) if match else None


def always(entries: Sequence[Entry], _lines: int) -> bool:
    """Return True: such lines are in nothing else."""
    return have_words(entries)


SHAPES = (
    Shape(sent, always, has_clock=True),
    Shape(chatted, always, has_clock=True),
    Shape(saved, always, has_clock=True),
    Shape(under_arrow, always, name_below=name_by_line),
    Shape(under_name, is_under_names),
    Shape(inline, is_inline),
    Shape(under_time, is_under_times, name_below=name_by_words),
)

"""Captions in WebVTT and SubRip (SRT), as Zoom, Teams and YouTube write them: who says what at which second.

Every line that isn't a time, a number or a technical note is read, also from files that break the format: words
after a blank line, times without hours, a comma for a period. YouTube's rolling captions show each line twice or
three times; each is read once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise

from hub.library.extract import speakers
from hub.library.extract.moments import Turn, moments, seconds_of
from hub.library.extract.pages import LeftOut, Part, one_line

TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,6})?"
TIMING = re.compile(rf"\s*({TIME})\s*-->\s*{TIME}(?:\s|$)")
HEADER = re.compile(r"\ufeff?WEBVTT(?:[ \t]+(?P<words>.*))?$")
NOT_WORDS = re.compile(r"\ufeff?(WEBVTT|NOTE|STYLE|REGION)(?:[ \t]|$)")
VOICE = re.compile(r"<v(?:\.[^\s>]{0,80})?[ \t]{1,9}([^>\n]{1,200})>")
TAG = re.compile(r"</?(?:[a-z]\w{0,20}(?:[.\s][^<>\n]{0,200})?|[\d:.]{5,16})>|\{\\an?\d{1,2}\}", re.IGNORECASE)
INLINE_TIME = re.compile(r"<\d{1,2}:\d{2}[\d:.]{0,10}>")
# Zoom's older identifiers name the speaker: 12 "Rosa Peña" (16778240)
NAMED_CUE = re.compile(r'\d{1,6}\s+"(?P<name>[^"]{1,80})"\s+\(\d{1,20}\)')
IDENTIFIER = re.compile(r"[\w./-]{1,80}")  # a number, or Teams' long ones

ROLLING = 0.4
FEWEST_PAIRS = 3
MOST_SHOWN = 8  # lines on the screen at a time
NOTES_LEFT_OUT = "Technical notes in the captions are not searched."


@dataclass
class Cue:
    """The lines shown at a time; `speaker` is "" unless the cue's identifier names one."""

    seconds: int
    speaker: str = ""
    lines: list[str] = field(default_factory=list)


def are_captions(text: str) -> bool:
    """Return True if a text begins as captions do, also in a file of another name."""
    lines = (line for line in text[:5_000].split("\n") if line.strip())
    first = next(lines, "")
    return bool(
        HEADER.match(first) or TIMING.match(first) or (first.strip().isdecimal() and TIMING.match(next(lines, "")))
    )


def parts_of_captions(text: str) -> Iterator[Part]:
    """Yield the moments of captions, and what is left out; nothing when the text has no times."""
    reading = CueReader(text)
    yield from moments(turns_of(reading.cues), "\n".join(reading.before))
    if reading.has_notes:
        yield LeftOut(NOTES_LEFT_OUT)


def title_of(text: str) -> str:
    """Return the title behind the word WEBVTT at the beginning; "" when there is none."""
    match = HEADER.match(text.partition("\n")[0].rstrip())
    return one_line((match and match["words"]) or "").strip("-– ")


class CueReader:
    """The cues of captions, read line by line."""

    def __init__(self, text: str) -> None:
        """Read all lines."""
        self.lines = text.split("\n")
        self.cues: list[Cue] = []
        self.before: list[str] = []  # words above the first cue
        self.has_notes = False
        self.block = ""  # what the current block is, if it isn't words
        for number, line in enumerate(self.lines):
            self.take(number, line)

    def take(self, number: int, line: str) -> None:
        """Add a line to its cue."""
        if timing := TIMING.match(line):
            self.cues.append(Cue(seconds_of(timing[1]) or 0, speaker_by_identifier(self.lines, number)))
            if name := self.words_of_identifier(number - 1):
                self.cues[-1].lines.append(name)
            self.block = ""
        elif not line.strip():
            self.block = ""
        elif self.block or (self.opens_block(number) and self.names_block(line)):
            self.has_notes = self.has_notes or self.block == "NOTE"
        elif not self.is_identifier(number):
            (self.cues[-1].lines if self.cues else self.before).append(line)

    def names_block(self, line: str) -> bool:
        """Return True if a line opens a block that isn't words: the header, notes, styles."""
        match = NOT_WORDS.match(line)
        self.block = match[1] if match else ""
        return match is not None

    def opens_block(self, number: int) -> bool:
        """Return True if the line above is blank, or there is none."""
        return number == 0 or not self.lines[number - 1].strip()

    def is_identifier(self, number: int) -> bool:
        """Return True if a line is the identifier of the cue whose time is on the next line."""
        is_before_time = number + 1 < len(self.lines) and TIMING.match(self.lines[number + 1]) is not None
        return is_before_time and (self.opens_block(number) or self.lines[number].strip().isdecimal())

    def words_of_identifier(self, number: int) -> str:
        """Return an identifier that is words, such as the name of a chapter; "" for a number or a name of a speaker."""
        if number < 0 or not self.lines[number].strip() or not self.is_identifier(number) or self.block:
            return ""
        line = self.lines[number].strip()
        return "" if IDENTIFIER.fullmatch(line) or NAMED_CUE.fullmatch(line) else line


def speaker_by_identifier(lines: list[str], number: int) -> str:
    """Return the speaker that the identifier of a cue names; "" when it doesn't."""
    match = NAMED_CUE.fullmatch(lines[number - 1].strip()) if number else None
    return match["name"] if match else ""


def turns_of(cues: list[Cue]) -> Iterator[Turn]:
    """Yield who says what, cue by cue; a cue without a name continues the one before it."""
    rolling = is_rolling(cues)
    known = speakers.known(without_tags(cue.lines[0]) for cue in cues if cue.lines)
    speaker, shown = "", [""]
    for cue in cues:
        speaker = cue.speaker or speaker
        for voice, words in voices("\n".join(cue.lines)):
            speaker = voice or speaker
            lines = [line for text in words.split("\n") if (line := " ".join(without_tags(text).split()))]
            fresh = unseen(shown, lines) if rolling else lines
            shown = lines or shown
            for line in fresh:
                name, rest = ("", line) if voice else speakers.split(line)
                speaker = name if name in known else speaker
                yield Turn(cue.seconds, speaker, rest if name in known else line)


def voices(text: str) -> Iterator[tuple[str, str]]:
    """Yield the voices of a cue with their words: "" as voice before the first `<v Rosa Peña>`."""
    pieces = VOICE.split(text)
    yield "", pieces[0]
    for place in range(1, len(pieces), 2):
        yield " ".join(unescape(pieces[place]).split()), pieces[place + 1]


def without_tags(text: str) -> str:
    """Return the words of a line, without marks of color, type and time."""
    return unescape(TAG.sub("", text))


def is_rolling(cues: list[Cue]) -> bool:
    """Return True if cues repeat the lines of those before, as YouTube's automatic captions do."""
    shown = [[line for text in cue.lines if (line := without_tags(text).strip())] for cue in cues]
    pairs = [(above, below) for above, below in pairwise(shown) if above and below]
    repeats = sum(above[-1] == below[0] for above, below in pairs)
    timed = any(INLINE_TIME.search(line) for cue in cues for line in cue.lines)
    return repeats > 0 and (timed or (len(pairs) >= FEWEST_PAIRS and repeats >= ROLLING * len(pairs)))


def unseen(shown: list[str], lines: list[str]) -> list[str]:
    """Return the lines that the cue before didn't show yet; of a line that grew, what was added."""
    for count in range(min(len(shown), len(lines), MOST_SHOWN), 0, -1):
        if shown[-count:] == lines[:count]:
            return lines[count:]
    if lines and shown[-1] and lines[0].startswith(shown[-1] + " "):
        return [lines[0][len(shown[-1]) + 1 :], *lines[1:]]
    return lines

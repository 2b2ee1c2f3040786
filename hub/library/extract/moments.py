"""Moments: the words of a call as passages of about a minute, each by one speaker, with the time in the recording."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.library.extract.pages import ExtractedPage, clean, one_line
from hub.library.rules import PageKind

# A passage ends at a sentence after this many seconds, and at any pause after the second number.
LONG_ENOUGH = 45
TOO_LONG = 75
SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")

STAMP = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3})\d*)?")


@dataclass(frozen=True)
class Turn:
    """What someone says without a pause. `seconds` is the time in the recording, None when it isn't known.

    `clock` is the time of day, as the file has it; "" when the file doesn't have one.
    """

    seconds: int | None
    speaker: str
    text: str
    clock: str = ""


def seconds_of(stamp: str) -> int | None:
    """Return the whole seconds of a time such as "12:34", "1:02:34" or "00:12:34.500"; None for anything else."""
    match = STAMP.fullmatch(stamp.strip())
    if match is None:
        return None
    hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
    return hours * 3600 + minutes * 60 + seconds


def moments(turns: Iterable[Turn], before: str = "", separator: str = " ") -> Iterator[ExtractedPage]:
    """Yield pages of kind MOMENT, numbered from 1, whose title is the speaker.

    `before` is text above the first turn, which is kept on the first page; `separator` is what joins two turns of one
    speaker. Turns without words are left out.
    """
    number = 0
    for passage in passages(turn for turn in turns if turn.text.strip()):
        number += 1
        first = passage[0]
        text = separator.join(turn.text.strip() for turn in passage)
        if before and number == 1:
            text = f"{before}\n\n{text}"
        title = ", ".join(part for part in (first.clock, one_line(first.speaker)) if part)
        yield ExtractedPage(number, PageKind.MOMENT, title, clean(text), seconds=first.seconds)
    if before and not number:
        yield ExtractedPage(1, PageKind.MOMENT, "", clean(before))


def passages(turns: Iterable[Turn]) -> Iterator[list[Turn]]:
    """Yield the turns in passages of about a minute by one speaker."""
    passage: list[Turn] = []
    for turn in turns:
        if passage and ends(passage, turn):
            yield passage
            passage = []
        passage.append(turn)
    if passage:
        yield passage


def ends(passage: list[Turn], following: Turn) -> bool:
    """Return True if a passage ends before the turn that follows it."""
    first, last = passage[0], passage[-1]
    if following.speaker != first.speaker or first.clock != following.clock:
        return True
    elapsed = (following.seconds or 0) - (first.seconds or 0)
    if elapsed < 0 or elapsed >= TOO_LONG:
        return True
    return elapsed >= LONG_ENOUGH and last.text.rstrip().endswith(SENTENCE_ENDS)

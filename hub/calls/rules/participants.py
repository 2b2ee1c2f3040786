"""Participants of a meeting, and the joins that belong to each of them. Pure.

People reconnect, so a report has several lines for one person. Two lines are one person if they have the same address,
or if they have the same name and were never in the meeting at the same time.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

# A stay in the meeting, from joining to leaving, in seconds since midnight; after midnight it continues from 86,400.
Span = tuple[int, int]
DAY = 24 * 60 * 60
HALF_DAY = DAY // 2
OPEN_END = 2 * DAY  # the end of a stay of which only the start is known


@dataclass(frozen=True)
class Participant:
    """A person in a report, with all their joins merged; if not ``admitted``, they never left the waiting room.

    ``has_namesake`` is True if someone else with this name was in the meeting, or may have been, at the same time.
    ``number`` tells apart people without addresses who share a name, in order of arrival.
    """

    name: str
    email: str = ""
    joins: int = 1
    minutes: int | None = None
    guest: bool = False
    admitted: bool = True
    spans: tuple[Span, ...] = ()  # empty: the report has no times
    has_namesake: bool = False
    number: int = 1

    @property
    def key(self) -> str:
        """The key of this participant, unique within a call.

        Normalized names have no double spaces, so a number after two spaces can't be part of a name.
        """
        key = participant_key(self.name, self.email)
        return key if self.number == 1 else f"{key}  {self.number}"


def normalize(text: str) -> str:
    """Return the text in lower case, without accents and extra spaces, for comparisons."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ł", "l"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).lower().split())


def normalize_name(name: str) -> str:
    """Return a name for comparisons: in lower case, without accents and extra spaces."""
    return normalize(name)


def participant_key(name: str, email: str) -> str:
    """Return the key under which a participant's match is remembered: email address, or else displayed name."""
    return f"email:{email.lower()}" if email else f"name:{normalize_name(name)}"[:300]


_TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([ap])\.?\s?m\b)?", re.IGNORECASE)


def second_of_day(cell: str) -> int | None:
    """Return the time in a cell such as ``11/16/2026, 11:28:40 AM`` in seconds since midnight; None: there is none."""
    time = _TIME.search(cell)
    if time is None:
        return None
    hour, minute, second = int(time[1]), int(time[2]), int(time[3] or 0)
    if half := (time[4] or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    seconds = hour * 3600 + minute * 60 + second
    return seconds if seconds < DAY else None


def span_of(joined: str, left: str, minutes: int | None) -> tuple[Span, ...]:
    """Return the stay between two times, or from a time on for ``minutes``; empty if the report doesn't say.

    Durations are rounded up to minutes, so a computed end is a minute early: reconnecting isn't an overlap.
    """
    start, end = second_of_day(joined), second_of_day(left)
    if start is None:
        return ()
    if end is not None:
        return ((start, _end_after(start, end)),)
    return ((start, start + max(0, minutes - 1) * 60),) if minutes is not None else ()


def _end_after(start: int, end: int) -> int:
    """Return the end of a stay that starts at ``start``: on the next day if it would be before."""
    return end if end >= start else end + DAY


def _across_midnight(lines: Sequence[Participant]) -> list[Participant]:
    """Return the lines with the times after midnight continued from 86,400, if anyone's stay goes past midnight."""
    crossing = [start for line in lines for start, end in line.spans if start < DAY < end < OPEN_END]
    if not crossing:
        return list(lines)
    before = min(crossing) - HALF_DAY  # an earlier time is after midnight

    def continued(span: Span) -> Span:
        start, end = span
        return (start + DAY, end + DAY) if start < before else span

    return [replace(line, spans=tuple(continued(span) for span in line.spans)) for line in lines]


def _overlap(first: Participant, second: Participant) -> bool:
    """Return True if both were in the meeting at the same time; unknown times never overlap."""
    return any(start < until and since < end for start, end in first.spans for since, until in second.spans)


def _apart(first: Participant, second: Participant) -> bool:
    """Return True if the report shows that both were never in the meeting at the same time."""
    return bool(first.spans and second.spans) and not _overlap(first, second)


@dataclass
class _Merging:
    """The participants so far, in order of arrival, and where each name's are."""

    people: list[Participant] = field(default_factory=list)
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_email: dict[str, int] = field(default_factory=dict)

    def add(self, line: Participant) -> None:
        """Add a line to the participant that it belongs to, or as a new one."""
        place = self._place_of(line)
        if place is not None:
            self.people[place] = _merge(self.people[place], line)
            return
        namesakes = self.by_name[normalize_name(line.name)]
        number = 1 if line.email else 1 + sum(not self.people[namesake].email for namesake in namesakes)
        namesakes.append(len(self.people))
        if line.email:
            self.by_email[line.email] = len(self.people)
        self.people.append(replace(line, number=number))

    def _place_of(self, line: Participant) -> int | None:
        """Return the position of the participant that a line belongs to, or None.

        A line without an address belongs to the person of that name who has one, if there is exactly one.
        """
        if line.email:
            return self.by_email.get(line.email)
        places = self.by_name[normalize_name(line.name)]
        known = [place for place in places if self.people[place].email]
        if len(known) == 1 and _apart(self.people[known[0]], line):
            return known[0]
        unknown = [place for place in places if not self.people[place].email]
        return next((place for place in unknown if not _overlap(self.people[place], line)), None)


def merge_joins(lines: Sequence[Participant]) -> list[Participant]:
    """Return each person once, in order of arrival, no matter how often they reconnected.

    People of one name who were in the meeting at the same time are several people.
    """
    lines, merging = _across_midnight(lines), _Merging()
    order = {participant_key(line.name, line.email): position for position, line in reversed(list(enumerate(lines)))}
    for line in sorted(lines, key=lambda line: not line.email):  # lines with addresses first
        merging.add(line)
    people = merging.people
    result = [
        replace(
            person,
            joins=max(1, person.joins),
            has_namesake=any(
                people[place] is not person and not _apart(people[place], person)
                for place in merging.by_name[normalize_name(person.name)]
            ),
        )
        for person in people
    ]
    return sorted(result, key=lambda person: (order[participant_key(person.name, person.email)], person.number))


def _merge(first: Participant, second: Participant) -> Participant:
    minutes = (first.minutes or 0) + (second.minutes or 0)
    return replace(
        first,
        joins=first.joins + second.joins,
        minutes=minutes if first.minutes is not None or second.minutes is not None else None,
        admitted=first.admitted or second.admitted,
        guest=first.guest and second.guest,
        spans=(*first.spans, *second.spans),
    )


def pair_actions(lines: Sequence[tuple[Participant, bool]]) -> list[Participant]:
    """Return a list of joins from a list of single actions: each participant with True for "joined", False for "left".

    ``spans`` has the moment of the action as its start. A person who doesn't leave stays until the end.
    """
    result: list[Participant] = []
    inside: dict[str, list[int]] = defaultdict(list)
    for line, joined in lines:
        key = participant_key(line.name, line.email)
        if joined:
            inside[key].append(len(result))
            result.append(replace(line, spans=tuple((start, OPEN_END) for start, _ in line.spans)))
        elif inside[key]:
            place = inside[key].pop(0)
            spans = zip(result[place].spans, line.spans, strict=False)
            result[place] = replace(
                result[place], spans=tuple((start, _end_after(start, end)) for (start, _), (end, _) in spans)
            )
        else:
            result.append(replace(line, joins=0, spans=()))
    return result

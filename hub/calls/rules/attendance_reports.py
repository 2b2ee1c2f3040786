"""Parser for attendance reports exported from Zoom or Microsoft Teams. Pure.

Both change their columns now and then, and Teams translates them, so a table is recognized by its header: a column for
names, and at least one for addresses, times, or durations. The lines above the header (Zoom's meeting, Teams' "1.
Summary") give the day; a second table of the same people (Teams' "3. In-Meeting Activities") is skipped.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.calls.rules.participants import Participant, merge_joins, normalize, pair_actions, second_of_day, span_of
from hub.core.dates import MONTHS, file_size, number
from hub.core.errors import Refused
from hub.core.text import clean

LARGEST_REPORT = 2_000_000  # bytes; a report of a thousand people has about a tenth of this
MOST_PEOPLE = 5_000
LONGEST_NAME = 200
LONGEST_ADDRESS = 254


class Tool(StrEnum):
    """Where participants come from: a report of a meeting tool, or the speakers of a transcript in the library."""

    ZOOM = "zoom"
    TEAMS = "teams"
    TRANSCRIPT = "transcript"

    @property
    def label(self) -> str:
        """The name on screens."""
        return {"zoom": "Zoom", "teams": "Microsoft Teams", "transcript": "Transcript"}[self.value]


@dataclass(frozen=True)
class Report:
    """A parsed file: the tool, the days that its dates can mean (in any order of day and month), the participants."""

    tool: Tool
    days: frozenset[date]
    participants: tuple[Participant, ...]

    def matches_day(self, day: date) -> bool:
        """Return True if this can be a report of ``day``; a report without dates matches any day."""
        return not self.days or day in self.days


# Column headers, in lower case without accents, in the languages that Teams exports.
NAMES = (
    "name (original name)", "user name (original name)", "name", "full name", "vollstandiger name", "nom complet",
    "nom", "nombre completo", "nombre", "nome completo", "nome", "imie i nazwisko", "naam", "participant",
)  # fmt: skip
ADDRESSES = ("user email", "email", "e-mail", "e-mail address", "email address", "correo electronico", "adresse e-mail",
             "courrier electronique", "correo", "adres e-mail", "e-mailadres")  # fmt: skip
SIGN_IN_NAMES = ("participant id (upn)", "teilnehmer-id (upn)", "id de participant (upn)", "id del participante (upn)",
                 "id do participante (upn)", "identyfikator uczestnika (upn)")  # fmt: skip
JOINS = ("join time", "first join", "first join time", "timestamp", "beitrittszeit", "erste teilnahme",
         "erster beitritt", "zeitstempel", "heure d'arrivee", "premiere participation", "hora de union",
         "primera union", "primeiro ingresso", "hora de ingresso", "pierwsze dolaczenie", "eerste deelname")  # fmt: skip
LEAVES = ("leave time", "last leave", "last leave time", "letztes verlassen", "verlassen um", "austrittszeit",
          "derniere sortie", "heure de depart", "ultima salida", "hora de salida", "ultima saida", "hora de saida",
          "ostatnie opuszczenie", "laatste vertrek")  # fmt: skip
DURATIONS = ("duration (minutes)", "total duration (minutes)", "time in session (minutes)", "in-meeting duration",
             "duration", "dauer der besprechungsteilnahme", "dauer", "duree", "duree de la reunion", "duracion",
             "duracion en la reunion", "duracao", "czas trwania", "duur")  # fmt: skip
ACTIONS = ("user action", "benutzeraktion", "action de l'utilisateur", "accion del usuario")
JOINED = ("joined", "beigetreten", "a rejoint", "se unio")
LEFT = ("left", "verlassen", "a quitte", "abandono", "salio")
GUESTS = ("guest", "is guest")
WAITING_ROOMS = ("in waiting room",)
ATTENDED = ("attended",)
YES = frozenset({"yes", "ja", "oui", "si", "sim", "true", "1"})
COLUMNS = {
    "name": NAMES, "email": ADDRESSES, "sign_in": SIGN_IN_NAMES, "join": JOINS, "leave": LEAVES, "duration": DURATIONS,
    "action": ACTIONS, "guest": GUESTS, "waiting": WAITING_ROOMS, "attended": ATTENDED,
}  # fmt: skip
# Teams numbers its parts; the third one, with each person's single joins, repeats the second.
_PART = re.compile(r"(\d)\.\s")
NOT_A_REPORT = (
    "This isn’t an attendance report from Zoom or Microsoft Teams. Export it again as CSV. In Zoom, go to Reports, Usage, "
    "Participants. In Teams, open the meeting’s Attendance tab and choose Download."
)


def read_report(data: bytes) -> Report:
    """Return the parsed report; raises Refused when the file isn't one."""
    if len(data) > LARGEST_REPORT:
        raise Refused(
            f"That file is {file_size(len(data))}. The limit is {file_size(LARGEST_REPORT)}. Export the report of this call only."
        )
    rows = _rows(decode(data))
    participants = tuple(merge_joins(_joins(rows)))
    if not participants:
        raise Refused(NOT_A_REPORT)
    if len(participants) > MOST_PEOPLE:
        raise Refused(f"This report has more than {number(MOST_PEOPLE)} people. Export the report of this call only.")
    return Report(_detect_tool(rows), frozenset(_days(rows)), participants)


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-16 (Teams), UTF-8, or the Windows code page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:200:2].count(0) > len(data[1:200:2]) // 2:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str) -> list[list[str]]:
    """Return the cells of the file, separated by tabs, commas, or semicolons."""
    lines = [line.replace("\x00", "") for line in text.splitlines()]
    header = next((line for line in lines if _columns(_split(line, _separator(line)))), "")
    if not header:
        raise Refused(NOT_A_REPORT)
    try:
        return [
            [clean(cell) for cell in row]
            for row in csv.reader((f"{line}\n" for line in lines), delimiter=_separator(header))
        ]
    except csv.Error as error:
        raise Refused(NOT_A_REPORT) from error


def _separator(line: str) -> str:
    return max("\t,;", key=line.count)


def _split(line: str, separator: str) -> list[str]:
    return [clean(cell.strip('"')) for cell in line.split(separator)]


def _columns(row: Sequence[str]) -> dict[str, int]:
    """Return the positions of the columns if this row is the header of a table of people, otherwise an empty dict."""
    cells = [normalize(cell) for cell in row]
    columns = {what: cells.index(word) for what, words in COLUMNS.items() for word in reversed(words) if word in cells}
    is_header = "name" in columns and len(cells) > 1 and columns.keys() & {"email", "join", "duration", "action"}
    return columns if is_header else {}


def _lines(rows: Iterable[list[str]]) -> Iterable[tuple[dict[str, int], list[str]]]:
    """Yield the lines of every table of people, each with its columns."""
    columns: dict[str, int] = {}
    repeats = False
    for row in rows:
        if not any(row):
            columns = {}
        elif header := _columns(row):
            columns = {} if repeats else header
        elif len([cell for cell in row if cell]) == 1 and (part := _PART.match(row[0])):
            columns, repeats = {}, int(part[1]) > 2  # noqa: PLR2004 - Teams' parts: 1. summary, 2. participants
        elif columns and len(row) > columns["name"]:
            yield columns, row


def _joins(rows: Iterable[list[str]]) -> list[Participant]:
    """Return a participant for each time that someone joined, from the tables of people."""
    lines = [(columns, line) for columns, row in _lines(rows) if (line := _participant(row, columns))]
    actions = [(line, line.joins == 1) for columns, line in lines if "action" in columns]
    return pair_actions(actions) + [line for columns, line in lines if "action" not in columns]


def _participant(row: list[str], columns: dict[str, int]) -> Participant | None:
    def cell(what: str) -> str:
        position = columns.get(what, len(row))
        return row[position] if position < len(row) else ""

    name, email = cell("name")[:LONGEST_NAME], (cell("email") or cell("sign_in")).lower()[:LONGEST_ADDRESS]
    if not (name or email) or (cell("attended") and normalize(cell("attended")) not in YES):
        return None
    minutes = parse_minutes(cell("duration"))
    action = normalize(cell("action"))
    acted_at = second_of_day(cell("join")) if action.startswith((*JOINED, *LEFT)) else None
    spans = ((acted_at, acted_at),) if acted_at is not None else span_of(cell("join"), cell("leave"), minutes)
    return Participant(
        name=name or email,
        email=email if "@" in email else "",
        joins=0 if action.startswith(LEFT) else 1,
        minutes=minutes,
        guest=normalize(cell("guest")) in YES,
        admitted=normalize(cell("waiting")) not in YES,
        spans=spans,
    )


def parse_minutes(text: str) -> int | None:
    """Return a duration in minutes, from ``28`` (Zoom), or ``1h 5m 20s`` or ``28 min 4 sek.`` (Teams)."""
    if text.strip().isdecimal() and len(text) < 6:  # noqa: PLR2004 - digits; more minutes than in a month
        return int(text)
    parts = re.findall(r"(\d{1,5})\s*([^\W\d])", text)
    seconds = {"h": 3600, "g": 3600, "u": 3600, "s": 1}  # hours in English and most languages, Polish, Dutch; seconds
    if not parts:
        return None
    total = sum(int(count) * seconds.get(unit.lower(), 60) for count, unit in parts)
    return round(total / 60)


def _detect_tool(rows: Sequence[Sequence[str]]) -> Tool:
    """Return the tool by its headers: only Zoom's contain "original name" or "(minutes)"."""
    headers = " ".join(normalize(cell) for row in rows[:40] for cell in row)
    return Tool.ZOOM if "original name" in headers or "(minutes)" in headers else Tool.TEAMS


def _days(rows: Iterable[Sequence[str]]) -> Iterable[date]:
    for row in rows:
        for cell in row:
            yield from possible_dates(cell)


_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"\b(?:(\d{1,2})\s+([A-Za-z]{3})[a-z]*|([A-Za-z]{3})[a-z]*\s+(\d{1,2})),?\s+(\d{4})\b")


def possible_dates(cell: str) -> set[date]:
    """Return every day that a date in ``cell`` can mean: in ``9/11/2026`` the month or the day comes first."""
    days = {_date(int(y), int(m), int(d)) for y, m, d in _ISO.findall(cell)}
    for first, separator, second, year in _SHORT.findall(cell):
        full_year = int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004 - a year in two digits
        days.add(_date(full_year, int(second), int(first)))
        if separator != ".":  # with periods, the day always comes first
            days.add(_date(full_year, int(first), int(second)))
    for day, month, month_first, day_second, year in _NAMED.findall(cell):
        name = (month or month_first).lower()
        if name in MONTHS:
            days.add(_date(int(year), MONTHS[name], int(day or day_second)))
    return {day for day in days if day}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Reading the attendance report of a meeting tool: Zoom or Microsoft Teams, as they export it. Pure.

Both change their columns now and then, and Teams translates them, so a table is known by its head: a column for
names, and at least one for addresses, times or durations. What stands above the head (Zoom's meeting, Teams'
"1. Summary") tells the day; a second table of the same people (Teams' "3. In-Meeting Activities") is passed over.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from hub.core.errors import Refused
from hub.core.text import clean

LARGEST_REPORT = 2_000_000  # bytes; a call of a thousand people makes a tenth of it
MOST_PEOPLE = 5_000
LONGEST_NAME = 200
LONGEST_ADDRESS = 254


class Tool(StrEnum):
    """The meeting tool that a report comes from."""

    ZOOM = "zoom"
    TEAMS = "teams"

    @property
    def label(self) -> str:
        """Its name."""
        return {"zoom": "Zoom", "teams": "Microsoft Teams"}[self.value]


@dataclass(frozen=True)
class Participant:
    """Somebody in a report, all their joins taken together. ``admitted`` False: never left the waiting room."""

    name: str
    email: str = ""
    joins: int = 1
    minutes: int | None = None
    guest: bool = False
    admitted: bool = True

    @property
    def key(self) -> str:
        """What is remembered of them: their address, or else the name that they showed."""
        return key_of(self.name, self.email)


@dataclass(frozen=True)
class Report:
    """What a file says: from which tool, of which days it may be (dates are read in every order), who was there."""

    tool: Tool
    days: frozenset[date]
    participants: tuple[Participant, ...]

    def is_of(self, day: date) -> bool:
        """Return whether it may be the report of ``day``; one without dates may be of any."""
        return not self.days or day in self.days


# The words by which columns are known, in lower case without accents, in the languages that Teams exports.
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
DURATIONS = ("duration (minutes)", "total duration (minutes)", "time in session (minutes)", "in-meeting duration",
             "duration", "dauer der besprechungsteilnahme", "dauer", "duree", "duree de la reunion", "duracion",
             "duracion en la reunion", "duracao", "czas trwania", "duur")  # fmt: skip
ACTIONS = ("user action", "benutzeraktion", "action de l'utilisateur", "accion del usuario")
GUESTS = ("guest", "is guest")
WAITING_ROOMS = ("in waiting room",)
ATTENDED = ("attended",)
YES = frozenset({"yes", "ja", "oui", "si", "sim", "true", "1"})
COLUMNS = {
    "name": NAMES, "email": ADDRESSES, "sign_in": SIGN_IN_NAMES, "join": JOINS, "duration": DURATIONS,
    "action": ACTIONS, "guest": GUESTS, "waiting": WAITING_ROOMS, "attended": ATTENDED,
}  # fmt: skip
# Teams numbers its parts: of the third, people's single joins, nothing is new.
_PART = re.compile(r"(\d)\.\s")
NOT_A_REPORT = (
    "This doesn't look like a participants' report of Zoom or an attendance report of Microsoft Teams. Export it again "
    "as CSV: in Zoom under Reports, Usage, Participants; in Teams in the meeting's Attendance tab, Download."
)


def read_report(data: bytes) -> Report:
    """Return what an exported file says; raises Refused with a sentence when it can't be such a report."""
    if len(data) > LARGEST_REPORT:
        raise Refused("This file is too large for the report of one call: up to 2 MB are read.")
    text = decoded(data)
    rows = _rows(text)
    found = [_participant(line, columns) for columns, line in _lines(rows)]
    participants = tuple(together([one for one in found if one]))
    if not participants:
        raise Refused(NOT_A_REPORT)
    if len(participants) > MOST_PEOPLE:
        raise Refused(f"More than {MOST_PEOPLE:,} people in one report: is it the report of one call?")
    return Report(_tool(rows), frozenset(_days(rows)), participants)


def decoded(data: bytes) -> str:
    """Return the text of a file, whether it came as UTF-16 (Teams), UTF-8, or as an old Windows program saved it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:200:2].count(0) > len(data[1:200:2]) // 2:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str) -> list[list[str]]:
    """Return the cells of the file, however it separates them."""
    lines = [clean_line for line in text.splitlines() if (clean_line := line.replace("\x00", "")) or True]
    head = next((line for line in lines if _columns(_split(line, _separator(line)))), "")
    if not head:
        raise Refused(NOT_A_REPORT)
    try:
        return [
            [clean(cell) for cell in row]
            for row in csv.reader((f"{line}\n" for line in lines), delimiter=_separator(head))
        ]
    except csv.Error as error:
        raise Refused(NOT_A_REPORT) from error


def _separator(line: str) -> str:
    return max("\t,;", key=line.count)


def _split(line: str, separator: str) -> list[str]:
    return [clean(cell.strip('"')) for cell in line.split(separator)]


def _plain(text: str) -> str:
    """In lower case, without accents: how heads are compared."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ł", "l"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).lower().split())


def _columns(row: Sequence[str]) -> dict[str, int]:
    """Return where the columns are, if this row is the head of a table of people; else nothing."""
    plain = [_plain(cell) for cell in row]
    found = {what: plain.index(word) for what, words in COLUMNS.items() for word in reversed(words) if word in plain}
    is_head = "name" in found and len(plain) > 1 and found.keys() & {"email", "join", "duration", "action"}
    return found if is_head else {}


def _lines(rows: Iterable[list[str]]) -> Iterable[tuple[dict[str, int], list[str]]]:
    """Yield the lines of every table of people, each with its columns."""
    columns: dict[str, int] = {}
    repeats = False
    for row in rows:
        if not any(row):
            columns = {}
        elif head := _columns(row):
            columns = {} if repeats else head
        elif len([cell for cell in row if cell]) == 1 and (part := _PART.match(row[0])):
            columns, repeats = {}, int(part[1]) > 2  # noqa: PLR2004 - Teams' parts: 1. summary, 2. participants
        elif columns and len(row) > columns["name"]:
            yield columns, row


def _participant(row: list[str], columns: dict[str, int]) -> Participant | None:
    def cell(what: str) -> str:
        place = columns.get(what, len(row))
        return row[place] if place < len(row) else ""

    name, email = cell("name")[:LONGEST_NAME], (cell("email") or cell("sign_in")).lower()[:LONGEST_ADDRESS]
    if not (name or email) or (cell("attended") and _plain(cell("attended")) not in YES):
        return None
    return Participant(
        name=name or email,
        email=email if "@" in email else "",
        joins=0 if _plain(cell("action")).startswith(("left", "verlassen")) else 1,
        minutes=minutes_of(cell("duration")),
        guest=_plain(cell("guest")) in YES,
        admitted=_plain(cell("waiting")) not in YES,
    )


def minutes_of(text: str) -> int | None:
    """Return a duration in minutes: ``28`` as Zoom writes it, ``1h 5m 20s``, ``28 min 4 sek.`` as Teams does."""
    if text.strip().isdecimal() and len(text) < 6:  # noqa: PLR2004 - digits of the minutes of a month
        return int(text)
    parts = re.findall(r"(\d{1,5})\s*([^\W\d])", text)
    seconds = {"h": 3600, "g": 3600, "u": 3600, "s": 1}  # hours in English and most others, godzina, uur; seconds
    if not parts:
        return None
    total = sum(int(number) * seconds.get(unit.lower(), 60) for number, unit in parts)
    return round(total / 60)


def together(participants: Sequence[Participant]) -> list[Participant]:
    """Return each person once, in the order in which they came: who lost the line three times was there once.

    A line without an address belongs to the one person of that name who has one, if there is just one.
    """
    addresses: dict[str, set[str]] = {}
    for one in participants:
        if one.email:
            addresses.setdefault(name_key(one.name), set()).add(one.email)
    found: dict[str, Participant] = {}
    for one in participants:
        known = addresses.get(name_key(one.name), set())
        whole = replace(one, email=next(iter(known))) if not one.email and len(known) == 1 else one
        found[whole.key] = _joined(found[whole.key], whole) if whole.key in found else whole
    return [replace(one, joins=max(1, one.joins)) for one in found.values()]


def _joined(first: Participant, again: Participant) -> Participant:
    minutes = (first.minutes or 0) + (again.minutes or 0)
    return replace(
        first,
        joins=first.joins + again.joins,
        minutes=minutes if first.minutes is not None or again.minutes is not None else None,
        admitted=first.admitted or again.admitted,
        guest=first.guest and again.guest,
    )


def name_key(name: str) -> str:
    """Return a name as it is compared: without case, accents and doubled spaces."""
    return _plain(name)


def key_of(name: str, email: str) -> str:
    """Return what is remembered of a participant: the address, or else the name that was shown."""
    return f"email:{email.lower()}" if email else f"name:{name_key(name)}"[:300]


def _tool(rows: Sequence[Sequence[str]]) -> Tool:
    """Zoom's heads speak of an original name, in brackets; Teams' never do."""
    heads = " ".join(_plain(cell) for row in rows[:40] for cell in row)
    return Tool.ZOOM if "original name" in heads or "(minutes)" in heads else Tool.TEAMS


def _days(rows: Iterable[Sequence[str]]) -> Iterable[date]:
    for row in rows:
        for cell in row:
            yield from dates_in(cell)


_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(r"\b(?:(\d{1,2})\s+([A-Za-z]{3})[a-z]*|([A-Za-z]{3})[a-z]*\s+(\d{1,2})),?\s+(\d{4})\b")


def dates_in(cell: str) -> set[date]:
    """Return every day that a date in ``cell`` can mean: ``9/11/2026`` is 11 September in one country, 9 November in another."""
    found = {_date(int(y), int(m), int(d)) for y, m, d in _ISO.findall(cell)}
    for first, mark, second, year in _SHORT.findall(cell):
        whole = int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004 - a year in two digits
        found.add(_date(whole, int(second), int(first)))
        if mark != ".":  # with points the day comes first everywhere
            found.add(_date(whole, int(first), int(second)))
    for day, month, month_first, day_second, year in _NAMED.findall(cell):
        name = (month or month_first).lower()
        if name in _MONTHS:
            found.add(_date(int(year), _MONTHS.index(name) + 1, int(day or day_second)))
    return {day for day in found if day}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

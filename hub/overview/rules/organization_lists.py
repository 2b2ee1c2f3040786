"""Organizations from a list that someone pastes or uploads: one a line, from a spreadsheet or just names. Pure."""

import csv
import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from hub.core.dates import parse_day, with_year
from hub.core.errors import Refused
from hub.core.text import clean
from hub.members.rules.fields import email_of, name_of, website_of
from hub.members.rules.organizations import OrganizationKind

# The columns in their order, with the words by which a heading may call them.
LISTED = {
    "name": ("name", "organization", "organisation", "community"),
    "kind": ("kind", "type", "category"),
    "region": ("region", "state", "place"),
    "website": ("website", "web", "url", "web address"),
    "joined": ("joined", "joined on", "since", "member since"),
    "representative": ("representative", "contact", "person", "representative's name"),
    "email": ("email", "e-mail", "e-mail address", "email address", "mail"),
}
KINDS = {"member": OrganizationKind.MEMBER, "": OrganizationKind.MEMBER, "bff": OrganizationKind.BFF}
MOST_LINES = 500
TOO_MANY_COLUMNS = "There are more columns than expected. Put quotes around a name that has a comma in it."


@dataclass(frozen=True)
class Line:
    """One line of the list: what will be made of it, or what is wrong with it."""

    number: int
    text: str
    name: str = ""
    kind: OrganizationKind = OrganizationKind.MEMBER
    region: str = ""
    website: str = ""
    joined_on: date | None = None
    representative: str = ""
    email: str = ""
    problem: str = ""


def read_list(text: str, names_here: Collection[str], emails_here: Collection[str], today: date) -> list[Line]:
    """Return the lines of the list with what they say; a blank line and a line of headings count for nothing.

    Tabs (a paste from a spreadsheet), semicolons or commas part the columns. Raises Refused when it is too long.
    """
    rows = _rows(text)
    if len(rows) > MOST_LINES:
        raise Refused(f"These are more than {MOST_LINES} lines. Add them in several goes.")
    columns = list(LISTED)
    if rows and (headed := _headings(rows[0][2])):
        columns, rows = headed, rows[1:]
    names, emails = {_folded(name) for name in names_here}, set(emails_here)
    lines = []
    for number, raw, cells in rows:
        line = _line(number, raw, dict(zip(columns, cells, strict=False)), len(cells) > len(columns), today)
        line = _unless_here(line, names, emails)
        names.add(_folded(line.name))
        emails.add(line.email)
        lines.append(line)
    return lines


def written_again(lines: Iterable[Line]) -> str:
    """Return the lines as they were typed, to be put right."""
    return "\n".join(line.text for line in lines)


def _rows(text: str) -> list[tuple[int, str, list[str]]]:
    """Number, text and cells of every line that isn't blank."""
    plain = text.lstrip("\ufeff")
    divider = "\t" if "\t" in plain else ";" if plain.count(";") > plain.count(",") else ","
    found = []
    for number, raw in enumerate(plain.splitlines(), 1):
        cells = [clean(cell) for cell in next(csv.reader(io.StringIO(raw), delimiter=divider), [])]
        if any(cells):
            found.append((number, raw.strip("\r\n"), cells))
    return found


def _headings(cells: list[str]) -> list[str] | None:
    """Return the columns that a line of headings names; None when it isn't one. Other columns are passed over."""
    words = {word: column for column, them in LISTED.items() for word in them}
    named = [words.get(cell.lower(), "") for cell in cells]
    return named if "name" in named else None


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _line(number: int, raw: str, said: dict[str, str], is_too_long: bool, today: date) -> Line:  # noqa: FBT001 - a fact
    """Return the line, with the first thing that is wrong with it."""
    line = Line(number, raw)
    if is_too_long:
        return replace(line, problem=TOO_MANY_COLUMNS)
    try:
        line = replace(line, name=name_of(said.get("name", "")))
        return replace(
            line,
            kind=_kind(said.get("kind", "")),
            region=name_of(said["region"], "region") if said.get("region") else "",
            website=website_of(_with_scheme(said.get("website", ""))),
            joined_on=_day(said.get("joined", ""), today),
            representative=_representative(said.get("representative", ""), said.get("email", "")),
            email=email_of(said["email"]) if said.get("email") else "",
        )
    except Refused as refused:
        return replace(line, problem=str(refused))


def _kind(text: str) -> OrganizationKind:
    kind = KINDS.get(text.lower())
    if kind is None:
        raise Refused(f"“{text}” isn’t a kind: write member or BFF. Put quotes around a name that has a comma in it.")
    return kind


def _with_scheme(website: str) -> str:
    """People write www.example.org."""
    return f"https://{website}" if website and "://" not in website and "." in website else website


def _day(text: str, today: date) -> date | None:
    """Return the date in ``text`` (3/1/2024, Mar 1, 2024 or 2024-03-01), January 1 of a year alone, None if empty."""
    if not text:
        return None
    try:
        day = date(int(text), 1, 1) if re.fullmatch(r"[1-9]\d{3}", text, re.ASCII) else parse_day(text, today)
    except ValueError as error:
        raise Refused(str(error)) from error
    if day > today:
        raise Refused(f"{with_year(day)} is in the future.")
    return day


def _representative(name: str, email: str) -> str:
    """Return who represents it: a name needs an address to invite, an address alone is no name."""
    if bool(name) != bool(email):
        raise Refused("Give the representative’s name and email address, or neither.")
    return name_of(name, "representative’s name") if name else ""


def _unless_here(line: Line, names: Collection[str], emails: Collection[str]) -> Line:
    """Return the line, unless it says something a second time."""
    if line.problem:
        return line
    if _folded(line.name) in names:
        return replace(line, problem=f"{line.name} is in the hub already, or stands in the list twice.")
    if line.email and line.email in emails:
        return replace(line, problem=f"Somebody has the address {line.email} already.")
    return line

"""Reading a pasted or uploaded list of organizations, one per line: spreadsheet columns or just names. Pure."""

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

# The columns in their order, with the headings that are accepted for each; see `_heading`.
COLUMNS = {
    "name": ("name", "organization", "organisation", "community"),
    "kind": ("kind", "type", "category"),
    "region": ("region", "state", "place"),
    "website": ("website", "web", "url", "webaddress"),
    "joined": ("joined", "joined on", "since", "member since"),
    "representative": ("representative", "contact", "person", "representative's name"),
    "email": ("email", "email address", "mail"),
}
KINDS = {"member": OrganizationKind.MEMBER, "": OrganizationKind.MEMBER, "bff": OrganizationKind.BFF}
MOST_LINES = 500
TOO_MANY_COLUMNS = "This line has too many columns. Put quotes around a name that contains a comma."


@dataclass(frozen=True)
class Line:
    """One line of the list: the organization to add, or the problem with it."""

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


def read_list(text: str, used_names: Collection[str], used_emails: Collection[str], today: date) -> list[Line]:
    """Return the parsed lines of the list, without blank lines and a line of headings.

    Columns are separated by tabs (pasted from a spreadsheet), semicolons or commas. ``used_names`` and ``used_emails``
    are those already in the hub. Raises Refused when the list is too long.
    """
    rows = _rows(text)
    if len(rows) > MOST_LINES:
        raise Refused(f"A list can have up to {MOST_LINES} lines. Add it in smaller batches.")
    columns = list(COLUMNS)
    if rows and (headings := _headings(rows[0][2])):
        columns, rows = headings, rows[1:]
    names, emails = {_normalize_name(name) for name in used_names}, set(used_emails)
    lines = []
    for number, raw, cells in rows:
        line = _line(number, raw, dict(zip(columns, cells, strict=False)), len(cells) > len(columns), today)
        line = _check_unused(line, names, emails)
        names.add(_normalize_name(line.name))
        emails.add(line.email)
        lines.append(line)
    return lines


def original_text(lines: Iterable[Line]) -> str:
    """Return the original text of the lines, to be corrected."""
    return "\n".join(line.text for line in lines)


def _rows(text: str) -> list[tuple[int, str, list[str]]]:
    """Return number, text and cells of each line that isn't blank."""
    plain = text.lstrip("\ufeff")
    divider = "\t" if "\t" in plain else ";" if plain.count(";") > plain.count(",") else ","
    rows = []
    for number, raw in enumerate(plain.splitlines(), 1):
        cells = [clean(cell) for cell in next(csv.reader(io.StringIO(raw), delimiter=divider), [])]
        if any(cells):
            rows.append((number, raw.strip("\r\n"), cells))
    return rows


def _headings(cells: list[str]) -> list[str] | None:
    """Return the columns that a line of headings names, "" for unknown ones; None if it isn't a line of headings."""
    by_heading = {_heading(text): column for column, headings in COLUMNS.items() for text in headings}
    columns = [by_heading.get(_heading(cell), "") for cell in cells]
    return columns if "name" in columns else None


def _heading(text: str) -> str:
    """Return a heading for comparison: in lower case, without spaces and hyphens."""
    return re.sub("[ -]", "", text.lower())


def _normalize_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def _line(number: int, raw: str, cells: dict[str, str], has_extra_cells: bool, today: date) -> Line:  # noqa: FBT001 - internal
    """Return the parsed line, or the line with its first problem."""
    line = Line(number, raw)
    if has_extra_cells:
        return replace(line, problem=TOO_MANY_COLUMNS)
    try:
        line = replace(line, name=name_of(cells.get("name", "")))
        return replace(
            line,
            kind=_kind(cells.get("kind", "")),
            region=name_of(cells["region"], "region") if cells.get("region") else "",
            website=website_of(_with_scheme(cells.get("website", ""))),
            joined_on=_day(cells.get("joined", ""), today),
            representative=_representative(cells.get("representative", ""), cells.get("email", "")),
            email=email_of(cells["email"]) if cells.get("email") else "",
        )
    except Refused as refused:
        return replace(line, problem=str(refused))


def _kind(text: str) -> OrganizationKind:
    kind = KINDS.get(text.lower())
    if kind is None:
        raise Refused(
            f"“{text}” isn’t a kind. Enter member or BFF, and put quotes around a name that contains a comma."
        )
    return kind


def _with_scheme(website: str) -> str:
    """Return the website with https:// in front if it was typed like www.example.org."""
    return f"https://{website}" if website and "://" not in website and "." in website else website


def _day(text: str, today: date) -> date | None:
    """Return the date in ``text`` (3/1/2024, Mar 1, 2024 or 2024-03-01), January 1 for a year alone, None if empty."""
    if not text:
        return None
    try:
        day = date(int(text), 1, 1) if re.fullmatch(r"[1-9]\d{3}", text, re.ASCII) else parse_day(text, today)
    except ValueError as error:
        raise Refused(str(error)) from error
    if day > today:
        raise Refused(f"{with_year(day)} is in the future. Enter the date when the organization joined.")
    return day


def _representative(name: str, email: str) -> str:
    """Return the representative's name; raises Refused unless name and email address are both there or both missing."""
    if bool(name) != bool(email):
        raise Refused("Enter the representative’s name and email address, or neither.")
    return name_of(name, "representative’s name") if name else ""


def _check_unused(line: Line, names: Collection[str], emails: Collection[str]) -> Line:
    """Return the line, with a problem if its name or email address is already used."""
    if line.problem:
        return line
    if _normalize_name(line.name) in names:
        return replace(line, problem=f"{line.name} is already in the hub, or in this list twice.")
    if line.email and line.email in emails:
        return replace(line, problem=f"Someone else already has the address {line.email}.")
    return line

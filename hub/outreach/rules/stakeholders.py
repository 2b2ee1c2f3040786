"""An organization's list of stakeholders: what typed, pasted and CSV lines say, and what they would change. Pure."""

import csv
import hmac
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from hub.core import dates
from hub.core.errors import Refused
from hub.core.text import clean, one_line
from hub.members.rules.fields import LONGEST_NAME, email_of

LONGEST_GROUP = 80
MOST_GROUPS = 20  # of one stakeholder
MOST_STAKEHOLDERS = 20_000  # of one organization
MOST_LINES = 20_000

# What the columns of a list may be called, in lower case without anything but letters.
COLUMNS = {
    "email": ("email", "emailaddress", "mail", "address", "emailaddresses"),
    "name": ("name", "fullname", "contact", "person", "displayname"),
    "first": ("firstname", "first", "givenname"),
    "last": ("lastname", "last", "surname", "familyname"),
    "affiliation": ("affiliation", "organization", "organisation", "company", "employer", "institution", "firm"),
    "groups": ("groups", "group", "tags", "tag", "lists", "list", "category", "categories", "audience"),
}
_ADDRESS = re.compile(r"<\s*([^<>\s]+)\s*>")  # as mail programs write one, after its name
LONGEST_LINE = 100_000  # characters; some 2,000 recipients as mail programs copy them


@dataclass(frozen=True)
class Entry:
    """A stakeholder as a line tells of them."""

    email: str
    name: str = ""
    affiliation: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """What a line says; or, with `refused`, why it says nothing."""

    number: int
    text: str
    entry: Entry | None = None
    refused: str = ""


class Change(StrEnum):
    """What a line would change in the list."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The word shown on screens."""
        return {"changed": "Updated", "refused": "Skipped"}.get(self.value, self.value.capitalize())


@dataclass(frozen=True)
class Planned:
    """What becomes of one line."""

    number: int
    change: Change
    entry: Entry | None  # as it will stand in the list
    says: str  # what changes, or why it is refused


def plan(lines: Sequence[Line], known: Mapping[str, Entry], stopped: Collection[str]) -> list[Planned]:
    """Return what each line would do to a list that has ``known`` by address; ``stopped`` asked for no more mail.

    Lines work one after the other: a second line of the same address adds to the first. A name or affiliation
    that is given replaces the old one, an empty one leaves it; groups are added, never taken away.
    """
    there = dict(known)
    planned = []
    for line in lines:
        one = _planned(line, there, stopped)
        if one.entry is not None:
            there[one.entry.email] = one.entry
        planned.append(one)
    return planned


def _planned(line: Line, there: Mapping[str, Entry], stopped: Collection[str]) -> Planned:
    entry = line.entry
    if entry is None:
        return Planned(line.number, Change.REFUSED, None, line.refused)
    before = there.get(entry.email)
    if before is None and entry.email in stopped:
        return Planned(line.number, Change.REFUSED, None, f"{entry.email} has unsubscribed from your email.")
    if before is None and len(there) >= MOST_STAKEHOLDERS:
        return Planned(
            line.number, Change.REFUSED, None, f"Your list is full: it has {dates.number(MOST_STAKEHOLDERS)} people."
        )
    if before is None:
        return Planned(line.number, Change.ADDED, entry, "")
    after = merged(before, entry)
    if len(after.groups) > MOST_GROUPS:
        return Planned(line.number, Change.REFUSED, None, f"A person can be in up to {MOST_GROUPS} groups.")
    says = differences(before, after)
    return Planned(line.number, Change.CHANGED if says else Change.UNCHANGED, after, says)


def merged(before: Entry, said: Entry) -> Entry:
    """Return the stakeholder as they stand after a line: what it leaves empty stays, its groups are added."""
    return Entry(
        before.email,
        said.name or before.name,
        said.affiliation or before.affiliation,
        groups_of([*before.groups, *said.groups]),
    )


def differences(before: Entry, after: Entry) -> str:
    """Return what is different, in words; empty when nothing is."""
    told = [
        f"{what} {old or 'none'} → {new}"
        for what, old, new in (
            ("name", before.name, after.name),
            ("affiliation", before.affiliation, after.affiliation),
        )
        if old != new
    ]
    told += [f"joins {group}" for group in after.groups if group not in before.groups]
    return "; ".join(told)


def lines_of(text: str) -> list[Line]:
    """Return what a pasted or uploaded list says, line by line; empty lines say nothing.

    It takes a CSV file with a row of column names (comma, semicolon or tab), rows without names (the address, and
    beside it name, affiliation, groups), and what mail programs copy: ``Ana Peña <ana@example.org>, …``.
    Raises Refused when there are too many lines.
    """
    text = clean(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if text.count("\n") >= MOST_LINES:
        raise Refused(f"A list can have up to {dates.number(MOST_LINES)} lines. Import it in smaller batches.")
    lines = text.split("\n")
    columns, delimiter = _columns_of(lines[0])
    if columns:
        return list(_rows(lines, columns, delimiter))
    return [one for number, line in enumerate(lines, 1) if line.strip() for one in _free(number, line)]


def _columns_of(first: str) -> tuple[dict[str, int], str]:
    """Return where each column stands, if the first line names columns, and what separates them."""
    delimiter = max(",;\t", key=first.count)
    names = [re.sub(r"[^a-z]", "", cell.lower()) for cell in first.split(delimiter)]
    columns: dict[str, int] = {}
    for column, aliases in COLUMNS.items():
        place = next((names.index(alias) for alias in aliases if alias in names), None)
        if place is not None and place not in columns.values():
            columns[column] = place
    return (columns, delimiter) if "email" in columns and "@" not in first else ({}, delimiter)


def _rows(lines: list[str], columns: Mapping[str, int], delimiter: str) -> Iterator[Line]:
    """Yield the rows under the line of names. A row that quotes a line break has the number of its last line."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    try:
        next(reader)
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
                name = cells.get("name") or f"{cells.get('first', '')} {cells.get('last', '')}"
                given = (cells["email"], name, cells.get("affiliation", ""), cells.get("groups", ""))
                yield _line(reader.line_num, delimiter.join(row), *given)
    except csv.Error:
        yield Line(reader.line_num, "", refused="This line can’t be read as CSV. Check its quotation marks.")


def _free(number: int, text: str) -> Iterator[Line]:
    """Yield what a line without column names says: mailboxes, or cells of which one is the address."""
    if len(text) > LONGEST_LINE:
        yield Line(
            number,
            text[:100] + "…",
            refused=f"This line has more than {dates.number(LONGEST_LINE)} characters. Split it.",
        )
        return
    mailboxes, rest = _mailboxes(text)
    if mailboxes:
        yield from (_line(number, text, email, name) for name, email in mailboxes)
        yield from (_line(number, text, word) for word in re.split(r"[\s,;]+", rest) if "@" in word)
        return
    delimiter = max("\t;,", key=text.count)
    cells = [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter))] if delimiter in text else [text]
    cells = [cell for cell in cells if cell] if all("@" in cell for cell in cells if cell) else cells
    addresses = [cell for cell in cells if "@" in cell]
    if len(addresses) > 1:
        yield from (_line(number, text, address) for address in addresses)
        return
    if not addresses:
        yield Line(number, text, refused="This line has no email address.")
        return
    name, affiliation, groups = ([cell for cell in cells if "@" not in cell] + ["", "", ""])[:3]
    yield _line(number, text, addresses[0], name, affiliation, groups)


def _mailboxes(text: str) -> tuple[list[tuple[str, str]], str]:
    """Names and addresses of what is written like ``Ana Peña <ana@example.org>``, and what else the text has.

    Each character is looked at a few times, however the text is made.
    """
    found: list[tuple[str, str]] = []
    rest: list[str] = []
    done = 0
    for address in _ADDRESS.finditer(text):
        before, done = text[done : address.start()].rstrip(), address.end()
        opening = before.rfind('"', 0, -1) if before.endswith('"') else -1
        if opening >= 0:
            name, others = before[opening + 1 : -1], before[:opening]
        else:
            begin = 1 + max(before.rfind(sign) for sign in ',;"<>')
            name, others = before[begin:], before[:begin]
        found.append((name.strip(), address[1]))
        rest.append(others)
    return found, " ".join((*rest, text[done:]))


def _line(number: int, text: str, email: str, name: str = "", affiliation: str = "", groups: str = "") -> Line:
    try:
        return Line(number, text, entry_of(email, name, affiliation, groups))
    except Refused as refused:
        return Line(number, text, refused=str(refused))


def entry_of(email: str, name: str = "", affiliation: str = "", groups: str = "") -> Entry:
    """Return a stakeholder as someone typed them; raises Refused."""
    if not clean(email):
        raise Refused("This line has no email address.")
    return Entry(
        email_of(email),
        _short("name", name),
        _short("affiliation", affiliation),
        groups_of(re.split(r"[;,|\n]", groups)),
    )


def _short(what: str, typed: str) -> str:
    text = one_line(typed)
    if len(text) > LONGEST_NAME:
        raise Refused(f"That {what} is too long. The limit is {LONGEST_NAME} characters.")
    return text


def groups_of(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the names of groups, each once however it is capitalized; raises Refused."""
    groups: dict[str, str] = {}
    for name in map(one_line, typed):
        if len(name) > LONGEST_GROUP:
            raise Refused(f"A group’s name can have up to {LONGEST_GROUP} characters.")
        if name:
            groups.setdefault(name.casefold(), name)
    if len(groups) > MOST_GROUPS:
        raise Refused(f"A person can be in up to {MOST_GROUPS} groups.")
    return tuple(groups.values())


def with_group(lines: Sequence[Line], group: str) -> list[Line]:
    """Return the same lines with everyone in one group more; raises Refused when that can't be its name."""
    [name] = groups_of([group]) or [""]
    if not name:
        return list(lines)
    return [_joined(line, name) for line in lines]


def spelled_as(lines: Sequence[Line], names: Sequence[str]) -> list[Line]:
    """Return the same lines with groups written as ``names`` or an earlier line writes them: "board" joins "Board"."""
    known = {name.casefold(): name for name in names}
    return [_spelled(line, known) for line in lines]


def _spelled(line: Line, known: dict[str, str]) -> Line:
    if line.entry is None:
        return line
    groups = tuple(known.setdefault(name.casefold(), name) for name in line.entry.groups)
    return replace(line, entry=replace(line.entry, groups=groups))


def _joined(line: Line, group: str) -> Line:
    if line.entry is None:
        return line
    try:
        return replace(line, entry=replace(line.entry, groups=groups_of([*line.entry.groups, group])))
    except Refused as refused:
        return Line(line.number, line.text, refused=str(refused))


# An unsubscribe outlives the address that it is about: its keyed hash is kept (`keyed_hash` in `hub.mail.rules`), not the address.


def key_name(key: str) -> str:
    """Return a name for the key, by which another one is noticed; it tells nothing of the key."""
    return _signed(key, "name")[:16]


def stop_token(key: str, organization_id: int, hashed: str) -> str:
    """Return the word in the address by which a recipient unsubscribes: it needs no row, so it works for ever."""
    return f"{organization_id}-{hashed}-{_signed(key, f'stop {organization_id} {hashed}')[:32]}"


def stopped_by(key: str, token: str) -> tuple[int, str] | None:
    """Return whose mail the token stops (the organization's number) to which address (its hash); None for a made-up one."""
    found = re.fullmatch(r"([1-9][0-9]{0,8})-([0-9a-f]{64})-([0-9a-f]{32})", token)
    if found is None or not hmac.compare_digest(stop_token(key, int(found[1]), found[2]), token):
        return None
    return int(found[1]), found[2]


def _signed(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode("utf-8", "replace"), sha256).hexdigest()

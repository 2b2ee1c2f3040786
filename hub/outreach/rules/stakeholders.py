"""The rules of stakeholder lists: parsing typed, pasted and CSV lines, and planning imports. Pure."""

import csv
import hmac
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from hub.core import dates
from hub.core.addresses import mailboxes_in
from hub.core.errors import Refused
from hub.core.text import clean, one_line
from hub.members.rules.fields import LONGEST_NAME, email_of
from hub.members.rules.organizations import OrganizationKind
from hub.outreach.rules.list_heads import address_in, columns_of, groups_in, head_line, name_in

LONGEST_GROUP = 80
MOST_GROUPS = 20  # of one stakeholder
MOST_STAKEHOLDERS = 20_000  # of one organization
MOST_LINES = 20_000

_ADDRESS = re.compile(r"<\s*([^<>\s]+)\s*>")  # as email apps write an address, after the name
LONGEST_LINE = 100_000  # characters; about 2,000 recipients as email apps copy them


def counts_colleagues(kind: OrganizationKind) -> bool:
    """Return True if email to an organization's own people is sharing: BFFs share within their organization."""
    return kind is OrganizationKind.BFF


@dataclass(frozen=True)
class Entry:
    """A stakeholder as described by a line of a list."""

    email: str
    name: str = ""
    affiliation: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of a list: its entry, or why it was refused."""

    number: int
    text: str
    entry: Entry | None = None
    refused: str = ""


class Change(StrEnum):
    """The effect of importing a line on the list."""

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
    """The planned result of one line."""

    number: int
    change: Change
    entry: Entry | None  # as it will be in the list
    details: str  # the changes, or why the line is refused


def plan(lines: Sequence[Line], entries: Mapping[str, Entry], unsubscribed: Collection[str]) -> list[Planned]:
    """Return the planned result of each line, given the current ``entries`` and the ``unsubscribed`` addresses.

    Lines apply in order, so a second line with the same address adds to the first. A name or affiliation replaces
    the old one unless it is empty; groups are added, never removed.
    """
    current = dict(entries)
    planned = []
    for line in lines:
        result = _planned(line, current, unsubscribed)
        if result.entry is not None:
            current[result.entry.email] = result.entry
        planned.append(result)
    return planned


def _planned(line: Line, current: Mapping[str, Entry], unsubscribed: Collection[str]) -> Planned:
    entry = line.entry
    if entry is None:
        return Planned(line.number, Change.REFUSED, None, line.refused)
    before = current.get(entry.email)
    if before is None and entry.email in unsubscribed:
        return Planned(line.number, Change.REFUSED, None, f"{entry.email} has unsubscribed from your email.")
    if before is None and len(current) >= MOST_STAKEHOLDERS:
        return Planned(
            line.number, Change.REFUSED, None, f"Your list is full: it has {dates.number(MOST_STAKEHOLDERS)} people."
        )
    if before is None:
        return Planned(line.number, Change.ADDED, entry, "")
    after = merged(before, entry)
    if len(after.groups) > MOST_GROUPS:
        return Planned(line.number, Change.REFUSED, None, f"A person can be in up to {MOST_GROUPS} groups.")
    details = differences(before, after)
    return Planned(line.number, Change.CHANGED if details else Change.UNCHANGED, after, details)


def merged(before: Entry, line: Entry) -> Entry:
    """Return the entry updated by a line: empty values change nothing, and groups are added."""
    return Entry(
        before.email,
        line.name or before.name,
        line.affiliation or before.affiliation,
        groups_of([*before.groups, *line.groups]),
    )


def differences(before: Entry, after: Entry) -> str:
    """Return the differences as text; empty if there are none."""
    changes = [
        f"{what} {old or 'none'} → {new}"
        for what, old, new in (
            ("name", before.name, after.name),
            ("affiliation", before.affiliation, after.affiliation),
        )
        if old != new
    ]
    changes += [f"joins {group}" for group in after.groups if group not in before.groups]
    return "; ".join(changes)


def lines_of(text: str) -> list[Line]:
    """Return the parsed lines of a pasted or uploaded list, without empty lines.

    Accepts CSV with a row of column names (comma, semicolon or tab), rows without column names (address, name,
    affiliation, groups), and what email apps copy: ``Ana Peña <ana@example.org>, …``.
    Raises Refused if there are too many lines.
    """
    text = clean(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if text.count("\n") >= MOST_LINES:
        raise Refused(f"A list can have up to {dates.number(MOST_LINES)} lines. Import it in smaller batches.")
    lines = text.split("\n")
    head = head_line(lines)
    columns, delimiter = columns_of(lines[head])
    if columns:
        return list(_rows(lines[head:], columns, delimiter, head))
    return [parsed for number, line in enumerate(lines, 1) if line.strip() for parsed in _freeform_lines(number, line)]


def _rows(lines: list[str], columns: Mapping[str, Sequence[int]], delimiter: str, before: int) -> Iterator[Line]:
    """Yield the rows below the column names; a row with a quoted line break gets the number of its last line.

    ``before`` is the number of lines before the column names.
    """
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    try:
        next(reader)
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = {name: _first_filled(row, places) for name, places in columns.items()}
                email = address_in([row[place] if place < len(row) else "" for place in columns["email"]])
                values = (name_in(cells), cells.get("affiliation", ""), groups_in(cells.get("groups", "")))
                yield _line(reader.line_num + before, delimiter.join(row), email, *values)
    except csv.Error:
        yield Line(reader.line_num + before, "", refused="This line can’t be read as CSV. Check its quotation marks.")


def _first_filled(row: Sequence[str], places: Sequence[int]) -> str:
    """Return the first of these cells that isn't empty: address books have several columns for one thing."""
    return next((row[place] for place in places if place < len(row) and row[place].strip()), "")


def _freeform_lines(number: int, text: str) -> Iterator[Line]:
    """Yield the parsed entries of a line without column names: mailboxes, or cells, one of which is an address."""
    if len(text) > LONGEST_LINE:
        yield Line(
            number,
            text[:100] + "…",
            refused=f"This line has more than {dates.number(LONGEST_LINE)} characters. Split it.",
        )
        return
    if _ADDRESS.search(text):
        for mailbox in mailboxes_in(text):
            unclear = [word.strip("<>()'\"") for word in re.split(r"[\s,;]+", mailbox.text) if "@" in word]
            for address in [mailbox.address] if mailbox.address else unclear:
                yield _line(number, text, address, mailbox.name)
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


def _line(number: int, text: str, email: str, name: str = "", affiliation: str = "", groups: str = "") -> Line:
    try:
        return Line(number, text, entry_of(email, name, affiliation, groups))
    except Refused as refused:
        return Line(number, text, refused=str(refused))


def entry_of(email: str, name: str = "", affiliation: str = "", groups: str = "") -> Entry:
    """Return the entry for the typed values; raise Refused if one is invalid."""
    if not clean(email):
        raise Refused("This line has no email address.")
    return Entry(
        email_of(email),
        _checked_text("name", name),
        _checked_text("affiliation", affiliation),
        groups_of(re.split(r"[;,|\n]", groups)),
    )


def _checked_text(what: str, typed: str) -> str:
    text = one_line(typed)
    if len(text) > LONGEST_NAME:
        raise Refused(f"That {what} is too long. The limit is {LONGEST_NAME} characters.")
    return text


def groups_of(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the group names, each once regardless of case; raise Refused if one is too long or there are too many."""
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
    """Return the lines with everyone added to ``group``; raise Refused if that isn't a valid name."""
    [name] = groups_of([group]) or [""]
    if not name:
        return list(lines)
    return [_joined(line, name) for line in lines]


def with_known_spelling(lines: Sequence[Line], names: Sequence[str]) -> list[Line]:
    """Return the lines with groups capitalized as in ``names`` or an earlier line, so that "board" joins "Board"."""
    spellings = {name.casefold(): name for name in names}
    return [_spelled(line, spellings) for line in lines]


def _spelled(line: Line, spellings: dict[str, str]) -> Line:
    if line.entry is None:
        return line
    groups = tuple(spellings.setdefault(name.casefold(), name) for name in line.entry.groups)
    return replace(line, entry=replace(line.entry, groups=groups))


def _joined(line: Line, group: str) -> Line:
    if line.entry is None:
        return line
    try:
        return replace(line, entry=replace(line.entry, groups=groups_of([*line.entry.groups, group])))
    except Refused as refused:
        return Line(line.number, line.text, refused=str(refused))


# Unsubscribes are kept as keyed hashes (`keyed_hash` in `hub.mail.rules`), so that they outlive the deleted addresses.


def key_name(key: str) -> str:
    """Return a short name for the key, to notice when it changes; it reveals nothing about the key."""
    return _signed(key, "name")[:16]


def unsubscribe_token(key: str, organization_id: int, hashed: str) -> str:
    """Return the token of a recipient's unsubscribe URL; it is signed, so it needs no row and never expires."""
    return f"{organization_id}-{hashed}-{_signed(key, f'stop {organization_id} {hashed}')[:32]}"


def parse_unsubscribe_token(key: str, token: str) -> tuple[int, str] | None:
    """Return the organization id and the address hash of an unsubscribe token; None if it isn't genuine."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})-([0-9a-f]{64})-([0-9a-f]{32})", token)
    if match is None or not hmac.compare_digest(unsubscribe_token(key, int(match[1]), match[2]), token):
        return None
    return int(match[1]), match[2]


def _signed(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode("utf-8", "replace"), sha256).hexdigest()

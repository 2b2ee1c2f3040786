"""A count of the demo world's figures from the rows alone: it reads the SQLite file, without the hub's code."""

import csv
import io
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from pypdfium2 import PdfDocument

from hub.core.db import Database
from tests.world import PASSWORD

NEW_YORK = ZoneInfo("America/New_York")
LABELS = {"confirmed": "Confirmed", "shared": "Shared", "nothing_to_share": "Nothing to share",
          "downloaded": "Downloaded", "silent": "Silent", "no_records": "No records", "not_due": "Not due"}  # fmt: skip


@dataclass(frozen=True)
class Count:
    """What the rows say about an organization's quarter."""

    kind: str
    standing: str
    downloads: int
    forwards: int
    declared: int
    confirmed_on: str
    confirmed_by: str
    late: bool


@dataclass(frozen=True)
class Rows:
    """The rows that the count needs, from the database file."""

    names: dict[str, str]
    representatives: dict[str, str]
    ids: dict[str, int]
    periods: dict[int, list[tuple[str, date, date | None]]]
    counted: dict[tuple[int, str], Counter[str]]
    statements: dict[tuple[int, str], tuple[bool, date, str]]
    begin: date
    calls: list[tuple[int, date]]  # held
    attended: set[tuple[int, int]]


def read(database: Database, now: datetime) -> Rows:
    """Return the rows of a database file; calls are held if they ended by ``now``."""
    with closing(sqlite3.connect(str(database.engine.url.database))) as rows:
        organizations = rows.execute("SELECT id, slug, name FROM organization").fetchall()
        periods: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
        for number, kind, joined, left in rows.execute(
            "SELECT organization_id, kind, joined_on, left_on FROM membership_period ORDER BY joined_on"
        ):
            periods[number].append((kind, date.fromisoformat(joined), date.fromisoformat(left) if left else None))
        events = rows.execute("SELECT id, organization_id, quarter, act, supersedes_id, void FROM sharing_event")
        all_events = events.fetchall()
        superseded = {row[4] for row in all_events}
        counted: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        for number, organization, quarter, act, _supersedes, void in all_events:
            if not void and number not in superseded:
                counted[organization, quarter][act] += 1
        statements = {}
        for organization, quarter, shared, at, name in rows.execute(
            "SELECT c.organization_id, c.quarter, c.shared, c.confirmed_at, p.name FROM confirmation c"
            " JOIN person p ON p.id = c.person_id ORDER BY c.confirmed_at, c.id"
        ):
            day = datetime.fromisoformat(f"{at}+00:00").astimezone(NEW_YORK).date()
            statements[organization, quarter] = bool(shared), day, name
        entries = rows.execute(
            "SELECT id, call_id, organization_id, supersedes_id, void FROM call_attendance"
        ).fetchall()
        gone = {row[3] for row in entries}
        calls = rows.execute("SELECT id, day, ends_at FROM weekly_call WHERE state = 'planned'").fetchall()
        return Rows(
            names={slug: name for _, slug, name in organizations},
            representatives=dict(
                rows.execute(
                    "SELECT o.slug, p.email FROM person p JOIN organization o ON o.id = p.organization_id"
                    " WHERE p.role = 'representative' AND p.left_at IS NULL"
                ).fetchall()
            ),
            ids={slug: number for number, slug, _ in organizations},
            periods=periods,
            counted=counted,
            statements=statements,
            begin=date.fromisoformat(rows.execute("SELECT value FROM setting WHERE name = 'RECORDS_BEGIN'").fetchone()[0]),
            calls=[(n, date.fromisoformat(day)) for n, day, ends in calls if datetime.fromisoformat(f"{ends}+00:00") <= now],
            attended={(call, organization) for n, call, organization, _, void in entries if not void and n not in gone},
        )  # fmt: skip


def last_day(quarter: str) -> date:
    """Return the last day of a quarter, such as ``2026Q3``."""
    year, number = int(quarter[:4]), int(quarter[5])
    return date(year + number // 4, 3 * number % 12 + 1, 1) - timedelta(days=1)


def count_of(rows: Rows, slug: str, quarter: str) -> Count:
    """Return what the rows say about an organization's quarter."""
    number, last = rows.ids[slug], last_day(quarter)
    on_last_day = [kind for kind, joined, left in rows.periods[number] if joined <= last <= (left or date.max)]
    before = [kind for kind, joined, _ in rows.periods[number] if joined <= last]
    acts = rows.counted[number, quarter]
    statement = rows.statements.get((number, quarter))
    if not on_last_day or on_last_day[0] == "host":
        standing = "not_due"
    elif last < rows.begin:
        standing = "no_records"
    elif statement and statement[0]:
        standing = "confirmed"
    elif acts["forward"] or acts["declared"]:
        standing = "shared"
    elif statement:
        standing = "nothing_to_share"
    else:
        standing = "downloaded" if acts["download"] else "silent"
    return Count(
        kind=before[-1] if before else rows.periods[number][0][0],
        standing=standing,
        downloads=acts["download"],
        forwards=acts["forward"],
        declared=acts["declared"],
        confirmed_on=str(statement[1]) if statement else "",
        confirmed_by=statement[2] if statement else "",
        late=statement is not None and statement[1] > last + timedelta(days=30),
    )


def calls_of(rows: Rows, slug: str, year: int) -> tuple[int, int]:
    """Return how many calls an organization attended, and how many were held, while it was a member with records."""
    own = [
        call
        for call, day in rows.calls
        if day.year == year
        and day >= rows.begin
        and any(
            kind != "host" and joined <= day <= (left or date.max)
            for kind, joined, left in rows.periods[rows.ids[slug]]
        )
    ]
    return sum((call, rows.ids[slug]) in rows.attended for call in own), len(own)


@dataclass(frozen=True)
class World:
    """The demo world, its count, and its web application."""

    database: Database
    app: Flask
    rows: Rows
    quarters: list[str]  # the last eight, oldest first

    def counts(self, quarter: str) -> dict[str, Count]:
        """Return every organization's count in a quarter."""
        return {slug: count_of(self.rows, slug, quarter) for slug in self.rows.ids}

    def browser(self, email: str) -> FlaskClient:
        """Return a signed-in browser."""
        browser = self.app.test_client()
        assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
        return browser


def quarter_label(quarter: str) -> str:
    """Return a quarter as pages write it, such as ``Q3 2026``."""
    return f"{quarter[4:]} {quarter[:4]}"


def csv_lines(content: bytes) -> list[dict[str, str]]:
    """Return the lines of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def pdf_words(content: bytes) -> str:
    """Return the text of a PDF, in one line."""
    pages = (page.get_textpage().get_text_bounded() for page in PdfDocument(content))
    return " ".join(" ".join(pages).split())


def tables(html: str) -> Iterator[list[list[str]]]:
    """Yield the cells' texts of each table of a page."""
    for table in BeautifulSoup(html, "lxml").select("table"):
        yield [[" ".join(cell.get_text().split()) for cell in row.select("th, td")] for row in table.select("tr")]


def is_due(count: Count) -> bool:
    """Return True if sharing was due."""
    return count.standing not in {"no_records", "not_due"}


def is_met(count: Count) -> bool:
    """Return True if the commitment was met."""
    return count.standing in {"confirmed", "shared"}


@dataclass(frozen=True)
class People:
    """What the rows say about the people that some shares reached."""

    known: int
    reported: int
    unknown: int


@dataclass(frozen=True)
class Share:
    """A current entry about sharing, with the act of sharing that it belongs to."""

    share: int
    organization: int
    quarter: str
    resource: int
    reported: int


@dataclass(frozen=True)
class Shares:
    """The entries about sharing, and the keys of the people of each act."""

    entries: list[Share]
    keys: dict[int, set[str]]

    def people(self, **only: object) -> People:
        """Return the people reached by the entries with these values, such as ``quarter="2026Q3"``."""
        chosen = [entry for entry in self.entries if all(getattr(entry, name) == only[name] for name in only)]
        return self._people(chosen)

    def people_in_year(self, year: int, organization: int) -> People:
        """Return the people whom an organization reached in a year."""
        chosen = [e for e in self.entries if e.quarter.startswith(str(year)) and e.organization == organization]
        return self._people(chosen)

    def people_of(self, organizations: set[int], quarter: str) -> People:
        """Return the people whom several organizations reached in a quarter."""
        return self._people([e for e in self.entries if e.quarter == quarter and e.organization in organizations])

    def _people(self, entries: list[Share]) -> People:
        shares = {entry.share for entry in entries}
        known = set[str]().union(*(self.keys[share] for share in shares))
        reported = {share: max(entry.reported for entry in entries if entry.share == share) for share in shares}
        return People(
            len(known), sum(reported.values()), sum(not reported[share] and not self.keys[share] for share in shares)
        )


def shares_of(database: Database) -> Shares:
    """Return the entries about sharing from a database file."""
    with closing(sqlite3.connect(str(database.engine.url.database))) as rows:
        keys: dict[int, set[str]] = defaultdict(set)
        for share, key in rows.execute("SELECT share_id, key FROM reached_person"):
            keys[share].add(key)
        entries = rows.execute(
            "SELECT coalesce(share_id, id), organization_id, quarter, resource_id,"
            " CASE act WHEN 'declared' THEN coalesce(people, 0) ELSE 0 END FROM sharing_event"
            " WHERE act IN ('declared', 'forward') AND NOT void"
            " AND id NOT IN (SELECT supersedes_id FROM sharing_event WHERE supersedes_id IS NOT NULL)"
        ).fetchall()
    return Shares([Share(*row) for row in entries], keys)


def presentations_of(rows: Rows, database: Database, today: date) -> dict[tuple[str, int], str]:
    """Return the standing of each organization's presentation, last year and this year."""
    with closing(sqlite3.connect(str(database.engine.url.database))) as read_only:
        slots = read_only.execute(
            "SELECT p.organization_id, p.call_id, c.day, p.state, p.outcome"
            " FROM presentation p JOIN weekly_call c ON c.id = p.call_id"
        ).fetchall()
    held = {call for call, _ in rows.calls}
    standings = {}
    for slug, number in rows.ids.items():
        for year in (today.year - 1, today.year):
            own = [
                (call, date.fromisoformat(day), state, outcome)
                for organization, call, day, state, outcome in slots
                if organization == number and day.startswith(str(year))
            ]
            over = [(call, outcome) for call, _, state, outcome in own if state == "accepted" and call in held]
            past = {
                outcome or ("given" if (call, number) in rows.attended else "not_confirmed") for call, outcome in over
            }
            coming = {state for call, day, state, _ in own if call not in held and day >= today}
            standings[slug, year] = _presentation(rows, number, year, past, coming, today)
    return standings


def _presentation(rows: Rows, number: int, year: int, past: set[str], coming: set[str], today: date) -> str:
    half, end = date(year, 6, 30), date(year, 12, 31)
    periods = [period for period in rows.periods[number] if period[1] <= half and (period[2] or date.max) >= end]
    answers = {
        "not_due": rows.periods[number][-1][0] == "host",
        "given": "given" in past,
        "scheduled": "accepted" in coming,
        "proposed": "proposed" in coming,
        "no_records": year < rows.begin.year and bool(periods),
        "not_confirmed": "not_confirmed" in past,
        "not due": not periods or rows.begin > half,
        "no_show": "no_show" in past,
        "due": year >= today.year,
        "overdue": True,
    }
    return next(name for name, applies in answers.items() if applies).replace(" ", "_")

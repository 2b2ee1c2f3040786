"""Every figure comes from one definition: all pages, files and commands agree with a count made from the rows alone.

The count below reads the demo world's SQLite file without the hub's code. The demo world has an organization that left
and came back as another kind, quarters before the hub's records begin, and confirmations that say "nothing to share".
"""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdfium2 import PdfDocument

from hub.app import create_app
from hub.cli.base import main
from hub.core.db import Database
from tests.conftest import Browser
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


def _read(database: Database, now: datetime) -> Rows:
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


def _last_day(quarter: str) -> date:
    year, number = int(quarter[:4]), int(quarter[5])
    return date(year + number // 4, 3 * number % 12 + 1, 1) - timedelta(days=1)


def _count(rows: Rows, slug: str, quarter: str) -> Count:
    number, last = rows.ids[slug], _last_day(quarter)
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


def _calls(rows: Rows, slug: str, year: int) -> tuple[int, int]:
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
        return {slug: _count(self.rows, slug, quarter) for slug in self.rows.ids}

    def browser(self, email: str) -> FlaskClient:
        """Return a signed-in browser."""
        browser = self.app.test_client()
        assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
        return browser


@pytest.fixture
def world(own_demo: Database) -> World:
    app = create_app(own_demo.config, own_demo)
    app.test_client_class = Browser
    rows = _read(own_demo, datetime.now(NEW_YORK))
    today = datetime.now(NEW_YORK).date()
    numbers = [4 * today.year + (today.month - 1) // 3 - back for back in reversed(range(8))]
    return World(own_demo, app, rows, [f"{number // 4}Q{number % 4 + 1}" for number in numbers])


def _label(quarter: str) -> str:
    return f"{quarter[4:]} {quarter[:4]}"


def _csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def _pdf_words(content: bytes) -> str:
    pages = (page.get_textpage().get_text_bounded() for page in PdfDocument(content))
    return " ".join(" ".join(pages).split())


def _tables(html: str) -> Iterator[list[list[str]]]:
    for table in BeautifulSoup(html, "lxml").select("table"):
        yield [[" ".join(cell.get_text().split()) for cell in row.select("th, td")] for row in table.select("tr")]


def _is_due(count: Count) -> bool:
    return count.standing not in {"no_records", "not_due"}


def _is_met(count: Count) -> bool:
    return count.standing in {"confirmed", "shared"}


def test_the_demo_world_has_every_standing_and_an_organization_that_came_back(world: World) -> None:
    everything = [count.standing for quarter in world.quarters for count in world.counts(quarter).values()]
    assert set(everything) == set(LABELS)
    assert [kind for kind, _, _ in world.rows.periods[world.rows.ids["northwoods"]]] == ["member", "bff"]
    assert world.counts(world.quarters[0])["northwoods"].kind == "member"
    assert world.counts(world.quarters[-1])["northwoods"].kind == "bff"


def test_the_command_prints_what_the_rows_say(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_INSTANCE", str(world.database.config.INSTANCE))
    monkeypatch.setenv("HUB_UPLOADS", str(world.database.config.UPLOADS))
    for quarter in world.quarters:
        printed = CliRunner().invoke(main, ["sharing", quarter, "--format", "json"])
        assert printed.exit_code == 0, printed.output
        lines = {line.pop("organization"): line for line in json.loads(printed.output)}
        for slug, count in world.counts(quarter).items():
            assert {name: "" if value is None else value for name, value in lines.pop(slug).items()} == vars(count)
        assert not lines


def test_the_board_and_its_files_show_what_the_rows_say(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    counts = {quarter: world.counts(quarter) for quarter in world.quarters}
    [board] = [table for table in _tables(coordinator.get("/board").text) if table[0][0] == "Organization"][:1]
    listed = {row[0]: row[2:] for row in board}
    slugs = {name: slug for slug, name in world.rows.names.items()}
    for name in listed.keys() & slugs.keys():
        assert listed[name] == [LABELS[counts[quarter][slugs[name]].standing] for quarter in world.quarters], name
    for column, quarter in enumerate(world.quarters):
        due = [count for count in counts[quarter].values() if _is_due(count)]
        met = sum(map(_is_met, due))
        [total] = [row for row in board if row[0] == "Commitment met"]
        assert total[1:][column] == f"{met} of {len(due)}"
        for standing, label in LABELS.items():
            [row] = [row[1:] for row in board if row[0] == label]
            shown = [slugs[name] for name in listed.keys() & slugs.keys()]
            assert row[column] == str(sum(counts[quarter][slug].standing == standing for slug in shown))
    lines = _csv(coordinator.get("/board?format=csv").data)
    assert {line["Organization ID"] for line in lines} == {slugs[name] for name in listed.keys() & slugs.keys()}
    for line in lines:
        assert [line[_label(quarter)] for quarter in world.quarters] == [
            counts[quarter][line["Organization ID"]].standing for quarter in world.quarters
        ]
    home = coordinator.get("/").text
    now = [count for count in counts[world.quarters[-1]].values() if _is_due(count)]
    assert f"{sum(map(_is_met, now))} of {len(now)} organizations have shared this quarter" in home


def test_the_alliances_report_has_the_same_figures_in_every_format(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    for quarter in world.quarters:
        counts = world.counts(quarter)
        lines = _csv(coordinator.get(f"/board/reports/{quarter}?format=csv").data)
        for line in lines:
            count = counts[line["Organization ID"]]
            assert line["Standing"] == count.standing
            assert line["Kind"].lower() == count.kind
            assert (line["Commitment met"] == "yes") == _is_met(count)
            assert (line["Confirmed on"], line["Confirmed by"]) == (count.confirmed_on, count.confirmed_by)
            assert (line["Late"] == "yes") == count.late
            assert int(line["Downloaded"]) == count.downloads
            assert int(line["Reported"]) == count.declared
            assert sum(int(line[head]) for head in ("Hub email", "Log address", "Opened by a person")) == count.forwards
        content = coordinator.get(f"/board/reports/{quarter}?format=xlsx").data
        head, *rows = load_workbook(io.BytesIO(content)).active.iter_rows(min_row=1, values_only=True)  # type: ignore[union-attr]
        sheet = [dict(zip(head, row, strict=True)) for row in rows if row[0] in counts]
        assert {str(row["Organization ID"]): row["Standing"] for row in sheet} == {
            line["Organization ID"]: line["Standing"] for line in lines
        }
        due = [count for count in counts.values() if _is_due(count)]
        words = _pdf_words(coordinator.get(f"/board/reports/{quarter}?format=pdf").data)
        assert re.search(rf"\b{sum(map(_is_met, due))} of {len(due)} organizations? met the commitment", words)


def test_an_organizations_own_pages_and_files_show_what_the_rows_say(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    for slug in world.rows.ids.keys() - {"amcc"}:
        by_quarter = {_label(quarter): world.counts(quarter)[slug] for quarter in world.quarters}
        for address in (f"/board/{slug}", f"/sharing?organization={slug}"):
            [table] = [t for t in _tables(coordinator.get(address).text) if t[0][:2] == ["Quarter", "Standing"]]
            shown = {row[0]: row[1] for row in table if row[0] in by_quarter}
            assert shown == {label: LABELS[by_quarter[label].standing] for label in shown}
            assert shown
        years = {quarter[:4] for quarter in world.quarters}
        for year in years:
            content = coordinator.get(f"/sharing/reports/{year}?organization={slug}&format=xlsx")
            if content.status_code != 200:
                continue
            sheet = load_workbook(io.BytesIO(content.data))["Quarters"]
            head, *rows = sheet.iter_rows(values_only=True)
            for row in (dict(zip(head, row, strict=True)) for row in rows):
                if (quarter := str(row["Quarter"])) in world.quarters:
                    count = world.counts(quarter)[slug]
                    assert (row["Standing"], row["Downloaded"], row["Reported"]) == (
                        count.standing, count.downloads, count.declared,
                    )  # fmt: skip


def test_each_representatives_home_shows_their_quarter_as_the_rows_say(world: World) -> None:
    current = world.quarters[-1]
    for slug, email in world.rows.representatives.items():
        home = BeautifulSoup(world.browser(email).get("/").text, "lxml")
        panel = home.select_one('section[aria-labelledby="your-quarter"]')
        assert panel is not None
        badge = panel.select_one(".standing")
        assert badge is not None
        assert badge.get_text().strip() == LABELS[_count(world.rows, slug, current).standing], slug


def test_the_years_commitments_show_what_the_rows_say(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    for year in sorted({int(quarter[:4]) for quarter in world.quarters}):
        lines = _csv(coordinator.get(f"/board?view=commitments&year={year}&format=csv").data)
        assert lines
        for line in lines:
            slug = line["Organization ID"]
            assert (int(line["Calls attended"]), int(line["Calls held"])) == _calls(world.rows, slug, year), slug
            for quarter in world.quarters:
                if int(quarter[:4]) == year:
                    assert line[_label(quarter)] == _count(world.rows, slug, quarter).standing


def test_an_audit_packet_has_the_standing_that_the_rows_say(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    for slug in ("northwoods", "bayou", "lakeshore"):
        last = world.quarters[-2]
        made = coordinator.post(f"/sharing/{last}/packet?organization={slug}")
        assert made.status_code == 302, made.text
    with closing(sqlite3.connect(str(world.database.engine.url.database))) as rows:
        packets = rows.execute(
            "SELECT o.slug, p.quarter, p.content FROM audit_packet p JOIN organization o ON o.id = p.organization_id"
        ).fetchall()
    checked = Counter[str]()
    for slug, quarter, content in packets:
        with zipfile.ZipFile(io.BytesIO(content)) as packet:
            manifest: dict[str, Any] = json.loads(packet.read("manifest.json"))
        count = _count(world.rows, slug, quarter)
        assert manifest["standing"] == count.standing
        assert manifest["due"] == _is_due(count)
        assert manifest["no_records"] == (count.standing == "no_records")
        checked[slug] += 1
    assert min(checked["northwoods"], checked["bayou"], checked["lakeshore"]) >= 7

"""Every figure comes from one definition: all pages, files and commands agree with a count made from the rows alone.

The demo world has an organization that left and came back as another kind, quarters before the hub's records begin,
and confirmations that say "nothing to share".
"""

import io
import json
import re
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing
from typing import Any

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from openpyxl import load_workbook

from hub.cli.base import main
from tests.overview.figures import (
    LABELS,
    World,
    calls_of,
    count_of,
    csv_lines,
    is_due,
    is_met,
    pdf_words,
    quarter_label,
    tables,
)


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
    [board] = [table for table in tables(coordinator.get("/board").text) if table[0][0] == "Organization"][:1]
    listed = {row[0]: row[2:] for row in board}
    slugs = {name: slug for slug, name in world.rows.names.items()}
    for name in listed.keys() & slugs.keys():
        assert listed[name] == [LABELS[counts[quarter][slugs[name]].standing] for quarter in world.quarters], name
    for column, quarter in enumerate(world.quarters):
        due = [count for count in counts[quarter].values() if is_due(count)]
        met = sum(map(is_met, due))
        [total] = [row for row in board if row[0] == "Commitment met"]
        assert total[1:][column] == (f"{met} of {len(due)}" if due else "None due")
        for standing, label in LABELS.items():
            [row] = [row[1:] for row in board if row[0] == label]
            shown = [slugs[name] for name in listed.keys() & slugs.keys()]
            assert row[column] == str(sum(counts[quarter][slug].standing == standing for slug in shown))
    lines = csv_lines(coordinator.get("/board?format=csv").data)
    assert {line["Organization ID"] for line in lines} == {slugs[name] for name in listed.keys() & slugs.keys()}
    for line in lines:
        assert [line[quarter_label(quarter)] for quarter in world.quarters] == [
            counts[quarter][line["Organization ID"]].standing for quarter in world.quarters
        ]
    home = coordinator.get("/").text
    now = [count for count in counts[world.quarters[-1]].values() if is_due(count)]
    assert f"{sum(map(is_met, now))} of {len(now)} organizations have shared this quarter" in home


def test_the_alliances_report_has_the_same_figures_in_every_format(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    for quarter in world.quarters:
        counts = world.counts(quarter)
        lines = csv_lines(coordinator.get(f"/board/reports/{quarter}?format=csv").data)
        for line in lines:
            count = counts[line["Organization ID"]]
            assert line["Standing"] == count.standing
            assert line["Kind"].lower() == count.kind
            assert (line["Commitment met"] == "yes") == is_met(count)
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
        due = [count for count in counts.values() if is_due(count)]
        words = pdf_words(coordinator.get(f"/board/reports/{quarter}?format=pdf").data)
        assert re.search(rf"\b{sum(map(is_met, due))} of {len(due)} organizations? met the commitment", words)


def test_an_organizations_own_pages_and_files_show_what_the_rows_say(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    for slug in world.rows.ids.keys() - {"amcc"}:
        by_quarter = {quarter_label(quarter): world.counts(quarter)[slug] for quarter in world.quarters}
        for address in (f"/board/{slug}", f"/sharing?organization={slug}"):
            [table] = [t for t in tables(coordinator.get(address).text) if t[0][:2] == ["Quarter", "Standing"]]
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
        assert badge.get_text().strip() == LABELS[count_of(world.rows, slug, current).standing], slug


def test_the_years_commitments_show_what_the_rows_say(world: World) -> None:
    coordinator = world.browser("coordinator@demo.example")
    for year in sorted({int(quarter[:4]) for quarter in world.quarters}):
        lines = csv_lines(coordinator.get(f"/board?view=commitments&year={year}&format=csv").data)
        assert lines
        for line in lines:
            slug = line["Organization ID"]
            assert (int(line["Calls attended"]), int(line["Calls held"])) == calls_of(world.rows, slug, year), slug
            for quarter in world.quarters:
                if int(quarter[:4]) == year:
                    assert line[quarter_label(quarter)] == count_of(world.rows, slug, quarter).standing


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
        count = count_of(world.rows, slug, quarter)
        assert manifest["standing"] == count.standing
        assert manifest["due"] == is_due(count)
        assert manifest["no_records"] == (count.standing == "no_records")
        checked[slug] += 1
    assert min(checked["northwoods"], checked["bayou"], checked["lakeshore"]) >= 7

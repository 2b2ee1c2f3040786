"""People reached and presentations have one definition: pages, files and commands agree with a count of the rows.

A colleague's click on a share link or a pack changes none of them; a click from outside changes all of them alike.
"""

import io
import json
import re
import sqlite3
import zipfile
from collections import defaultdict
from contextlib import closing
from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook

from hub.cli.base import main
from tests.overview.figures import (
    NEW_YORK,
    People,
    World,
    csv_lines,
    pdf_words,
    presentations_of,
    quarter_label,
    shares_of,
    tables,
)

FACTS = {"People reached": "known", "Said to have reached": "reported", "Shares without a number": "unknown"}
SENTENCES = {
    "known": r"([\d,]+) (?:person was|people were) reached",
    "reported": r"said to have reached about ([\d,]+)",
    "unknown": r"([\d,]+) shares? (?:doesn’t|don’t) say how many",
}


def _number(text: str) -> int:
    return int(re.sub(r"[^\d]", "", text) or 0)


def _facts(html: str) -> People:
    page = BeautifulSoup(html, "lxml")
    values = dict.fromkeys(FACTS.values(), 0)
    for name in page.select("dl.facts dt"):
        value = name.find_next_sibling("dd")
        if value is not None and name.get_text() in FACTS:
            values[FACTS[name.get_text()]] = _number(value.get_text())
    return People(**values)


def _sentences(words: str) -> People:
    matches = {name: re.search(pattern, words) for name, pattern in SENTENCES.items()}
    return People(**{name: _number(match[1]) if match else 0 for name, match in matches.items()})


def _sheet(content: bytes, name: str) -> dict[str, People]:
    head, *rows = load_workbook(io.BytesIO(content))[name].iter_rows(values_only=True)
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    return {str(line[head[0]]): People(**{name: int(str(line[column])) for column, name in FACTS.items()}) for line in lines}  # fmt: skip


def _is_due_at_all(world: World, slug: str, quarter: str) -> bool:
    return world.counts(quarter)[slug].standing not in {"no_records", "not_due"}


def test_the_demo_world_has_people_that_were_reached_twice_and_numbers_that_were_only_reported(world: World) -> None:
    shares = shares_of(world.database)
    everyone = shares.people()
    assert 0 < everyone.known < sum(map(len, shares.keys.values()))
    assert everyone.reported
    assert everyone.unknown


def test_every_page_and_file_of_a_quarter_shows_the_same_people(world: World) -> None:
    coordinator, shares = world.browser("coordinator@demo.example"), shares_of(world.database)
    compared = 0
    for slug, number in world.rows.ids.items():
        for quarter in world.quarters:
            right = shares.people(organization=number, quarter=quarter)
            assert _facts(coordinator.get(f"/sharing/{quarter}?organization={slug}").text) == right
            address = f"/sharing/reports/{quarter}?organization={slug}&format="
            sheet = coordinator.get(address + "xlsx").data
            assert _sheet(sheet, "People reached") == {quarter_label(quarter): right}
            resources = {entry.resource for entry in shares.entries if entry.organization == number and entry.quarter == quarter}  # fmt: skip
            by_resource = _sheet(sheet, "Resources")
            for resource in resources:
                right_here = shares.people(organization=number, quarter=quarter, resource=resource)
                assert by_resource.pop(str(resource)) == right_here
            assert all(people == People(0, 0, 0) for people in by_resource.values()), "only downloaded"
            if _is_due_at_all(world, slug, quarter) and slug in {"lakeshore", "supply-atlas"}:
                assert _sentences(pdf_words(coordinator.get(address + "pdf").data)) == right
                compared += 1
    assert compared >= 12


def test_a_year_counts_each_person_once(world: World) -> None:
    coordinator, shares = world.browser("coordinator@demo.example"), shares_of(world.database)
    for slug in ("lakeshore", "supply-atlas", "northwoods"):
        for year in sorted({int(quarter[:4]) for quarter in world.quarters}):
            sheet = _sheet(
                coordinator.get(f"/sharing/reports/{year}?organization={slug}&format=xlsx").data, "People reached"
            )
            assert sheet[str(year)] == shares.people_in_year(year, world.rows.ids[slug])


def test_the_alliances_report_counts_each_person_once(world: World) -> None:
    coordinator, shares = world.browser("coordinator@demo.example"), shares_of(world.database)
    everyone = set(world.rows.ids.values()) - {world.rows.ids["amcc"]}
    for quarter in world.quarters:
        words = pdf_words(coordinator.get(f"/board/reports/{quarter}?format=pdf").data)
        assert _sentences(words) == shares.people_of(everyone, quarter)


def test_an_export_says_which_entries_are_one_act_and_gives_their_people(world: World) -> None:
    coordinator, shares = world.browser("coordinator@demo.example"), shares_of(world.database)
    checked = 0
    for quarter in world.quarters:
        by_share: dict[int, set[int]] = defaultdict(set)
        for line in csv_lines(coordinator.get(f"/sharing/{quarter}?organization=lakeshore&format=csv").data):
            if line["Counts"] == "yes" and line["Activity"] == "forward" and line["People reached"]:
                by_share[int(line["Share"])].add(int(line["People reached"]))
        for share, people in by_share.items():
            assert people == {len(shares.keys[share])}
            checked += 1
    assert checked >= 2


def test_a_resources_reach_and_an_audit_packet_have_the_same_people(world: World) -> None:
    coordinator, shares = world.browser("coordinator@demo.example"), shares_of(world.database)
    for resource in sorted({entry.resource for entry in shares.entries}):
        page = coordinator.get(f"/resources/{resource}/reach").text
        assert _facts(page) == shares.people(resource=resource)
        [by_quarter] = tables(page)
        for row in by_quarter[1:]:
            shown = dict(zip(by_quarter[0], row, strict=True))
            right = shares.people(resource=resource, quarter=shown["Quarter"][3:] + shown["Quarter"][:2])
            assert (_number(shown["People reached"]), _number(shown["Said to have reached"])) == (
                right.known,
                right.reported,
            )
    quarter = world.quarters[-2]
    assert coordinator.post(f"/sharing/{quarter}/packet?organization=lakeshore").status_code == 302
    with closing(sqlite3.connect(str(world.database.engine.url.database))) as rows:
        packets = rows.execute(
            "SELECT o.id, p.quarter, p.content FROM audit_packet p JOIN organization o ON o.id = p.organization_id"
        ).fetchall()
    for organization, packed, content in packets:
        with zipfile.ZipFile(io.BytesIO(content)) as packet:
            read_me = packet.read("README.txt").decode()
        right = shares.people(organization=organization, quarter=packed)
        words = read_me.partition("People reached")[2].split("\n")[1].strip().lower()
        known, reported = (f"{right.known:,} p", f"said to have reached about {right.reported:,}")
        assert (known in words) == bool(right.known)
        assert (reported in words) == bool(right.reported)
    assert any(packed == quarter for _, packed, _ in packets)


def test_two_people_of_one_name_at_the_same_time_credit_no_organization(world: World) -> None:
    with closing(sqlite3.connect(str(world.database.engine.url.database))) as rows:
        guests = rows.execute(
            "SELECT g.state, g.organization_id, a.id FROM meeting_participant g LEFT JOIN call_attendance a"
            " ON a.once LIKE 'report ' || g.call_id || ' g' || g.id || ' %' WHERE g.name = 'Jolene Hatcher'"
        ).fetchall()
    assert guests == [("waiting", None, None)] * 2


def test_presentations_have_the_standing_that_the_rows_say(world: World) -> None:
    coordinator, today = world.browser("coordinator@demo.example"), datetime.now(NEW_YORK).date()
    right = presentations_of(world.rows, world.database, today)
    assert {"given", "not_confirmed", "no_show"} <= set(right.values())
    for year in (today.year - 1, today.year):
        address = f"/board?view=commitments&year={year}&format="
        lines = csv_lines(coordinator.get(address + "csv").data)
        assert {line["Organization ID"]: line["Presentation"] for line in lines} == {
            line["Organization ID"]: right[line["Organization ID"], year] for line in lines
        }
        workbook = load_workbook(io.BytesIO(coordinator.get(address + "xlsx").data))
        head, *rows = workbook[str(year)].iter_rows(values_only=True)
        sheet = [dict(zip(head, row, strict=True)) for row in rows]
        assert [row["Presentation"] for row in sheet] == [line["Presentation"] for line in lines]
    for slug in world.rows.ids.keys() - {"amcc"}:
        page = BeautifulSoup(coordinator.get(f"/board/{slug}").text, "lxml")
        shown = page.find("dt", string="Presentation")
        assert shown
        value = shown.find_next_sibling("dd")
        assert value
        assert value.get_text().strip().lower().replace("-", "_").replace(" ", "_") == right[slug, today.year]


def _printed(world: World, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    monkeypatch.setenv("HUB_INSTANCE", str(world.database.config.INSTANCE))
    monkeypatch.setenv("HUB_UPLOADS", str(world.database.config.UPLOADS))
    printed = CliRunner().invoke(main, ["sharing", world.quarters[-1], "--format", "json"])
    assert printed.exit_code == 0, printed.output
    lines: list[dict[str, object]] = json.loads(printed.output)
    return lines


def _shared_link(sender: FlaskClient, world: World) -> str:
    with closing(sqlite3.connect(str(world.database.engine.url.database))) as rows:
        [resource] = rows.execute("SELECT min(id) FROM resource WHERE audience = 'public'").fetchone()
        assert sender.post(f"/resources/{resource}/forward", data={"days": "30"}).status_code == 302
        [token] = rows.execute("SELECT token FROM share_link ORDER BY id DESC LIMIT 1").fetchone()
    return f"/s/{token}"


def test_a_colleagues_click_changes_no_figure_and_one_from_outside_changes_them_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa, coordinator = world.browser("representative@demo.example"), world.browser("coordinator@demo.example")
    colleague = world.browser("contributor@demo.example")
    quarter, number = world.quarters[-1], world.rows.ids["lakeshore"]
    address, before = _shared_link(rosa, world), _printed(world, monkeypatch)
    people = shares_of(world.database).people(organization=number, quarter=quarter)
    for browser in (rosa, colleague):
        assert browser.post(f"{address}/show").status_code == 303
    assert colleague.post("/sign-out").status_code == 302
    assert colleague.post(f"{address}/show").status_code == 303
    assert _printed(world, monkeypatch) == before
    assert shares_of(world.database).people(organization=number, quarter=quarter) == people
    outside = world.app.test_client()
    assert outside.post(f"{address}/show", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 303
    [was] = [line for line in before if line["organization"] == "lakeshore"]
    [now] = [line for line in _printed(world, monkeypatch) if line["organization"] == "lakeshore"]
    assert now["forwards"] == int(str(was["forwards"])) + 1
    right = shares_of(world.database).people(organization=number, quarter=quarter)
    assert right.known == people.known + 1
    assert _facts(coordinator.get(f"/sharing/{quarter}?organization=lakeshore").text) == right

"""The details of each uploaded file, entered in the form or suggested by the file."""

import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.library.derive import page_texts
from hub.library.models import Resource
from hub.library.rules import Kind
from tests.library import documents
from tests.library.uploads.sender import Sender


def test_details_of_a_file_apply_only_to_that_file(ana: Sender, database: Database) -> None:
    first, second = ana.whole("one.txt"), ana.whole("two deck.txt", b"other words")
    fields = {
        f"{first['prefix']}-title": "A plan",
        f"{first['prefix']}-kind": "briefing",
        f"{first['prefix']}-published_on": "2025-02-03",
        f"{second['prefix']}-title": "",
        f"{second['prefix']}-kind": "",
        f"{second['prefix']}-published_on": "",
    }
    answer = ana.add(first["handle"], second["handle"], summary="Both of them", tags="CMMC", **fields)
    assert answer.request.path == "/resources/added"
    assert "A plan" in answer.text
    assert "Processing…" in answer.text
    assert "Refresh" in answer.text
    with database.reading() as db:
        resources = db.scalars(select(Resource).order_by(Resource.id)).all()
    assert [(resource.title, resource.kind, resource.summary) for resource in resources] == [
        ("A plan", Kind.BRIEFING, "Both of them"),
        ("two deck", Kind.PRESENTATION, "Both of them"),
    ]
    assert resources[0].published_on == date(2025, 2, 3)
    assert [resource.title_is_proposed for resource in resources] == [False, True]
    page_texts.catch_up(database)
    again = ana.browser.get(f"/resources/added?ids={resources[0].id},{resources[1].id}")
    assert "1 section, searchable" in again.text
    assert "Refresh" not in again.text


def test_a_title_from_the_file_name_is_replaced_by_the_documents_own(ana: Sender, database: Database) -> None:
    kept = ana.whole("notes_of_today.md", b"# Sites for factories\n\nText.")
    ana.add(kept["handle"], **{f"{kept['prefix']}-title": kept["title"]})
    page_texts.catch_up(database)
    with database.reading() as db:
        assert db.scalar(select(Resource.title)) == "Sites for factories"


def test_an_invalid_detail_of_one_file_keeps_everything_that_was_typed(ana: Sender, database: Database) -> None:
    kept = ana.whole()
    fields = {f"{kept['prefix']}-title": "Typed with care", f"{kept['prefix']}-published_on": "yesterday"}
    answer = ana.add(kept["handle"], summary="Mine", **fields)
    assert answer.status_code == 422
    assert "correct the details below" in answer.text
    assert "Typed with care" in answer.text
    assert "Mine" in answer.text
    with database.reading() as db:
        assert db.scalar(select(Resource.id)) is None


def test_the_page_of_added_resources_shows_only_readable_ones(ana: Sender, bo: Sender) -> None:
    kept = [ana.whole(f"{name}.txt", name.encode()) for name in ("first", "second")]
    address = ana.add(*(upload["handle"] for upload in kept), audience="organization").request.full_path
    assert "first" in ana.browser.get(address).text
    foreign = bo.browser.get(address)
    assert foreign.status_code == 200
    assert "first" not in foreign.text
    for odd in ("", "x,-1,1.5", "9" * 5000, "٣", "1," * 600):
        assert ana.browser.get("/resources/added", query_string={"ids": odd}).status_code == 200


def test_a_documents_own_title_and_date_are_suggested(ana: Sender, tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "x.pdf", "Words of a page", title="Sites for semiconductor plants")
    kept = ana.whole("scan_0001.pdf", path.read_bytes())
    own = ana.ask("POST", f"{kept['upload']}/look").get_json()
    assert own["title"] == "Sites for semiconductor plants"
    assert re.fullmatch(r"(\d{4}-\d\d-\d\d)?", own["published_on"])


@pytest.mark.parametrize(("days", "suggested"), [(-1, True), (0, True), (1, False), (400, False)])
def test_a_date_in_the_future_is_not_suggested(ana: Sender, database: Database, days: int, suggested: bool) -> None:
    day = clock.today(database.config.zone) + timedelta(days=days)
    mail = f"From: a@b.example\r\nSubject: Update\r\nDate: {day:%d %b %Y} 12:00:00 -0500\r\n\r\nHello.\r\n"
    kept = ana.whole("update.eml", mail.encode())
    own = ana.ask("POST", f"{kept['upload']}/look").get_json()
    assert own == {"title": "Update", "published_on": day.isoformat() if suggested else ""}


def test_a_damaged_document_suggests_nothing(ana: Sender) -> None:
    kept = ana.whole("broken.pdf", b"%PDF-1.7\ngarbage")
    assert ana.ask("POST", f"{kept['upload']}/look").get_json() == {"title": "", "published_on": ""}


def test_without_scripts_the_kind_is_suggested_by_each_file(ana: Sender, database: Database) -> None:
    uploads = [
        (io.BytesIO(b"a"), "Minutes of May.txt"),
        (io.BytesIO(b"b"), "AMCC update.txt"),
        (io.BytesIO(b"c"), "c.txt"),
    ]
    data = {"kind": "proposed", "audience": "network", "files": uploads}
    assert ana.browser.post("/resources/new", data=data).status_code == 302
    with database.reading() as db:
        kinds = list(db.scalars(select(Resource.kind).order_by(Resource.id)))
    assert kinds == [Kind.CALL_NOTES, Kind.BRIEFING, Kind.RESOURCE]

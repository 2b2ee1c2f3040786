"""What the form says of each file that was sent, and what the files propose themselves."""

import io
import re
from datetime import date
from pathlib import Path

from sqlalchemy import select

from hub.core.db import Database
from hub.library.derive import page_texts
from hub.library.models import Resource
from hub.library.rules import Kind
from tests.library import documents
from tests.library.uploads.sender import Sender


def test_what_each_file_is_said_to_be_holds_for_it_alone(ours: Sender, database: Database) -> None:
    one, two = ours.whole("one.txt"), ours.whole("two deck.txt", b"other words")
    fields = {
        f"{one['prefix']}-title": "A plan",
        f"{one['prefix']}-kind": "briefing",
        f"{one['prefix']}-published_on": "2025-02-03",
        f"{two['prefix']}-title": "",
        f"{two['prefix']}-kind": "",
        f"{two['prefix']}-published_on": "",
    }
    answer = ours.add(one["handle"], two["handle"], summary="Both of them", tags="CMMC", **fields)
    assert answer.request.path == "/resources/added"
    assert "A plan" in answer.text
    assert "Processing…" in answer.text
    assert "Refresh" in answer.text
    with database.reading() as db:
        found = db.scalars(select(Resource).order_by(Resource.id)).all()
    assert [(one.title, one.kind, one.summary) for one in found] == [
        ("A plan", Kind.BRIEFING, "Both of them"),
        ("two deck", Kind.PRESENTATION, "Both of them"),
    ]
    assert found[0].published_on == date(2025, 2, 3)
    assert [one.title_is_proposed for one in found] == [False, True]
    page_texts.catch_up(database)
    again = ours.browser.get(f"/resources/added?ids={found[0].id},{found[1].id}")
    assert "1 section, searchable" in again.text
    assert "Refresh" not in again.text


def test_a_title_left_as_the_file_name_proposed_it_gives_way_to_the_documents_own(
    ours: Sender, database: Database
) -> None:
    kept = ours.whole("notes_of_today.md", b"# Sites for factories\n\nText.")
    ours.add(kept["handle"], **{f"{kept['prefix']}-title": kept["title"]})
    page_texts.catch_up(database)
    with database.reading() as db:
        assert db.scalar(select(Resource.title)) == "Sites for factories"


def test_a_wrong_fact_of_one_file_comes_back_with_all_that_was_typed(ours: Sender, database: Database) -> None:
    kept = ours.whole()
    fields = {f"{kept['prefix']}-title": "Typed with care", f"{kept['prefix']}-published_on": "yesterday"}
    answer = ours.add(kept["handle"], summary="Mine", **fields)
    assert answer.status_code == 422
    assert "correct the details below" in answer.text
    assert "Typed with care" in answer.text
    assert "Mine" in answer.text
    with database.reading() as db:
        assert db.scalar(select(Resource.id)) is None


def test_the_page_of_a_batch_shows_only_what_the_person_finds(ours: Sender, theirs: Sender) -> None:
    kept = [ours.whole(f"{name}.txt", name.encode()) for name in ("first", "second")]
    address = ours.add(*(one["handle"] for one in kept), audience="organization").request.full_path
    assert "first" in ours.browser.get(address).text
    foreign = theirs.browser.get(address)
    assert foreign.status_code == 200
    assert "first" not in foreign.text
    for odd in ("", "x,-1,1.5", "9" * 5000, "٣", "1," * 600):
        assert ours.browser.get("/resources/added", query_string={"ids": odd}).status_code == 200


def test_the_own_title_and_date_of_a_document_are_proposed(ours: Sender, tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "x.pdf", "Words of a page", title="Sites for semiconductor plants")
    kept = ours.whole("scan_0001.pdf", path.read_bytes())
    own = ours.ask("POST", f"{kept['upload']}/look").get_json()
    assert own["title"] == "Sites for semiconductor plants"
    assert re.fullmatch(r"(\d{4}-\d\d-\d\d)?", own["published_on"])


def test_a_broken_document_proposes_nothing_and_breaks_nothing(ours: Sender) -> None:
    kept = ours.whole("broken.pdf", b"%PDF-1.7\ngarbage")
    assert ours.ask("POST", f"{kept['upload']}/look").get_json() == {"title": "", "published_on": ""}


def test_without_scripts_the_form_tells_the_kind_from_each_file(ours: Sender, database: Database) -> None:
    uploads = [
        (io.BytesIO(b"a"), "Minutes of May.txt"),
        (io.BytesIO(b"b"), "AMCC update.txt"),
        (io.BytesIO(b"c"), "c.txt"),
    ]
    data = {"kind": "proposed", "audience": "network", "files": uploads}
    assert ours.browser.post("/resources/new", data=data).status_code == 302
    with database.reading() as db:
        kinds = list(db.scalars(select(Resource.kind).order_by(Resource.id)))
    assert kinds == [Kind.CALL_NOTES, Kind.BRIEFING, Kind.RESOURCE]

"""Resumable uploads as a browser or a program sends them, and what the form makes of them."""

import base64
import hashlib
import io
import itertools
import os
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import Config
from hub.app import create_app
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import NotFound
from hub.library.derive import page_texts
from hub.library.extract.formats import FORMATS
from hub.library.files import originals, parts
from hub.library.models import Resource
from hub.library.rules import Kind, date_from, kind_from
from hub.members.rules.organizations import Role
from tests.conftest import Browser
from tests.library import documents
from tests.world import PASSWORD, SignIn, a_person, an_organization

OURS, THEIRS = "ana@lakeshore.example", "bo@rivers.example"
TEXT = b"Apprenticeships in machining.\n" * 1000


@pytest.fixture
def people(database: Database) -> None:
    """Somebody of two members."""
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), Role.CONTRIBUTOR, OURS)
        a_person(db, an_organization(db, "Three Rivers"), Role.REPRESENTATIVE, THEIRS)


class Sender:
    """A program that speaks tus, with somebody's session."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser
        page = browser.get("/resources/new")
        token = BeautifulSoup(page.text, "lxml").find("input", attrs={"name": "csrf_token"})
        assert token is not None
        self.headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": str(token["value"])}

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.open(address, method=method, data=body, headers=self.headers | named)

    def begin(self, name: str = "plan.txt", length: int = len(TEXT), **more: str) -> TestResponse:
        told = {"filename": name} | more
        metadata = ",".join(f"{word} {base64.b64encode(value.encode()).decode()}" for word, value in told.items())
        return self.ask("POST", "/uploads", Upload_Length=str(length), Upload_Metadata=metadata)

    def patch(self, address: str, offset: int | str, body: bytes, **headers: str) -> TestResponse:
        kind = {"Content_Type": "application/offset+octet-stream"} | headers
        return self.ask("PATCH", address, body, Upload_Offset=str(offset), **kind)

    def offset(self, address: str) -> int:
        answer = self.ask("HEAD", address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])

    def whole(self, name: str = "plan.txt", content: bytes = TEXT) -> dict[str, Any]:
        address = self.begin(name, len(content)).headers["Location"]
        assert self.patch(address, 0, content).status_code == 204
        kept = self.ask("POST", f"{address}/keep")
        assert kept.status_code == 200
        return dict(kept.get_json()) | {"upload": address}

    def add(self, *handles: str, **fields: object) -> TestResponse:
        form = {"kind": "proposed", "audience": "network", "kept": list(handles)} | fields
        return self.browser.post("/resources/new", data=form, follow_redirects=True)


@pytest.fixture
def ours(sign_in: SignIn, people: None) -> Sender:
    return Sender(sign_in(OURS))


@pytest.fixture
def theirs(sign_in: SignIn, people: None) -> Sender:
    return Sender(sign_in(THEIRS))


def _parts(config: Config) -> list[Path]:
    return [path for path in (config.UPLOADS / "files" / "parts").rglob("*") if path.is_file()]


@pytest.mark.both_databases
def test_a_file_sent_in_pieces_arrives_whole_and_is_added_by_the_same_form(ours: Sender, database: Database) -> None:
    begun = ours.begin("Call notes 2026-03-02.txt")
    assert begun.status_code == 201
    address = begun.headers["Location"]
    assert "Upload-Expires" in begun.headers
    for start in range(0, len(TEXT), 10_000):
        assert ours.offset(address) == start
        piece = TEXT[start : start + 10_000]
        answer = ours.patch(address, start, piece)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(start + len(piece)))
    kept = ours.ask("POST", f"{address}/keep").get_json()
    assert kept["kind"] == "call-notes"
    assert kept["title"] == "Call notes 2026-03-02"
    assert kept["published_on"] == "2026-03-02"
    assert kept["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert kept["duplicate"] is None
    added = ours.add(kept["handle"])
    assert added.status_code == 200
    with database.reading() as db:
        resource = db.scalars(select(Resource)).one()
    assert originals.path_of(database.config, kept["sha256"]).read_bytes() == TEXT
    assert (resource.kind, resource.published_on) == (Kind.CALL_NOTES, date(2026, 3, 2))


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
    assert "Reading…" in answer.text
    assert "Look again" in answer.text
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
    assert "1 section found, searchable" in again.text
    assert "Look again" not in again.text


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
    assert "look at what is said of it" in answer.text
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


@pytest.mark.parametrize(
    ("name", "length", "status", "words"),
    [
        ("virus.exe", 10, 415, "kind that the hub doesn't take"),
        ("", 10, 415, "kind that the hub doesn't take"),
        ("plan", 10, 415, "kind that the hub doesn't take"),
        ("../../etc/passwd", 10, 415, "kind that the hub doesn't take"),
        ("plan.pdf", 500_000_001, 413, "up to 500 MB"),
        ("plan.pdf", 10**14, 413, "up to 500 MB"),
        ("plan.pdf", 0, 422, "is empty"),
    ],
)
def test_what_the_hub_does_not_take_is_refused_before_a_byte_is_sent(
    ours: Sender, config: Config, name: str, length: int, status: int, words: str
) -> None:
    answer = ours.begin(name, length)
    assert answer.status_code == status
    assert words in answer.get_json()["error"]
    assert _parts(config) == []


@pytest.mark.parametrize("length", ["-1", "1e3", "", "ten", "0x10", "9" * 40, "1.5", "٣"])
def test_a_length_that_is_no_number_of_bytes_is_refused(ours: Sender, config: Config, length: str) -> None:
    metadata = "filename " + base64.b64encode(b"plan.txt").decode()
    answer = ours.browser.post(
        "/uploads",
        headers=ours.headers | {"Upload-Length": length.encode().decode("latin-1"), "Upload-Metadata": metadata},
    )
    assert answer.status_code == 400
    assert _parts(config) == []


@pytest.mark.parametrize(
    "metadata", ["filename ???", "filename /w==", "filename", ",,,", "filename cGxhbi50eHQ=,sha256 eA=="]
)
def test_metadata_that_make_no_sense_are_refused(ours: Sender, metadata: str) -> None:
    answer = ours.ask("POST", "/uploads", Upload_Length="10", Upload_Metadata=metadata)
    assert answer.status_code in {400, 415}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("../../../etc/cron.d/plan.txt", "plan.txt"),
        ("C:\\Users\\ana\\plan.txt", "plan.txt"),
        ("/etc/passwd\x00.txt", "passwd.txt"),
        ("plan\n.txt", "plan .txt"),
        ("<script>alert(1)</script>.txt", "script>.txt"),
        ("Ω 👩‍🏭 \u202egpj.txt", "Ω 👩‍🏭 \u202egpj.txt"),
        ("x" * 1000 + ".txt", "x" * 251 + ".txt"),
        ("'; drop table resource;--.txt", "'; drop table resource;--.txt"),
    ],
)
def test_whatever_a_file_is_called_it_lies_where_the_hub_wants_it(
    ours: Sender, config: Config, told: str, kept: str
) -> None:
    answer = ours.whole(told, b"words")
    assert answer["name"] == kept
    folder = config.UPLOADS / "files"
    assert {path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"} == {answer["sha256"]}
    page = BeautifulSoup(ours.add(answer["handle"]).text, "lxml")
    assert all(not script.get_text().strip() for script in page.find_all("script"))
    assert kept in page.get_text()


@pytest.mark.parametrize("upload_id", ["x", "0" * 32, "..%2f..%2fsecret-key", "A" * 32, "0" * 32 + ".json"])
def test_an_upload_that_is_not_there_is_404(ours: Sender, upload_id: str) -> None:
    for method in ("HEAD", "PATCH", "DELETE"):
        answer = ours.ask(method, f"/uploads/{upload_id}", Upload_Offset="0")
        assert answer.status_code == 404, method
    assert ours.ask("POST", f"/uploads/{upload_id}/keep").status_code in {404, 405}


def test_the_upload_of_somebody_else_is_404_for_every_part(ours: Sender, theirs: Sender) -> None:
    address = ours.begin().headers["Location"]
    assert theirs.ask("HEAD", address).status_code == 404
    assert theirs.patch(address, 0, b"x").status_code == 404
    assert theirs.ask("DELETE", address).status_code == 404
    assert theirs.ask("POST", f"{address}/keep").status_code == 404
    assert theirs.ask("POST", f"{address}/look").status_code == 404
    assert ours.offset(address) == 0


def test_a_note_of_a_file_is_worth_nothing_to_somebody_else(ours: Sender, theirs: Sender, database: Database) -> None:
    handle = ours.whole()["handle"]
    assert theirs.add(handle).status_code == 422
    with database.reading() as db:
        assert db.scalar(select(Resource.id)) is None


def test_a_visitor_uploads_nothing(client: FlaskClient, ours: Sender, config: Config) -> None:
    address = ours.begin().headers["Location"]
    for method, path in (("POST", "/uploads"), ("PATCH", address), ("HEAD", address), ("DELETE", address)):
        answer = client.open(path, method=method, headers=ours.headers, data=b"x")
        assert answer.status_code in {302, 400}, (method, path)
    assert ours.offset(address) == 0


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_without_the_pages_token_nothing_is_taken(ours: Sender, method: str) -> None:
    address = ours.begin().headers["Location"]
    ours.browser.sends_csrf = False  # type: ignore[attr-defined]
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    path = "/uploads" if method == "POST" else address
    assert ours.browser.open(path, method=method, data=b"x", headers=headers).status_code == 400
    assert ours.offset(address) == 0


def test_a_program_of_another_version_is_told_which_one_is_spoken(ours: Sender) -> None:
    address = ours.begin().headers["Location"]
    for version in ("0.2.2", ""):
        answer = ours.ask("HEAD", address, Tus_Resumable=version)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    able = ours.ask("OPTIONS", "/uploads")
    assert able.status_code == 204
    assert able.headers["Tus-Extension"] == "creation,termination,expiration"
    assert able.headers["Tus-Max-Size"] == "500000000"


@pytest.mark.parametrize(
    ("offset", "body", "headers", "status"),
    [
        (5, b"x", {}, 409),
        (0, b"x", {}, 409),
        ("-1", b"x", {}, 400),
        ("ten", b"x", {}, 400),
        (3, b"x" * 8, {}, 413),
        (3, b"x", {"Content_Type": "text/plain"}, 415),
        (3, b"", {}, 411),
    ],
)
def test_bytes_that_do_not_fit_on_are_refused_and_change_nothing(
    ours: Sender, offset: int | str, body: bytes, headers: dict[str, str], status: int
) -> None:
    address = ours.begin(length=10).headers["Location"]
    assert ours.patch(address, 0, b"abc").status_code == 204
    assert ours.patch(address, offset, body, **headers).status_code == status
    assert ours.offset(address) == 3


def test_an_upload_that_is_not_whole_cannot_be_kept(ours: Sender) -> None:
    address = ours.begin(length=10).headers["Location"]
    ours.patch(address, 0, b"abc")
    assert ours.ask("POST", f"{address}/keep").status_code == 409
    assert ours.ask("POST", f"{address}/look").status_code == 409


@pytest.mark.both_databases
def test_asking_again_after_a_lost_answer_gives_the_same(ours: Sender) -> None:
    kept = ours.whole()
    address = kept.pop("upload")
    assert ours.offset(address) == len(TEXT)
    assert ours.ask("POST", f"{address}/keep").get_json() == kept


def test_a_file_that_did_not_arrive_as_it_was_sent_is_refused(ours: Sender, config: Config) -> None:
    address = ours.begin(length=5, sha256=hashlib.sha256(b"right").hexdigest()).headers["Location"]
    ours.patch(address, 0, b"wrong")
    answer = ours.ask("POST", f"{address}/keep")
    assert answer.status_code == 422
    assert "didn't arrive as it was sent" in answer.get_json()["error"]
    assert _parts(config) == []
    assert list(originals.all_stored(config)) == []


def test_removing_an_upload_leaves_nothing(ours: Sender, config: Config) -> None:
    address = ours.begin().headers["Location"]
    ours.patch(address, 0, TEXT[:100])
    assert ours.ask("DELETE", address).status_code == 204
    assert ours.ask("HEAD", address).status_code == 404
    assert ours.patch(address, 100, TEXT[100:]).status_code == 404
    assert _parts(config) == []


def test_removing_a_kept_upload_leaves_the_file_that_its_note_names(ours: Sender) -> None:
    kept = ours.whole()
    assert ours.ask("DELETE", kept["upload"]).status_code == 204
    assert ours.add(kept["handle"]).status_code == 200


def test_what_arrived_before_the_connection_was_lost_is_kept(ours: Sender, database: Database) -> None:
    address = ours.begin().headers["Location"]

    class Torn(io.BytesIO):
        """Promises all, and ends after 12,345 bytes."""

        def readinto(self, buffer: Any) -> int:
            piece = self.read(min(len(buffer), 4_096, 12_345 - self.tell()))
            buffer[: len(piece)] = piece
            return len(piece)

    headers = ours.headers | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    lost = ours.browser.open(address, method="PATCH", headers=headers, input_stream=Torn(TEXT))
    assert lost.status_code == 400
    there = ours.offset(address)
    assert there == 12_345
    assert ours.patch(address, there, TEXT[there:]).status_code == 204
    assert ours.ask("POST", f"{address}/keep").get_json()["sha256"] == hashlib.sha256(TEXT).hexdigest()


def test_of_two_senders_at_once_one_goes_on_and_the_bytes_stay_whole(config: Config) -> None:
    part = parts.begin(config, 1, "plan.txt", 4_000)
    both_began = threading.Barrier(2)
    won: list[bool] = []

    def pieces(byte: bytes) -> Iterator[bytes]:
        both_began.wait(10)
        for _ in range(20):
            yield byte * 200

    def send(byte: bytes) -> None:
        try:
            parts.append(part, 0, pieces(byte))
            won.append(True)
        except parts.WrongOffset:
            won.append(False)

    threads = [threading.Thread(target=send, args=(byte,)) for byte in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(won) in ([False, True], [False, False])
    content = part.path.read_bytes()
    assert len(content) % 200 == 0
    if True in won:
        assert content in (b"a" * 4_000, b"b" * 4_000)


def test_a_sender_that_hangs_keeps_nobody_waiting(config: Config) -> None:
    part = parts.begin(config, 1, "plan.txt", 8)

    def hanging() -> Iterator[bytes]:
        yield b"old"
        assert parts.append(part, 3, [b" new", b"!"]) == 8  # the same person again, on a new connection
        yield b"late"

    with pytest.raises(parts.WrongOffset):
        parts.append(part, 0, hanging())
    assert part.path.read_bytes() == b"old new!"


def test_an_upload_that_is_removed_while_bytes_come_is_gone(config: Config) -> None:
    part = parts.begin(config, 1, "plan.txt", 8)

    def pieces() -> Iterator[bytes]:
        yield b"1234"
        parts.forget(part)
        yield b"5678"

    with pytest.raises(NotFound):
        parts.append(part, 0, pieces())
    assert _parts(config) == []


def test_parts_that_nobody_goes_on_with_expire_after_a_day(
    ours: Sender, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = database.config
    stale, slow = ours.begin().headers["Location"], ours.begin().headers["Location"]
    kept = ours.whole("kept.txt", b"kept")["upload"]
    old = clock.now().timestamp() - 2 * 86_400
    for path in _parts(config):
        if path.name != slow.rsplit("/", 1)[1]:  # its first byte came long ago, its last just now
            os.utime(path, (old, old))
    page_texts.sweep_orphans(database)
    assert ours.ask("HEAD", stale).status_code == 404
    assert ours.ask("HEAD", kept).status_code == 404
    assert ours.ask("HEAD", slow).status_code == 200
    assert len(_parts(config)) == 2


def test_a_kept_file_that_was_swept_must_be_sent_again(ours: Sender, config: Config) -> None:
    kept = ours.whole()
    originals.path_of(config, kept["sha256"]).unlink()
    assert ours.ask("POST", f"{kept['upload']}/keep").status_code == 404
    answer = ours.add(kept["handle"])
    assert answer.status_code == 422
    assert "no longer stored" in answer.text


def test_a_disk_without_room_is_said_before_a_byte_is_sent(ours: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=100_000_050)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert ours.begin(length=50).status_code == 201
    answer = ours.begin(length=51)
    assert answer.status_code == 507
    assert "no room" in answer.get_json()["error"]


def test_nobody_fills_the_disk_with_uploads_that_never_end(ours: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_UNDER_WAY", 3)
    begun = [ours.begin() for _ in range(4)]
    assert [answer.status_code for answer in begun] == [201, 201, 201, 429]
    ours.ask("DELETE", begun[0].headers["Location"])
    assert ours.begin().status_code == 201


@pytest.mark.both_databases
def test_a_duplicate_is_named_before_the_bytes_are_sent(ours: Sender, theirs: Sender) -> None:
    kept = ours.whole()
    ours.add(kept["handle"], **{f"{kept['prefix']}-title": "The toolkit"})
    for sender in (ours, theirs):
        known = sender.ask("POST", "/uploads/known", f"sha256={kept['sha256']}".encode(), Content_Type="application/x-www-form-urlencoded")  # fmt: skip
        assert known.get_json()["duplicate"]["title"] == "The toolkit"
        assert known.get_json()["duplicate"]["organization"] == "Lakeshore Forge"
    assert theirs.whole()["duplicate"]["address"].startswith("/resources/")


def test_a_duplicate_that_the_person_may_not_read_is_not_given_away(ours: Sender, theirs: Sender) -> None:
    kept = ours.whole()
    ours.add(kept["handle"], audience="organization")
    known = theirs.ask("POST", "/uploads/known", f"sha256={kept['sha256']}".encode(), Content_Type="application/x-www-form-urlencoded")  # fmt: skip
    assert known.get_json() == {"duplicate": None}
    assert theirs.whole()["duplicate"] is None


@pytest.mark.parametrize("sha256", ["", "x", "A" * 64, "0" * 63, "0" * 64 + "\n", "../" * 20])
def test_only_a_hash_is_looked_up(ours: Sender, sha256: str) -> None:
    answer = ours.browser.post("/uploads/known", data={"sha256": sha256}, headers=ours.headers)
    assert answer.status_code == 422


def test_the_limit_of_the_settings_holds(config: Config, people: None) -> None:
    database = Database(replace(config, MAX_UPLOAD_MB=1))
    app: Flask = create_app(database.config, database)
    app.test_client_class = Browser
    browser = app.test_client()
    browser.post("/sign-in", data={"email": OURS, "password": PASSWORD})
    sender = Sender(browser)
    assert sender.begin(length=1_000_001).status_code == 413
    assert sender.whole("large.txt", b"x" * 1_000_000)["size"] == 1_000_000
    database.close()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Call notes 2026-03-02.docx", Kind.CALL_NOTES),
        ("minutes.md", Kind.CALL_NOTES),
        ("Monday call notes.pptx", Kind.CALL_NOTES),
        ("CMMC_grant-deck v2.pdf", Kind.PRESENTATION),
        ("Policy briefing.pptx", Kind.PRESENTATION),
        ("policy-briefing.pdf", Kind.BRIEFING),
        ("AMCC Update 14.txt", Kind.BRIEFING),
        ("anything.eml", Kind.BRIEFING),
        ("updated plan.docx", Kind.RESOURCE),
        ("site selection.pdf", Kind.RESOURCE),
        ("decker.pdf", Kind.RESOURCE),
    ],
)
def test_name_and_format_propose_the_kind(name: str, kind: Kind) -> None:
    assert kind_from(name) is kind


@given(st.text(), st.sampled_from(["", *FORMATS]))
def test_any_name_proposes_some_kind_and_no_day_to_come(stem: str, extension: str) -> None:
    assert kind_from(f"{stem}.{extension}") in Kind
    day = date_from(stem, date(2026, 11, 23))
    assert day is None or day <= date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Call 2026-11-16.md", date(2026, 11, 16)),
        ("20261116_notes.pdf", date(2026, 11, 16)),
        ("2026.02.30.pdf", None),
        ("A-1312/B 2026.pdf", None),
        ("2099-01-01.pdf", None),
    ],
)
def test_a_day_in_the_name_is_the_day_of_the_document(name: str, day: date | None) -> None:
    assert date_from(name, date(2026, 11, 23)) == day


@settings(max_examples=40, deadline=None)  # each waits for the disk
@given(st.binary(min_size=1, max_size=2_000), st.lists(st.integers(0, 2_000), max_size=6))
def test_however_a_file_is_cut_into_pieces_it_arrives_whole(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    config = Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", SECRET_KEY="a key for the tests alone")
    part = parts.begin(config, 7, "plan.txt", len(content))
    borders = [0, *sorted({cut for cut in cuts if cut < len(content)} - {0}), len(content)]
    for start, end in itertools.pairwise(borders):
        assert parts.append(parts.find(config, 7, part.id), start, [content[start:end]]) == end
    stored = parts.keep(config, parts.find(config, 7, part.id))
    assert originals.path_of(config, stored.sha256).read_bytes() == content
    assert parts.keep(config, parts.find(config, 7, part.id)) == stored

"""Files sent in pieces: they arrive whole, are stored once, and are gone when removed."""

import hashlib
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from config import Config
from hub.app import create_app
from hub.core.db import Database
from hub.library.files import originals
from hub.library.models import Resource
from hub.library.rules import Kind
from tests.client import Browser
from tests.library.uploads.sender import ANA, TEXT, Sender, parts_in
from tests.world import PASSWORD


@pytest.mark.both_databases
def test_a_file_sent_in_pieces_arrives_whole_and_is_added_by_the_same_form(ana: Sender, database: Database) -> None:
    begun = ana.begin("Call notes 2026-03-02.txt")
    assert begun.status_code == 201
    address = begun.headers["Location"]
    assert "Upload-Expires" in begun.headers
    for start in range(0, len(TEXT), 10_000):
        assert ana.offset(address) == start
        piece = TEXT[start : start + 10_000]
        answer = ana.patch(address, start, piece)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(start + len(piece)))
    kept = ana.ask("POST", f"{address}/keep").get_json()
    assert kept["kind"] == "call-notes"
    assert kept["title"] == "Call notes 2026-03-02"
    assert kept["published_on"] == "2026-03-02"
    assert kept["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert kept["duplicate"] is None
    added = ana.add(kept["handle"])
    assert added.status_code == 200
    with database.reading() as db:
        resource = db.scalars(select(Resource)).one()
    assert originals.path_of(database.config, kept["sha256"]).read_bytes() == TEXT
    assert (resource.kind, resource.published_on) == (Kind.CALL_NOTES, date(2026, 3, 2))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/cron.d/plan.txt", "plan.txt"),
        ("C:\\Users\\ana\\plan.txt", "plan.txt"),
        ("/etc/passwd\x00.txt", "passwd.txt"),
        ("plan\n.txt", "plan .txt"),
        ("<script>alert(1)</script>.txt", "script>.txt"),
        ("Ω 👩‍🏭 \u202egpj.txt", "Ω 👩‍🏭 gpj.txt"),
        ("x" * 1000 + ".txt", "x" * 251 + ".txt"),
        ("'; drop table resource;--.txt", "'; drop table resource;--.txt"),
    ],
)
def test_a_files_name_never_decides_where_it_is_stored(ana: Sender, config: Config, sent: str, kept: str) -> None:
    answer = ana.whole(sent, b"words")
    assert answer["name"] == kept
    folder = config.UPLOADS / "files"
    assert {path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"} == {answer["sha256"]}
    page = BeautifulSoup(ana.add(answer["handle"]).text, "lxml")
    assert all(not script.get_text().strip() for script in page.find_all("script"))
    assert kept in page.get_text()


@pytest.mark.both_databases
def test_repeating_a_request_after_a_lost_answer_gives_the_same_answer(ana: Sender) -> None:
    kept = ana.whole()
    address = kept.pop("upload")
    assert ana.offset(address) == len(TEXT)
    assert ana.ask("POST", f"{address}/keep").get_json() == kept


def test_removing_an_upload_leaves_nothing(ana: Sender, config: Config) -> None:
    address = ana.begin().headers["Location"]
    ana.patch(address, 0, TEXT[:100])
    assert ana.ask("DELETE", address).status_code == 204
    assert ana.ask("HEAD", address).status_code == 404
    assert ana.patch(address, 100, TEXT[100:]).status_code == 404
    assert parts_in(config) == []


def test_removing_a_kept_upload_keeps_the_file_of_its_handle(ana: Sender) -> None:
    kept = ana.whole()
    assert ana.ask("DELETE", kept["upload"]).status_code == 204
    assert ana.add(kept["handle"]).status_code == 200


def test_bytes_that_arrived_before_the_connection_was_lost_are_kept(ana: Sender, database: Database) -> None:
    address = ana.begin().headers["Location"]

    class Torn(io.BytesIO):
        """A stream that ends early, after 12,345 bytes."""

        def readinto(self, buffer: Any) -> int:
            piece = self.read(min(len(buffer), 4_096, 12_345 - self.tell()))
            buffer[: len(piece)] = piece
            return len(piece)

    headers = ana.headers | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    lost = ana.browser.open(address, method="PATCH", headers=headers, input_stream=Torn(TEXT))
    assert lost.status_code == 400
    offset = ana.offset(address)
    assert offset == 12_345
    assert ana.patch(address, offset, TEXT[offset:]).status_code == 204
    assert ana.ask("POST", f"{address}/keep").get_json()["sha256"] == hashlib.sha256(TEXT).hexdigest()


def test_a_kept_file_that_was_swept_must_be_sent_again(ana: Sender, config: Config) -> None:
    kept = ana.whole()
    originals.path_of(config, kept["sha256"]).unlink()
    assert ana.ask("POST", f"{kept['upload']}/keep").status_code == 404
    answer = ana.add(kept["handle"])
    assert answer.status_code == 422
    assert "no longer stored" in answer.text


@pytest.mark.both_databases
def test_a_duplicate_is_reported_before_the_bytes_are_sent(ana: Sender, bo: Sender) -> None:
    kept = ana.whole()
    ana.add(kept["handle"], **{f"{kept['prefix']}-title": "The toolkit"})
    for sender in (ana, bo):
        known = sender.ask("POST", "/uploads/known", f"sha256={kept['sha256']}".encode(), Content_Type="application/x-www-form-urlencoded")  # fmt: skip
        assert known.get_json()["duplicate"]["title"] == "The toolkit"
        assert known.get_json()["duplicate"]["organization"] == "Lakeshore Forge"
    assert bo.whole()["duplicate"]["address"].startswith("/resources/")


def test_a_duplicate_that_the_person_may_not_read_is_not_revealed(ana: Sender, bo: Sender) -> None:
    kept = ana.whole()
    ana.add(kept["handle"], audience="organization")
    known = bo.ask("POST", "/uploads/known", f"sha256={kept['sha256']}".encode(), Content_Type="application/x-www-form-urlencoded")  # fmt: skip
    assert known.get_json() == {"duplicate": None}
    assert bo.whole()["duplicate"] is None


@pytest.mark.parametrize("sha256", ["", "x", "A" * 64, "0" * 63, "0" * 64 + "\n", "../" * 20])
def test_only_a_hash_is_looked_up(ana: Sender, sha256: str) -> None:
    answer = ana.browser.post("/uploads/known", data={"sha256": sha256}, headers=ana.headers)
    assert answer.status_code == 422


def test_the_upload_limit_setting_is_enforced(config: Config, people: None) -> None:
    database = Database(replace(config, MAX_UPLOAD_MB=1))
    app: Flask = create_app(database.config, database)
    app.test_client_class = Browser
    browser = app.test_client()
    browser.post("/sign-in", data={"email": ANA, "password": PASSWORD})
    sender = Sender(browser)
    assert sender.begin(length=1_000_001).status_code == 413
    assert sender.whole("large.txt", b"x" * 1_000_000)["size"] == 1_000_000
    database.close()

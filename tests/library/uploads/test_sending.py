"""Files that arrive in pieces: whole, once, and gone when they are removed."""

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
from tests.conftest import Browser
from tests.library.uploads.sender import OURS, TEXT, Sender, parts_in
from tests.world import PASSWORD


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


@pytest.mark.both_databases
def test_asking_again_after_a_lost_answer_gives_the_same(ours: Sender) -> None:
    kept = ours.whole()
    address = kept.pop("upload")
    assert ours.offset(address) == len(TEXT)
    assert ours.ask("POST", f"{address}/keep").get_json() == kept


def test_removing_an_upload_leaves_nothing(ours: Sender, config: Config) -> None:
    address = ours.begin().headers["Location"]
    ours.patch(address, 0, TEXT[:100])
    assert ours.ask("DELETE", address).status_code == 204
    assert ours.ask("HEAD", address).status_code == 404
    assert ours.patch(address, 100, TEXT[100:]).status_code == 404
    assert parts_in(config) == []


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


def test_a_kept_file_that_was_swept_must_be_sent_again(ours: Sender, config: Config) -> None:
    kept = ours.whole()
    originals.path_of(config, kept["sha256"]).unlink()
    assert ours.ask("POST", f"{kept['upload']}/keep").status_code == 404
    answer = ours.add(kept["handle"])
    assert answer.status_code == 422
    assert "no longer stored" in answer.text


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

"""What the hub doesn't take: wrong files, odd requests, and uploads of others."""

import base64
import hashlib
import shutil

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from hub.core.db import Database
from hub.library.files import originals, unfinished
from hub.library.models import Resource
from tests.library.uploads.sender import Sender, parts_in


@pytest.mark.parametrize(
    ("name", "length", "status", "words"),
    [
        ("virus.exe", 10, 415, "doesn’t accept the file type"),
        ("", 10, 415, "doesn’t accept the file type"),
        ("plan", 10, 415, "doesn’t accept the file type"),
        ("../../etc/passwd", 10, 415, "doesn’t accept the file type"),
        ("plan.pdf", 500_000_001, 413, "The limit is 500 MB"),
        ("plan.pdf", 10**14, 413, "The limit is 500 MB"),
        ("plan.pdf", 0, 422, "is empty"),
    ],
)
def test_what_the_hub_does_not_take_is_refused_before_a_byte_is_sent(
    ours: Sender, config: Config, name: str, length: int, status: int, words: str
) -> None:
    answer = ours.begin(name, length)
    assert answer.status_code == status
    assert words in answer.get_json()["error"]
    assert parts_in(config) == []


@pytest.mark.parametrize("length", ["-1", "1e3", "", "ten", "0x10", "9" * 40, "1.5", "٣"])
def test_a_length_that_is_no_number_of_bytes_is_refused(ours: Sender, config: Config, length: str) -> None:
    metadata = "filename " + base64.b64encode(b"plan.txt").decode()
    answer = ours.browser.post(
        "/uploads",
        headers=ours.headers | {"Upload-Length": length.encode().decode("latin-1"), "Upload-Metadata": metadata},
    )
    assert answer.status_code == 400
    assert parts_in(config) == []


@pytest.mark.parametrize(
    "metadata", ["filename ???", "filename /w==", "filename", ",,,", "filename cGxhbi50eHQ=,sha256 eA=="]
)
def test_metadata_that_make_no_sense_are_refused(ours: Sender, metadata: str) -> None:
    answer = ours.ask("POST", "/uploads", Upload_Length="10", Upload_Metadata=metadata)
    assert answer.status_code in {400, 415}


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


def test_a_file_that_did_not_arrive_as_it_was_sent_is_refused(ours: Sender, config: Config) -> None:
    address = ours.begin(length=5, sha256=hashlib.sha256(b"right").hexdigest()).headers["Location"]
    ours.patch(address, 0, b"wrong")
    answer = ours.ask("POST", f"{address}/keep")
    assert answer.status_code == 422
    assert "damaged in transit" in answer.get_json()["error"]
    assert parts_in(config) == []
    assert list(originals.all_stored(config)) == []


def test_a_disk_without_room_is_said_before_a_byte_is_sent(ours: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=100_000_050)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert ours.begin(length=50).status_code == 201
    answer = ours.begin(length=51)
    assert answer.status_code == 507
    assert "disk is full" in answer.get_json()["error"]


def test_nobody_fills_the_disk_with_uploads_that_never_end(ours: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfinished, "MOST_UNDER_WAY", 3)
    begun = [ours.begin() for _ in range(4)]
    assert [answer.status_code for answer in begun] == [201, 201, 201, 429]
    ours.ask("DELETE", begun[0].headers["Location"])
    assert ours.begin().status_code == 201

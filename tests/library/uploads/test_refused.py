"""Refused uploads: bad files, malformed requests, and other people's uploads."""

import base64
import hashlib
import os
import shutil

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from hub.core.db import Database
from hub.library.files import originals, space, unfinished
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
def test_unacceptable_files_are_refused_before_any_byte_is_sent(
    ana: Sender, config: Config, name: str, length: int, status: int, words: str
) -> None:
    answer = ana.begin(name, length)
    assert answer.status_code == status
    assert words in answer.get_json()["error"]
    assert parts_in(config) == []


@pytest.mark.parametrize("length", ["-1", "1e3", "", "ten", "0x10", "9" * 40, "1.5", "٣"])
def test_an_invalid_length_is_refused(ana: Sender, config: Config, length: str) -> None:
    metadata = "filename " + base64.b64encode(b"plan.txt").decode()
    answer = ana.browser.post(
        "/uploads",
        headers=ana.headers | {"Upload-Length": length.encode().decode("latin-1"), "Upload-Metadata": metadata},
    )
    assert answer.status_code == 400
    assert parts_in(config) == []


@pytest.mark.parametrize(
    "metadata", ["filename ???", "filename /w==", "filename", ",,,", "filename cGxhbi50eHQ=,sha256 eA=="]
)
def test_malformed_metadata_is_refused(ana: Sender, metadata: str) -> None:
    answer = ana.ask("POST", "/uploads", Upload_Length="10", Upload_Metadata=metadata)
    assert answer.status_code in {400, 415}


@pytest.mark.parametrize("upload_id", ["x", "0" * 32, "..%2f..%2fsecret-key", "A" * 32, "0" * 32 + ".json"])
def test_a_missing_upload_is_404(ana: Sender, upload_id: str) -> None:
    for method in ("HEAD", "PATCH", "DELETE"):
        answer = ana.ask(method, f"/uploads/{upload_id}", Upload_Offset="0")
        assert answer.status_code == 404, method
    assert ana.ask("POST", f"/uploads/{upload_id}/keep").status_code in {404, 405}


def test_another_persons_upload_is_404_for_every_request(ana: Sender, bo: Sender) -> None:
    address = ana.begin().headers["Location"]
    assert bo.ask("HEAD", address).status_code == 404
    assert bo.patch(address, 0, b"x").status_code == 404
    assert bo.ask("DELETE", address).status_code == 404
    assert bo.ask("POST", f"{address}/keep").status_code == 404
    assert bo.ask("POST", f"{address}/look").status_code == 404
    assert ana.offset(address) == 0


def test_a_handle_is_worthless_to_another_person(ana: Sender, bo: Sender, database: Database) -> None:
    handle = ana.whole()["handle"]
    assert bo.add(handle).status_code == 422
    with database.reading() as db:
        assert db.scalar(select(Resource.id)) is None


def test_a_visitor_cannot_upload(client: FlaskClient, ana: Sender, config: Config) -> None:
    address = ana.begin().headers["Location"]
    for method, path in (("POST", "/uploads"), ("PATCH", address), ("HEAD", address), ("DELETE", address)):
        answer = client.open(path, method=method, headers=ana.headers, data=b"x")
        assert answer.status_code in {302, 400}, (method, path)
    assert ana.offset(address) == 0


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_requests_without_the_csrf_token_are_refused(ana: Sender, method: str) -> None:
    address = ana.begin().headers["Location"]
    ana.browser.sends_csrf = False  # type: ignore[attr-defined]
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    path = "/uploads" if method == "POST" else address
    assert ana.browser.open(path, method=method, data=b"x", headers=headers).status_code == 400
    assert ana.offset(address) == 0


def test_a_client_of_another_version_is_told_the_supported_one(ana: Sender) -> None:
    address = ana.begin().headers["Location"]
    for version in ("0.2.2", ""):
        answer = ana.ask("HEAD", address, Tus_Resumable=version)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    able = ana.ask("OPTIONS", "/uploads")
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
def test_malformed_pieces_are_refused_and_change_nothing(
    ana: Sender, offset: int | str, body: bytes, headers: dict[str, str], status: int
) -> None:
    address = ana.begin(length=10).headers["Location"]
    assert ana.patch(address, 0, b"abc").status_code == 204
    assert ana.patch(address, offset, body, **headers).status_code == status
    assert ana.offset(address) == 3


def test_an_incomplete_upload_cannot_be_kept(ana: Sender) -> None:
    address = ana.begin(length=10).headers["Location"]
    ana.patch(address, 0, b"abc")
    assert ana.ask("POST", f"{address}/keep").status_code == 409
    assert ana.ask("POST", f"{address}/look").status_code == 409


def test_a_file_damaged_in_transit_is_refused(ana: Sender, config: Config) -> None:
    address = ana.begin(length=5, sha256=hashlib.sha256(b"right").hexdigest()).headers["Location"]
    ana.patch(address, 0, b"wrong")
    answer = ana.ask("POST", f"{address}/keep")
    assert answer.status_code == 422
    assert "damaged in transit" in answer.get_json()["error"]
    assert parts_in(config) == []
    assert list(originals.all_stored(config)) == []


def test_a_full_disk_is_reported_before_any_byte_is_sent(ana: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=200_000_050)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert ana.begin(length=50).status_code == 201
    answer = ana.begin(length=51)
    assert answer.status_code == 507
    assert "disk is nearly full" in answer.get_json()["error"]


def test_space_that_uploads_under_way_need_is_not_promised_twice(
    ana: Sender, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=200_000_050)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    first = ana.begin(length=40).headers["Location"]
    assert ana.begin(length=11).status_code == 507
    assert ana.begin(length=10).status_code == 201
    ana.ask("DELETE", first)
    part = next(part for part in parts_in(config) if not part.suffix)
    long_ago = part.stat().st_mtime - space.RESERVED_FOR - 1
    os.utime(part, (long_ago, long_ago))
    assert ana.begin(length=50).status_code == 201


def test_one_person_cannot_fill_the_disk_with_unfinished_uploads(ana: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfinished, "MOST_UNDER_WAY", 3)
    begun = [ana.begin() for _ in range(4)]
    assert [answer.status_code for answer in begun] == [201, 201, 201, 429]
    ana.ask("DELETE", begun[0].headers["Location"])
    assert ana.begin().status_code == 201

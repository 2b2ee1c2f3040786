"""Recordings that play in the page: streamed, not logged, and never run."""

from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from hub.core.db import Database
from hub.library.derive import page_texts
from hub.library.extract.served import served_type
from hub.library.models import FileScan, Resource
from hub.library.rules import Audience, ScanState, State
from hub.sharing.models import SharingEvent
from tests.world import SignIn, a_person, a_resource, an_organization

MP4 = b"\0\0\0\x18ftypmp42" + b"frames of the kiln " * 400
MP3 = b"ID3\x04" + b"sounds of the kiln " * 40


@pytest.fixture
def ana(database: Database, sign_in: SignIn) -> FlaskClient:
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), email="ana@lake.example")
        a_person(db, an_organization(db, "Harbor Casting"), email="bo@harbor.example")
    return sign_in("ana@lake.example")


def add(browser: FlaskClient, database: Database, content: bytes, name: str, **others: str) -> int:
    """Upload a file, have it read, and return its resource's id."""
    fields: dict[str, object] = {"files": [(BytesIO(content), name)], "audience": "network", "kind": "resource"}
    answer = browser.post("/resources/new", data=fields | others, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    page_texts.catch_up(database)
    with database.reading() as db:
        return db.scalar(select(func.max(Resource.id))) or 0


def opened(browser: FlaskClient, address: str, **headers: str) -> Response:
    """Return a response, whose file has been read and closed."""
    with browser.get(address, headers=headers) as answer:
        assert answer.data is not None
        return answer


def player_of(text: str) -> tuple[str, str]:
    """Return the kind of player on a page, and what it plays."""
    [player] = BeautifulSoup(text, "lxml").find_all(["video", "audio"])
    assert player.has_attr("controls")
    return player.name, str(player["src"])


@pytest.mark.parametrize(
    ("content", "name", "kind", "media_type"),
    [(MP4, "call.mp4", "video", "video/mp4"), (MP3, "call.MP3", "audio", "audio/mpeg")],
)
def test_a_recording_plays_on_its_page(
    ana: FlaskClient, database: Database, content: bytes, name: str, kind: str, media_type: str
) -> None:
    number = add(ana, database, content, name)
    page = ana.get(f"/resources/{number}").text
    assert "The hub doesn’t listen to recordings" in page
    played, source = player_of(page)
    assert (played, source) == (kind, f"/resources/{number}/recording?revision=1")
    answer = opened(ana, source)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, content, media_type)
    assert not answer.headers.get("Content-Disposition", "").startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    part = opened(ana, source, Range="bytes=4-7")
    assert (part.status_code, part.data) == (206, content[4:8])
    assert part.headers["Content-Range"] == f"bytes 4-7/{len(content)}"


def test_playing_is_not_logged_and_downloading_is(ana: FlaskClient, database: Database) -> None:
    number = add(ana, database, MP4, "call.mp4")
    opened(ana, f"/resources/{number}/recording")
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SharingEvent)) == 0
    opened(ana, f"/resources/{number}/download")
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SharingEvent)) == 1


def test_a_recording_is_not_searchable_and_says_why(ana: FlaskClient, database: Database) -> None:
    number = add(ana, database, MP4, "call.mp4")
    with database.reading() as db:
        resource = db.get_one(Resource, number)
        db.refresh(resource, ["current"])
        assert resource.current.state is State.UNSUPPORTED
        assert resource.current.unread.startswith("The hub doesn’t listen to recordings")


def test_only_people_who_may_read_it_play_it(
    ana: FlaskClient, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    number = add(ana, database, MP4, "call.mp4", audience="organization")
    assert sign_in("bo@harbor.example").get(f"/resources/{number}/recording").status_code == 404
    assert client.get(f"/resources/{number}/recording").status_code == 302
    with database.writing() as db:
        db.get_one(Resource, number).audience = Audience.PUBLIC
    answer = opened(client, f"/resources/{number}/recording")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"", b"MZ" + MP4])
def test_a_file_that_isnt_what_its_name_says_doesnt_play(ana: FlaskClient, database: Database, content: bytes) -> None:
    number = add(ana, database, content or b"\0", "call.mp4")
    assert ana.get(f"/resources/{number}/recording").status_code == 404


def test_an_infected_recording_doesnt_play(ana: FlaskClient, database: Database) -> None:
    number = add(ana, database, MP4, "call.mp4")
    with database.writing() as db:
        resource = db.get_one(Resource, number)
        db.refresh(resource, ["current"])
        db.add(FileScan(sha256=resource.current.sha256, state=ScanState.INFECTED, signature="Test"))
    assert ana.get(f"/resources/{number}/recording").status_code == 404
    assert not BeautifulSoup(ana.get(f"/resources/{number}").text, "lxml").find_all("video")


def test_other_resources_dont_play(ana: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        typed = a_resource(db, an_organization(db, "Prairie Works")).id
    assert ana.get(f"/resources/{typed}/recording").status_code == 404
    number = add(ana, database, b"plain text", "notes.txt")
    assert ana.get(f"/resources/{number}/recording").status_code == 404


@pytest.mark.parametrize(
    ("name", "start", "is_one"),
    [
        ("a.mp3", b"\xff\xfb\x90", True),
        ("a.mp3", b"RIFF", False),
        ("a.m4a", b"\0\0\0\x20ftypM4A ", True),
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt ", True),
        ("a.wav", b"RIFF\0\0\0\0AVI ", False),
        ("a.webm", b"\x1a\x45\xdf\xa3\x9f", True),
        ("a.webm", b"<svg>", False),
    ],
)
def test_recordings_are_known_by_their_first_bytes(tmp_path: Path, name: str, start: bytes, *, is_one: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(start + b"\0" * 40)
    assert served_type(path, name).startswith(("audio/", "video/")) is is_one

"""The button that adds an attachment as a resource of its own."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import attachments, page_texts
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Audience, Kind, PageKind, ScanState
from hub.members.models import Organization
from hub.members.rules.organizations import Role
from tests.library.mails import HEAD, attached, part, several
from tests.world import SignIn, a_person, an_organization

TEXT = "The bolt list.\nM6: 40"


def mail_of(*parts: str) -> bytes:
    """Return an email with these parts behind its text."""
    return (HEAD + several("multipart/mixed", part("text/plain", "See the list."), *parts)).encode()


MAIL = mail_of(
    part("text/plain", TEXT, attached("bolt_list 2024.txt")),
    part("text/x-log", "run 1", attached("run.log")),
    part("application/octet-stream", "nothing", attached("tool.bin")),
)


def newest(database: Database) -> Revision:
    """Return the newest revision, with its resource."""
    with database.reading() as db:
        query = select(Revision).options(joinedload(Revision.resource)).order_by(Revision.id.desc())
        revision = db.scalars(query).first()
        assert revision is not None
        return revision


@pytest.fixture
def ana(database: Database, sign_in: SignIn) -> FlaskClient:
    """Return the browser of Ana, whose organization has an email with attachments as resource 1."""
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), Role.CONTRIBUTOR, "ana@lakeshore.example")
        a_person(db, an_organization(db, "Three Rivers"), Role.REPRESENTATIVE, "bo@rivers.example")
    add_mail(database)
    return sign_in("ana@lakeshore.example")


def add_mail(database: Database) -> None:
    """Add the email, and have it read."""
    with database.writing() as db:
        organization = db.scalars(select(Organization).order_by(Organization.id)).first()
        assert organization is not None
        facts = library_actions.Facts(
            Kind.BRIEFING, "Bolts", published_on=date(2024, 3, 5), audience=Audience.ORGANIZATION
        )
        stored = originals.store(database.config, BytesIO(MAIL))
        resource = library_actions.add(db, None, organization, facts, library_actions.File(stored, "bolts.eml"))
        resource.created_by_id = 1
    page_texts.catch_up(database)


def test_the_attachment_becomes_a_resource_beside_the_mail(ana: FlaskClient, database: Database) -> None:
    assert "Add as a resource" in ana.get("/resources/1/pages/2").text
    assert "Add as a resource" not in ana.get("/resources/1/pages/1").text
    answer = ana.post("/resources/1/pages/2/add", follow_redirects=True)
    assert "Resource added." in answer.text
    revision = newest(database)
    added = revision.resource
    assert (added.title, added.audience, added.published_on) == (
        "bolt list 2024",
        Audience.ORGANIZATION,
        date(2024, 3, 5),
    )
    assert (added.organization_id, revision.file_name) == (1, "bolt_list 2024.txt")
    assert originals.path_of(database.config, revision.sha256 or "").read_text().strip() == TEXT


def test_adding_it_twice_leads_to_the_first_one(ana: FlaskClient, database: Database) -> None:
    first = ana.post("/resources/1/pages/2/add")
    again = ana.post("/resources/1/pages/2/add", follow_redirects=True)
    assert "already a resource" in again.text
    assert again.request.path == first.location
    with database.reading() as db:
        assert len(db.scalars(select(Resource)).all()) == 2


def test_a_name_without_a_known_extension_gets_one(ana: FlaskClient, database: Database) -> None:
    ana.post("/resources/1/pages/3/add")
    assert newest(database).file_name == "run.log.txt"


def test_only_attachments_can_be_added_and_only_by_people_who_may_change_the_mail(
    ana: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    assert ana.post("/resources/1/pages/1/add").status_code == 404
    assert ana.post("/resources/1/pages/9/add").status_code == 404
    assert sign_in("bo@rivers.example").post("/resources/1/pages/2/add").status_code == 404
    with database.writing() as db:
        db.get_one(Resource, 1).audience = Audience.NETWORK
    other = sign_in("bo@rivers.example")
    assert other.post("/resources/1/pages/2/add").status_code == 403
    assert "Add as a resource" not in other.get("/resources/1/pages/2").text


def test_nothing_is_copied_from_a_file_with_a_virus(ana: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.library.queries.scan_objection", lambda _db, _sha256: f"It is {ScanState.INFECTED}.")
    answer = ana.post("/resources/1/pages/2/add")
    assert (answer.status_code, "It is infected." in answer.text) == (422, True)


def test_what_cannot_be_copied_says_what_to_do(ana: FlaskClient, database: Database) -> None:
    path = originals.path_of(database.config, newest(database).sha256 or "")
    path.chmod(0o600)
    path.write_bytes(b"From: a@b.example\n\nNo attachments now.")
    assert attachments.NOT_COPIED in ana.post("/resources/1/pages/2/add").text
    path.unlink()
    assert ana.post("/resources/1/pages/2/add").status_code == 410


@pytest.fixture
def read_names(reader: Reader, tmp_path: Path) -> Callable[[bytes], dict[str, str]]:
    """Return a function that gives the addresses of all attachments in an email, by title."""

    def names(content: bytes) -> dict[str, str]:
        path = tmp_path / "mail"
        path.write_bytes(content)
        pages = reader.read(path, "mail.eml").pages
        return {page.title: page.part for page in pages if page.kind is PageKind.ATTACHMENT}

    return names


def test_a_file_in_an_attached_file_has_an_address(
    reader: Reader, read_names: Callable[[bytes], dict[str, str]], tmp_path: Path
) -> None:
    deep = mail_of(part("text/plain", TEXT, attached("deep.txt")))
    packed = part("application/vnd.ms-outlook", "x", attached("a.msg"))
    content = mail_of(packed, part("message/rfc822", deep.decode()))
    addresses = read_names(content)
    copied = reader.make("copy", tmp_path / "mail", "eml", part=addresses["deep.txt"])
    assert (copied.each[1], copied.each[2].strip()) == (b"deep.txt", TEXT.encode())
    assert reader.make("copy", tmp_path / "mail", "eml", part="1/1").each == {}
    assert reader.make("copy", tmp_path / "mail", "eml", part="").each == {}

"""Storage limits of organizations, the coordinator's storage page, and the media type of what is served."""

from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.core.db import Database
from hub.core.errors import Refused
from hub.library import scanning
from hub.library.actions import Facts, File, add
from hub.library.extract.formats import FORMATS
from hub.library.extract.served import UNKNOWN, served_type
from hub.library.files import originals, scanner
from hub.library.models import Revision
from hub.library.rules import Kind, ScanState
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from tests.library import documents
from tests.library.uploads.sender import ANA, Sender
from tests.world import SignIn, a_person, an_organization

HALF = 600_000  # bytes; two of them exceed the limit of 1 MB


@pytest.fixture
def limited(database: Database) -> Database:
    """A hub with a limit of 1 MB for each organization."""
    object.__setattr__(database.config, "UPLOAD_QUOTA_MB", 1)
    return database


def add_file(database: Database, content: bytes, organization_id: int) -> int:
    stored = originals.store(database.config, BytesIO(content))
    with database.writing() as db:
        organization = db.get_one(Organization, organization_id)
        return add(db, None, organization, Facts(Kind.RESOURCE), File(stored, "plan.txt")).id


def organization_of_ana(database: Database) -> int:
    with database.reading() as db:
        return db.scalars(select(Person.organization_id).where(Person.email == ANA)).one()


def test_an_organization_cannot_store_more_than_its_limit(ana: Sender, limited: Database) -> None:
    own = organization_of_ana(limited)
    add_file(limited, b"a" * HALF, own)
    with pytest.raises(Refused, match=r"has used 600 KB of its 1\.0 MB of storage, so this file of 600 KB doesn’t fit"):
        add_file(limited, b"b" * HALF, own)
    answer = ana.begin(length=HALF)
    assert answer.status_code == 413
    assert "doesn’t fit" in answer.get_json()["error"]
    assert ana.begin(length=HALF // 2).status_code == 201


def test_the_same_file_counts_once_and_other_organizations_are_not_limited_by_it(
    ana: Sender, limited: Database
) -> None:
    own = organization_of_ana(limited)
    for _ in range(3):
        add_file(limited, b"a" * HALF, own)
    with limited.writing() as db:
        other = an_organization(db, "Another").id
    add_file(limited, b"a" * HALF, other)


def test_uploads_under_way_count_toward_the_limit(ana: Sender, limited: Database) -> None:
    first = ana.begin(length=HALF).headers["Location"]
    assert ana.begin(length=HALF).status_code == 413
    ana.ask("DELETE", first)
    assert ana.begin(length=HALF).status_code == 201


def test_without_a_limit_everything_fits(ana: Sender, database: Database) -> None:
    own = organization_of_ana(database)
    for content in (b"a", b"b"):
        add_file(database, content * HALF, own)


@pytest.mark.both_databases
def test_the_coordinator_sees_what_each_organization_uses_and_what_is_infected(
    limited: Database, sign_in: SignIn
) -> None:
    with limited.writing() as db:
        host = an_organization(db, "Host", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "cora@host.example")
        own = an_organization(db, "Lakeshore Forge").id
    resource = add_file(limited, b"a" * HALF, own)
    with limited.writing() as db:
        sha256 = db.scalars(select(Revision.sha256)).one() or ""
        scanning.settle(db, sha256, scanner.Verdict(ScanState.INFECTED, "Eicar-Test"), "ClamAV")
    page = sign_in("cora@host.example").get("/storage").text
    for words in ("Lakeshore Forge", "600 KB", "60%", "Eicar-Test", f"/resources/{resource}", "Free space"):
        assert words in page
    with limited.writing() as db:
        a_person(db, db.get_one(Organization, own), Role.REPRESENTATIVE, "rosa@lakeshore.example")
    refused = sign_in("rosa@lakeshore.example").get("/storage")
    assert refused.status_code == 403
    assert "Only the coordinator can see the hub’s storage." in refused.text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.pdf", b"MZ\x90\0"),
        ("a.png", b"\xff\xd8\xff\xe0"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.odt", b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
        ("a.txt", b"  <!DOCTYPE html><script>"),
        ("a.csv", b"<svg onload=alert(1)>"),
        ("a.md", b"%PDF-1.7"),
        ("a.txt", b"\x7fELF\x02"),
        ("a.exe", b"words"),
        ("a.svg", b"<svg onload=alert(1)>"),
    ],
)
def test_a_file_that_is_named_like_something_else_is_served_as_unknown(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert served_type(tmp_path / "file", name) == UNKNOWN


def test_a_file_is_served_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    documents.pdf(path, "words")
    assert served_type(path, "Plan.PDF") == "application/pdf"
    documents.slides_deck(path, 1)
    assert served_type(path, "a.pptx") == FORMATS["pptx"].media_type
    documents.opendocument(path, "text", "<text:p>words</text:p>")
    assert served_type(path, "a.odt") == FORMATS["odt"].media_type
    path.write_bytes("\ufeffName,Größe\n".encode())
    assert served_type(path, "a.csv") == "text/csv"
    path.write_bytes("Name".encode("utf-16"))
    assert served_type(path, "a.txt") == "text/plain"
    path.write_bytes(b"<!doctype html><p>words")
    assert served_type(path, "a.html") == "text/html"

"""Files that weren't read in full: listed for those who can act, told by email, counted by the checks."""

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from config import Config
from hub.cli.base import main
from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Kind, PageKind
from hub.mail.models import OutboxMessage
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import SignIn, a_person, an_organization, posted_by

Hub = Callable[..., Result]

ROSA, CORA, CARL = "rosa@lakeshore.example", "cora@host.example", "carl@prairie.example"


@pytest.fixture
def hub(config: Config, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Runs ``hub …`` for this test's hub."""
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(config, name)))
    return lambda *words: CliRunner().invoke(main, words, catch_exceptions=False)


@pytest.fixture
def people(database: Database) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db, "Host", kind=OrganizationKind.HOST), Role.COORDINATOR, CORA)
        a_person(db, an_organization(db, "Lakeshore"), Role.REPRESENTATIVE, ROSA, name="Rosa Peña")
        a_person(db, an_organization(db, "Prairie"), Role.CONTRIBUTOR, CARL)


def add(database: Database, name: str, content: bytes, ago: timedelta = timedelta()) -> int:
    """Add a file as Rosa, some time ago, and return the resource's id."""
    stored = library_actions.File(originals.store(database.config, io.BytesIO(content)), name)
    with database.writing() as db:
        rosa = db.scalars(select(Person).where(Person.email == ROSA)).one()
        resource = library_actions.add(db, rosa, rosa.organization, library_actions.Facts(Kind.RESOURCE), stored)
        db.execute(update(Revision).where(Revision.resource_id == resource.id).values(created_at=clock.now() - ago))
        return resource.id


@pytest.mark.usefixtures("people")
def test_the_coordinator_and_the_organization_see_which_files_were_not_read_in_full(
    database: Database, sign_in: SignIn
) -> None:
    bad, good = add(database, "plan.pdf", b"%PDF-1.7 and then nothing"), add(database, "notes.txt", b"Fine words.")
    page_texts.catch_up(database)
    for email in (CORA, ROSA):
        page = sign_in(email).get("/attention").text
        assert f'href="/resources/{bad}"' in page
        assert f'href="/resources/{good}"' not in page
        assert "This file seems to be damaged" in page
    assert "No files need attention" in sign_in(CARL).get("/attention").text
    assert "1 file wasn’t read in full" in sign_in(ROSA).get("/").text
    assert "read in full" not in sign_in(CARL).get("/").text


@pytest.mark.usefixtures("people")
def test_the_list_can_be_narrowed_to_one_status(database: Database, sign_in: SignIn) -> None:
    damaged, photo = add(database, "plan.pdf", b"%PDF-1.7 nothing"), add(database, "photo.docx", b"no")
    page_texts.catch_up(database)
    with database.writing() as db:
        db.execute(update(Revision).where(Revision.resource_id == photo).values(state="unsupported"))
    page = sign_in(CORA).get("/attention?state=unsupported").text
    assert f"/resources/{photo}" in page
    assert f"/resources/{damaged}" not in page
    assert "No files have this status." in sign_in(CORA).get("/attention?state=timeout").text


@pytest.mark.usefixtures("people")
def test_the_command_lists_the_same_as_json(database: Database, hub: Hub) -> None:
    bad = add(database, "plan.pdf", b"%PDF-1.7 and then nothing")
    page_texts.catch_up(database)
    listed = json.loads(hub("attention", "--json").stdout)
    assert [(entry["resource"], entry["title"], entry["state"]) for entry in listed] == [(bad, "plan", "corrupt")]
    assert listed[0]["unread"][0].startswith("This file seems to be damaged")
    assert "1 file needs attention" in hub("attention").stdout
    assert "1 file wasn’t read in full. Run hub attention to list them." in hub("verify").stdout


@pytest.mark.usefixtures("people")
def test_the_person_who_added_a_file_is_told_once_if_reading_it_took_longer_than_they_stayed(
    database: Database,
) -> None:
    soon = add(database, "soon.pdf", b"%PDF-1.7 nothing")
    late = [
        add(database, f"late-{number}.pdf", f"%PDF-1.7 nothing {number}".encode(), timedelta(minutes=5))
        for number in (1, 2)
    ]
    page_texts.catch_up(database, limit=2)
    assert posted_by("unread", database) == []  # another file of hers is still being read
    page_texts.catch_up(database)
    [message] = posted_by("unread", database)
    assert message.to == ROSA
    assert message.subject == "Not fully searchable: 2 of your files"
    assert all(f"/resources/{resource}" in message.text for resource in late)
    assert f"/resources/{soon}" not in message.text


@pytest.mark.usefixtures("people")
def test_a_file_that_is_read_again_is_not_told_of_again(database: Database) -> None:
    add(database, "late.pdf", b"%PDF-1.7 nothing", timedelta(minutes=5))
    page_texts.catch_up(database)
    assert len(posted_by("unread", database)) == 1
    with database.writing() as db:
        db.execute(update(Revision).values(reader_version=1))
    page_texts.catch_up(database)
    assert len(posted_by("unread", database)) == 1


@pytest.mark.usefixtures("people")
def test_pictures_whose_text_is_being_recognized_are_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.library.derive.recognizing.can_recognize", lambda _config: True)
    resource_id = add(database, "late.pdf", b"%PDF-1.7 nothing", timedelta(minutes=5))
    page_texts.catch_up(database)
    with database.writing() as db:
        revision = db.scalars(select(Revision).where(Revision.resource_id == resource_id)).one()
        db.add(Page(revision_id=revision.id, number=1, kind=PageKind.PAGE, is_picture=True))
    assert posted_by("unread", database) == []
    with database.writing() as db:
        db.execute(update(Page).values(confidence=0))
    assert len(posted_by("unread", database)) == 1


@pytest.mark.usefixtures("people")
def test_a_file_that_was_withdrawn_meanwhile_is_not_told_of(database: Database) -> None:
    resource_id = add(database, "late.pdf", b"%PDF-1.7 nothing", timedelta(minutes=5))
    page_texts.catch_up(database)
    with database.writing() as db:
        resource = db.get_one(Resource, resource_id)
        resource.withdrawn_at = clock.now()
    assert posted_by("unread", database) == []
    with database.reading() as db:
        assert db.scalars(select(OutboxMessage)).all() == []


@pytest.mark.usefixtures("people")
def test_someone_who_moved_to_another_organization_is_not_told_of_its_files(database: Database) -> None:
    add(database, "late.pdf", b"%PDF-1.7 nothing", timedelta(minutes=5))
    page_texts.catch_up(database)
    with database.writing() as db:
        rosa, carl = (db.scalars(select(Person).where(Person.email == email)).one() for email in (ROSA, CARL))
        rosa.organization = carl.organization
    assert posted_by("unread", database) == []

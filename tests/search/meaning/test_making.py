"""The worker's step that makes the vectors of pages."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.models import Page, Resource, Revision
from hub.library.rules import PageKind, Source, State
from hub.members.models import Organization
from hub.search import derive, index
from hub.search.models import EncodedResource, PageVector
from hub.search.store import meaning
from tests.search.meaning.asking import QUITTING, titles_near
from tests.search.meaning.conftest import PAGES
from tests.world import a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases
ALL = sum(map(len, PAGES.values()))


def count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(PageVector)) or 0


def a_replacement(database: Database, title: str, text: str) -> None:
    """Replace the content of a resource, as it is after reading."""
    with database.writing() as db:
        resource = db.scalars(select(Resource).where(Resource.title == title)).one()
        resource.revision_number += 1
        resource.version += 1
        revision = Revision(
            resource_id=resource.id,
            number=resource.revision_number,
            source=Source.TEXT,
            created_at=clock.now(),
            state=State.OK,
            reader_version=db.scalars(select(Revision.reader_version)).all()[0],
            page_count=1,
        )
        db.add(revision)
        db.flush()
        db.add(Page(revision_id=revision.id, number=1, kind=PageKind.PAGE, text=text))


def test_every_page_gets_its_vector_and_then_nothing_is_left_to_do(shelf: Database) -> None:
    assert count(shelf) == ALL
    assert derive.catch_up(shelf) == 0
    assert derive.problems(shelf) == []
    with shelf.reading() as db:
        assert derive.progress_of(db, meaning.version_of(shelf.config)) == (3, 3)


def test_a_replaced_revision_loses_its_vectors(shelf: Database) -> None:
    a_replacement(shelf, "Plating guide", "Which metals resist sea water.")
    index.catch_up(shelf)
    assert derive.catch_up(shelf)
    with shelf.reading() as db:
        texts = db.scalars(select(Page.text).join(PageVector, PageVector.page_id == Page.id)).all()
    assert "Which metals resist sea water." in texts
    assert not set(texts) & set(PAGES["Plating guide"])
    assert titles_near(shelf, "corrosion in the ocean")[0] == "plating guide"


def test_pages_that_are_read_again_are_encoded_again(shelf: Database) -> None:
    with shelf.writing() as db:
        library_actions.discard_page_texts(db)
    assert derive.catch_up(shelf) == 0, "reading goes first"
    page_texts.catch_up(shelf)
    assert count(shelf) == 0
    derive.catch_up(shelf)
    assert count(shelf)
    assert derive.problems(shelf) == []


def test_a_change_of_something_else_keeps_the_vectors(shelf: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with shelf.reading() as db:
        before = set(db.scalars(select(PageVector.id)))
    with shelf.writing() as db:
        db.scalars(select(Resource).where(Resource.title == "Plating guide")).one().version += 1
    encoder = meaning.encoder_of(shelf.config)
    monkeypatch.setattr(encoder, "encoded", None)
    assert derive.catch_up(shelf) == 1
    with shelf.reading() as db:
        assert set(db.scalars(select(PageVector.id))) == before


def test_a_withdrawn_resource_loses_its_vectors(shelf: Database) -> None:
    with shelf.writing() as db:
        resource = db.scalars(select(Resource).where(Resource.title == "Plating guide")).one()
        person = a_person(db, db.get_one(Organization, resource.organization_id))
        library_actions.withdraw(db, person, resource, "Outdated.")
    index.catch_up(shelf)
    assert derive.catch_up(shelf)
    assert count(shelf) == ALL - 2
    assert derive.catch_up(shelf) == 0


class Killed(BaseException):
    """The process is gone."""


def test_a_worker_that_is_killed_between_batches_continues_where_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        pages = [f"Page {number} on shift {number} of the night crew." for number in range(20)]
        a_resource(db, an_organization(db, "Lakeshore Forge"), "Shifts", pages)
    index.catch_up(database)
    assert derive.catch_up(database, limit=1) == 1
    stored = count(database)
    assert 0 < stored < 20
    encoded: list[str] = []
    encoder = meaning.encoder_of(database.config)
    assert encoder
    really = encoder.encoded

    def dies(texts: Any) -> Any:
        raise Killed

    def counting(texts: list[str]) -> Any:
        encoded.extend(texts)
        return really(texts)

    monkeypatch.setattr(encoder, "encoded", dies)
    with pytest.raises(Killed):
        derive.catch_up(database)
    monkeypatch.setattr(encoder, "encoded", counting)
    assert titles_near(database, QUITTING) == [], "a resource is found when all of its pages are encoded"
    encoded.clear()
    derive.catch_up(database)
    assert len(encoded) == 20 - stored
    assert count(database) == 20
    assert titles_near(database, QUITTING) == ["shifts"]


def test_a_resource_that_changes_while_its_pages_are_encoded_is_encoded_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        a_resource(db, an_organization(db, "Lakeshore Forge"), "Shifts", ["The night crew."])
        db.execute(update(Page).values(title=""))
    encoder = meaning.encoder_of(database.config)
    assert encoder
    texts_seen: list[str] = []
    really = encoder.encoded

    def changing(texts: Any) -> Any:
        if not texts_seen:
            with database.writing() as db:
                resource = db.scalars(select(Resource)).one()
                resource.title, resource.version = "Rotas", resource.version + 1
        texts_seen.extend(texts)
        return really(texts)

    monkeypatch.setattr(encoder, "encoded", changing)
    derive.catch_up(database)
    assert [text.split(".")[0] for text in texts_seen] == ["Shifts", "Rotas"]
    assert derive.problems(database) == []


def test_vectors_of_another_model_are_deleted_when_the_new_ones_are_made(shelf: Database) -> None:
    with shelf.writing() as db:
        page, resource = db.scalars(select(Page)).all()[0].id, db.scalars(select(Resource)).all()[0].id
        db.add(PageVector(page_id=page, model="former", part=0, digest="", vector=b"\0" * 384, scale=1.0))
        db.add(EncodedResource(resource_id=resource, model="former", version=1))
    assert derive.catch_up(shelf) == 1
    with shelf.reading() as db:
        assert "former" not in db.scalars(select(PageVector.model)).all()
    assert count(shelf) == ALL


def test_checking_names_a_resource_that_lacks_vectors_and_rebuilding_makes_them(shelf: Database) -> None:
    with shelf.writing() as db:
        db.delete(db.scalars(select(PageVector)).all()[0])
    [problem] = derive.problems(shelf)
    assert "hub rebuild --vectors" in problem
    derive.delete_all(shelf)
    derive.catch_up(shelf)
    assert derive.problems(shelf) == []
    assert count(shelf) == ALL

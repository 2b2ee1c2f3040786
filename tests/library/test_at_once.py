"""A resource is changed by two at the same time: people, or a person and the worker."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.derive import page_texts
from hub.library.extract.pages import ExtractedPage
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Audience, Kind
from hub.members.models import Person
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission
from tests.world import a_person, an_organization


def a_file(database: Database, text: str) -> library_actions.File:
    return library_actions.File(originals.store(database.config, io.BytesIO(text.encode())), "castings.txt")


@pytest.fixture
def resource_id(database: Database) -> int:
    """A resource of an organization with a representative."""
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore")
        ana = a_person(db, lakeshore, Role.REPRESENTATIVE)
        facts = library_actions.Facts(Kind.RESOURCE)
        return library_actions.add(db, ana, lakeshore, facts, a_file(database, "A guide to castings.")).id


def loaded(db: Session, resource_id: int) -> tuple[Person, Resource]:
    ana = db.scalars(select(Person)).one()
    return ana, library_queries.get_for(db, ana, resource_id, Permission.CHANGE)


def limit(db: Session, resource_id: int) -> None:
    ana, resource = loaded(db, resource_id)
    facts = library_actions.Facts(Kind.RESOURCE, title="Castings")
    library_actions.change(db, ana, resource, replace(facts, audience=Audience.ORGANIZATION))


@pytest.mark.both_databases
def test_no_one_changes_a_resource_while_its_document_gives_it_a_title(
    database: Database, resource_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_of, typed = page_texts._page, update(Resource).values(title="Typed", title_is_proposed=False)

    def meanwhile(revision: Revision, page: ExtractedPage) -> Page:
        with pytest.raises(OperationalError), database.noting() as db:
            db.execute(typed)
        return page_of(revision, page)

    monkeypatch.setattr(page_texts, "_page", meanwhile)
    assert page_texts.catch_up(database) == 1
    with database.writing() as db:
        assert db.execute(typed).rowcount == 1  # type: ignore[attr-defined]


# SQLite has one writer at a time.
on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@on_postgresql
def test_an_earlier_revision_keeps_the_audience_that_was_limited_while_it_was_replaced(
    database: Database, resource_id: int
) -> None:
    with database.writing() as db:
        ana, resource = loaded(db, resource_id)
        with database.writing() as other:
            limit(other, resource_id)
        library_actions.replace(db, ana, resource, a_file(database, "A newer guide."))
    with database.reading() as db:
        audiences = db.scalars(select(Revision.audience).order_by(Revision.number)).all()
        assert audiences == [Audience.ORGANIZATION, None]
        assert db.get_one(Resource, resource_id).audience is Audience.ORGANIZATION


@on_postgresql
def test_search_notices_each_of_two_changes_at_once(database: Database, resource_id: int) -> None:
    with database.writing() as db:
        ana, resource = loaded(db, resource_id)
        before = resource.version
        with database.writing() as other:
            limit(other, resource_id)
        library_actions.withdraw(db, ana, resource, "Out of date.")
    with database.reading() as db:
        assert db.get_one(Resource, resource_id).version == before + 2

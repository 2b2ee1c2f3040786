"""Headings of pages in results: apart from the text of the snippet, and never shown twice."""

from flask.testing import FlaskClient
from sqlalchemy import select, update

from hub.core.db import Database
from hub.library.models import Page, Resource, Revision
from hub.members.models import Person
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from tests.search.results.page import searched
from tests.world import a_resource, an_organization


def add_pages(database: Database, title: str, pages: list[tuple[str, str]]) -> None:
    """Add a resource with pages, each with a heading and its text."""
    with database.writing() as db:
        resource = a_resource(db, an_organization(db), title, [f"{heading}\n{text}" for heading, text in pages])
        revision = select(Revision.id).where(Revision.resource_id == resource.id).scalar_subquery()
        for number, (heading, _) in enumerate(pages, 1):
            its_page = update(Page).where(Page.revision_id == revision, Page.number == number)
            db.execute(its_page.values(title=heading))
        resource.version = Resource.version + 1
    index.catch_up(database)


HANDBOOK = [
    ("Kiln handbook", "Boone County"),
    ("Firing overnight", "The kiln heats from six in the evening.\nMembers sleep."),
    ("Repairs", "Bricks crack in winter."),
]


def test_the_heading_of_a_page_is_shown_once_and_apart_from_the_snippet(world: Database, ana: FlaskClient) -> None:
    add_pages(world, "Kiln handbook", HANDBOOK)
    shown = searched(ana, q="kiln evening firing").select_one(".snippet")
    assert shown is not None
    assert " ".join(shown.get_text().split()).replace(" .", ".") == (
        "Page 2 Firing overnight – The kiln heats from six in the evening. Members sleep."
    )
    heading = shown.select_one(".hit-heading")
    assert heading is not None
    assert [mark.get_text() for mark in heading.select("mark")] == ["Firing"]


def test_a_snippet_begins_with_the_heading_if_only_the_heading_matches(world: Database) -> None:
    add_pages(world, "Kiln handbook", HANDBOOK)
    with world.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "ana@lake.example")).one()
        [hit] = results_queries.search(db, person, Query("repairs")).hits
    assert (hit.page, str(hit.snippet)) == (3, "**Repairs** – Bricks crack in winter.")
    assert hit.heading.parts == ()


def test_the_answer_beats_the_cover_that_repeats_the_title(world: Database, ana: FlaskClient) -> None:
    add_pages(world, "Kiln handbook", HANDBOOK)
    link = searched(ana, q="kiln handbook cracked bricks").select_one(".snippet a")
    assert link is not None
    assert link.get_text() == "Page 3"


def test_a_resource_with_one_page_opens_on_it_even_if_only_its_title_matches(world: Database, ana: FlaskClient) -> None:
    with world.writing() as db:
        a_resource(db, an_organization(db), "Loom inventory", ["Eleven machines."], summary="Where they are.")
    index.catch_up(world)
    link = searched(ana, q="loom inventory").select_one(".snippet a")
    assert link is not None
    assert link.get_text() == "Page 1"

"""The demo world is searched as members search, and the wanted page comes first."""

from sqlalchemy import select

from hub.core.db import Database
from hub.demo.world import RESOURCES
from hub.library.models import Resource
from hub.members.models import Person
from hub.search import queries
from hub.search.queries import Query
from tests.search.relevance import QUERIES

FIRST, FIRST_AND_PAGE, AMONG_THREE = 0.9, 0.85, 0.92


def test_what_members_type_finds_the_page_that_they_mean(demo: Database) -> None:
    titles = {one.key: one.title for one in RESOURCES}
    ranks, pages, misses = [], 0, []
    with demo.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "coordinator@demo.example")).one()
        ids = {row.title: row.id for row in db.execute(select(Resource.id, Resource.title))}
        for wanted in QUERIES:
            hits = queries.search(db, person, Query(wanted.query)).hits
            found = [hit.resource for hit in hits]
            wanted_id = ids[titles[wanted.resource]]
            ranks.append(found.index(wanted_id) + 1 if wanted_id in found else 0)
            right = ranks[-1] == 1 and hits[0].page == wanted.page
            pages += right
            if not right:
                misses.append((wanted.query, wanted.resource, wanted.page, ranks[-1], hits[0].page if hits else None))
    count = len(QUERIES)
    assert ranks.count(1) >= FIRST * count, misses
    assert pages >= FIRST_AND_PAGE * count, misses
    assert sum(0 < rank <= 3 for rank in ranks) >= AMONG_THREE * count, misses

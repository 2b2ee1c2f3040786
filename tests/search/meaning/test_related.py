"""Related resources that share no word, but are near in meaning."""

from sqlalchemy import select

from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import Person
from hub.search import derive, index
from hub.search.queries import related as related_queries
from tests.world import a_person, a_resource, an_organization


def related_titles(database: Database, person: Person | None) -> list[str]:
    with database.reading() as db:
        id_ = db.scalars(select(Resource.id).where(Resource.title == "Keeping your people")).one()
        return [match.title for match in related_queries.related(db, person, id_)]


def test_a_resource_near_in_meaning_is_related_for_those_who_may_open_it(shelf: Database) -> None:
    with shelf.writing() as db:
        harbor = an_organization(db, "Harbor Casting")
        page = ["High staff attrition ended once managers got coaching."]
        a_resource(db, harbor, "Fewer leavers", page, audience=Audience.ORGANIZATION)
        own, other = a_person(db, harbor), a_person(db, an_organization(db, "Ridge Tooling"))
    index.catch_up(shelf)
    assert related_titles(shelf, own) == []
    derive.catch_up(shelf)
    assert related_titles(shelf, own) == ["Fewer leavers"]
    assert related_titles(shelf, other) == []
    assert related_titles(shelf, None) == []

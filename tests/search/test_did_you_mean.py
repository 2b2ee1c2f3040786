"""Spelling suggestions while the index lags behind the database."""

from sqlalchemy import select

from hub.core.db import Database
from hub.library.models import Page, Resource
from hub.library.rules import Audience
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from tests.world import a_resource, an_organization


def test_a_word_of_a_replaced_text_is_not_suggested_while_the_index_lags(database: Database) -> None:
    with database.writing() as db:
        owner = an_organization(db)
        for title in ("One", "Two"):
            a_resource(db, owner, title, ["steel steel"], audience=Audience.PUBLIC)
    index.catch_up(database)
    with database.reading() as db:
        assert results_queries.search(db, None, Query("stele")).did_you_mean == "steel"
    with database.writing() as db:
        for resource in db.scalars(select(Resource)):
            resource.version += 1
        for page in db.scalars(select(Page)):
            page.text = "copper"
    with database.reading() as db:
        assert results_queries.search(db, None, Query("stele")).did_you_mean == ""

"""Helpers to search without a page."""

from typing import Any

from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.members.models import Organization, Person
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query, Results


def search(database: Database, text: str, person: Person | None = None, **others: Any) -> Results:
    with database.reading() as db:
        return results_queries.search(db, person, Query(text, **others))


def titles(results: Results) -> set[str]:
    return {hit.title for hit in results.hits}


def organization_of(db: Session, person: Person) -> Organization:
    return db.get_one(Organization, person.organization_id)

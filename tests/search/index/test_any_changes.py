"""After any sequence of changes the index equals a rebuild, and no one finds what they may not open."""

import os
import shutil
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.library.models import Page, Resource, Revision, Topic
from hub.library.queries import visible_to
from hub.library.rules import Audience
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from hub.search.queries import related as related_queries
from hub.search.queries import results as results_queries
from hub.search.queries import suggestions as suggestions_queries
from hub.search.queries.suggestions import Sort
from hub.search.rules.results import Query
from hub.search.store import folders
from tests.search.index.finding import search
from tests.world import a_person, a_resource, an_organization

WORDS = st.lists(
    st.sampled_from(["steel", "forge", "export", "cmmc", "apprentice", "grant"]), min_size=1, max_size=4
).map(" ".join)
AUDIENCES = st.sampled_from(list(Audience))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), WORDS, AUDIENCES),
        st.tuples(st.just("replace"), st.integers(0, 9), WORDS),
        st.tuples(st.just("retitle"), st.integers(0, 9), WORDS),
        st.tuples(st.just("withdraw"), st.integers(0, 9)),
        st.tuples(st.just("restore"), st.integers(0, 9)),
        st.tuples(st.just("audience"), st.integers(0, 9), AUDIENCES),
        st.tuples(st.just("topics"), st.integers(0, 9), WORDS),
        st.tuples(st.just("look")),
    ),
    max_size=12,
)


def do(db: Session, organizations: list[int], step: tuple[Any, ...]) -> None:
    """Change the database as the library's actions do."""
    action, *arguments = step
    if action == "add":
        words, audience = arguments
        owner = db.get_one(Organization, organizations[len(words) % len(organizations)])
        a_resource(db, owner, words, [words, "page two"], audience=audience, topics=words.split()[:1])
        return
    resources = db.scalars(select(Resource).order_by(Resource.id)).all()
    if not resources:
        return
    resource = resources[arguments[0] % len(resources)]
    resource.version += 1
    match action:
        case "replace":
            page = db.scalars(select(Page).order_by(Page.id)).all()[arguments[0] % 2]
            page.text = arguments[1]
            for other in resources:
                other.version += other is not resource
        case "retitle":
            resource.title = arguments[1]
        case "withdraw":
            resource.withdrawn_at = clock.now()
        case "restore":
            resource.withdrawn_at = None
        case "audience":
            resource.audience = arguments[1]
        case "topics":
            db.execute(delete(Topic).where(Topic.resource_id == resource.id))
            db.add_all(Topic(resource_id=resource.id, name=name) for name in set(arguments[1].split()))


def check_rights(database: Database, people: list[Person | None], text: str) -> None:
    """Assert that no one sees hits, counts or facets of what they may not open, even while the index lags."""
    for person in people:
        with database.reading() as db:
            visible = {row.id: row for row in db.scalars(select(Resource).where(visible_to(person)))}
            results = results_queries.search(db, person, Query(text, per_page=100))
            check_hints(db, person, set(visible))
        shown = [hit.resource for hit in results.hits]
        assert set(shown) <= set(visible)
        assert results.total == len(shown)
        for name in ("kind", "organization", "year"):
            assert sum(facet.count for facet in results.facets.get(name, ())) in {results.total, 0}
        if text == "" and results.complete:
            caught_up = index._is_current(database, folders.root_of(database.config))
            assert not caught_up or set(shown) == set(visible)


def check_hints(db: Session, person: Person | None, visible: set[int]) -> None:
    """Assert that spelling suggestions, completed words and related resources have only what the person may open."""
    texts = db.execute(
        select(Resource.title, Page.text)
        .join(Revision, Revision.resource_id == Resource.id)
        .join(Page, Page.revision_id == Revision.id)
        .where(Resource.id.in_(visible))
    )
    readable = {word for row in texts for part in row for word in part.lower().split()}
    for wrong in ("stele", "exprot", "aprentice"):
        assert set(results_queries.search(db, person, Query(wrong)).did_you_mean.split()) <= readable
    for typed in ("ste", "exp", "appr"):
        suggestions = suggestions_queries.suggestions(db, person, typed)
        words = {
            word for suggestion in suggestions if suggestion.sort is Sort.WORD for word in suggestion.label.split()
        }
        assert {word.lower() for word in words} <= readable
    for id_ in visible:
        assert {related.resource for related in related_queries.related(db, person, id_)} <= visible - {id_}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_index_equals_a_rebuild_and_reveals_nothing_hidden(
    sqlite_template: Path, tmp_path: Path, config: Config, steps: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path / os.urandom(6).hex()
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "hub.sqlite3")
    database = Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", SECRET_KEY=config.SECRET_KEY))
    with database.writing() as db:
        host = an_organization(db, "Host", OrganizationKind.HOST)
        owners = [an_organization(db, name) for name in ("One", "Two")]
        people = [a_person(db, host, Role.COORDINATOR), *(a_person(db, owner) for owner in owners), None]
        organizations = [owner.id for owner in owners]
    index.catch_up(database)
    for step in steps:
        if step[0] == "look":
            index.catch_up(database)
            continue
        with database.writing() as db:
            do(db, organizations, step)
        check_rights(database, people, "")
    index.catch_up(database)
    assert index.audit_index(database) == []
    questions = ["", "steel", "forge OR export", '"page two"', "cmmc -grant", "topic:steel"]
    for text in questions:
        check_rights(database, people, text)
    before = [everything(database, people, text) for text in questions]
    index.rebuild(database)
    assert [everything(database, people, text) for text in questions] == before
    database.close()


def everything(database: Database, people: list[Person | None], text: str) -> list[Any]:
    """Return all that a search shows to each person; hits are sorted, since equal scores have no order."""
    every = [search(database, text, person, per_page=100) for person in people]
    return [(results.total, sorted(map(repr, results.hits)), results.facets) for results in every]

"""Relevance on the demo world: the relevant page must come first as often as in the last release.

``HUB_TEST_RELEVANCE=keep`` saves the figures of this run to relevance.json, as the new minimum.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.core.db import Database
from hub.demo.world import RESOURCES
from hub.library.models import Page, Resource, Revision
from hub.library.queries import visible_to
from hub.members.models import Person
from hub.search.queries import results as results_queries
from hub.search.rules import results as results_rules
from hub.search.rules.results import Query
from tests.search.relevance import DEPTH, QUERIES, VARIANTS, Answered, WantedHit, figures, variants

KEPT = Path(__file__).with_name("relevance.json")
# A figure may fall by less than one query: the demo world's dates move with today's.
TOLERANCE = 0.009
PAGE_ACCURACY = 0.95
LIFTED = "Results with words that the best matches share"


def answered(database: Database, kind: str) -> list[Answered]:
    """Return the answers to one kind of queries for someone who may read everything."""
    titles = {resource.key: resource.title for resource in RESOURCES}
    with database.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "coordinator@demo.example")).one()
        ids = {row.title: row.id for row in db.execute(select(Resource.id, Resource.title))}
        return [answer(wanted, ids[titles[wanted.resource]], results_queries.search(db, person, Query(wanted.query, per_page=DEPTH)))
                for wanted in variants(kind)]  # fmt: skip


def answer(wanted: WantedHit, id_: int, results: results_rules.Results) -> Answered:
    resources = [hit.resource for hit in results.hits]
    rank = resources.index(id_) + 1 if id_ in resources else 0
    return Answered(wanted, rank, results.hits[rank - 1].page if rank else None)


@pytest.fixture(scope="module")
def measured(demo: Database) -> Mapping[str, list[Answered]]:
    return {kind: answered(demo, kind) for kind in VARIANTS}


def test_the_relevant_page_comes_first_as_often_as_in_the_last_release(
    measured: Mapping[str, list[Answered]],
) -> None:
    now = {
        kind: {name: round(share, 3) for name, share in figures(answers).items()} for kind, answers in measured.items()
    }
    if os.environ.get("HUB_TEST_RELEVANCE") == "keep":
        KEPT.write_text(json.dumps(now, indent=2) + "\n")
    for kind, before in json.loads(KEPT.read_text()).items():
        misses = [answer for answer in measured[kind] if answer.rank != 1 or answer.page != answer.wanted.page]
        for name, share in before.items():
            assert now[kind][name] >= share - TOLERANCE, (kind, name, misses)


def test_a_hit_on_the_right_resource_shows_the_right_page(measured: Mapping[str, list[Answered]]) -> None:
    assert len(measured["as written"]) >= 60
    assert figures(measured["as written"])["page accuracy"] >= PAGE_ACCURACY
    every = [answer for answers in measured.values() for answer in answers]
    assert figures(every)["page accuracy"] >= PAGE_ACCURACY


@pytest.mark.parametrize("email", ["coordinator@demo.example", "bff@demo.example"])
def test_a_long_query_names_the_feedback_words_and_only_from_resources_that_the_person_may_open(
    demo: Database, email: str
) -> None:
    with demo.reading() as db:
        person = db.scalars(select(Person).where(Person.email == email)).one()
        texts = select(func.lower(Resource.title + " " + Page.title + " " + Page.text + " " + Page.notes))
        texts = texts.select_from(Resource).join(Revision, Revision.resource_id == Resource.id).join(Page)
        readable = " ".join(db.scalars(texts.where(visible_to(person))))
        named = []
        for wanted in QUERIES:
            notes = results_queries.search(db, person, Query(f"where did someone write about {wanted.query}")).notes
            named += [word for note in notes if note.startswith(LIFTED) for word in re.findall("“(.+?)”", note)]
    assert named, "no query had feedback words"
    assert [word for word in named if word not in readable] == []

"""The demo world is searched as members search, and the wanted page comes first, as often as in the last release.

``HUB_TEST_RELEVANCE=keep`` keeps the figures of this run in relevance.json: what later runs must reach.
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
from tests.search.relevance import DEEP, QUERIES, VARIANTS, Answered, WantedHit, figures, variants

KEPT = Path(__file__).with_name("relevance.json")
# A figure may fall by less than one query: the demo world's dates move with today's.
TOLERANCE = 0.009
PAGE_ACCURACY = 0.95
LIFTED = "What has words that the best of them share"


def answered(database: Database, kind: str) -> list[Answered]:
    """Return how the queries of one kind are answered to somebody who may read everything."""
    titles = {one.key: one.title for one in RESOURCES}
    with database.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "coordinator@demo.example")).one()
        ids = {row.title: row.id for row in db.execute(select(Resource.id, Resource.title))}
        return [answer(wanted, ids[titles[wanted.resource]], results_queries.search(db, person, Query(wanted.query, per_page=DEEP)))
                for wanted in variants(kind)]  # fmt: skip


def answer(wanted: WantedHit, id_: int, results: results_rules.Results) -> Answered:
    found = [hit.resource for hit in results.hits]
    rank = found.index(id_) + 1 if id_ in found else 0
    return Answered(wanted, rank, results.hits[rank - 1].page if rank else None)


@pytest.fixture(scope="module")
def measured(demo: Database) -> Mapping[str, list[Answered]]:
    return {kind: answered(demo, kind) for kind in VARIANTS}


def test_what_members_type_finds_the_page_that_they_mean_as_often_as_in_the_last_release(
    measured: Mapping[str, list[Answered]],
) -> None:
    now = {kind: {name: round(share, 3) for name, share in figures(some).items()} for kind, some in measured.items()}
    if os.environ.get("HUB_TEST_RELEVANCE") == "keep":
        KEPT.write_text(json.dumps(now, indent=2) + "\n")
    for kind, before in json.loads(KEPT.read_text()).items():
        misses = [one for one in measured[kind] if one.rank != 1 or one.page != one.wanted.page]
        for name, share in before.items():
            assert now[kind][name] >= share - TOLERANCE, (kind, name, misses)


def test_the_right_page_is_named_when_the_right_resource_is_found(measured: Mapping[str, list[Answered]]) -> None:
    assert len(measured["as written"]) >= 60
    assert figures(measured["as written"])["page accuracy"] >= PAGE_ACCURACY
    every = [one for some in measured.values() for one in some]
    assert figures(every)["page accuracy"] >= PAGE_ACCURACY


@pytest.mark.parametrize("email", ["coordinator@demo.example", "bff@demo.example"])
def test_a_long_question_says_which_words_of_the_best_lift_others_and_tells_nobody_of_what_they_may_not_open(
    demo: Database, email: str
) -> None:
    with demo.reading() as db:
        person = db.scalars(select(Person).where(Person.email == email)).one()
        texts = select(func.lower(Resource.title + " " + Page.title + " " + Page.text + " " + Page.notes))
        texts = texts.select_from(Resource).join(Revision, Revision.resource_id == Resource.id).join(Page)
        readable = " ".join(db.scalars(texts.where(visible_to(person))))
        named = []
        for wanted in QUERIES:
            notes = results_queries.search(db, person, Query(f"where did somebody write about {wanted.query}")).notes
            named += [word for note in notes if note.startswith(LIFTED) for word in re.findall("“(.+?)”", note)]
    assert named, "no question of so many had help"
    assert [word for word in named if word not in readable] == []

"""Relevance on the demo world: the relevant page must come first as often as in the last release.

``HUB_TEST_RELEVANCE=keep`` saves the figures of this run to relevance.json, as the new minimum.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.core.db import Database
from hub.demo.world import RESOURCES
from hub.library.models import Resource
from hub.members.models import Person
from hub.search.queries import results as results_queries
from hub.search.rules import results as results_rules
from hub.search.rules.results import Query
from tests.search.relevance import DEPTH, VARIANTS, Answered, WantedHit, figures, variants

KEPT = Path(__file__).with_name("relevance.json")
# A figure may fall by less than one query: the demo world's dates move with today's.
TOLERANCE = 0.009
PAGE_ACCURACY = 0.95


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

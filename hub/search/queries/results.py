"""Results of a search for a person: hits with their best page, totals, facets.

The index answers where, the rows answer whether: what it finds is checked against the live rows before it is
shown or counted.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, reduce
from itertools import islice
from operator import or_
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy import or_ as sql_or
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.library.models import Resource, Topic
from hub.library.queries import visible_to
from hub.library.rules import BIG_SIX, Audience, Kind
from hub.members.models import Organization, Person
from hub.members.rules.permissions import MAY, Permission, Scope
from hub.search.queries import matching as matching_queries
from hub.search.queries import ranking as ranking_queries
from hub.search.queries import spelling as spelling_queries
from hub.search.queries.freshness import signature
from hub.search.queries.glossary import glossary
from hub.search.queries.hits import SHOWN, hit_of, hits_of, texts_at
from hub.search.queries.matching import Matches
from hub.search.queries.ranking import Ranked
from hub.search.rules import question as question_rules
from hub.search.rules.addresses import FILTERS
from hub.search.rules.glossary import Glossary, widened
from hub.search.rules.question import Question
from hub.search.rules.results import Facet, Query, Results
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot

MOST_SHARED = 5  # words that are named, of those by which the best lift others
FACETS = ("kind", "organization", "topic", "year")
BUILDING = "The search index is being built. Until it is done, only titles are searched; try again in a few minutes."


def search(db: Session, person: Person | None, query: Query) -> Results:
    """Return what ``person`` (None: a visitor) finds; nothing of what they may not open is shown or counted.

    Works without an index as well: then titles alone are searched, and a note says so.
    """
    began = time.perf_counter()
    asked = question_rules.parse(query.text, clock.today(config_of(db).zone))
    try:
        return _from_index(db, person, query, asked, began)
    except snapshots.IndexUnusable:
        return _from_titles(db, person, query, asked, began)


def ids_of(db: Session, person: Person | None, queries: Sequence[Query]) -> Sequence[Collection[int]]:
    """Return the resources that have all of what each query asks for, of those that ``person`` may open, in no order.

    What lacks words is shown where nothing better is, but no one is told of it. They are what the index has: who
    shows them asks the rows first, as each page does.
    """
    if not queries:
        return []
    try:
        here = _index(db, person)
        facts = here.snapshot.facts
        answers = [_answered(here, query, question_rules.parse(query.text, here.today)) for query in queries]
    except snapshots.IndexUnusable:
        return [_ids_of_titles(db, person, query) for query in queries]
    return [{facts[doc].id for doc in snapshots.docs_of(answer.whole)} for answer in answers]


def _ids_of_titles(db: Session, person: Person | None, query: Query) -> Collection[int]:
    asked = question_rules.parse(query.text, clock.today(config_of(db).zone))
    conditions = [*_title_conditions(asked), *_filter_conditions(query.filters)]
    return set(db.scalars(select(Resource.id).join(Organization).where(visible_to(person), *conditions)))


def as_json(results: Results) -> dict[str, Any]:
    """Return the results as `hub search --json` prints them."""
    return {
        "query": results.query.text,
        "total": results.total,
        "took_ms": round(results.took_ms, 1),
        "hits": [
            {
                "resource": hit.resource,
                "title": hit.title,
                "kind": hit.kind.value,
                "organization": hit.organization,
                "published_on": hit.published_on.isoformat(),
                "page": hit.page,
                "page_kind": hit.page_kind.value if hit.page_kind else None,
                "snippet": str(hit.snippet),
            }
            for hit in results.hits
        ],
        "facets": {
            name: {facet.value: facet.count for facet in results.facets.get(name, ()) if facet.count} for name in FACETS
        },
    }


# With the index


@dataclass(frozen=True)
class _Index:
    """The index as a person may search it."""

    snapshot: Snapshot
    allowed: int  # the documents that the person may open
    names: Callable[[], Mapping[str, str]]  # of organizations by slug
    glossary: Glossary
    today: date
    stands_for: tuple[int, ...]  # the state of the database that it was made from


def _index(db: Session, person: Person | None) -> _Index:
    """Return the index as it is now, for any number of questions. Raises IndexUnusable."""
    opened = folders.opened(config_of(db))

    @cache
    def names() -> Mapping[str, str]:
        return {row.slug: row.name for row in db.execute(select(Organization.slug, Organization.name))}

    today = clock.today(config_of(db).zone)
    return _Index(opened.snapshot, allowed(db, person, opened), names, glossary(db), today, opened.stands_for)


@dataclass(frozen=True)
class _Answer:
    """The documents that a question finds for a person: those of the words, those of each filter, and of both."""

    found: Matches
    chosen: Mapping[str, int]
    also: Sequence[str]  # names that the glossary adds

    @property
    def bits(self) -> int:
        return reduce(int.__and__, self.chosen.values(), self.found.bits)

    @property
    def whole(self) -> int:
        """Those that lack no word."""
        return self.bits & self.found.whole


def _answered(here: _Index, query: Query, asked: Question) -> _Answer:
    """Return what the index has for a question. Raises IndexUnusable."""
    wide = widened(asked.nodes, here.glossary)
    nodes = widened(asked.nodes, here.glossary, expand=False).nodes if query.exact else wide.nodes
    found = matching_queries.matches(here.snapshot, nodes, here.allowed, here.names)
    chosen = {name: _chosen(here.snapshot, name, query.filters.get(name, ())) for name in FILTERS}
    return _Answer(found, chosen, wide.also)


def _from_index(db: Session, person: Person | None, query: Query, asked: Question, began: float) -> Results:
    here = _index(db, person)
    answer = _answered(here, query, asked)
    snapshot, found = here.snapshot, answer.found
    page = _page_of(db, snapshot, found, answer.bits, query)
    docs = page.docs
    hits = hits_of(db, person, snapshot, found, docs)
    vanished = len(docs) - len(hits)
    return Results(
        query,
        answer.bits.bit_count() - vanished,
        hits,
        {name: _facet(snapshot, found, answer.chosen, name, query, here.names) for name in FACETS},
        [*asked.notes, *found.notes, *_in_words(page)],
        (time.perf_counter() - began) * 1000,
        also=answer.also,
        did_you_mean=_did_you_mean(db, person, query, asked, here, found),
    )


def _did_you_mean(
    db: Session, person: Person | None, query: Query, asked: Question, here: _Index, found: Matches
) -> str:
    def around(doc: int, place: int) -> Sequence[str]:
        return texts_at(db, person, here.snapshot, doc, place)

    proposed = spelling_queries.did_you_mean(here.snapshot, asked, query.text, found, here.allowed, here.names, around)
    # While the index lags behind, it may have words that no one may read any more: a text was replaced.
    return proposed if proposed and here.stands_for == signature(db) else ""


def allowed(db: Session, person: Person | None, opened: folders.Opened) -> int:
    """Return the documents that the person may open. While the index lags behind the rows, the rows alone decide."""
    snapshot = opened.snapshot
    if opened.stands_for == signature(db):
        keys = _readable(person)
        if keys is None:
            return snapshot.live
        return reduce(or_, (snapshot.masks.get(("audience", key), 0) for key in keys), 0)
    ids = db.scalars(select(Resource.id).where(visible_to(person)))
    return snapshots.bits_of((snapshot.doc_of[id_] for id_ in ids if id_ in snapshot.doc_of), snapshot.size)


def _readable(person: Person | None) -> Collection[str] | None:
    """Return the audiences that a person belongs to, as the index has them; None: all. The same rule as `visible_to`."""
    if person is None:
        return ("public",)
    scope = MAY[Permission.READ].get(person.role)
    if scope is Scope.ALL:
        return None
    return () if scope is None else ("public", "network", f"org:{person.organization_id}")


def _chosen(snapshot: Snapshot, name: str, values: Collection[str]) -> int:
    """Return the documents that have one of the values; all when there are none."""
    if not values:
        return snapshot.live
    keys = [("year", int(value)) if name == "year" else (name, value) for value in values]
    bits = reduce(or_, (snapshot.masks.get(key, 0) for key in keys), 0)
    if name == "audience" and Audience.ORGANIZATION in values:
        own = (mask for (kind, value), mask in snapshot.masks.items() if kind == name and value.startswith("org:"))
        bits = reduce(or_, own, bits)
    return bits


def _in_words(page: Ranked) -> Iterator[str]:
    """Yield what a person is told of how the hits were ranked, beyond the words that they typed."""
    if page.shared and page.docs:
        words = ", ".join(f"“{word}”" for word in page.shared[:MOST_SHARED])
        yield f"What has words that the best of them share stands a little higher: {words}."


def _page_of(db: Session, snapshot: Snapshot, found: Matches, bits: int, query: Query) -> Ranked:
    """Return the documents on the asked page of results, in order."""
    first = (query.page - 1) * query.per_page
    last = first + query.per_page
    if query.sort == "relevance" and found.leaves:
        best = ranking_queries.ranked(snapshot, found, bits, clock.today(config_of(db).zone), last)
        return replace(best, docs=best.docs[first:])
    flags = snapshots.flags_of(bits, snapshot.size)
    order = snapshot.in_order(query.sort if query.sort in {"title", "oldest"} else "newest")
    return Ranked(list(islice((doc for doc in order if flags[doc] == "1"), first, last)))


# Facets


def _facet(
    snapshot: Snapshot,
    found: Matches,
    chosen: Mapping[str, int],
    name: str,
    query: Query,
    names: Callable[[], Mapping[str, str]],
) -> Sequence[Facet]:
    """Return the values that results have, over the whole result; a facet's own filter doesn't narrow it."""
    bits = reduce(int.__and__, (mask for other, mask in chosen.items() if other != name), found.bits)
    counts = {
        str(value): count
        for (kind, value), mask in snapshot.masks.items()
        if kind == name and (count := (mask & bits).bit_count())
    }
    picked = query.filters.get(name, ())
    labels = names() if name == "organization" and counts else BIG_SIX if name == "topic" else {}
    facets = [
        Facet(value, _label(name, value, labels), counts.get(value, 0), value in picked)
        for value in {**counts, **dict.fromkeys(picked, 0)}
    ]
    if name == "year":
        return sorted(facets, key=lambda facet: facet.value, reverse=True)
    return sorted(facets, key=lambda facet: (-facet.count, facet.label.casefold()))


def _label(name: str, value: str, labels: Mapping[str, str]) -> str:
    return Kind(value).label if name == "kind" else labels.get(value, value)


# Without the index


def _from_titles(db: Session, person: Person | None, query: Query, asked: Question, began: float) -> Results:
    """Resources whose titles have every word that was typed: what can be had while there is no index."""
    where = [visible_to(person), *_title_conditions(asked), *_filter_conditions(query.filters)]
    total = db.scalar(select(func.count()).select_from(Resource).join(Organization).where(*where)) or 0
    order: Iterable[Any] = {
        "title": (func.lower(Resource.title), Resource.id),
        "oldest": (Resource.published_on, Resource.id),
    }.get(query.sort, (Resource.published_on.desc(), Resource.id.desc()))
    rows = db.execute(
        SHOWN.where(*where).order_by(*order).offset((query.page - 1) * query.per_page).limit(query.per_page)
    )
    hits = [hit_of(row, None, frozenset()) for row in rows]
    notes = [*asked.notes, BUILDING]
    return Results(query, total, hits, {}, notes, (time.perf_counter() - began) * 1000, complete=False)


def _title_conditions(asked: Question) -> Sequence[ColumnElement[bool]]:
    return [
        Resource.title.icontains(node.text, autoescape=True)
        for node in asked.nodes
        if isinstance(node, question_rules.Word | question_rules.Phrase | question_rules.Prefix)
    ]


def _filter_conditions(filters: Mapping[str, Collection[str]]) -> Sequence[ColumnElement[bool]]:
    conditions: Mapping[str, Callable[[Collection[str]], ColumnElement[bool]]] = {
        "kind": lambda values: Resource.kind.in_([Kind(value) for value in values]),
        "organization": Organization.slug.in_,
        "audience": lambda values: Resource.audience.in_([Audience(value) for value in values]),
        "topic": lambda values: Resource.id.in_(select(Topic.resource_id).where(Topic.name.in_(values))),
        "year": lambda values: sql_or(*(extract("year", Resource.published_on) == int(value) for value in values)),
    }
    return [conditions[name](list(values)) for name, values in filters.items() if values]

"""Search results for a person: hits with their best page, totals, facets.

Matches come from the index; permissions are checked against the database before anything is shown or counted.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from hub.members.rules.permissions import Permission, Scope, scope_of
from hub.search.queries import fusing as fusing_queries
from hub.search.queries import matching as matching_queries
from hub.search.queries import ranking as ranking_queries
from hub.search.queries import spelling as spelling_queries
from hub.search.queries.document_arrays import flags_in
from hub.search.queries.freshness import signature
from hub.search.queries.fusing import ByMeaning
from hub.search.queries.glossary import glossary
from hub.search.queries.hits import SHOWN, Reader, hit_of
from hub.search.queries.kept import Kept
from hub.search.queries.matching import Matches
from hub.search.queries.written import Place, Readable, texts_at
from hub.search.rules import expanding as expanding_rules
from hub.search.rules import question as question_rules
from hub.search.rules.addresses import FILTERS
from hub.search.rules.glossary import Glossary
from hub.search.rules.question import Question
from hub.search.rules.results import Facet, Query, Results
from hub.search.store import folders, snapshots
from hub.search.store.numbers import np
from hub.search.store.snapshots import Snapshot

FACETS = ("kind", "organization", "topic", "year")
BUILDING = "The search index is being built. For now, only titles are searched; try again in a few minutes."


def search(db: Session, person: Person | None, query: Query) -> Results:
    """Return the results for ``person`` (None: a visitor); resources that they may not open are neither shown nor counted.

    Without an index only titles are searched, and a note says so.
    """
    began = time.perf_counter()
    question = question_rules.parse(query.text, clock.today(config_of(db).zone))
    try:
        return _from_index(db, person, query, question, began)
    except snapshots.IndexUnusable:
        return _from_titles(db, person, query, question, began)


def ids_of(db: Session, person: Person | None, queries: Sequence[Query]) -> Sequence[Collection[int]]:
    """Return the resources that completely match each query, of those that ``person`` may open, in no order.

    Partial matches are left out, since no one is notified about them. The index may lag behind: a caller that shows
    the resources must check them against the database.
    """
    if not queries:
        return []
    try:
        index = _index(db, person)
        answers = [_answer(index, query, question_rules.parse(query.text, index.today)) for query in queries]
    except snapshots.IndexUnusable:
        return [_ids_of_titles(db, person, query) for query in queries]
    ids = index.snapshot.ids
    return [set(ids[snapshots.array_of(answer.complete_bits)].tolist()) for answer in answers]


def _ids_of_titles(db: Session, person: Person | None, query: Query) -> Collection[int]:
    question = question_rules.parse(query.text, clock.today(config_of(db).zone))
    conditions = [*_title_conditions(question), *_filter_conditions(query.filters)]
    return set(db.scalars(select(Resource.id).join(Organization).where(visible_to(person), *conditions)))


def as_json(results: Results) -> dict[str, Any]:
    """Return the results in the form that `hub search --json` prints."""
    return {
        "query": results.query.text,
        "total": results.total,
        "took_ms": round(results.took_ms, 1),
        "notes": list(results.notes),
        "did_you_mean": results.did_you_mean,
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
                "lacking": list(hit.lacking),
                "by": hit.by,
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
    """The index with the documents that a person may open."""

    snapshot: Snapshot
    allowed: int  # the documents that the person may open
    names: Callable[[], Mapping[str, str]]  # returns organizations' names by slug
    glossary: Glossary
    today: date
    signature: tuple[int, ...]  # of the database that it was built from


def _index(db: Session, person: Person | None) -> _Index:
    """Return the current index, for any number of queries. Raises IndexUnusable."""
    opened = folders.opened(config_of(db))

    @cache
    def names() -> Mapping[str, str]:
        return {row.slug: row.name for row in db.execute(select(Organization.slug, Organization.name))}

    today = clock.today(config_of(db).zone)
    return _Index(opened.snapshot, allowed(db, person, opened), names, glossary(db), today, opened.signature)


@dataclass(frozen=True)
class _Answer:
    """The documents that match the words of a query, and those that match each filter."""

    matches: Matches
    filtered: Mapping[str, int]  # by filter
    also: Sequence[str]  # names that the glossary adds
    meaning: ByMeaning = field(default_factory=ByMeaning)

    @property
    def bits(self) -> int:
        return reduce(int.__and__, self.filtered.values(), self.unfiltered)

    @property
    def unfiltered(self) -> int:
        """The documents before filters."""
        return self.matches.bits | self.meaning.alone

    @property
    def complete_bits(self) -> int:
        """The documents that have all words."""
        return self.bits & self.matches.complete_bits


def _answer(index: _Index, query: Query, question: Question) -> _Answer:
    """Match a query against the index. Raises IndexUnusable."""
    expansion = expanding_rules.expanded(question.nodes, index.glossary)
    nodes = expanding_rules.as_typed(question.nodes, index.glossary) if query.exact else expansion.nodes
    matches = matching_queries.matches(index.snapshot, nodes, index.allowed, index.names)
    filtered = {name: _filter_bits(index.snapshot, name, query.filters.get(name, ())) for name in FILTERS}
    return _Answer(matches, filtered, expansion.also)


def _from_index(db: Session, person: Person | None, query: Query, question: Question, began: float) -> Results:
    index = _index(db, person)
    answer = _with_meaning(db, index, _answer(index, query, question), query, question)
    snapshot, matches = index.snapshot, answer.matches
    reader = Reader(db, person, snapshot, matches)
    docs = _page_of(snapshot, answer, query, index.today, reader)
    hits = reader.hits(docs, fusing_queries.pages_of(answer.meaning, matches))
    removed = len(docs) - len(hits)
    return Results(
        query,
        answer.bits.bit_count() - removed,
        hits,
        {name: _facet(snapshot, answer, name, query, index.names) for name in FACETS},
        [*question.notes, *matches.notes],
        (time.perf_counter() - began) * 1000,
        also=[*answer.also, *matches.also],
        did_you_mean=_did_you_mean(db, person, query, question, index, matches),
    )


def _with_meaning(db: Session, index: _Index, answer: _Answer, query: Query, question: Question) -> _Answer:
    """Return the answer with the documents that are near in meaning, unless only the typed words are searched."""
    if query.exact:
        return answer
    near = fusing_queries.by_meaning(db, index.snapshot, question, answer.matches, index.allowed, index.names)
    return replace(answer, meaning=near)


def _did_you_mean(
    db: Session, person: Person | None, query: Query, question: Question, index: _Index, matches: Matches
) -> str:
    def texts(places: Collection[Place]) -> tuple[Sequence[str], Sequence[str]]:
        return texts_at(db, person, index.snapshot, places)

    known = {part.label for part in matches.parts if part.bits & index.allowed}

    def finds(word: str) -> bool:
        return word in known or bool(
            _answer(index, Query(word), Question((question_rules.Word(word),))).matches.complete
        )

    readable = Readable(index.snapshot, index.allowed, texts)
    suggestion = spelling_queries.did_you_mean(question, query.text, readable, index.glossary, finds)
    # While the index lags behind, it may have words of texts that were replaced and that no one may read now.
    return suggestion if suggestion and index.signature == signature(db) else ""


# The documents that people with the same rights may open; there are as many keys as organizations.
_ALLOWED: Kept[int] = Kept(500)


def allowed(db: Session, person: Person | None, opened: folders.Opened) -> int:
    """Return the documents that the person may open. While the index lags behind, only the database decides."""
    keys, state = _readable_audiences(person), signature(db)
    if opened.signature == state:
        return _ALLOWED.get(opened.snapshot, keys, lambda: _of_audiences(opened.snapshot, keys))
    # Audiences don't change without the signature of the database.
    return _ALLOWED.get(opened.snapshot, (keys, state), lambda: _of_database(db, person, opened.snapshot))


def _of_audiences(snapshot: Snapshot, keys: Collection[str] | None) -> int:
    if keys is None:
        return snapshot.live
    return reduce(or_, (snapshot.masks.get(("audience", key), 0) for key in keys), 0)


def _of_database(db: Session, person: Person | None, snapshot: Snapshot) -> int:
    ids = np.fromiter(db.scalars(select(Resource.id).where(visible_to(person))), dtype=np.int64)
    return snapshots.bits_of(np.flatnonzero(np.isin(snapshot.ids, ids)), snapshot.size) & snapshot.live


def _readable_audiences(person: Person | None) -> tuple[str, ...] | None:
    """Return the index keys of the audiences that a person belongs to; None for all. The same rule as `visible_to`."""
    scope = scope_of(person, Permission.READ)
    if person is None or scope is Scope.PUBLIC:
        return ("public",)
    if scope is Scope.ALL:
        return None
    return () if scope is None else ("public", "network", f"org:{person.organization_id}")


def _filter_bits(snapshot: Snapshot, name: str, values: Collection[str]) -> int:
    """Return the documents that have one of a filter's values; all documents if there are no values."""
    if not values:
        return snapshot.live
    keys = [("year", int(value)) if name == "year" else (name, value) for value in values]
    bits = reduce(or_, (snapshot.masks.get(key, 0) for key in keys), 0)
    if name == "audience" and Audience.ORGANIZATION in values:
        own = (mask for (kind, value), mask in snapshot.masks.items() if kind == name and value.startswith("org:"))
        bits = reduce(or_, own, bits)
    return bits


def _page_of(snapshot: Snapshot, answer: _Answer, query: Query, today: date, reader: Reader) -> Sequence[int]:
    """Return the documents on the requested page of results, in order."""
    matches, bits = answer.matches, answer.bits
    first = (query.page - 1) * query.per_page
    last = first + query.per_page
    if query.sort == "relevance" and matches.leaves:
        if not answer.meaning.docs:
            return list(ranking_queries.ranked(snapshot, matches, bits, today, last, reader.texts))[first:]
        most = max(last, fusing_queries.MOST_NEAR)
        by_words = ranking_queries.ranked(snapshot, matches, bits & matches.bits, today, most, reader.texts)
        return fusing_queries.in_one_order(by_words, answer.meaning, matches, bits)[first:last]
    flags = flags_in(bits, snapshot.size).tobytes()  # quicker to read one by one
    order = snapshot.in_order(query.sort if query.sort in {"title", "oldest"} else "newest")
    return list(islice((doc for doc in order if flags[doc]), first, last))


# Facets


@dataclass(frozen=True)
class _Values:
    """The values of a facet, with the documents that have each as a row of bits."""

    values: Sequence[Any]
    rows: np.ndarray[Any, np.dtype[np.uint64]]

    @classmethod
    def of(cls, snapshot: Snapshot, name: str) -> "_Values":
        """Return the values that are in an index."""
        masks = {value: mask for (kind, value), mask in snapshot.masks.items() if kind == name}
        length = snapshot.size // 64 + 1
        joined = b"".join(mask.to_bytes(8 * length, "little") for mask in masks.values())
        return cls(list(masks), np.frombuffer(joined, dtype="<u8").reshape(len(masks), length))

    def counts(self, bits: int) -> Mapping[str, int]:
        """Return how many documents of a bit set have each value, without those that none has."""
        wanted = np.frombuffer(bits.to_bytes(8 * self.rows.shape[1], "little"), dtype="<u8")
        counts = np.bitwise_count(self.rows & wanted).sum(axis=1).tolist()
        return {str(value): count for value, count in zip(self.values, counts, strict=True) if count}


_VALUES: Kept[_Values] = Kept(len(FACETS))


def _facet(
    snapshot: Snapshot,
    answer: _Answer,
    name: str,
    query: Query,
    names: Callable[[], Mapping[str, str]],
) -> Sequence[Facet]:
    """Return the values of a facet with their counts over all results; its own filter isn't applied."""
    bits = reduce(int.__and__, (mask for other, mask in answer.filtered.items() if other != name), answer.unfiltered)
    counts = _VALUES.get(snapshot, name, lambda: _Values.of(snapshot, name)).counts(bits)
    chosen = query.filters.get(name, ())
    labels = names() if name == "organization" and counts else BIG_SIX if name == "topic" else {}
    facets = [
        Facet(value, _label(name, value, labels), counts.get(value, 0), value in chosen)
        for value in {**counts, **dict.fromkeys(chosen, 0)}
    ]
    if name == "year":
        return sorted(facets, key=lambda facet: facet.value, reverse=True)
    return sorted(facets, key=lambda facet: (-facet.count, facet.label.casefold()))


def _label(name: str, value: str, labels: Mapping[str, str]) -> str:
    return Kind(value).label if name == "kind" else labels.get(value, value)


# Without the index


def _from_titles(db: Session, person: Person | None, query: Query, question: Question, began: float) -> Results:
    """Search titles in the database, for use while there is no index."""
    where = [visible_to(person), *_title_conditions(question), *_filter_conditions(query.filters)]
    total = db.scalar(select(func.count()).select_from(Resource).join(Organization).where(*where)) or 0
    order: Iterable[Any] = {
        "title": (func.lower(Resource.title), Resource.id),
        "oldest": (Resource.published_on, Resource.id),
    }.get(query.sort, (Resource.published_on.desc(), Resource.id.desc()))
    rows = db.execute(
        SHOWN.where(*where).order_by(*order).offset((query.page - 1) * query.per_page).limit(query.per_page)
    )
    hits = [hit_of(row, None, frozenset()) for row in rows]
    notes = [*question.notes, BUILDING]
    return Results(query, total, hits, {}, notes, (time.perf_counter() - began) * 1000, complete=False)


def _title_conditions(question: Question) -> Sequence[ColumnElement[bool]]:
    return [
        Resource.title.icontains(node.text, autoescape=True)
        for node in question.nodes
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

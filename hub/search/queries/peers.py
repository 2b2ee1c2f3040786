"""Who is like an organization, and who has done what someone asks for: with the resources that say so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from math import sqrt

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hub.core import clock
from hub.core.db import config_of
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import topic_label
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, has_left
from hub.search.queries.matching import rarity
from hub.search.queries.results import search
from hub.search.rules import words as words_rules
from hub.search.rules.results import Hit, Query
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot, docs_of

MOST_PEERS = 6
NAMED = 5  # words that are said to be shared
RESOURCES = 3  # of a peer that say so
# A designation that both have counts like this share of being alike in all that they wrote.
DESIGNATION = 0.15
HITS_LOOKED_AT = 60
# Who shares fewer words, and no topic, shares the words that everyone uses.
LEAST_WORDS = 4

Profile = Mapping[str, float]  # term or topic, and how much it tells of an organization; of length 1


@dataclass(frozen=True)
class Source:
    """A resource of an organization that says so."""

    id: int
    title: str
    published_on: date


@dataclass(frozen=True)
class Peer:
    """An organization that is like another, and why."""

    organization: Organization  # with its designations
    topics: tuple[str, ...]  # that both wrote on, as people read them
    words: tuple[str, ...]  # that both use and few others do
    designations: tuple[str, ...]  # that both have
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Doer:
    """An organization whose resources answer a question, the best answers first."""

    slug: str
    name: str
    hits: tuple[Hit, ...]


def who_has_done(db: Session, person: Person, text: str) -> Sequence[Doer]:
    """Return the organizations whose resources answer ``text``, whose best answer ranks first comes first."""
    hits = search(db, person, Query(text, per_page=HITS_LOOKED_AT)).hits
    of_each: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        of_each.setdefault((hit.organization, hit.organization_name), []).append(hit)
    return [Doer(slug, name, tuple(each[:RESOURCES])) for (slug, name), each in of_each.items()]


def regions_like(db: Session, person: Person, organization: Organization) -> Sequence[Peer]:
    """Return the members and BFFs most like ``organization`` by what they share with the network, the likest first.

    Read are topics, and the words that stand out in their plans, analyses, decks and notes; what is an organization's
    own counts for no one. Empty while there is no index, or nothing is shared yet.
    """
    others = _others(db, organization)
    try:
        snapshot = folders.opened(config_of(db)).snapshot
        profiles = _profiles(snapshot)
        own = profiles.get(organization.slug, {})
        likeness = {slug: _likeness(own, profiles.get(slug, {})) for slug in others}
        for slug, other in others.items():
            if likeness[slug]:
                likeness[slug] += DESIGNATION * bool(_designations(organization) & _designations(other))
        likest = nlargest(MOST_PEERS, (slug for slug in others if likeness[slug]), key=lambda slug: likeness[slug])
        telling = {slug: _telling(snapshot, own, slug) for slug in likest}
    except snapshots.IndexUnusable:
        return []
    sources = _sources(db, person, [id_ for ids in telling.values() for id_ in ids])
    return [
        _peer(
            organization, others[slug], own, profiles[slug], [sources[id_] for id_ in telling[slug] if id_ in sources]
        )
        for slug in likest
    ]


def _others(db: Session, organization: Organization) -> Mapping[str, Organization]:
    """Everybody else who takes part now, with designations, by slug."""
    today = clock.today(config_of(db).zone)
    found = db.scalars(
        select(Organization)
        .where(Organization.kind != OrganizationKind.HOST, Organization.id != organization.id)
        .options(selectinload(Organization.designations))
    )
    return {one.slug: one for one in found if not has_left(one.left_on, today)}


def _designations(organization: Organization) -> frozenset[str]:
    return frozenset(one.name for one in organization.designations)


def _profiles(snapshot: Snapshot) -> Mapping[str, Profile]:
    """Return what each organization writes of, by slug; out of what the whole network may read. Kept beside the snapshot."""
    if snapshot.profiles is None:
        counts: dict[str, Counter[str]] = {}
        for doc in docs_of(_of_the_network(snapshot)):
            facts = snapshot.facts[doc]
            counts.setdefault(facts.organization, Counter()).update(_features(snapshot, doc))
        snapshot.profiles = {slug: _of_length_1(count) for slug, count in counts.items()}
    return snapshot.profiles


def _of_the_network(snapshot: Snapshot) -> int:
    masks = snapshot.masks
    return masks.get(("audience", "network"), 0) | masks.get(("audience", "public"), 0)


def _features(snapshot: Snapshot, doc: int) -> Mapping[str, float]:
    """Return what tells what a resource is about: its topics, and its foremost words, each by how rare it is."""
    facts, total = snapshot.facts[doc], snapshot.live.bit_count()
    weights: dict[str, float] = {}
    with snapshot.lock:
        found = {word: snapshot.frequency(words_rules.term_of(word)) for word in facts.keywords.split()}
    for place, (word, there) in enumerate(found.items()):
        if there > 1:
            weights[word.lower()] = rarity(there, total) / (1 + place / 10)
    for topic in facts.topics:
        weights[f"topic {topic}"] = rarity(snapshot.masks.get(("topic", topic), 0).bit_count(), total)
    return weights


def _of_length_1(weights: Mapping[str, float]) -> Profile:
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {name: weight / length for name, weight in weights.items()}


def _likeness(one: Profile, other: Profile) -> float:
    """Return how alike two are, from 0 (nothing in common worth saying) to 1 (the same)."""
    shared = [name for name in one if name in other]
    if len(shared) < LEAST_WORDS and not any(name.startswith("topic ") for name in shared):
        return 0.0
    return sum(one[name] * other[name] for name in shared)


def _telling(snapshot: Snapshot, own: Profile, slug: str) -> Sequence[int]:
    """Return the resources of ``slug`` that are most like what ``own`` says, by number."""
    theirs = snapshot.masks.get(("organization", slug), 0) & _of_the_network(snapshot)
    scores = {doc: _likeness(own, _features(snapshot, doc)) for doc in docs_of(theirs)}
    best = nlargest(RESOURCES, (doc for doc in scores if scores[doc]), key=lambda doc: scores[doc])
    return [snapshot.facts[doc].id for doc in best]


def _sources(db: Session, person: Person, ids: Sequence[int]) -> Mapping[int, Source]:
    rows = db.execute(
        select(Resource.id, Resource.title, Resource.published_on).where(Resource.id.in_(ids), visible_to(person))
    )
    return {row.id: Source(*row) for row in rows}


def _peer(
    organization: Organization, other: Organization, own: Profile, theirs: Profile, sources: Sequence[Source]
) -> Peer:
    shared = nlargest(4 * NAMED, (name for name in own if name in theirs), key=lambda name: own[name] * theirs[name])
    topics = tuple(topic_label(name.removeprefix("topic ")) for name in shared if name.startswith("topic "))
    named = [name for name in shared if not name.startswith("topic ")]
    designations = tuple(sorted(_designations(organization) & _designations(other)))
    return Peer(other, topics[:NAMED], tuple(named[:NAMED]), designations, tuple(sources))

"""Peers: similar organizations, and organizations with experience in something, with the resources that show it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
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
from hub.members.rules.organizations import OrganizationKind
from hub.search.queries.glossary import glossary
from hub.search.queries.kept import Kept
from hub.search.queries.matching import idf
from hub.search.queries.related import shown_words
from hub.search.queries.results import search
from hub.search.rules import words as words_rules
from hub.search.rules.results import Hit, Query
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot, docs_of

MOST_PEERS = 6
NAMED = 5  # shared topics and shared words that are shown
RESOURCES = 3  # shown per organization
DESIGNATION_GAIN = 0.15  # of a shared designation, on the scale of the cosine similarity
MOST_HITS = 60
# Organizations that share fewer words, and no topic, share only words that everyone uses.
LEAST_WORDS = 4

# The similarity of each organization with one, and the resources of one that are most similar to another.
_SIMILARITIES: Kept[Mapping[str, float]] = Kept(500)
_RESOURCES: Kept[Sequence[int]] = Kept(5_000)

Profile = Mapping[str, float]  # unit vector of an organization: weights by word or topic


@dataclass(frozen=True)
class Source:
    """A resource that shows why an organization is similar."""

    id: int
    title: str
    published_on: date


@dataclass(frozen=True)
class Peer:
    """A similar organization, with what both have in common."""

    organization: Organization  # with its designations
    topics: tuple[str, ...]  # labels
    words: tuple[str, ...]  # that both use and few others use
    designations: tuple[str, ...]  # that both have
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class ExperiencedOrganization:
    """An organization whose resources match a query, with the best hits first."""

    slug: str
    name: str
    hits: tuple[Hit, ...]


def experienced_in(db: Session, person: Person, text: str) -> Sequence[ExperiencedOrganization]:
    """Return the organizations whose resources match ``text``, in the order of their best hits."""
    hits_by_organization: dict[tuple[str, str], list[Hit]] = {}
    for hit in search(db, person, Query(text, per_page=MOST_HITS)).hits:
        hits_by_organization.setdefault((hit.organization, hit.organization_name), []).append(hit)
    return [
        ExperiencedOrganization(slug, name, tuple(hits[:RESOURCES]))
        for (slug, name), hits in hits_by_organization.items()
    ]


def similar_to(db: Session, person: Person, organization: Organization) -> Sequence[Peer]:
    """Return the members and BFFs most similar to ``organization``, best first.

    Compared are the topics and keywords of the resources that they share with the network or the public. Empty while
    there is no index, or nothing is shared yet.
    """
    others = _others(db, organization)
    try:
        snapshot = folders.opened(config_of(db)).snapshot
        profiles = _profiles(snapshot)
        own = profiles.get(organization.slug, {})
        similarities = _SIMILARITIES.get(snapshot, organization.slug, lambda: _similarities(own, profiles))
        similarity = {slug: similarities.get(slug, 0.0) for slug in others}
        for slug, other in others.items():
            if similarity[slug]:
                similarity[slug] += DESIGNATION_GAIN * bool(_designations(organization) & _designations(other))
        best = nlargest(MOST_PEERS, (slug for slug in others if similarity[slug]), key=lambda slug: similarity[slug])
        resources = {
            slug: _RESOURCES.get(snapshot, (organization.slug, slug), partial(_similar_resources, snapshot, own, slug))
            for slug in best
        }
        shared = {slug: _shared(own, profiles[slug]) for slug in best}
        words = {name for names in shared.values() for name in names if not name.startswith("topic ")}
        shown = shown_words(snapshot, words, glossary(db).written())
    except snapshots.IndexUnusable:
        return []
    sources = _sources(db, person, [id_ for ids in resources.values() for id_ in ids])
    return [
        _peer(
            organization,
            others[slug],
            shared[slug],
            shown,
            [sources[id_] for id_ in resources[slug] if id_ in sources],
        )
        for slug in best
    ]


def _others(db: Session, organization: Organization) -> Mapping[str, Organization]:
    """Return the other current members and BFFs with their designations, by slug."""
    today = clock.today(config_of(db).zone)
    others = db.scalars(
        select(Organization)
        .where(Organization.kind != OrganizationKind.HOST, Organization.id != organization.id)
        .options(selectinload(Organization.designations))
    )
    return {other.slug: other for other in others if other.membership.includes(today)}


def _designations(organization: Organization) -> frozenset[str]:
    return frozenset(designation.name for designation in organization.designations)


def _profiles(snapshot: Snapshot) -> Mapping[str, Profile]:
    """Return the profiles of organizations by slug, from resources that the whole network may read; cached with the snapshot."""
    if snapshot.profiles is None:
        counts: dict[str, Counter[str]] = {}
        for doc in docs_of(_network_documents(snapshot)):
            facts = snapshot.facts[doc]
            counts.setdefault(facts.organization, Counter()).update(_features(snapshot, doc))
        snapshot.profiles = {slug: _normalized(count) for slug, count in counts.items()}
    return snapshot.profiles


def _network_documents(snapshot: Snapshot) -> int:
    masks = snapshot.masks
    return masks.get(("audience", "network"), 0) | masks.get(("audience", "public"), 0)


def _features(snapshot: Snapshot, doc: int) -> Mapping[str, float]:
    """Return the weights of a resource's topics and keywords by their IDF; topics begin with "topic "."""
    facts, total = snapshot.facts[doc], snapshot.live.bit_count()
    weights: dict[str, float] = {}
    for rank, word in enumerate(facts.keywords.split()):
        if (frequency := snapshot.document_frequency(words_rules.term_of(word))) > 1:
            weights[word.lower()] = idf(frequency, total) / (1 + rank / 10)
    for topic in facts.topics:
        weights[f"topic {topic}"] = idf(snapshot.masks.get(("topic", topic), 0).bit_count(), total)
    return weights


def _normalized(weights: Mapping[str, float]) -> Profile:
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {name: weight / length for name, weight in weights.items()}


def _similarities(own: Profile, profiles: Mapping[str, Profile]) -> Mapping[str, float]:
    """Return the similarity of each organization with the profile ``own``, by slug."""
    return {slug: _similarity(own, profile) for slug, profile in profiles.items()}


def _similarity(profile: Profile, other: Profile) -> float:
    """Return the cosine similarity of two profiles; 0 if they share too little to mean anything."""
    shared = [name for name in profile if name in other]
    if len(shared) < LEAST_WORDS and not any(name.startswith("topic ") for name in shared):
        return 0.0
    return sum(profile[name] * other[name] for name in shared)


def _similar_resources(snapshot: Snapshot, own: Profile, slug: str) -> Sequence[int]:
    """Return the ids of the organization's resources that are most similar to the profile ``own``."""
    documents = snapshot.masks.get(("organization", slug), 0) & _network_documents(snapshot)
    scores = {doc: _similarity(own, _features(snapshot, doc)) for doc in docs_of(documents)}
    best = nlargest(RESOURCES, (doc for doc in scores if scores[doc]), key=lambda doc: scores[doc])
    return snapshot.ids[best].tolist() if best else []


def _sources(db: Session, person: Person, ids: Sequence[int]) -> Mapping[int, Source]:
    rows = db.execute(
        select(Resource.id, Resource.title, Resource.published_on).where(Resource.id.in_(ids), visible_to(person))
    )
    return {row.id: Source(*row) for row in rows}


def _shared(own: Profile, other: Profile) -> Sequence[str]:
    """Return the topics and words that two profiles share, those that make them most similar first."""
    return sorted((name for name in own if name in other), key=lambda name: -own[name] * other[name])


def _peer(
    organization: Organization,
    other: Organization,
    shared: Sequence[str],
    shown: Mapping[str, str],
    sources: Sequence[Source],
) -> Peer:
    topics = tuple(topic_label(name.removeprefix("topic ")) for name in shared if name.startswith("topic "))
    words = tuple(shown[name] for name in shared if name in shown)
    designations = tuple(sorted(_designations(organization) & _designations(other)))
    return Peer(other, topics[:NAMED], words[:NAMED], designations, tuple(sources))

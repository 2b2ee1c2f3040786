"""What is alike: resources that share a resource's foremost words and topics, out of the index alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import Audience, Kind
from hub.members.models import Organization, Person
from hub.search.queries import ranking as ranking_queries
from hub.search.queries.matching import rarity
from hub.search.queries.results import allowed
from hub.search.rules import words as words_rules
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot, docs_of

SHOWN = 5
WORDS = 12  # of a resource by which others are looked for
NAMED = 3  # words that are said to be shared
LEAST = 2  # words or topics shared; one may be chance
TOPIC = 0.5  # what a shared topic counts, compared with a word as rare that stands everywhere in both


@dataclass(frozen=True)
class Related:
    """A resource that is like another, and why: the topics and words that both have."""

    resource: int
    title: str
    kind: Kind
    organization_name: str
    published_on: date
    audience: Audience
    topics: Sequence[str]
    words: Sequence[str]


def related(db: Session, person: Person | None, resource_id: int, most: int = SHOWN) -> Sequence[Related]:
    """Up to ``most`` resources alike that ``person`` may open, the likest first; none while there is no index."""
    try:
        opened = folders.opened(config_of(db))
        snapshot = opened.snapshot
        doc = snapshot.doc_of.get(resource_id)
        if doc is None:
            return []
        within = allowed(db, person, opened) & ~(1 << doc)
        reasons = _alike(snapshot, doc, within, most)
    except snapshots.IndexUnusable:
        return []
    rows = {
        row.id: row
        for row in db.execute(
            select(
                Resource.id,
                Resource.title,
                Resource.kind,
                Organization.name,
                Resource.published_on,
                Resource.audience,
            )
            .join(Organization, Resource.organization_id == Organization.id)
            .where(Resource.id.in_([snapshot.facts[one].id for one in reasons]), visible_to(person))
        )
    }
    return [Related(*rows[id_], *why) for one, why in reasons.items() if (id_ := snapshot.facts[one].id) in rows]


Why = tuple[Sequence[str], Sequence[str]]  # topics and words


def _alike(snapshot: Snapshot, doc: int, within: int, most: int) -> Mapping[int, Why]:
    """Return the likest documents, each with the topics and words that it shares. Raises IndexUnusable."""
    facts = snapshot.facts
    with snapshot.lock:
        telling = _telling(snapshot, doc)
        leaves = {word: ranking_queries.word_leaf(snapshot, words_rules.term_of(word)) for word in telling}
    scores: dict[int, float] = {}
    shared: dict[int, list[str]] = {}
    for word, leaf in leaves.items():
        there = dict.fromkeys(docs_of(leaf.body.bits & within), 0.0)
        for one, gain in ranking_queries.gains(snapshot, leaf, there).items():
            scores[one] = scores.get(one, 0.0) + telling[word] * gain
            shared.setdefault(one, []).append(word)
    topics = frozenset(facts[doc].topics)
    tells = {topic: rarity(snapshot.masks.get(("topic", topic), 0).bit_count(), len(facts)) for topic in topics}
    for one in scores:
        scores[one] += TOPIC * sum(tells[topic] for topic in topics.intersection(facts[one].topics))
    likely = nlargest(most * 4, scores, key=lambda one: (scores[one], facts[one].published, facts[one].id))
    whys = {one: ([t for t in facts[one].topics if t in topics], shared[one][:NAMED]) for one in likely}
    good = [one for one in likely if len(whys[one][0]) + len(shared[one]) >= LEAST]
    return {one: whys[one] for one in good[:most]}


def _telling(snapshot: Snapshot, doc: int) -> Mapping[str, float]:
    """Return the words of a document that tell most what it is about, the most telling first: its foremost rare ones.

    A word that no other entry has finds nothing.
    """
    all_ = snapshot.live.bit_count()
    weights: dict[str, float] = {}
    for place, word in enumerate(snapshot.facts[doc].keywords.split()):
        found = snapshot.frequency(words_rules.term_of(word))
        if found > 1:
            weights[word] = rarity(found, all_) / (1 + place / 10)
    return {word: weights[word] for word in nlargest(WORDS, weights, key=weights.__getitem__)}

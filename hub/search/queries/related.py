"""Related resources: those that share keywords and topics with a resource, from the index."""

from collections.abc import Iterable, Mapping, Sequence
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
from hub.search.queries.glossary import glossary
from hub.search.queries.matching import idf
from hub.search.queries.meaning import similar
from hub.search.queries.results import allowed
from hub.search.rules import keywords as keywords_rules
from hub.search.rules import words as words_rules
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot, docs_of

SHOWN = 5
WORDS = 12  # keywords of a resource that are searched for
NAMED = 3  # shared words that are shown
LEAST = 2  # shared words or topics, since one may be chance
NEAR = 0.55  # the least similarity in meaning; in the demo, the nearest two of a resource have it
FUSED = 60  # the usual constant of reciprocal rank fusion
TOPIC_WEIGHT = 0.5  # of a shared topic, compared with the largest gain of a word with the same IDF


@dataclass(frozen=True)
class Related:
    """A related resource with the topics and words that both resources have."""

    resource: int
    title: str
    kind: Kind
    organization_name: str
    published_on: date
    audience: Audience
    topics: Sequence[str]
    words: Sequence[str]


def related(db: Session, person: Person | None, resource_id: int, most: int = SHOWN) -> Sequence[Related]:
    """Return the most similar resources that ``person`` may open, best first; none while there is no index."""
    try:
        opened = folders.opened(config_of(db))
        snapshot = opened.snapshot
        doc = snapshot.doc_of.get(resource_id)
        if doc is None:
            return []
        within = allowed(db, person, opened) & ~(1 << doc)
        reasons = _similar(snapshot, doc, within, most, glossary(db).written())
        reasons = _with_meaning(db, snapshot, doc, within, reasons, most)
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
            .where(Resource.id.in_([snapshot.facts[other].id for other in reasons]), visible_to(person))
        )
    }
    return [
        Related(*rows[id_], *reason) for other, reason in reasons.items() if (id_ := snapshot.facts[other].id) in rows
    ]


Reason = tuple[Sequence[str], Sequence[str]]  # topics and words


def _with_meaning(
    db: Session, snapshot: Snapshot, doc: int, within: int, reasons: Mapping[int, Reason], most: int
) -> Mapping[int, Reason]:
    """Return the documents with those that are near in meaning, fused by rank; these may share no topic and no word."""
    near = [hit.doc for hit in similar(db, snapshot, doc, within, most) if hit.similarity >= NEAR]
    if not near:
        return reasons
    scores: dict[int, float] = {}
    for ranking in (list(reasons), near):
        for rank, other in enumerate(ranking):
            scores[other] = scores.get(other, 0.0) + 1 / (FUSED + rank)
    topics = frozenset(snapshot.facts[doc].topics)
    return {
        other: reasons.get(other) or ([t for t in snapshot.facts[other].topics if t in topics], ())
        for other in nlargest(most, scores, key=lambda other: (scores[other], snapshot.facts[other].id))
    }


def _similar(snapshot: Snapshot, doc: int, within: int, most: int, acronyms: Mapping[str, str]) -> Mapping[int, Reason]:
    """Return the most similar documents, each with the shared topics, and the shared words that are worth reading.

    Raises IndexUnusable.
    """
    facts = snapshot.facts
    with snapshot.lock:
        weights = _keyword_weights(snapshot, doc)
        leaves = {word: ranking_queries.word_leaf(snapshot, words_rules.term_of(word)) for word in weights}
    scores: dict[int, float] = {}
    shared: dict[int, list[str]] = {}
    for word, leaf in leaves.items():
        docs = dict.fromkeys(docs_of(leaf.body.bits & within), 0.0)
        for other, gain in ranking_queries.gains(snapshot, leaf, docs).items():
            scores[other] = scores.get(other, 0.0) + weights[word] * gain
            shared.setdefault(other, []).append(word)
    topics = frozenset(facts[doc].topics)
    topic_idf = {topic: idf(snapshot.masks.get(("topic", topic), 0).bit_count(), len(facts)) for topic in topics}
    for other in scores:
        scores[other] += TOPIC_WEIGHT * sum(topic_idf[topic] for topic in topics.intersection(facts[other].topics))
    best = nlargest(most * 4, scores, key=lambda other: (scores[other], facts[other].published, facts[other].id))
    with snapshot.lock:
        shown = shown_words(snapshot, weights, acronyms)
    common = {other: [topic for topic in facts[other].topics if topic in topics] for other in best}
    similar = [other for other in best if len(common[other]) + len(shared[other]) >= LEAST]
    return {
        other: (common[other], [shown[word] for word in shared[other] if word in shown][:NAMED])
        for other in similar[:most]
    }


def shown_words(snapshot: Snapshot, words: Iterable[str], acronyms: Mapping[str, str]) -> Mapping[str, str]:
    """Return the keywords that are worth showing, as they are written; the caller holds the snapshot's lock.

    Raises IndexUnusable.
    """
    total = snapshot.live.bit_count()
    # The first word of an organization's name is usually its region or itself, and no subject.
    owners = {value.split("-")[0] for kind, value in snapshot.masks if kind == "organization"}
    shown: dict[str, str] = {}
    for word in words:
        if word.lower() in owners:
            continue
        frequency = snapshot.document_frequency(words_rules.term_of(word))
        if written := keywords_rules.as_shown(word, frequency, total, acronyms):
            shown[word] = written
    return shown


def _keyword_weights(snapshot: Snapshot, doc: int) -> Mapping[str, float]:
    """Return the weights of a document's most distinctive keywords, the heaviest first.

    Keywords that no other document has are left out.
    """
    total = snapshot.live.bit_count()
    weights: dict[str, float] = {}
    for rank, word in enumerate(snapshot.facts[doc].keywords.split()):
        frequency = snapshot.document_frequency(words_rules.term_of(word))
        if frequency > 1:
            weights[word] = idf(frequency, total) / (1 + rank / 10)
    return {word: weights[word] for word in nlargest(WORDS, weights, key=weights.__getitem__)}

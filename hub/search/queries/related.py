"""Related resources: those that share keywords and topics with a resource, from the index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from itertools import accumulate

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import Audience, Kind
from hub.members.models import Organization, Person
from hub.search.queries import ranking as ranking_queries
from hub.search.queries.document_arrays import Docs, best_in_order, flags_in, located
from hub.search.queries.glossary import glossary
from hub.search.queries.kept import Kept
from hub.search.queries.matching import idf
from hub.search.queries.meaning import similar
from hub.search.queries.results import allowed
from hub.search.rules import keywords as keywords_rules
from hub.search.rules import words as words_rules
from hub.search.store import folders, snapshots
from hub.search.store.numbers import np
from hub.search.store.snapshots import Snapshot

SHOWN = 5
WORDS = 12  # keywords of a resource that are searched for
MOST_FOLLOWED = 10_000  # documents that these lead to, counted for each word: 96 % of what all words of 50,000 give
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
        within = allowed(db, person, opened)
        reasons = _reasons(snapshot, doc, within, most, glossary(db).written())
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


@dataclass(frozen=True)
class _Similar:
    """A similar document with the topics and words that both have."""

    doc: int
    topics: Sequence[str]
    words: Sequence[str]  # as keywords, also those that aren't worth reading


_SIMILAR: Kept[Sequence[_Similar]] = Kept(1_000)


def _reasons(snapshot: Snapshot, doc: int, within: int, most: int, acronyms: Mapping[str, str]) -> Mapping[int, Reason]:
    """Return the most similar documents, each with the shared topics, and the shared words that are worth reading.

    Raises IndexUnusable.
    """
    similar_documents = _SIMILAR.get(snapshot, (doc, within, most), lambda: _similar(snapshot, doc, within, most))
    words = dict.fromkeys(word for each in similar_documents for word in each.words)
    shown = shown_words(snapshot, words, acronyms)
    return {
        each.doc: (each.topics, [shown[word] for word in each.words if word in shown][:NAMED])
        for each in similar_documents
    }


def _similar(snapshot: Snapshot, doc: int, within: int, most: int) -> Sequence[_Similar]:
    """Return the documents that share the most with a document, best first. Raises IndexUnusable."""
    weights = _keyword_weights(snapshot, doc)
    leaves = {word: ranking_queries.word_leaf(snapshot, words_rules.term_of(word)) for word in weights}
    is_within = flags_in(within, snapshot.size)
    is_within[doc] = False
    scores, shared = np.zeros(snapshot.size), np.zeros(snapshot.size, dtype=np.int8)
    having: dict[str, Docs] = {}
    for word, leaf in leaves.items():
        docs, gains = ranking_queries.gains(snapshot, leaf)
        of_others = is_within[docs]
        having[word] = docs[of_others]
        scores[having[word]] += weights[word] * gains[of_others]
        shared[having[word]] += 1
    others = np.flatnonzero(shared)
    topics = snapshot.facts[doc].topics
    for topic in topics:
        mask = snapshot.masks.get(("topic", topic), 0)
        with_topic = others[flags_in(mask, snapshot.size)[others]]
        scores[with_topic] += TOPIC_WEIGHT * idf(mask.bit_count(), snapshot.size)
        shared[with_topic] += 1
    best = best_in_order(snapshot, others, scores[others], most * 4)
    best = best[shared[best] >= LEAST][:most]
    words: dict[int, list[str]] = {other: [] for other in best.tolist()}
    for word, docs in having.items():
        for other in best[located(best, docs)[1]].tolist():
            words[other].append(word)
    common = {other: [topic for topic in snapshot.facts[other].topics if topic in topics] for other in words}
    return [_Similar(other, common[other], words[other]) for other in words]


def shown_words(snapshot: Snapshot, words: Iterable[str], acronyms: Mapping[str, str]) -> Mapping[str, str]:
    """Return the keywords that are worth showing, as they are written. Raises IndexUnusable."""
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

    Keywords that no other document has are left out, and so are common ones if the rare ones already lead to many
    documents: they would say little, and take as long as a search.
    """
    total = snapshot.live.bit_count()
    weights: dict[str, float] = {}
    frequencies: dict[str, int] = {}
    for rank, word in enumerate(snapshot.facts[doc].keywords.split()):
        frequencies[word] = snapshot.document_frequency(words_rules.term_of(word))
        if frequencies[word] > 1:
            weights[word] = idf(frequencies[word], total) / (1 + rank / 10)
    heaviest = nlargest(WORDS, weights, key=weights.__getitem__)
    rarest = sorted(heaviest, key=frequencies.__getitem__)
    followed = accumulate(frequencies[word] for word in rarest)
    chosen = {
        word
        for number, (word, count) in enumerate(zip(rarest, followed, strict=True))
        if number < LEAST or count <= MOST_FOLLOWED
    }
    return {word: weights[word] for word in heaviest if word in chosen}

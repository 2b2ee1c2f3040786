"""Ranking: the order of matching documents, and the best page of each."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from itertools import pairwise

from hub.search.queries.matching import Leaf, Matches, Part, idf
from hub.search.rules import passages as passages_rules
from hub.search.rules import words as words_rules
from hub.search.store.snapshots import Snapshot, docs_of

# Field weights of BM25F, compared with 1 for the text.
TITLE_WEIGHT, HEADING_WEIGHT = 8.0, 2.0
K1, B = 1.2, 0.5
RERANKED = 50  # documents that are ranked again by proximity
PROXIMITY, FAR = 0.5, 30  # largest gain by proximity, and the distance in words from which there is none
# The gain of a resource that is published today, and the days after which it halves.
RECENCY, HALF_AFTER_DAYS = 0.15, 730
# Pseudo-relevance feedback, for partial matches of at least MANY_WORDS words: the FEEDBACK_WORDS best keywords that
# SHARED_BY or more of the BEST documents share lift the first FED_BACK by up to FEEDBACK of the best score.
MANY_WORDS, BEST, SHARED_BY, FEEDBACK_WORDS, FEEDBACK, FED_BACK = 4, 10, 2, 10, 0.2, 200


@dataclass(frozen=True)
class Ranked:
    """Ranked documents, best first, and the feedback words that lifted some of them, strongest first."""

    docs: Sequence[int]
    shared: Sequence[str] = ()


def ranked(snapshot: Snapshot, matches: Matches, bits: int, today: date, most: int) -> Ranked:
    """Rank the documents of ``bits`` and return the ``most`` best.

    The score is BM25F over text, headings and title, with gains for proximity and recency.
    """
    scores = _scores(snapshot, matches.parts, docs_of(bits))
    shared: Sequence[str] = ()
    if matches.shares and len(matches.parts) >= MANY_WORDS:
        shared = _add_feedback(snapshot, matches.terms, scores)
    recent = _recency(snapshot, today)
    for doc in scores:
        scores[doc] *= recent[doc]
    docs = nlargest(max(most, RERANKED), scores, key=scores.__getitem__)
    best = docs[:RERANKED]
    if len(matches.leaves) > 1:
        for doc in best:
            scores[doc] *= 1 + PROXIMITY * _proximity([leaf.body.positions_in(doc) for leaf in matches.leaves])
    facts = snapshot.facts
    best.sort(key=lambda doc: (-scores[doc], -facts[doc].published, -facts[doc].id))
    return Ranked([*best, *docs[RERANKED:]][:most], shared)


def _scores(snapshot: Snapshot, parts: Sequence[Part], docs: Sequence[int]) -> dict[int, float]:
    """Return BM25F scores; of several names of one thing, the one with the best score counts."""
    scores = dict.fromkeys(docs, 0.0)
    for part in parts:
        leaf_gains = [gains(snapshot, leaf, scores) for leaf in part.leaves]
        best = leaf_gains[0] if len(leaf_gains) == 1 else _maximum(leaf_gains)
        for doc, gain in best.items():
            scores[doc] += gain
    return scores


def _add_feedback(snapshot: Snapshot, query_terms: Collection[str], scores: dict[int, float]) -> Sequence[str]:
    """Add pseudo-relevance feedback to ``scores``: lift documents with keywords that the best ones share.

    Returns these keywords as the best documents write them.
    """
    in_order = nlargest(FED_BACK, scores, key=scores.__getitem__)
    if len(in_order) <= BEST:
        return ()
    with snapshot.lock:
        weights = _shared_terms(snapshot, query_terms, {doc: scores[doc] for doc in in_order[:BEST]})
        leaves = [(word_leaf(snapshot, term), weight) for term, weight in weights.items()]
    lifts = dict.fromkeys(in_order, 0.0)
    for leaf, weight in leaves:
        for doc, gain in gains(snapshot, leaf, lifts).items():
            lifts[doc] += weight * gain
    most, best = max(lifts.values()), scores[in_order[0]]
    for doc, gain in lifts.items() if most else ():
        scores[doc] += FEEDBACK * best * gain / most
    if not most:
        return ()
    surface_forms = {
        words_rules.term_of(word): word for doc in in_order[:BEST] for word in snapshot.facts[doc].keywords.split()
    }
    return [surface_forms[term] for term in weights]


def _shared_terms(snapshot: Snapshot, query_terms: Collection[str], best: Mapping[int, float]) -> Mapping[str, float]:
    """Return the terms that several of the best documents have as keywords, with their weights."""
    shared: dict[str, list[float]] = {}
    for doc, score in best.items():
        for term in {words_rules.term_of(word) for word in snapshot.facts[doc].keywords.split()}.difference(
            query_terms
        ):
            shared.setdefault(term, []).append(score)
    total = snapshot.live.bit_count()
    weights = {
        term: sum(scores) * idf(snapshot.document_frequency(term), total)
        for term, scores in shared.items()
        if len(scores) >= SHARED_BY
    }
    return {term: weights[term] for term in nlargest(FEEDBACK_WORDS, sorted(weights), key=weights.__getitem__)}


def word_leaf(snapshot: Snapshot, term: str) -> Leaf:
    """Return the leaf of a term that wasn't typed; its IDF is 1, and the caller weights it."""
    body, title, headings = (snapshot.postings(name, term) for name in ("body", "title", "headings"))
    return Leaf(body, title, headings, (term,), 1.0)


def gains(snapshot: Snapshot, leaf: Leaf, docs: Mapping[int, float]) -> Mapping[int, float]:
    """Return the BM25F gain of a leaf for each of ``docs`` that has it."""
    length_norms = _length_norms(snapshot)
    counts: dict[int, float] = {
        doc: count for doc, count in zip(leaf.body.docs, leaf.body.counts, strict=True) if doc in docs
    }
    for postings, weight in ((leaf.title, TITLE_WEIGHT), (leaf.headings, HEADING_WEIGHT)):
        for doc, count in zip(postings.docs, postings.counts, strict=True):
            if doc in counts:
                counts[doc] += weight * count
    return {doc: leaf.idf * count / (count + length_norms[doc]) for doc, count in counts.items()}


def _maximum(leaf_gains: Sequence[Mapping[int, float]]) -> Mapping[int, float]:
    best: dict[int, float] = {}
    for gains_of_leaf in leaf_gains:
        for doc, gain in gains_of_leaf.items():
            best[doc] = max(gain, best.get(doc, 0.0))
    return best


def _length_norms(snapshot: Snapshot) -> Sequence[float]:
    """Return BM25's length normalization of each document, cached with the snapshot."""
    if "length norms" not in snapshot.per_document:
        constant, by_length = K1 * (1 - B), K1 * B / snapshot.mean_length
        snapshot.per_document["length norms"] = [constant + by_length * facts.length for facts in snapshot.facts]
    return snapshot.per_document["length norms"]


def _recency(snapshot: Snapshot, today: date) -> Sequence[float]:
    """Return the recency factor of each document, cached with the snapshot."""
    if today not in snapshot.per_document:
        now = today.toordinal()
        snapshot.per_document[today] = [
            1 + RECENCY * 0.5 ** (max(0, now - facts.published) / HALF_AFTER_DAYS) for facts in snapshot.facts
        ]
    return snapshot.per_document[today]


def _proximity(positions: Sequence[Sequence[int]]) -> float:
    """Return the mean proximity of neighboring query words, from 0 (never near) to 1 (adjacent in query order)."""
    gains = [_gain(left, right) for left, right in pairwise(positions)]
    return sum(gains) / len(gains)


def _gain(left: Sequence[int], right: Sequence[int]) -> float:
    closest = min(_distances(left, right), default=FAR)
    return max(0.0, 1 - (closest - 1) / FAR) ** 2 if closest else 0.0


def _distances(left: Sequence[int], right: Sequence[int]) -> Iterator[int]:
    """Yield the distances between neighbors of two sorted lists of positions; the wrong order adds two."""
    at, last = 0, len(right)
    for position in left:
        while at < last and right[at] <= position:
            at += 1
        if at < last:
            yield right[at] - position
        if at:
            yield position - right[at - 1] + 2


def best_page(snapshot: Snapshot, doc: int, parts: Sequence[Part]) -> int | None:
    """Return the number of the page of a document that best covers the query; None if no page has a word of it.

    Several names of one thing count as one word.
    """
    numbers, starts, title_ends = snapshot.facts[doc].page_bounds()
    occurrences = [[(leaf.body.positions_in(doc), leaf.idf) for leaf in part.leaves] for part in parts]
    positions = [
        names[0][0] if len(names) == 1 else sorted({position for in_name, _ in names for position in in_name})
        for names in occurrences
    ]
    weights = [max((weight for in_name, weight in names if in_name), default=0.0) for names in occurrences]
    best = passages_rules.best_page(positions, weights, starts, title_ends)
    return None if best is None else numbers[best]


def first_page(snapshot: Snapshot, doc: int) -> int | None:
    """Return the number of the first page of a document; None if it has no pages."""
    return next(iter(snapshot.facts[doc].page_bounds()[0]), None)


def page_at(snapshot: Snapshot, doc: int, position: int) -> int | None:
    """Return the number of the page of a document that a position is on; None if it is on no page."""
    numbers, starts, _ = snapshot.facts[doc].page_bounds()
    at = bisect_right(starts, position) - 1
    return numbers[at] if at >= 0 else None

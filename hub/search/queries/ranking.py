"""Ranking: the order of matching documents, and the best page of each."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from heapq import nlargest
from itertools import pairwise

from hub.search.queries.document_arrays import (
    STRIDE,
    Docs,
    Flags,
    Places,
    Scores,
    best_in_order,
    flags_in,
    joined,
    located,
    places_in,
)
from hub.search.queries.matching import Leaf, Matches, Part, idf
from hub.search.rules import best_page as best_page_rules
from hub.search.rules import words as words_rules
from hub.search.rules.best_page import Found
from hub.search.store.numbers import np
from hub.search.store.snapshots import Snapshot, array_of

# BM25F: the weights of fields, compared with 1 for the text, and its two constants. The title isn't normalized by length.
TITLE_WEIGHT, HEADING_WEIGHT = 4.0, 1.0
K1, B = 1.2, 0.75
# Neighboring words of a query that are up to NEAR words apart, in the documents that are RERANKED: the gain of a pair,
# compared with the IDF of its words; more for a query of up to FEW_WORDS, which often means a phrase.
RERANKED, NEAR, PAIR, PAIR_OF_FEW, FEW_WORDS = 100, 8, 0.4, 1.0, 3
PAIR_K = 1.2
MOST_NEAR = 12  # words of a long query whose neighborhood is compared: the rarest
# The gain of a resource that is published today, and the days after which it halves.
RECENCY, HALF_AFTER_DAYS = 0.15, 730
# Relevance feedback (RM3), for queries of at least MANY_WORDS words with MANY_MATCHES: the FEEDBACK_WORDS that the best
# pages of the BEST documents share lift the first FED_BACK by up to FEEDBACK of the best score, but not above the first
# KEPT, which words alone choose.
MANY_WORDS, MANY_MATCHES, BEST, SHARED_BY, FEEDBACK_WORDS, FEEDBACK, FED_BACK, KEPT = 4, 100, 10, 2, 12, 0.5, 200, 3
SHORTEST_FEEDBACK = 3  # letters of a feedback word
MOST_COMMON = 0.2  # the share of all documents that may have a feedback word

PageTexts = Callable[[Sequence[int]], Sequence[str]]  # returns the text of the best page of each document


def ranked(
    snapshot: Snapshot, matches: Matches, bits: int, today: date, most: int, page_texts: PageTexts
) -> Mapping[int, float]:
    """Return the ``most`` best documents of ``bits``, best first, each with its score.

    A score of 1 is the most that BM25F gives for the words of the query; near words, new resources and feedback may
    give a little more. The score is BM25F over text, headings and title, with gains for proximity, recency and, for long queries,
    relevance feedback. For a query of up to ``FEW_WORDS`` words, documents that have all of them come first.
    """
    docs = array_of(bits)
    scores = _scores(snapshot, matches.parts)
    factors = _recency(snapshot, today)
    first = _best(scores * factors, docs, RERANKED)
    _add_proximity(matches.parts, scores, first)
    scores *= factors
    if len(matches.parts) <= FEW_WORDS and matches.shares:
        scores[array_of(matches.complete_bits)] += scores.max(initial=0.0) + 1.0
    in_order = best_in_order(snapshot, docs, scores[docs], max(most, FED_BACK)).tolist()
    if len(matches.parts) >= MANY_WORDS and len(docs) >= MANY_MATCHES:
        in_order = _with_feedback(snapshot, matches, scores, in_order, page_texts)
    possible = max(sum(part.times * _weight(part) for part in matches.parts), np.finfo(float).tiny)
    return {doc: scores[doc] / possible for doc in in_order[:most]}


def _scores(snapshot: Snapshot, parts: Sequence[Part]) -> Scores:
    """Return BM25F scores; of several names of one thing, the one with the best score counts."""
    scores = np.zeros(snapshot.size)
    for part in parts:
        of_leaves = [gains(snapshot, leaf) for leaf in part.leaves]
        if len(of_leaves) == 1:
            docs, of_leaf = of_leaves[0]
            scores[docs] += part.times * of_leaf
        else:
            of_part = np.zeros(snapshot.size)
            for docs, of_leaf in of_leaves:
                of_part[docs] = np.maximum(of_part[docs], of_leaf)
            scores += part.times * of_part
    return scores


def _best(scores: Scores, docs: Docs, most: int) -> Docs:
    """Return the documents with the best scores, best first, the first of equal ones."""
    if len(docs) > most:
        docs = docs[np.argpartition(-scores[docs], most - 1)[:most]]
    return docs[np.lexsort((docs, -scores[docs]))]


def _add_proximity(parts: Sequence[Part], scores: Scores, docs: Docs) -> None:
    """Add the gain of neighboring words of the query that are near each other in a document."""
    if len(parts) < 2:  # noqa: PLR2004 - a pair
        return
    gain = PAIR_OF_FEW if len(parts) <= FEW_WORDS else PAIR
    rare = sorted(sorted(range(len(parts)), key=lambda number: -_weight(parts[number]))[:MOST_NEAR])
    docs = np.sort(docs)
    having = {number: _flags_of(parts[number], docs) for number in rare}
    # Only documents with two neighboring words are read.
    needed = {number: np.zeros(len(docs), dtype=np.bool_) for number in rare}
    for a, b in pairwise(rare):
        needed[a] |= having[a] & having[b]
        needed[b] |= having[a] & having[b]
    places = {number: _places(parts[number], docs, needed[number]) for number in rare}
    for a, b in pairwise(rare):
        left = places[a][(having[a] & having[b])[places[a] // STRIDE]]
        near = _nearness(left, places[b], len(docs))
        weight = gain * (_weight(parts[a]) + _weight(parts[b])) / 2
        scores[docs] += weight * near / (PAIR_K + near)


def _weight(part: Part) -> float:
    return max((leaf.idf for leaf in part.leaves), default=0.0)


def _flags_of(part: Part, docs: Docs) -> Flags:
    """Return which of ``docs`` have a part."""
    return flags_in(part.bits, max(part.bits.bit_length(), int(docs.max(initial=0)) + 1))[docs]


def _places(part: Part, docs: Docs, needed: Flags) -> Places:
    """Return the places of any name of a part in those of ``docs`` that are needed."""
    numbers = np.flatnonzero(needed)
    places = joined([places_in(leaf.body, docs[numbers]) for leaf in part.leaves])
    return numbers[places // STRIDE] * STRIDE + places % STRIDE


def _nearness(left: Places, right: Places, count: int) -> Scores:
    """Return, for each of ``count`` documents, the sum of 1 / distance² from each place of ``left`` to the nearest of ``right``."""
    if not len(left) or not len(right):
        return np.zeros(count)
    at = np.searchsorted(right, left, side="right")
    after = np.where(at < len(right), right[np.minimum(at, len(right) - 1)] - left, NEAR + 1)
    before = np.where(at > 0, left - right[np.maximum(at - 1, 0)], NEAR + 1)
    before[before == 0] = NEAR + 1  # the same word is no neighbor of itself
    distance = np.minimum(after, before)
    near = distance <= NEAR
    sums: Scores = np.bincount(left[near] // STRIDE, 1 / distance[near] ** 2, count).astype(np.float64)
    return sums


def _with_feedback(
    snapshot: Snapshot, matches: Matches, scores: Scores, in_order: Sequence[int], page_texts: PageTexts
) -> Sequence[int]:
    """Lift documents that have words which the best pages share, and return the new order; the first ``KEPT`` stay.

    This is RM3: a relevance model of the best pages, mixed with the query's own score.
    """
    best = in_order[:BEST]
    weights = _shared_words(snapshot, matches.terms, scores[best].tolist(), page_texts(best))
    leaves = [(word_leaf(snapshot, term), weight) for term, weight in weights.items()]
    lifts = np.zeros(snapshot.size)
    for leaf, weight in leaves:
        docs, of_leaf = gains(snapshot, leaf)
        lifts[docs] += weight * of_leaf
    fed_back = np.array(in_order[:FED_BACK])
    most = lifts[fed_back].max(initial=0.0)
    if not most:
        return in_order
    lifted = scores[fed_back] + FEEDBACK * scores[in_order[0]] * lifts[fed_back] / most
    lifted[:KEPT] = scores[fed_back[:KEPT]] + max(0.0, lifted[KEPT:].max() - scores[fed_back[KEPT - 1]])
    scores[fed_back] = lifted
    return [*fed_back[np.argsort(-lifted, kind="stable")].tolist(), *in_order[FED_BACK:]]


def _shared_words(
    snapshot: Snapshot, typed: Collection[str], scores: Sequence[float], texts: Sequence[str]
) -> Mapping[str, float]:
    """Return the terms that several texts share, with their weights."""
    total = snapshot.live.bit_count()
    weights: dict[str, float] = {}
    having: Counter[str] = Counter()
    for score, text in zip(scores, texts, strict=True):
        counts: Counter[str] = Counter()
        for token, count in Counter(words_rules.token_texts(text)).items():
            for term in words_rules.all_terms_of(token):
                counts[term] += count
        length = max(1, counts.total())
        having.update(counts.keys())
        for term, count in counts.items():
            weights[term] = weights.get(term, 0.0) + score * count / length
    shared = {
        term: weight * idf(frequency, total)
        for term, weight in weights.items()
        if having[term] >= SHARED_BY and _is_feedback(term) and term not in typed
        if (frequency := snapshot.document_frequency(term)) <= MOST_COMMON * total
    }
    return {term: shared[term] for term in nlargest(FEEDBACK_WORDS, sorted(shared), key=shared.__getitem__)}


def _is_feedback(term: str) -> bool:
    return len(term) >= SHORTEST_FEEDBACK and term.isalpha() and term.islower()


def word_leaf(snapshot: Snapshot, term: str) -> Leaf:
    """Return the leaf of a term that wasn't typed; its IDF is 1, and the caller weights it."""
    body, title, headings = (snapshot.postings(name, term) for name in ("body", "title", "headings"))
    return Leaf(body, title, headings, (term,), 1.0)


def gains(snapshot: Snapshot, leaf: Leaf) -> tuple[Docs, Scores]:
    """Return the documents that have a leaf, sorted, and its BM25F gain in each."""
    docs: Docs = np.asarray(leaf.body.docs, dtype=np.intp)
    counts: Scores = np.asarray(leaf.body.counts, dtype=np.float64)
    in_title: Scores = np.zeros(len(docs))
    for postings, weight, into in ((leaf.headings, HEADING_WEIGHT, counts), (leaf.title, 1.0, in_title)):
        if len(postings.docs) and len(docs):
            at, has = located(np.asarray(postings.docs, dtype=np.intp), docs)
            into[at[has]] += weight * np.asarray(postings.counts, dtype=np.float64)[has]
    frequency = np.maximum(0.0, counts - in_title) / _length_norms(snapshot)[docs] + TITLE_WEIGHT * in_title
    return docs, leaf.idf * frequency / (K1 + frequency)


def _length_norms(snapshot: Snapshot) -> Scores:
    """Return BM25's length normalization of each document, cached with the snapshot."""
    if "length norms" not in snapshot.per_document:
        snapshot.per_document["length norms"] = 1 - B + B * snapshot.lengths.astype(np.float64) / snapshot.mean_length
    return snapshot.per_document["length norms"]


def _recency(snapshot: Snapshot, today: date) -> Scores:
    """Return the recency factor of each document, cached with the snapshot."""
    if today not in snapshot.per_document:
        age = np.maximum(0.0, today.toordinal() - snapshot.published)
        snapshot.per_document[today] = 1 + RECENCY * 0.5 ** (age / HALF_AFTER_DAYS)
    return snapshot.per_document[today]


def best_page(snapshot: Snapshot, doc: int, parts: Sequence[Part]) -> int | None:
    """Return the number of the page of a document that best answers the query; None if no page has a word of it.

    Several names of one thing count as one word.
    """
    bounds = snapshot.facts[doc].page_bounds()
    words = [
        [Found(leaf.body.positions_in(doc), leaf.idf, bool(leaf.title.bits >> doc & 1)) for leaf in part.leaves]
        for part in parts
    ]
    best = best_page_rules.best_page(words, bounds)
    return None if best is None else bounds.numbers[best]


def first_page(snapshot: Snapshot, doc: int) -> int | None:
    """Return the number of the first page of a document; None if it has no pages."""
    return next(iter(snapshot.facts[doc].page_bounds().numbers), None)


def has_one_page(snapshot: Snapshot, doc: int) -> bool:
    """Return True if a document has exactly one page."""
    return len(snapshot.facts[doc].page_bounds().numbers) == 1


def page_at(snapshot: Snapshot, doc: int, position: int) -> int | None:
    """Return the number of the page of a document that a position is on; None if it is on no page."""
    bounds = snapshot.facts[doc].page_bounds()
    at = bounds.page_at(position)
    return bounds.numbers[at] if at >= 0 else None

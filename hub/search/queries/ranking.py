"""How the documents that answer a question rank, and which page of each is shown."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from itertools import pairwise

from hub.search.queries.matching import Leaf, Matches, Part, rarity
from hub.search.rules import passages as passages_rules
from hub.search.rules import words as words_rules
from hub.search.store.snapshots import Snapshot, docs_of

# What a word counts in the title and in a heading, compared with one in the text (BM25F).
IN_TITLE, IN_HEADING = 8.0, 2.0
SATURATION, BY_LENGTH = 1.2, 0.5  # BM25's k1 and b
# The best of the plain ranking, which are ranked again by how near the words stand.
LOOKED_AT_CLOSELY = 50
NEARNESS, FAR = 0.5, 30  # largest gain, and the distance in words beyond which there is none
# A resource of today gains this much over one from long ago; half of it after two years.
RECENCY, HALF_AFTER_DAYS = 0.15, 730
# When hits lack words of a long question: words that so many of the best share tell more of what was meant. The best
# of the ranking gain up to this much of the best score by such words, most of which they have among their keywords.
MANY_WORDS, BEST, SHARED_BY, FEEDBACK_WORDS, FEEDBACK, FED_BACK = 4, 10, 2, 10, 0.2, 200


@dataclass(frozen=True)
class Ranked:
    """Documents, best first; and the words that no one asked for by which some of them were lifted, strongest first."""

    docs: Sequence[int]
    shared: Sequence[str] = ()


def ranked(snapshot: Snapshot, found: Matches, bits: int, today: date, most: int) -> Ranked:
    """Return the ``most`` best documents of ``bits``, best first: BM25F over text, headings and title, a little nearness
    of the words to each other, and a gentle preference for what is new.
    """
    scores = _scores(snapshot, found.parts, docs_of(bits))
    shared: Sequence[str] = ()
    if found.shares and len(found.parts) >= MANY_WORDS:
        shared = _feed_back(snapshot, found.terms, scores)
    recent = _recency(snapshot, today)
    for doc in scores:
        scores[doc] *= recent[doc]
    docs = nlargest(max(most, LOOKED_AT_CLOSELY), scores, key=scores.__getitem__)
    best = docs[:LOOKED_AT_CLOSELY]
    if len(found.leaves) > 1:
        for doc in best:
            scores[doc] *= 1 + NEARNESS * _nearness([leaf.body.places_in(doc) for leaf in found.leaves])
    facts = snapshot.facts
    best.sort(key=lambda doc: (-scores[doc], -facts[doc].published, -facts[doc].id))
    return Ranked([*best, *docs[LOOKED_AT_CLOSELY:]][:most], shared)


def _scores(snapshot: Snapshot, parts: Sequence[Part], docs: Sequence[int]) -> dict[int, float]:
    """BM25F; of several names of one thing the best counts."""
    scores = dict.fromkeys(docs, 0.0)
    for part in parts:
        each = [gains(snapshot, leaf, scores) for leaf in part.leaves]
        best = each[0] if len(each) == 1 else _best_of(each)
        for doc, gain in best.items():
            scores[doc] += gain
    return scores


def _feed_back(snapshot: Snapshot, asked: Collection[str], scores: dict[int, float]) -> Sequence[str]:
    """Lift what has the words that the best share, though no one asked for them: what is alike belongs together.

    Answers these words as the best write them.
    """
    in_order = nlargest(FED_BACK, scores, key=scores.__getitem__)
    if len(in_order) <= BEST:
        return ()
    with snapshot.lock:
        weights = _shared(snapshot, asked, {doc: scores[doc] for doc in in_order[:BEST]})
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
    written = {
        words_rules.term_of(word): word for doc in in_order[:BEST] for word in snapshot.facts[doc].keywords.split()
    }
    return [written[term] for term in weights]


def _shared(snapshot: Snapshot, asked: Collection[str], best: Mapping[int, float]) -> Mapping[str, float]:
    """Return the words that several of the best documents have among their keywords, with how much each tells."""
    shared: dict[str, list[float]] = {}
    for doc, score in best.items():
        for term in {words_rules.term_of(word) for word in snapshot.facts[doc].keywords.split()}.difference(asked):
            shared.setdefault(term, []).append(score)
    all_ = snapshot.live.bit_count()
    weights = {
        term: sum(scores) * rarity(snapshot.frequency(term), all_)
        for term, scores in shared.items()
        if len(scores) >= SHARED_BY
    }
    return {term: weights[term] for term in nlargest(FEEDBACK_WORDS, sorted(weights), key=weights.__getitem__)}


def word_leaf(snapshot: Snapshot, term: str) -> Leaf:
    """Return a word that no one typed; it counts by its weight, not by its rarity."""
    body, title, headings = (snapshot.postings(name, term) for name in ("body", "title", "headings"))
    return Leaf(body, title, headings, (term,), 1.0)


def gains(snapshot: Snapshot, leaf: Leaf, docs: Mapping[int, float]) -> Mapping[int, float]:
    """Return what one word adds to the score of each document that has it."""
    damping = _damping(snapshot)
    counts: dict[int, float] = {
        doc: times for doc, times in zip(leaf.body.docs, leaf.body.counts, strict=True) if doc in docs
    }
    for postings, boost in ((leaf.title, IN_TITLE), (leaf.headings, IN_HEADING)):
        for doc, times in zip(postings.docs, postings.counts, strict=True):
            if doc in counts:
                counts[doc] += boost * times
    return {doc: leaf.rarity * count / (count + damping[doc]) for doc, count in counts.items()}


def _best_of(each: Sequence[Mapping[int, float]]) -> Mapping[int, float]:
    best: dict[int, float] = {}
    for some in each:
        for doc, gain in some.items():
            best[doc] = max(gain, best.get(doc, 0.0))
    return best


def _damping(snapshot: Snapshot) -> Sequence[float]:
    """For each document how little one more occurrence counts in it: the longer the text, the less."""
    if "damping" not in snapshot.per_document:
        flat, steep = SATURATION * (1 - BY_LENGTH), SATURATION * BY_LENGTH / snapshot.mean_length
        snapshot.per_document["damping"] = [flat + steep * facts.length for facts in snapshot.facts]
    return snapshot.per_document["damping"]


def _recency(snapshot: Snapshot, today: date) -> Sequence[float]:
    """For each document what its score is multiplied with for being new."""
    if today not in snapshot.per_document:
        now = today.toordinal()
        snapshot.per_document[today] = [
            1 + RECENCY * 0.5 ** (max(0, now - facts.published) / HALF_AFTER_DAYS) for facts in snapshot.facts
        ]
    return snapshot.per_document[today]


def _nearness(places: Sequence[Sequence[int]]) -> float:
    """Return how near to each other neighbors of the question stand, from 0 (nowhere near) to 1 (side by side)."""
    gains = [_gain(left, right) for left, right in pairwise(places)]
    return sum(gains) / len(gains)


def _gain(left: Sequence[int], right: Sequence[int]) -> float:
    closest = min(_distances(left, right), default=FAR)
    return max(0.0, 1 - (closest - 1) / FAR) ** 2 if closest else 0.0


def _distances(left: Sequence[int], right: Sequence[int]) -> Iterator[int]:
    """Distances between neighbors of two sorted rows; in the wrong order counts two more."""
    at, last = 0, len(right)
    for place in left:
        while at < last and right[at] <= place:
            at += 1
        if at < last:
            yield right[at] - place
        if at:
            yield place - right[at - 1] + 2


def best_page(snapshot: Snapshot, doc: int, parts: Sequence[Part]) -> int | None:
    """Return the number of the page of a document that best covers the question; None when no page has a word of it.

    Of several names of one thing it counts for one, whichever stands there.
    """
    numbers, starts, title_ends = snapshot.facts[doc].page_bounds()
    there = [[(leaf.body.places_in(doc), leaf.rarity) for leaf in part.leaves] for part in parts]
    places = [some[0][0] if len(some) == 1 else sorted({p for each, _ in some for p in each}) for some in there]
    weights = [max((rarity for each, rarity in some if each), default=0.0) for some in there]
    best = passages_rules.best_page(places, weights, starts, title_ends)
    return None if best is None else numbers[best]


def first_page(snapshot: Snapshot, doc: int) -> int | None:
    """Return the number of the first page of a document, if it has pages."""
    return next(iter(snapshot.facts[doc].page_bounds()[0]), None)


def page_at(snapshot: Snapshot, doc: int, place: int) -> int | None:
    """Return the number of the page of a document that a place is on, if it is on one."""
    numbers, starts, _ = snapshot.facts[doc].page_bounds()
    at = bisect_right(starts, place) - 1
    return numbers[at] if at >= 0 else None

"""Which documents of the index answer a question, how they rank, and where in them the words stand.

A question is answered for the whole index at once: sets of documents are the bits of a number, so that totals and
facets over everything cost next to nothing. The postings come from Whoosh.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from itertools import pairwise
from operator import or_

from hub.library.rules import BIG_SIX
from hub.members.rules import slug_of
from hub.search.files import NOWHERE, Postings, Snapshot, bits_of, docs_of
from hub.search.rules import glossary, passages, question, words
from hub.search.rules.question import Node, Question

# What a word counts in the title and in a heading, compared with one in the text (BM25F).
IN_TITLE, IN_HEADING = 8.0, 2.0
SATURATION, BY_LENGTH = 1.2, 0.5  # BM25's k1 and b
# The best of the plain ranking, which are ranked again by how near the words stand.
LOOKED_AT_CLOSELY = 50
NEARNESS, FAR = 0.5, 30  # largest gain, and the distance in words beyond which there is none
# A resource of today gains this much over one from long ago; half of it after two years.
RECENCY, HALF_AFTER_DAYS = 0.15, 730
# When nothing has all of at least so many words, what has this share of them is shown, and a note says so.
MANY_WORDS, MOST = 4, 0.6
MOST_EXPANSIONS = 120  # terms that a prefix stands for
SHORTENED_BY = 5  # letters that a prefix may lose, since the index has the stems of words


@dataclass
class Leaf:
    """A word, phrase or prefix of the question, with where it stands."""

    body: Postings
    title: Postings
    headings: Postings
    terms: tuple[str, ...]  # marked in snippets
    rarity: float = 0.0


@dataclass
class Matches:
    """The documents that answer a question, before filters and rights."""

    bits: int
    leaves: list[Leaf] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shares: Mapping[int, float] = field(default_factory=dict)  # how much of the question each has; empty: all of it

    @property
    def terms(self) -> Collection[str]:
        """The terms to mark."""
        return frozenset(term for leaf in self.leaves for term in leaf.terms)


def matches(snapshot: Snapshot, asked: Question, within: int, names: Callable[[], Mapping[str, str]]) -> Matches:
    """The documents of ``within`` that answer the question; ``names`` gives organizations' names by slug.

    Raises IndexUnusable.
    """
    with snapshot.lock:
        return _Answer(snapshot, within, names).to(asked)


class _Answer:
    def __init__(self, snapshot: Snapshot, within: int, names: Callable[[], Mapping[str, str]]) -> None:
        self.snapshot, self.within, self.names = snapshot, within, names
        self.leaves: list[Leaf] = []
        self.notes: list[str] = []
        self.left_out: list[str] = []

    def to(self, asked: Question) -> Matches:
        """Every node must hold; when nothing has all of many words, what has most of them."""
        nodes = glossary.widened(asked.nodes)
        found = self.all_of(nodes)
        if self.left_out:
            self.notes.append(f"Left out, since nearly every page has it: {', '.join(dict.fromkeys(self.left_out))}.")
        return found if found.bits else self.most_of(nodes) or found

    def all_of(self, nodes: Sequence[Node]) -> Matches:
        """Every node holds; phrases come last, since they alone look at places."""
        bits = self.within
        leaves: list[tuple[int, list[Leaf]]] = []
        for number, node in sorted(enumerate(nodes), key=lambda pair: isinstance(pair[1], question.Phrase)):
            self.leaves = []
            found = self.holds(node, bits)
            leaves.append((number, self.leaves))
            if found is not None:
                bits &= found
        in_order = [leaf for _, some in sorted(leaves, key=lambda pair: pair[0]) for leaf in some]
        return Matches(bits, in_order, self.notes)

    def most_of(self, nodes: Sequence[Node]) -> Matches | None:
        """What has most of the words, when there are enough of them to tell; all else must hold."""
        plain = [node for node in nodes if isinstance(node, question.Word | question.AnyOf)]
        bits = self.all_of([node for node in nodes if node not in plain]).bits
        self.leaves = []
        each = [found for node in plain if (found := self.holds(node, bits)) is not None]
        counts = Counter(doc for found in each for doc in docs_of(found & bits))
        enough = math.ceil(len(each) * MOST)
        shares = {doc: count / len(each) for doc, count in counts.items() if count >= enough}
        if len(each) < MANY_WORDS or not shares:
            return None
        note = "No resource has all of these words; those that have most of them are shown."
        return Matches(bits_of(shares, self.snapshot.size), self.leaves, [*self.notes, note], shares)

    def holds(self, node: Node, within: int) -> int | None:
        """The documents of ``within`` (or more) for which the node holds; None when it says nothing."""
        match node:
            case question.Not():
                kept, self.leaves = self.leaves, []
                found = self.holds(node.node, within)
                self.leaves = kept
                return None if found is None else self.snapshot.live & ~found
            case question.AnyOf():
                some = [found for one in node.nodes if (found := self.holds(one, within)) is not None]
                return reduce(or_, some) if some else None
            case question.AllOf():
                every = [found for one in node.nodes if (found := self.holds(one, within)) is not None]
                return reduce(int.__and__, every) if every else None
            case question.Word() | question.Phrase() | question.Prefix():
                leaf = self.leaf(node, within)
                if leaf is None:
                    self.left_out.append(node.text)
                    return None
                self.leaves.append(leaf)
                return leaf.body.bits
            case _:
                return self.qualified(node)

    # Words

    def leaf(self, node: question.Word | question.Phrase | question.Prefix, within: int) -> Leaf | None:
        """Where a word, phrase or prefix stands; None when it has nothing but stop words."""
        if isinstance(node, question.Prefix):
            terms = tuple(self.expanded(node.text))
            return self.weighed(lambda name: self.any_of(name, terms), terms)
        if isinstance(node, question.Phrase):
            row, together = _row(node.text), ""
        else:
            terms, together = words.reading(node.text)
            row = list(enumerate(terms))
        if not row:
            return None
        if len(row) == 1:
            term = row[0][1]
            return self.weighed(lambda name: self.snapshot.postings(name, term), (term,))
        terms = tuple(term for _, term in row)
        if not together:
            return self.weighed(lambda name: self.in_a_row(name, row, within), terms)
        return self.weighed(
            lambda name: _united([self.in_a_row(name, row, within), self.snapshot.postings(name, together)]),
            (*terms, together),
        )

    def weighed(self, where: Callable[[str], Postings], terms: tuple[str, ...]) -> Leaf:
        body = where("body")
        found, all_ = len(body.docs), max(self.snapshot.live.bit_count(), len(body.docs))
        rarity = math.log(1 + (all_ - found + 0.5) / (found + 0.5))
        title, headings = (where("title"), where("headings")) if found else (NOWHERE, NOWHERE)
        return Leaf(body, title, headings, terms, rarity)

    def expanded(self, prefix: str) -> Sequence[str]:
        """The terms that a prefix stands for. Terms are stems: "manufacturi" finds what "manufactur" begins."""
        typed = words.fold(prefix)
        shortest = max(question.SHORTEST_PREFIX, len(typed) - SHORTENED_BY)
        for beginning in dict.fromkeys(
            (typed, words.term_of(prefix), *(typed[:n] for n in range(len(typed), shortest, -1)))
        ):
            terms = self.snapshot.beginning_with(beginning, MOST_EXPANSIONS + 1)
            if terms:
                if len(terms) > MOST_EXPANSIONS:
                    self.notes.append(f"“{prefix}*” stands for very many words; the most frequent were searched for.")
                return terms[:MOST_EXPANSIONS]
        return ()

    def any_of(self, name: str, terms: Sequence[str]) -> Postings:
        return _united([self.snapshot.postings(name, term) for term in terms])

    def in_a_row(self, name: str, row: Sequence[tuple[int, str]], within: int) -> Postings:
        """Where terms stand at just these distances."""
        postings = [(offset, self.snapshot.postings(name, term)) for offset, term in row]
        common = within
        for _, posting in postings:
            common &= posting.bits
        found: dict[int, Sequence[int]] = {}
        for doc in docs_of(common):
            starts = set.intersection(
                *({place - offset for place in posting.places_in(doc)} for offset, posting in postings)
            )
            if starts:
                found[doc] = sorted(starts)
        docs = list(found)
        return Postings(
            docs, list(map(len, found.values())), bits_of(docs, self.snapshot.size), lambda doc: found.get(doc, ())
        )

    # Qualifiers

    def qualified(self, node: Node) -> int:
        masks = self.snapshot.masks
        match node:
            case question.OfKind():
                return masks.get(("kind", node.kind.value), 0)
            case question.OfYear():
                return masks.get(("year", node.year), 0)
            case question.Before():
                return self.published(lambda day: day < node.day.toordinal())
            case question.After():
                return self.published(lambda day: day >= node.day.toordinal())
            case question.OfOrganization():
                return self.named("organization", node.text, self.names())
            case question.OfTopic():
                return self.named("topic", node.text, BIG_SIX)
        message = f"Not a node of a question: {node!r}"
        raise TypeError(message)

    def published(self, holds: Callable[[int], bool]) -> int:
        facts = self.snapshot.facts
        return bits_of((doc for doc, fact in enumerate(facts) if holds(fact.published)), self.snapshot.size)

    def named(self, kind: str, text: str, labels: Mapping[str, str]) -> int:
        """The documents whose organization or topic is called so: exactly, or else in part."""
        there = {
            str(value): bits & self.within
            for (name, value), bits in self.snapshot.masks.items()
            if name == kind and bits & self.within
        }
        asked = slug_of(text)
        exact = [value for value in there if asked == slug_of(value) or asked == slug_of(labels.get(value, ""))]
        part = exact or [
            value
            for value in there
            if f"-{asked}" in f"-{slug_of(value)}" or f"-{asked}" in f"-{slug_of(labels.get(value, ''))}"
        ]
        if not part:
            self.notes.append(f"No {kind} among the resources that you may read is called “{text}”.")
        return reduce(or_, (there[value] for value in part), 0)


def _row(text: str) -> list[tuple[int, str]]:
    """The terms of a phrase, each with its distance from the first; stop words keep their place."""
    row: list[tuple[int, str]] = []
    at = 0
    for piece in words.pieces(text):
        terms, _ = words.reading(piece[0])
        row += [(at + number, term) for number, term in enumerate(terms)]
        at += max(1, len(terms))
    first = row[0][0] if row else 0
    return [(offset - first, term) for offset, term in row]


def _united(postings: Sequence[Postings]) -> Postings:
    """Where any of several terms stands."""
    postings = [posting for posting in postings if posting.docs]
    if len(postings) <= 1:
        return postings[0] if postings else NOWHERE
    counts: Counter[int] = Counter()
    for posting in postings:
        for doc, times in zip(posting.docs, posting.counts, strict=True):
            counts[doc] += times
    docs = sorted(counts)
    return Postings(
        docs,
        [counts[doc] for doc in docs],
        reduce(or_, (posting.bits for posting in postings)),
        lambda doc: sorted(place for posting in postings for place in posting.places_in(doc)),
    )


# Ranking


def ranked(snapshot: Snapshot, found: Matches, bits: int, today: date, most: int) -> Sequence[int]:
    """The ``most`` best documents of ``bits``, best first: BM25F over text, headings and title, a little nearness
    of the words to each other, and a gentle preference for what is new.
    """
    scores = _scores(snapshot, found.leaves, docs_of(bits))
    recent = _recency(snapshot, today)
    for doc in scores:
        scores[doc] *= recent[doc] * found.shares.get(doc, 1.0) ** 2
    docs = sorted(scores, key=scores.__getitem__, reverse=True)
    best = docs[:LOOKED_AT_CLOSELY]
    if len(found.leaves) > 1:
        for doc in best:
            scores[doc] *= 1 + NEARNESS * _nearness([leaf.body.places_in(doc) for leaf in found.leaves])
    facts = snapshot.facts
    best.sort(key=lambda doc: (-scores[doc], -facts[doc].published, -facts[doc].id))
    return [*best, *docs[LOOKED_AT_CLOSELY:]][:most]


def _scores(snapshot: Snapshot, leaves: Sequence[Leaf], docs: Sequence[int]) -> dict[int, float]:
    damping = _damping(snapshot)
    scores = dict.fromkeys(docs, 0.0)
    for leaf in leaves:
        counts: dict[int, float] = {
            doc: times for doc, times in zip(leaf.body.docs, leaf.body.counts, strict=True) if doc in scores
        }
        for postings, boost in ((leaf.title, IN_TITLE), (leaf.headings, IN_HEADING)):
            for doc, times in zip(postings.docs, postings.counts, strict=True):
                if doc in counts:
                    counts[doc] += boost * times
        for doc, count in counts.items():
            scores[doc] += leaf.rarity * count / (count + damping[doc])
    return scores


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
    """How near to each other neighbors of the question stand, from 0 (nowhere near) to 1 (side by side)."""
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


def best_page(snapshot: Snapshot, doc: int, leaves: Sequence[Leaf]) -> int | None:
    """The number of the page of a document that best covers the question; None when no page has a word of it."""
    numbers, starts, title_ends = snapshot.facts[doc].page_bounds()
    places = [leaf.body.places_in(doc) for leaf in leaves]
    best = passages.best_page(places, [leaf.rarity for leaf in leaves], starts, title_ends)
    return None if best is None else numbers[best]


def first_page(snapshot: Snapshot, doc: int) -> int | None:
    """The number of the first page of a document, if it has pages."""
    return next(iter(snapshot.facts[doc].page_bounds()[0]), None)

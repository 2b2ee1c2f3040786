"""Which documents of the index answer a question, and where in them its words stand.

A question is answered for the whole index at once: sets of documents are the bits of a number, so that totals and
facets over everything cost next to nothing. The postings come from Whoosh.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from hub.library.rules import BIG_SIX
from hub.members.rules.organizations import slug_of
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import question as question_rules
from hub.search.rules import words as words_rules
from hub.search.rules.question import Node
from hub.search.store.snapshots import NOWHERE, Postings, Snapshot, bits_of, docs_of

# When fewer than so many have all of so many words or more, those that lack some are shown as well.
FEW, MANY_WORDS = 10, 4
# What has less of the words, by their rarity, than this share of what has the most of them is not shown.
SHARE = 0.1
MOST_EXPANSIONS = 120  # terms that a prefix stands for
SHORTENED_BY = 5  # letters that a prefix may lose, since the index has the stems of words

# What looks at places, and so is quicker when other words have narrowed the documents already.
LAST = question_rules.Phrase | question_rules.Names
# What may be lacking; a phrase that was typed as one, a qualifier and what must not be there may not.
MAY_LACK = (
    question_rules.Word
    | question_rules.Acronym
    | question_rules.Prefix
    | question_rules.Names
    | question_rules.AnyOf
    | question_rules.AllOf
)


@dataclass
class Leaf:
    """A word, phrase or prefix of the question, with where it stands."""

    body: Postings
    title: Postings
    headings: Postings
    terms: tuple[str, ...]  # marked in snippets
    rarity: float = 0.0


@dataclass
class Part:
    """A word of the question, or the names of one thing: which documents have it."""

    label: str  # as it was typed
    bits: int
    leaves: list[Leaf]
    rarity: float = 0.0


@dataclass
class Matches:
    """The documents that answer a question, before filters and rights."""

    bits: int
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    complete: int = 0  # how many documents have all of the question
    shares: Mapping[int, float] = field(default_factory=dict)  # how much of it each has; empty: all of it

    @property
    def leaves(self) -> Sequence[Leaf]:
        """All that was looked for, in the order in which it was typed."""
        return [leaf for part in self.parts for leaf in part.leaves]

    @property
    def terms(self) -> Collection[str]:
        """The terms to mark."""
        return frozenset(term for leaf in self.leaves for term in leaf.terms)

    @property
    def whole(self) -> int:
        """The documents that have all of the question."""
        return reduce(int.__and__, (part.bits for part in self.parts), self.bits) if self.shares else self.bits

    def lacking(self, doc: int) -> Sequence[str]:
        """Return the words of the question that a document doesn't have, as they were typed."""
        return [part.label for part in self.parts if not part.bits >> doc & 1] if self.shares else ()


def matches(snapshot: Snapshot, nodes: Sequence[Node], within: int, names: Callable[[], Mapping[str, str]]) -> Matches:
    """Return the documents of ``within`` that answer the question; ``names`` gives organizations' names by slug.

    Raises IndexUnusable.
    """
    with snapshot.lock:
        return _Answer(snapshot, within, names).to(nodes)


class _Answer:
    def __init__(self, snapshot: Snapshot, within: int, names: Callable[[], Mapping[str, str]]) -> None:
        self.snapshot, self.within, self.names = snapshot, within, names
        self.leaves: list[Leaf] = []
        self.notes: list[str] = []
        self.left_out: list[str] = []

    def to(self, nodes: Sequence[Node]) -> Matches:
        """Return every node must hold; when little or nothing has all of the words, what has the most and rarest of them."""
        found = self.all_of(nodes)
        if not found.bits and (loosened := glossary_rules.loosened(nodes)) != tuple(nodes):
            again = self.all_of(loosened)
            if again.bits:
                found, nodes = again, loosened
                self.notes.append("Nothing has this acronym in capitals, so the ordinary word was searched for.")
        found.complete = found.bits.bit_count()
        if not found.complete or (found.complete < FEW and len(found.parts) >= MANY_WORDS):
            found = self.most_of(nodes, found.complete) or found
        if self.left_out:
            self.notes.append(f"Left out, since nearly every page has it: {', '.join(dict.fromkeys(self.left_out))}.")
        found.notes = list(dict.fromkeys(self.notes))
        return found

    def all_of(self, nodes: Sequence[Node]) -> Matches:
        """Return every node holds; phrases come last, since they alone look at places."""
        bits = self.within
        parts: list[tuple[int, Part]] = []
        for number, node in sorted(enumerate(nodes), key=lambda pair: isinstance(pair[1], LAST)):
            self.leaves = []
            found = self.holds(node, bits)
            if found is not None:
                bits &= found
                parts.append((number, Part(question_rules.label_of(node), found, self.leaves)))
        return Matches(bits, [part for _, part in sorted(parts, key=lambda pair: pair[0]) if part.leaves])

    def most_of(self, nodes: Sequence[Node], complete: int) -> Matches | None:
        """Return what has the most and the rarest of the words, when there are several; all else must hold."""
        must_hold = self.all_of([node for node in nodes if not isinstance(node, MAY_LACK)])
        parts = self.parts_of([node for node in nodes if isinstance(node, MAY_LACK)])
        shares = _shares(parts, must_hold.bits) if len(parts) > 1 else {}
        if not shares:
            return None
        if not complete:
            self.notes.append("No resource has all of these words; those that have the most and rarest come first.")
        elif len(shares) > complete:
            has = "One resource has" if complete == 1 else f"{complete} resources have"
            self.notes.append(f"{has} all of these words; those that lack some are shown as well.")
        return Matches(bits_of(shares, self.snapshot.size), [*must_hold.parts, *parts], [], complete, shares)

    def parts_of(self, nodes: Sequence[Node]) -> list[Part]:
        """Return the parts of a question that may be lacking, each by itself; a word that was typed twice is one."""
        parts: dict[object, Part] = {}
        all_ = self.within.bit_count()
        for node in nodes:
            part = self.part_of(node, all_)
            if part and not part.bits:
                [loosened] = glossary_rules.loosened([node])
                part = (self.part_of(loosened, all_) or part) if loosened != node else part
            if part:
                parts.setdefault(tuple(leaf.terms for leaf in part.leaves), part)
        return list(parts.values())

    def part_of(self, node: Node, all_: int) -> Part | None:
        """One part of the question, which may be lacking; None when it says nothing."""
        self.leaves = []
        bits = self.holds(node, self.within)
        if bits is None:
            return None
        bits &= self.within
        return Part(question_rules.label_of(node), bits, self.leaves, rarity(bits.bit_count(), all_))

    def holds(self, node: Node, within: int) -> int | None:
        """Return the documents of ``within`` (or more) for which the node holds; None when it says nothing."""
        match node:
            case question_rules.Not():
                kept, self.leaves = self.leaves, []
                found = self.holds(node.node, within)
                self.leaves = kept
                return None if found is None else self.snapshot.live & ~found
            case question_rules.AnyOf() | question_rules.Names():
                some = [found for one in node.nodes if (found := self.holds(one, within)) is not None]
                return reduce(or_, some) if some else None
            case question_rules.AllOf():
                every = [found for one in node.nodes if (found := self.holds(one, within)) is not None]
                return reduce(int.__and__, every) if every else None
            case question_rules.Word() | question_rules.Acronym() | question_rules.Phrase() | question_rules.Prefix():
                leaf = self.leaf(node, within)
                if leaf is None:
                    self.left_out.append(node.text)
                    return None
                self.leaves.append(leaf)
                return leaf.body.bits
            case _:
                return self.qualified(node)

    # Words

    def leaf(
        self,
        node: question_rules.Word | question_rules.Acronym | question_rules.Phrase | question_rules.Prefix,
        within: int,
    ) -> Leaf | None:
        """Return where a word, phrase or prefix stands; None when it has nothing but stop words."""
        if isinstance(node, question_rules.Acronym):
            return self.weighed(lambda name: self.snapshot.postings(name, node.text), (node.text,))
        if isinstance(node, question_rules.Prefix):
            terms = tuple(self.expanded(node.text))
            return self.weighed(lambda name: self.any_of(name, terms), terms)
        if isinstance(node, question_rules.Phrase):
            row, together = _row(node.text), ""
        else:
            terms, together = words_rules.reading(node.text)
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
        found = len(body.docs)
        tells = rarity(found, max(self.snapshot.live.bit_count(), found))
        title, headings = (where("title"), where("headings")) if found else (NOWHERE, NOWHERE)
        return Leaf(body, title, headings, terms, tells)

    def expanded(self, prefix: str) -> Sequence[str]:
        """Return the terms that a prefix stands for. Terms are stems: "manufacturi" finds what "manufactur" begins."""
        typed = words_rules.fold(prefix)
        shortest = max(question_rules.SHORTEST_PREFIX, len(typed) - SHORTENED_BY)
        for beginning in dict.fromkeys(
            (typed, words_rules.term_of(prefix), *(typed[:n] for n in range(len(typed), shortest, -1)))
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
        """Return where terms stand at just these distances."""
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

    def qualified(self, node: Node) -> int:  # noqa: PLR0911 - a table of cases
        masks = self.snapshot.masks
        match node:
            case question_rules.OfKind():
                return masks.get(("kind", node.kind.value), 0)
            case question_rules.OfYear():
                return masks.get(("year", node.year), 0)
            case question_rules.Before():
                return self.published(lambda day: day < node.day.toordinal())
            case question_rules.After():
                return self.published(lambda day: day >= node.day.toordinal())
            case question_rules.During():
                return self.published(lambda day: node.first.toordinal() <= day <= node.last.toordinal())
            case question_rules.OfOrganization():
                return self.named("organization", node.text, self.names())
            case question_rules.OfTopic():
                return self.named("topic", node.text, BIG_SIX)
        message = f"Not a node of a question: {node!r}"
        raise TypeError(message)

    def published(self, holds: Callable[[int], bool]) -> int:
        facts = self.snapshot.facts
        return bits_of((doc for doc, fact in enumerate(facts) if holds(fact.published)), self.snapshot.size)

    def named(self, kind: str, text: str, labels: Mapping[str, str]) -> int:
        """Return the documents whose organization or topic is called so: exactly, or else in part."""
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


def rarity(found: int, all_: int) -> float:
    """Return how much a word tells that so many of all have (BM25's): the fewer, the more."""
    return math.log(1 + (all_ - found + 0.5) / (found + 0.5))


def _shares(parts: Sequence[Part], within: int) -> Mapping[int, float]:
    """For each document that has enough of the question how much it has of it, by the rarity of its parts.

    The rarest come first, and once the rest can't lift a document that has none of them so far, none is added.
    """
    weights: dict[int, float] = {}
    had, best, left = 0, 0.0, sum(part.rarity for part in parts)
    for part in sorted(parts, key=lambda part: -part.rarity):
        bits = part.bits & within
        if left < SHARE * best:
            bits &= had
        for doc in docs_of(bits):
            weights[doc] = weights.get(doc, 0.0) + part.rarity
        had |= bits
        left -= part.rarity
        best = max(weights.values(), default=0.0)
    all_ = sum(part.rarity for part in parts)
    return {doc: min(1.0, weight / all_) for doc, weight in weights.items() if weight >= SHARE * best}


def _row(text: str) -> list[tuple[int, str]]:
    """Return the terms of a phrase, each with its distance from the first; stop words keep their place."""
    row: list[tuple[int, str]] = []
    at = 0
    for piece in words_rules.pieces(text):
        terms, _ = words_rules.reading(piece[0])
        row += [(at + number, term) for number, term in enumerate(terms)]
        at += max(1, len(terms))
    first = row[0][0] if row else 0
    return [(offset - first, term) for offset, term in row]


def _united(postings: Sequence[Postings]) -> Postings:
    """Return where any of several terms stands."""
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

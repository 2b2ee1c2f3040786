"""Matching: the documents of the index that match a query, with the postings of its terms.

A query is matched against the whole index at once. Sets of documents are bit sets in integers, so that totals and
facets over all matches cost very little. The postings come from Whoosh.
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
from hub.search.store.snapshots import NO_POSTINGS, Postings, Snapshot, bits_of, docs_of

# With fewer than FEW complete matches of at least MANY_WORDS words, partial matches are shown too.
FEW, MANY_WORDS = 10, 4
# A partial match needs at least this share of the IDF weight of the best partial match.
MIN_SHARE = 0.1
MOST_EXPANSIONS = 120  # terms of a prefix
SHORTENED_BY = 5  # letters that a prefix may lose, since the index has stems

# Nodes that read positions: they are matched last, when other nodes have already narrowed down the documents.
LAST = question_rules.Phrase | question_rules.Names | question_rules.Forms
# The score of another form of a word, compared with the form that was typed.
OTHER_FORM = 0.7
# Nodes that a partial match may lack, unlike phrases, qualifiers and negations.
OPTIONAL = (
    question_rules.Word
    | question_rules.Acronym
    | question_rules.Prefix
    | question_rules.Names
    | question_rules.Forms
    | question_rules.AnyOf
    | question_rules.AllOf
)


@dataclass
class Leaf:
    """A word, phrase or prefix of the query with its postings."""

    body: Postings
    title: Postings
    headings: Postings
    terms: tuple[str, ...]  # marked in snippets
    idf: float = 0.0


@dataclass
class Part:
    """A word of the query, or the names of one thing, with the documents that have it."""

    label: str  # as typed
    bits: int
    leaves: list[Leaf]
    idf: float = 0.0


@dataclass
class Matches:
    """The documents that match a query, before filters."""

    bits: int
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    complete: int = 0  # the number of complete matches
    # The share of the IDF weight that each document has; empty: all are complete.
    shares: Mapping[int, float] = field(default_factory=dict)
    also: list[str] = field(default_factory=list)  # other forms of words that some of the documents have

    @property
    def leaves(self) -> Sequence[Leaf]:
        """All leaves in query order."""
        return [leaf for part in self.parts for leaf in part.leaves]

    @property
    def terms(self) -> Collection[str]:
        """The terms to mark."""
        return frozenset(term for leaf in self.leaves for term in leaf.terms)

    @property
    def complete_bits(self) -> int:
        """The complete matches."""
        return reduce(int.__and__, (part.bits for part in self.parts), self.bits) if self.shares else self.bits

    def lacking(self, doc: int) -> Sequence[str]:
        """Return the words of the query that a document doesn't have, as typed."""
        return [part.label for part in self.parts if not part.bits >> doc & 1] if self.shares else ()


def matches(snapshot: Snapshot, nodes: Sequence[Node], within: int, names: Callable[[], Mapping[str, str]]) -> Matches:
    """Return the documents of ``within`` that match the query; ``names`` returns organizations' names by slug.

    Raises IndexUnusable.
    """
    with snapshot.lock:
        return _QueryMatcher(snapshot, within, names).match(nodes)


class _QueryMatcher:
    def __init__(self, snapshot: Snapshot, within: int, names: Callable[[], Mapping[str, str]]) -> None:
        self.snapshot, self.within, self.names = snapshot, within, names
        self.leaves: list[Leaf] = []
        self.notes: list[str] = []
        self.stop_words: list[str] = []
        self.also: list[str] = []

    def match(self, nodes: Sequence[Node]) -> Matches:
        """Return the documents that match all nodes; partial matches too if there are few or none of those."""
        result = self.complete_matches(nodes)
        if not result.bits and (relaxed := glossary_rules.acronyms_as_words(nodes)) != tuple(nodes):
            relaxed_matches = self.complete_matches(relaxed)
            if relaxed_matches.bits:
                result, nodes = relaxed_matches, relaxed
                self.notes.append("No resource has this acronym in capitals, so the ordinary word was searched.")
        result.complete = result.bits.bit_count()
        if not result.complete or (result.complete < FEW and len(result.parts) >= MANY_WORDS):
            result = self.partial_matches(nodes, result.complete) or result
        if self.stop_words:
            self.notes.append(f"Common words were ignored: {', '.join(dict.fromkeys(self.stop_words))}.")
        result.notes = list(dict.fromkeys(self.notes))
        result.also = list(dict.fromkeys(self.also))
        return result

    def complete_matches(self, nodes: Sequence[Node]) -> Matches:
        """Return the documents that match all nodes; nodes that read positions are matched last."""
        bits = self.within
        parts: list[tuple[int, Part]] = []
        for number, node in sorted(enumerate(nodes), key=lambda pair: isinstance(pair[1], LAST)):
            self.leaves = []
            node_bits = self.bits_for(node, bits)
            if node_bits is not None:
                bits &= node_bits
                parts.append((number, Part(question_rules.label_of(node), node_bits, self.leaves)))
        return Matches(bits, [part for _, part in sorted(parts, key=lambda pair: pair[0]) if part.leaves])

    def partial_matches(self, nodes: Sequence[Node], complete: int) -> Matches | None:
        """Return the documents with the most IDF weight of the optional nodes; None if there are fewer than two."""
        required = self.complete_matches([node for node in nodes if not isinstance(node, OPTIONAL)])
        parts = self.optional_parts([node for node in nodes if isinstance(node, OPTIONAL)])
        shares = _shares(parts, required.bits) if len(parts) > 1 else {}
        if not shares:
            return None
        if not complete:
            self.notes.append("No resource has all of these words. The closest matches come first.")
        elif len(shares) > complete:
            has = "One resource has" if complete == 1 else f"{complete} resources have"
            self.notes.append(f"{has} all of these words. Resources that have some of them are shown too.")
        return Matches(bits_of(shares, self.snapshot.size), [*required.parts, *parts], [], complete, shares)

    def optional_parts(self, nodes: Sequence[Node]) -> list[Part]:
        """Return the parts of optional nodes, each matched alone; a repeated word counts once."""
        parts: dict[object, Part] = {}
        total = self.within.bit_count()
        for node in nodes:
            part = self.optional_part(node, total)
            if part and not part.bits:
                [relaxed] = glossary_rules.acronyms_as_words([node])
                part = (self.optional_part(relaxed, total) or part) if relaxed != node else part
            if part:
                parts.setdefault(tuple(leaf.terms for leaf in part.leaves), part)
        return list(parts.values())

    def optional_part(self, node: Node, total: int) -> Part | None:
        """Return the part of an optional node; None if it has only stop words. ``total`` is the number of documents."""
        self.leaves = []
        bits = self.bits_for(node, self.within)
        if bits is None:
            return None
        bits &= self.within
        return Part(question_rules.label_of(node), bits, self.leaves, idf(bits.bit_count(), total))

    def bits_for(self, node: Node, within: int) -> int | None:
        """Return the documents that match a node, those of ``within`` at least; None if it has only stop words."""
        match node:
            case question_rules.Not():
                leaves, self.leaves = self.leaves, []
                excluded = self.bits_for(node.node, within)
                self.leaves = leaves
                return None if excluded is None else self.snapshot.live & ~excluded
            case question_rules.AnyOf() | question_rules.Names() | question_rules.AllOf():
                combine = int.__and__ if isinstance(node, question_rules.AllOf) else or_
                alternatives = [bits for each in node.nodes if (bits := self.bits_for(each, within)) is not None]
                return reduce(combine, alternatives) if alternatives else None
            case question_rules.Forms():
                return self.bits_for_forms(node, within)
            case question_rules.Word() | question_rules.Acronym() | question_rules.Phrase() | question_rules.Prefix():
                leaf = self.leaf(node, within)
                if leaf is None:
                    self.stop_words.append(node.text)
                    return None
                self.leaves.append(leaf)
                return leaf.body.bits
            case _:
                return self.qualifier_bits(node)

    def bits_for_forms(self, node: question_rules.Forms, within: int) -> int | None:
        """Return the documents with any form of a word; forms that no document of the person has are left out."""
        bits = self.bits_for(node.typed, within)
        for other in node.others:
            leaf = self.leaf(other, within)
            if leaf is not None and leaf.body.bits & self.within:
                leaf.idf *= OTHER_FORM
                self.leaves.append(leaf)
                self.also.append(other.text)
                bits = (bits or 0) | leaf.body.bits
        return bits

    # Words

    def leaf(
        self,
        node: question_rules.Word | question_rules.Acronym | question_rules.Phrase | question_rules.Prefix,
        within: int,
    ) -> Leaf | None:
        """Return the leaf of a word, phrase or prefix; None if it has only stop words."""
        if isinstance(node, question_rules.Acronym):
            return self.weighted_leaf(lambda name: self.snapshot.postings(name, node.text), (node.text,))
        if isinstance(node, question_rules.Prefix):
            terms = tuple(self.expand_prefix(node.text))
            return self.weighted_leaf(lambda field_: self.union_of_terms(field_, terms), terms)
        if isinstance(node, question_rules.Phrase):
            offsets, compound = _phrase_offsets(node.text), ""
        else:
            terms, compound = words_rules.query_terms(node.text)
            offsets = list(enumerate(terms))
        if not offsets:
            return None
        if len(offsets) == 1:
            term = offsets[0][1]
            return self.weighted_leaf(lambda field_: self.snapshot.postings(field_, term), (term,))
        terms = tuple(term for _, term in offsets)
        if not compound:
            return self.weighted_leaf(lambda field_: self.phrase_postings(field_, offsets, within), terms)
        return self.weighted_leaf(
            lambda field_: _union(
                [self.phrase_postings(field_, offsets, within), self.snapshot.postings(field_, compound)]
            ),
            (*terms, compound),
        )

    def weighted_leaf(self, postings_in: Callable[[str], Postings], terms: tuple[str, ...]) -> Leaf:
        body = postings_in("body")
        frequency = len(body.docs)
        weight = idf(frequency, max(self.snapshot.live.bit_count(), frequency))
        title, headings = (postings_in("title"), postings_in("headings")) if frequency else (NO_POSTINGS, NO_POSTINGS)
        return Leaf(body, title, headings, terms, weight)

    def expand_prefix(self, prefix: str) -> Sequence[str]:
        """Return the terms of a prefix. Terms are stems, so a prefix longer than a stem is shortened until one matches."""
        typed = words_rules.fold(prefix)
        shortest = max(question_rules.SHORTEST_PREFIX, len(typed) - SHORTENED_BY)
        for beginning in dict.fromkeys(
            (typed, words_rules.term_of(prefix), *(typed[:n] for n in range(len(typed), shortest, -1)))
        ):
            terms = self.snapshot.terms_with_prefix(beginning, MOST_EXPANSIONS + 1)
            if terms:
                if len(terms) > MOST_EXPANSIONS:
                    self.notes.append(f"“{prefix}*” matches too many words, so only the most common were searched.")
                return terms[:MOST_EXPANSIONS]
        return ()

    def union_of_terms(self, field_: str, terms: Sequence[str]) -> Postings:
        return _union([self.snapshot.postings(field_, term) for term in terms])

    def phrase_postings(self, field_: str, offsets: Sequence[tuple[int, str]], within: int) -> Postings:
        """Return the postings of a phrase in ``within``; ``offsets`` has its terms with their distance from the first."""
        postings = [(offset, self.snapshot.postings(field_, term)) for offset, term in offsets]
        common = within
        for _, posting_list in postings:
            common &= posting_list.bits
        starts: dict[int, Sequence[int]] = {}
        for doc in docs_of(common):
            positions = set.intersection(
                *(
                    {position - offset for position in posting_list.positions_in(doc)}
                    for offset, posting_list in postings
                )
            )
            if positions:
                starts[doc] = sorted(positions)
        docs = list(starts)
        return Postings(
            docs, list(map(len, starts.values())), bits_of(docs, self.snapshot.size), lambda doc: starts.get(doc, ())
        )

    # Qualifiers

    def qualifier_bits(self, node: Node) -> int:  # noqa: PLR0911 - a table of cases
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

    def published(self, matches_day: Callable[[int], bool]) -> int:
        facts = self.snapshot.facts
        return bits_of((doc for doc, fact in enumerate(facts) if matches_day(fact.published)), self.snapshot.size)

    def named(self, kind: str, text: str, labels: Mapping[str, str]) -> int:
        """Return the documents whose organization or topic has this name, or else begins a word of its name with it."""
        readable = {
            str(value): bits & self.within
            for (name, value), bits in self.snapshot.masks.items()
            if name == kind and bits & self.within
        }
        slug = slug_of(text)
        exact = [value for value in readable if slug == slug_of(value) or slug == slug_of(labels.get(value, ""))]
        values = exact or [
            value
            for value in readable
            if f"-{slug}" in f"-{slug_of(value)}" or f"-{slug}" in f"-{slug_of(labels.get(value, ''))}"
        ]
        if not values:
            self.notes.append(f"No {kind} named “{text}” has resources that you can read.")
        return reduce(or_, (readable[value] for value in values), 0)


def idf(frequency: int, total: int) -> float:
    """Return BM25's inverse document frequency of a term in ``frequency`` of ``total`` documents."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _shares(parts: Sequence[Part], within: int) -> Mapping[int, float]:
    """Return the share of the query's IDF weight that each partial match has, for documents above ``MIN_SHARE``.

    Parts are added by descending IDF. Once the remaining parts can't lift a new document above the limit, no documents
    are added.
    """
    weights: dict[int, float] = {}
    candidates, best, remaining = 0, 0.0, sum(part.idf for part in parts)
    for part in sorted(parts, key=lambda part: -part.idf):
        bits = part.bits & within
        if remaining < MIN_SHARE * best:
            bits &= candidates
        for doc in docs_of(bits):
            weights[doc] = weights.get(doc, 0.0) + part.idf
        candidates |= bits
        remaining -= part.idf
        best = max(weights.values(), default=0.0)
    total = sum(part.idf for part in parts)
    return {doc: min(1.0, weight / total) for doc, weight in weights.items() if weight >= MIN_SHARE * best}


def _phrase_offsets(text: str) -> list[tuple[int, str]]:
    """Return the terms of a phrase, each with its distance from the first; stop words keep their positions."""
    offsets: list[tuple[int, str]] = []
    at = 0
    for token in words_rules.tokens(text):
        terms, _ = words_rules.query_terms(token[0])
        offsets += [(at + number, term) for number, term in enumerate(terms)]
        at += max(1, len(terms))
    first = offsets[0][0] if offsets else 0
    return [(offset - first, term) for offset, term in offsets]


def _union(posting_lists: Sequence[Postings]) -> Postings:
    """Return the postings of any of several terms."""
    posting_lists = [postings for postings in posting_lists if postings.docs]
    if len(posting_lists) <= 1:
        return posting_lists[0] if posting_lists else NO_POSTINGS
    counts: Counter[int] = Counter()
    for postings in posting_lists:
        for doc, count in zip(postings.docs, postings.counts, strict=True):
            counts[doc] += count
    docs = sorted(counts)
    return Postings(
        docs,
        [counts[doc] for doc in docs],
        reduce(or_, (postings.bits for postings in posting_lists)),
        lambda doc: sorted(position for postings in posting_lists for position in postings.positions_in(doc)),
    )

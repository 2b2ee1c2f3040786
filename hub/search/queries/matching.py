"""Matching: the documents of the index that match a query, with the postings of its terms.

A query is matched against the whole index at once. Sets of documents are bit sets in integers, so that totals and
facets over all matches cost very little.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from hub.search.queries.document_arrays import NO_SHARES, Shares, common, places_in, postings_at
from hub.search.queries.qualifiers import qualifier_bits
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import marking as marking_rules
from hub.search.rules import question as question_rules
from hub.search.rules import words as words_rules
from hub.search.rules.marking import Phrase, Wanted
from hub.search.rules.notes import note_about_ignored
from hub.search.rules.question import Node
from hub.search.store.numbers import np
from hub.search.store.snapshots import NO_POSTINGS, Postings, Snapshot, array_of, bits_of, union_of

# With fewer than FEW complete matches, partial matches are shown too.
FEW = 10
# A partial match needs at least this share of the IDF weight of the best partial match.
MIN_SHARE = 0.1
# The words of a phrase that no document has count this much; a longer phrase is a title that is quoted.
OF_PHRASE, LONGEST_PHRASE = 0.5, 6
MOST_EXPANSIONS = 120  # terms of a prefix
SHORTENED_BY = 5  # letters that a prefix may lose, since the index has stems

# Nodes that read positions: they are matched last, when other nodes have already narrowed down the documents.
LAST = question_rules.Phrase | question_rules.Names | question_rules.Forms
# The score of another form of a word, compared with the form that was typed.
OTHER_FORM = 0.5
RARELY_SPLIT = 10  # documents with a word in one piece for each with it in two, above which that is no form
SENTENCE_FROM = 3  # words in capitals that may be a sentence, in which WHO is no name
# Nodes that a partial match may lack, unlike qualifiers and negations.
OPTIONAL = (
    question_rules.Word
    | question_rules.Phrase
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
    phrase: Phrase = ()  # its words are marked only in a row


@dataclass
class Part:
    """A word of the query, or the names of one thing, with the documents that have it."""

    label: str  # as typed; "" for a word of a phrase, which is looked for on its own too
    bits: int
    leaves: list[Leaf]
    idf: float = 0.0
    times: float = 1  # how often it was typed

    @property
    def key(self) -> object:
        """Equal for words with the same terms."""
        return tuple(leaf.terms for leaf in self.leaves)


@dataclass
class Matches:
    """The documents that match a query, before filters."""

    bits: int
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    complete: int = 0  # the number of complete matches
    # The share of the IDF weight that each document has; empty: all are complete.
    shares: Shares = field(default_factory=lambda: NO_SHARES)
    also: list[str] = field(default_factory=list)  # other forms of words that some of the documents have

    @property
    def leaves(self) -> Sequence[Leaf]:
        """All leaves in query order."""
        return [leaf for part in self.parts for leaf in part.leaves]

    @property
    def terms(self) -> Collection[str]:
        """The terms to mark."""
        alone = frozenset(term for leaf in self.leaves if not leaf.phrase for term in leaf.terms)
        return Wanted(alone, tuple(leaf.phrase for leaf in self.leaves if leaf.phrase))

    @property
    def complete_bits(self) -> int:
        """The complete matches."""
        if not self.shares:
            return self.bits
        return reduce(int.__and__, (part.bits for part in self.parts if part.label), self.bits)

    def lacking(self, doc: int) -> Sequence[str]:
        """Return the words of the query that a document doesn't have, as typed."""
        if not self.shares:
            return ()
        return [part.label for part in self.parts if part.label and not part.bits >> doc & 1]


def matches(snapshot: Snapshot, nodes: Sequence[Node], within: int, names: Callable[[], Mapping[str, str]]) -> Matches:
    """Return the documents of ``within`` that match the query; ``names`` returns organizations' names by slug.

    Raises IndexUnusable.
    """
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
        if result.complete < FEW and not is_exact(nodes):
            result = self.partial_matches(nodes, result.complete) or result
        labels = [label for node in nodes if (label := question_rules.label_of(node))]
        is_all_capitals = len(labels) >= SENTENCE_FROM and all(map(str.isupper, labels))
        note = note_about_ignored(self.stop_words, nothing_else=not result.parts, is_all_capitals=is_all_capitals)
        self.notes += [note] if note else []
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
        in_order = [part for _, part in sorted(parts, key=lambda pair: pair[0]) if part.leaves]
        return Matches(bits, _counted(in_order))

    def partial_matches(self, nodes: Sequence[Node], complete: int) -> Matches | None:
        """Return the documents with the most IDF weight of the optional nodes; None if there are fewer than two."""
        required = self.complete_matches([node for node in nodes if not isinstance(node, OPTIONAL)])
        parts = self.optional_parts([node for node in nodes if isinstance(node, OPTIONAL)])
        shares = _shares(parts, required.bits, self.snapshot.size) if len(parts) > 1 else NO_SHARES
        if not shares:
            return None
        if not complete:
            self.notes.append("No resource has all of these words. The closest matches come first.")
        elif len(shares) > complete:
            has = "One resource has" if complete == 1 else f"{complete} resources have"
            self.notes.append(f"{has} all of these words. Resources that have some of them are shown too.")
        return Matches(bits_of(shares.docs, self.snapshot.size), [*required.parts, *parts], [], complete, shares)

    def optional_parts(self, nodes: Sequence[Node]) -> list[Part]:
        """Return the parts of optional nodes, each matched alone, and the words of phrases that no document has."""
        parts: list[Part] = []
        total = self.within.bit_count()
        for node in nodes:
            part = self.optional_part(node, total)
            if part and not part.bits:
                [relaxed] = glossary_rules.acronyms_as_words([node])
                part = (self.optional_part(relaxed, total) or part) if relaxed != node else part
            if part:
                words = self.words_of_phrase(node, total) if not part.bits else ()
                if isinstance(node, question_rules.Phrase) and words:
                    self.notes.append(f"No resource has the phrase “{node.text}”, so its words were searched.")
                parts += [part, *words]
        return _counted(parts)

    def words_of_phrase(self, node: Node, total: int) -> Sequence[Part]:
        """Return the words of a phrase or a compound such as "heat-treated" as parts of their own, without labels."""
        if not isinstance(node, question_rules.Phrase | question_rules.Word):
            return []
        words = [word for token in words_rules.typed_words(node.text) for word in words_rules.words_in(token)]
        if not 1 < len(words) <= LONGEST_PHRASE:
            return []
        if isinstance(node, question_rules.Word) and not all(word.isalpha() and word[1:] for word in words):
            return []  # neither M&A nor 613-641
        parts = [self.optional_part(question_rules.Word(word), total) for word in words]
        return [replace(part, label="", times=OF_PHRASE) for part in parts if part]

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
                return qualifier_bits(self.snapshot, node, self.within, self.names, self.notes)

    def bits_for_forms(self, node: question_rules.Forms, within: int) -> int | None:
        """Return the documents with any form of a word; forms that no document of the person has are left out."""
        bits = self.bits_for(node.typed, within)
        typed = self.leaves[-1].idf if bits is not None else math.inf
        typed_count = ((bits or 0) & self.within).bit_count()
        for other in node.others:
            leaf = self.leaf(other, within) if self.may_be_in_a_document(other) else None
            count = (leaf.body.bits & self.within).bit_count() if leaf is not None else 0
            # A word that is split in very few of its documents was divided at the end of a line.
            is_split = other.text.replace(" ", "") == words_rules.fold(question_rules.label_of(node.typed))
            if leaf is not None and count and not (is_split and count * RARELY_SPLIT < typed_count):
                leaf.idf = OTHER_FORM * min(leaf.idf, typed)  # a rare form doesn't count more than the typed one
                self.leaves.append(leaf)
                self.also.append(other.text)
                bits = (bits or 0) | leaf.body.bits
        return bits

    def may_be_in_a_document(self, form: question_rules.Word | question_rules.Phrase) -> bool:
        """Return False if the index lacks a word of a phrase: most ways to split a word are no words."""
        if isinstance(form, question_rules.Word):
            return True
        return all(self.snapshot.document_frequency(term) for _, term in marking_rules.offsets_of(form.text))

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
            offsets, compound = marking_rules.offsets_of(node.text), ""
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
            leaf = self.weighted_leaf(lambda field_: self.phrase_postings(field_, offsets, within), terms)
            leaf.phrase = marking_rules.phrase_of(node.text) if isinstance(node, question_rules.Phrase) else ()
            return leaf
        return self.weighted_leaf(
            lambda field_: union_of(
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
        return union_of([self.snapshot.postings(field_, term) for term in terms])

    def phrase_postings(self, field_: str, offsets: Sequence[tuple[int, str]], within: int) -> Postings:
        """Return the postings of a phrase in ``within``; ``offsets`` has its terms with their distance from the first."""
        postings = [(offset, self.snapshot.postings(field_, term)) for offset, term in offsets]
        bits = reduce(int.__and__, (posting_list.bits for _, posting_list in postings), within)
        if not bits:
            return NO_POSTINGS
        docs = array_of(bits)
        last = max(offset for offset, _ in postings)
        # A phrase begins where all of its words would have their first word; places stay above 0.
        starts = None
        for offset, posting_list in postings:
            if starts is None or len(starts):
                begin = places_in(posting_list, docs) + (last - offset)
                starts = begin if starts is None else common(starts, begin)
        return postings_at(starts - last, docs, self.snapshot.size) if starts is not None else NO_POSTINGS


def idf(frequency: int, total: int) -> float:
    """Return BM25's inverse document frequency of a term in ``frequency`` of ``total`` documents."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def is_exact(nodes: Sequence[Node]) -> bool:
    """Return True if a query is nothing but phrases, alternatives of them, qualifiers and negations."""
    return all(map(_is_phrase, (node for node in nodes if isinstance(node, OPTIONAL))))


def _is_phrase(node: Node) -> bool:
    if isinstance(node, question_rules.AnyOf):
        return all(map(_is_phrase, node.nodes))
    return isinstance(node.typed if isinstance(node, question_rules.Names) else node, question_rules.Phrase)


def _counted(parts: Sequence[Part]) -> list[Part]:
    """Return the parts without repetitions, each with how often it was typed."""
    distinct: dict[object, Part] = {}
    for part in parts:
        if part.key in distinct:
            distinct[part.key].times += part.times
            distinct[part.key].label = distinct[part.key].label or part.label
        else:
            distinct[part.key] = part
    return list(distinct.values())


def _shares(parts: Sequence[Part], within: int, size: int) -> Shares:
    """Return the share of the query's IDF weight that each partial match has, for documents above ``MIN_SHARE``."""
    weights = np.zeros(size)
    for part in parts:
        weights[array_of(part.bits & within)] += part.idf * part.times
    total = sum(part.idf * part.times for part in parts)
    most = weights.max(initial=0.0)
    if not most or not total:
        return NO_SHARES
    docs = np.flatnonzero(weights >= max(MIN_SHARE * most, np.finfo(float).tiny))
    return Shares(docs, np.minimum(1.0, weights[docs] / total))

"""Spelling suggestions ("Did you mean").

Only words from resources that the person may open are suggested, as these resources write them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.search.queries import matching as matching_queries
from hub.search.queries.matching import Matches
from hub.search.rules import question as question_rules
from hub.search.rules import spelling as spelling_rules
from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules
from hub.search.rules.question import Question
from hub.search.store.snapshots import Snapshot, docs_of

FEW_RESULTS = 3  # complete matches, below which a suggestion is searched for
# A word in up to RARE resources may be misspelled if a similar one is in MUCH_MORE times as many.
RARE, MUCH_MORE = 2, 10
MOST_COMPARED = 4_000  # similar words for one typed word
MOST_READ = 40  # resources that are searched for the surface form of a word
# Gains of a candidate that is in titles or in an organization's name, and the cost of one edit.
IN_TITLE, IN_NAME, EDIT_COST = 1.0, 2.0, 3.0
SAME_LETTERS = 2.0  # gain for the same letters: doubled and swapped letters are the most common mistakes


Names = Callable[[], Mapping[str, str]]
Texts = Callable[[int, int], Iterable[str]]


def did_you_mean(
    snapshot: Snapshot, question: Question, typed: str, matches: Matches, allowed: int, names: Names, texts_at: Texts
) -> str:
    """Return the query with corrected spelling if that has more complete matches; "" if there is no suggestion.

    ``names`` returns organizations' names by slug; ``texts_at`` returns the texts around a position in a document that
    the person may read. Raises IndexUnusable.
    """
    words = [node.text for node in question.nodes if isinstance(node, question_rules.Word)]
    if matches.complete >= FEW_RESULTS or not words:
        return ""
    with snapshot.lock:
        corrections = _Speller(snapshot, allowed, names, texts_at).corrections(words)
    text = typed
    for word, correction in corrections.items():
        text = _replaced(text, word, correction)
    if text == typed:
        return ""
    nodes = tuple(_corrected(node, corrections) for node in question.nodes)
    return text if matching_queries.matches(snapshot, nodes, allowed, names).complete > matches.complete else ""


def _corrected(node: question_rules.Node, corrections: Mapping[str, str]) -> question_rules.Node:
    if not isinstance(node, question_rules.Word) or node.text not in corrections:
        return node
    return question_rules.AllOf(tuple(map(question_rules.Word, words_rules.typed_words(corrections[node.text]))))


def _replaced(text: str, word: str, correction: str) -> str:
    """Return the text with each token that equals ``word`` replaced."""
    done, at = "", 0
    for token in words_rules.tokens(text):
        if token[0] == word:
            done += text[at : token.start()] + correction
            at = token.end()
    return done + text[at:]


@dataclass(frozen=True)
class _Candidate:
    term: str
    score: float


class _Speller:
    def __init__(self, snapshot: Snapshot, allowed: int, names: Names, texts_at: Texts) -> None:
        self.snapshot, self.allowed, self.names, self.texts_at = snapshot, allowed, names, texts_at

    def corrections(self, words: Sequence[str]) -> Mapping[str, str]:
        """Return the corrections of the words that may be misspelled."""
        corrections: dict[str, str] = {}
        for word in dict.fromkeys(words):
            folded = words_rules.fold(word)
            if unspaced_rules.is_run(word):
                continue
            if not folded.isalpha() or spelling_rules.max_edits(folded) == 0 or folded in words_rules.STOP_WORDS:
                continue
            frequency = self.frequency(words_rules.term_of(word))
            if frequency <= RARE:
                correction = self.similar_word(folded, frequency) or (self.two_words(folded) if not frequency else "")
                if correction and correction != folded:
                    corrections[word] = correction
        return corrections

    def frequency(self, term: str, field: str = "body") -> int:
        """Return the number of resources with a term, of those that the person may open."""
        return (self.snapshot.postings(field, term).bits & self.allowed).bit_count()

    def similar_word(self, word: str, frequency: int) -> str:
        """Return the best candidate for a word; "" if there is none."""
        term = words_rules.term_of(word)
        most = spelling_rules.max_edits(term)
        candidates = sorted(
            self.candidates(term, most, frequency), key=lambda candidate: (-candidate.score, candidate.term)
        )
        return next((form for candidate in candidates[:5] if (form := self.surface_form(candidate.term))), "")

    def candidates(self, term: str, most: int, frequency: int) -> Iterator[_Candidate]:
        name_terms = {
            name_term
            for name in self.names().values()
            for token in words_rules.tokens(name)
            for name_term in words_rules.all_terms_of(token[0])
        }
        for other in self.similar_terms(term, most):
            edits = spelling_rules.edit_distance(term, other, most)
            if other == term or edits > most or (edits > 1 and other[0] != term[0]):
                continue
            other_frequency = self.frequency(other)
            if other_frequency and other_frequency >= frequency * MUCH_MORE:
                weight = math.log(1 + other_frequency) + IN_TITLE * math.log(1 + self.frequency(other, "title"))
                weight += IN_NAME * (other in name_terms) + SAME_LETTERS * (set(other) == set(term))
                yield _Candidate(other, weight - EDIT_COST * edits)

    def similar_terms(self, term: str, most: int) -> Sequence[str]:
        """Return the terms of similar length that contain a part of the term: a superset of those within ``most`` edits."""
        lengths = range(len(term) - most, len(term) + most + 1)
        similar: dict[str, None] = {}
        for part in spelling_rules.split_for_edits(term, most):
            for other in self.snapshot.terms_containing(part, lengths):
                similar[other] = None
                if len(similar) >= MOST_COMPARED:
                    return list(similar)
        return list(similar)

    def two_words(self, word: str) -> str:
        """Return two words that were typed as one, if they are adjacent in a resource; otherwise ""."""
        for at in range(3, len(word) - 2):
            left, right = (self.snapshot.postings("body", words_rules.term_of(part)) for part in (word[:at], word[at:]))
            for doc in docs_of(left.bits & right.bits & self.allowed)[:MOST_READ]:
                right_positions = set(right.positions_in(doc))
                if any(position + 1 in right_positions for position in left.positions_in(doc)):
                    return f"{word[:at]} {word[at:]}"
        return ""

    def surface_form(self, term: str) -> str:
        """Return a word with this term from a resource that the person may open; "" if there is none."""
        postings, facts = self.snapshot.postings("body", term), self.snapshot.facts
        docs = docs_of(postings.bits & self.allowed)[:MOST_READ]
        for doc in docs:
            for word in facts[doc].keywords.split():
                if words_rules.term_of(word) == term:
                    return word
        texts = self.texts_at(docs[0], postings.positions_in(docs[0])[0]) if docs else ()
        return words_rules.surface_forms(texts, [term]).get(term, "")

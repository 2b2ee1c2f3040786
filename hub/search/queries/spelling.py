"""Did you mean: the question with its mistyped words as the hub's own resources write them.

Only words that stand in a resource that the person may open are proposed, and they are taken from such a resource.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.search.queries import matching as matching_queries
from hub.search.queries.matching import Matches
from hub.search.rules import question as question_rules
from hub.search.rules import spelling as spelling_rules
from hub.search.rules import words as words_rules
from hub.search.rules.question import Question
from hub.search.store.snapshots import Snapshot, docs_of

FEW_RESULTS = 3  # with fewer that have all of the words something better is looked for
RARE, MUCH_MORE = 2, 10  # a word in so few resources may be a mistake when a like one is in so many times as many
MOST_COMPARED = 4_000  # words that look alike, for one typed word
MOST_LOOKED_AT = 40  # resources in which a word is looked up as it is written
# What a word counts by where it stands; a mistake takes as much away as a word in twenty times as many resources gives.
IN_TITLE, A_NAME, MISTAKE = 1.0, 2.0, 3.0
SAME_LETTERS = 2.0  # letters doubled or in each other's place are what people mistype most


Names = Callable[[], Mapping[str, str]]
Texts = Callable[[int, int], Iterable[str]]


def did_you_mean(
    snapshot: Snapshot, asked: Question, typed: str, found: Matches, allowed: int, names: Names, texts_at: Texts
) -> str:
    """Return what was typed with better known words, if that finds more; "" when there is nothing to propose.

    ``names`` gives organizations' names by slug, ``texts_at`` the texts around a place in a document, as the person may
    read them. Raises IndexUnusable.
    """
    plain = [node.text for node in asked.nodes if isinstance(node, question_rules.Word)]
    if found.complete >= FEW_RESULTS or not plain:
        return ""
    with snapshot.lock:
        better = _Speller(snapshot, allowed, names, texts_at).better(plain)
    text = typed
    for was, is_ in better.items():
        text = _replaced(text, was, is_)
    if text == typed:
        return ""
    again = question_rules.Question(tuple(_better(node, better) for node in asked.nodes))
    return text if matching_queries.matches(snapshot, again.nodes, allowed, names).complete > found.complete else ""


def _better(node: question_rules.Node, better: Mapping[str, str]) -> question_rules.Node:
    if not isinstance(node, question_rules.Word) or node.text not in better:
        return node
    return question_rules.AllOf(tuple(question_rules.Word(piece[0]) for piece in words_rules.pieces(better[node.text])))


def _replaced(text: str, was: str, is_: str) -> str:
    """Return the text with a word replaced wherever it stands by itself."""
    done, at = "", 0
    for piece in words_rules.pieces(text):
        if piece[0] == was:
            done += text[at : piece.start()] + is_
            at = piece.end()
    return done + text[at:]


@dataclass(frozen=True)
class _Candidate:
    term: str
    score: float


class _Speller:
    def __init__(self, snapshot: Snapshot, allowed: int, names: Names, texts_at: Texts) -> None:
        self.snapshot, self.allowed, self.names, self.texts_at = snapshot, allowed, names, texts_at

    def better(self, typed: Sequence[str]) -> Mapping[str, str]:
        """For each word that may be mistyped what it may be."""
        found: dict[str, str] = {}
        for word in dict.fromkeys(typed):
            folded = words_rules.fold(word)
            if not folded.isalpha() or spelling_rules.mistakes_in(folded) == 0 or folded in words_rules.STOP_WORDS:
                continue
            count = self.count(words_rules.term_of(word))
            if count <= RARE:
                proposed = self.like(folded, count) or (self.apart(folded) if not count else "")
                if proposed and proposed != folded:
                    found[word] = proposed
        return found

    def count(self, term: str, name: str = "body") -> int:
        """In how many resources that the person may open a term stands."""
        return (self.snapshot.postings(name, term).bits & self.allowed).bit_count()

    def like(self, word: str, count: int) -> str:
        """Return the best known word that is written nearly so."""
        term = words_rules.term_of(word)
        most = spelling_rules.mistakes_in(term)
        candidates = sorted(self.candidates(term, most, count), key=lambda one: (-one.score, one.term))
        return next((written for one in candidates[:5] if (written := self.written(one.term))), "")

    def candidates(self, term: str, most: int, count: int) -> Iterator[_Candidate]:
        named = {
            t
            for name in self.names().values()
            for p in words_rules.pieces(name)
            for t in words_rules.all_terms_of(p[0])
        }
        for other in self.alike(term, most):
            mistakes = spelling_rules.distance(term, other, most)
            if other == term or mistakes > most or (mistakes > 1 and other[0] != term[0]):
                continue
            there = self.count(other)
            if there and there >= count * MUCH_MORE:
                weight = math.log(1 + there) + IN_TITLE * math.log(1 + self.count(other, "title"))
                weight += A_NAME * (other in named) + SAME_LETTERS * (set(other) == set(term))
                yield _Candidate(other, weight - MISTAKE * mistakes)

    def alike(self, term: str, most: int) -> Sequence[str]:
        """Terms that have a part of the word in them and about as many letters."""
        lengths = range(len(term) - most, len(term) + most + 1)
        found: dict[str, None] = {}
        for part in spelling_rules.parts_of(term, most):
            for other in self.snapshot.containing(part, lengths):
                found[other] = None
                if len(found) >= MOST_COMPARED:
                    return list(found)
        return list(found)

    def apart(self, word: str) -> str:
        """Two words that were typed as one, when they stand side by side somewhere."""
        for at in range(3, len(word) - 2):
            left, right = (self.snapshot.postings("body", words_rules.term_of(part)) for part in (word[:at], word[at:]))
            for doc in docs_of(left.bits & right.bits & self.allowed)[:MOST_LOOKED_AT]:
                after = set(right.places_in(doc))
                if any(place + 1 in after for place in left.places_in(doc)):
                    return f"{word[:at]} {word[at:]}"
        return ""

    def written(self, term: str) -> str:
        """Return the term as a word of a resource that the person may open."""
        posting, facts = self.snapshot.postings("body", term), self.snapshot.facts
        docs = docs_of(posting.bits & self.allowed)[:MOST_LOOKED_AT]
        for doc in docs:
            for word in facts[doc].keywords.split():
                if words_rules.term_of(word) == term:
                    return word
        texts = self.texts_at(docs[0], posting.places_in(docs[0])[0]) if docs else ()
        return words_rules.as_written(texts, [term]).get(term, "")

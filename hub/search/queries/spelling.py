"""Spelling suggestions ("Did you mean").

A word is corrected only if no resource that the person may open has it in any form, and it isn't a common English word.
Only words from these resources and names from the glossary are suggested, as they are written there.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from hub.search.queries.written import Readable
from hub.search.rules import english as english_rules
from hub.search.rules import families as families_rules
from hub.search.rules import question as question_rules
from hub.search.rules import spelling as spelling_rules
from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import wordlists as wordlists_rules
from hub.search.rules import words as words_rules
from hub.search.rules.glossary import Glossary
from hub.search.rules.question import Question
from hub.search.store.snapshots import docs_of

# Similar terms whose words are read, and those of them that are the nearest; the resources that are read for each of
# these and for each of the others, and the places in each resource.
MOST_TERMS, MOST_NEAREST = 16, 3
NEAREST_READ, OTHERS_READ = (6, 2), (2, 1)
# Words of a query whose spelling is looked up: each takes time, and a text in another language has many.
MOST_CORRECTED = 12
MOST_READ = 40  # resources in which two words are looked for
LONGEST_ENDING = 6  # letters that a word may have after its term
SHORTEST_PROBE = 3  # letters that two words with other first letters must share
# Gains of a candidate: for each tenfold number of resources, in titles, together with the other words, in the glossary.
# They decide between equally near words.
FREQUENT, IN_TITLE, TOGETHER, IN_GLOSSARY = 0.08, 0.05, 0.25, 0.15
# Acronyms of this length have many neighbors, so only a slip is corrected.
SHORT_ACRONYM = 4
# From this rank on, a common word may be a slip after all: "stele" for "steel".
UNCOMMON = 10_000
_WORDS_AND_JOINTS = re.compile(r"[^\W_]+|[\W_]+")


def did_you_mean(
    question: Question, typed: str, readable: Readable, glossary: Glossary, finds: Callable[[str], bool]
) -> str:
    """Return the query with corrected spelling; "" if there is no suggestion.

    ``finds`` returns True if a word has results in any form, or under another name. Raises IndexUnusable.
    """
    words = list(dict.fromkeys(word for node in question.nodes for word in _words_of(node)))
    corrections = _Speller(readable, glossary, finds).corrections(words)
    text = typed
    for word, correction in corrections.items():
        text = _replaced(text, word, correction)
    return text if text != typed else ""


def _words_of(node: question_rules.Node) -> Iterator[str]:
    """Yield the typed words of a node."""
    match node:
        case question_rules.Word():
            yield node.text
        case question_rules.Phrase():
            yield from words_rules.typed_words(node.text)
        case question_rules.Not():
            yield from _words_of(node.node)
        case question_rules.AnyOf() | question_rules.AllOf():
            for each in node.nodes:
                yield from _words_of(each)


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
    word: str  # folded
    score: float
    written: str = ""  # if it is known


class _Speller:
    def __init__(self, readable: Readable, glossary: Glossary, finds: Callable[[str], bool]) -> None:
        self.readable, self.glossary, self.finds = readable, glossary, finds

    def corrections(self, words: Sequence[str]) -> Mapping[str, str]:
        """Return the corrections of the words that are misspelled."""
        terms = [words_rules.term_of(word) for word in words]
        known = [docs for term in terms if (docs := self.readable.docs(term))]
        near = reduce(int.__and__, known) if known else 0
        lacking = [word for word in words if not self.is_right(word)][:MOST_CORRECTED]
        corrections = {word: self.corrected(word, near or reduce(or_, known, 0)) for word in lacking}
        return {word: correction for word, correction in corrections.items() if correction not in {"", word}}

    def is_right(self, token: str) -> bool:
        """Return True for a token that has results, or that has nothing to correct."""
        return unspaced_rules.is_run(token) or not any(map(str.isalpha, token)) or self.finds(token)

    def corrected(self, token: str, near: int) -> str:
        """Return a token without results with its misspelled words corrected; "" if it has none, or there is no correction for one.

        ``near`` has the documents with the other words of the query.
        """
        corrected = ""
        parts = _WORDS_AND_JOINTS.findall(token)
        for part in parts:
            is_right = not part.isalnum() or (
                len(parts) > 1 and (len(part) < spelling_rules.SHORTEST or self.finds(part))
            )
            word = part if is_right else self.similar(part, near, alone=len(parts) == 1) or self.two_words(part)
            if not word:
                return ""
            corrected += word
        return corrected

    def similar(self, typed: str, near: int, *, alone: bool) -> str:
        """Return the most similar word, as it is written; "" if there is none. Parts of a compound aren't names."""
        word = words_rules.fold(typed)
        if not spelling_rules.max_edits(word) or word in words_rules.STOP_WORDS or self.is_name(word):
            return ""
        is_acronym = typed.isupper() and len(typed) <= SHORT_ACRONYM
        is_english = english_rules.is_known(word, names=alone)
        if is_english and english_rules.rank(word, names=alone) < UNCOMMON:
            return ""
        candidates = [
            candidate
            for candidate in (*self.names(word), *self.words(word, near))
            if spelling_rules.is_near(word, candidate.word, strict=is_acronym or is_english)
            and not english_rules.are_inflections(word, candidate.word)
        ]
        best = max(candidates, key=lambda candidate: (candidate.score, candidate.word), default=None)
        if best is None:
            return ""
        return best.written or self.readable.as_written(best.word, is_typed_low=typed.islower())

    # Names from the glossary

    def is_name(self, word: str) -> bool:
        """Return True if the glossary has a name of one word."""
        return (words_rules.term_of(word),) in self.glossary.others or word.upper() in self.glossary.meanings

    def names(self, word: str) -> Iterator[_Candidate]:
        """Yield similar acronyms of the glossary that have results under any of their names."""
        digits = _digits(word)
        for name in self.glossary.meanings:
            folded = words_rules.fold(name)
            if _digits(folded) == digits and spelling_rules.is_near(word, folded) and self.finds(name):
                yield _Candidate(folded, IN_GLOSSARY - spelling_rules.cost(word, folded), name)

    # Words of the resources

    def words(self, word: str, near: int) -> Iterator[_Candidate]:
        """Yield similar words of resources, and others."""
        if not word.isalpha():
            return
        others = {other: docs for other in self.keywords(word) if (docs := self.readable.docs_with_keyword(other))}
        if not any(spelling_rules.edit_distance(word, other, 1) == 1 for other in others):
            others = self.read(word) | others
        completions = {other: docs for other, docs in others.items() if other.startswith(word)}
        for other in completions or others:
            # A keyword's frequency is that of its term, since it is a keyword of only some of the resources.
            term = words_rules.term_of(other)
            docs = self.readable.docs(term) or others[other]
            score = FREQUENT * math.log10(docs.bit_count()) + TOGETHER * bool(docs & near)
            score += IN_TITLE * bool(self.readable.docs(term, "title"))
            yield _Candidate(other, score - spelling_rules.cost(word, other))

    def keywords(self, word: str) -> Collection[str]:
        """Return the keywords that are near enough to a word, also of resources that the person may not open."""
        lists = [segment.keyword_text for segment in self.readable.snapshot.segments.values()]
        pool = {other for words in lists for other in _pool(words, word)}
        return [other for other in pool if spelling_rules.is_near(word, other)]

    def read(self, word: str) -> dict[str, int]:
        """Return the words on pages with the nearest terms that are near enough, with the documents of their terms."""
        terms = self.terms(word)
        names = list(terms)
        for some, (each, places) in ((names[:MOST_NEAREST], NEAREST_READ), (names[MOST_NEAREST:], OTHERS_READ)):
            forms_by_term = self.readable.written({term: terms[term] for term in some}, each, places)
            others = {
                form: terms[term]
                for term, forms in forms_by_term.items()
                for form in forms
                if form.isalpha() and spelling_rules.is_near(word, form)
            }
            if others:
                return others
        return {}

    def terms(self, word: str) -> Mapping[str, int]:
        """Return the readable documents of the terms whose forms may be nearest to a word."""
        most = spelling_rules.max_edits(word)
        pool = {
            other for words in self.readable.snapshot.vocabularies() for other in _pool(words, word, LONGEST_ENDING)
        }
        endings = spelling_rules.ending_distances(word)
        near: list[tuple[int, int, str]] = []
        for other in pool:
            edits = spelling_rules.distance_of_stem(word, other, endings, most)
            if edits <= most:
                near.append((edits, -len(other), other))
        terms: dict[str, int] = {}
        for _, _, term in sorted(near):
            if docs := self.readable.docs(term):
                terms[term] = docs
            if len(terms) == MOST_TERMS:
                break
        return terms

    def two_words(self, typed: str) -> str:
        """Return two words that were typed as one, if they are adjacent in a resource; otherwise ""."""
        word = words_rules.fold(typed)
        if not word.isalpha() or len(word) > families_rules.LONGEST_SPLIT or english_rules.is_known(word):
            return ""
        snapshot = self.readable.snapshot
        for at in range(3, len(word) - 2):
            left, right = (snapshot.postings("body", words_rules.term_of(part)) for part in (word[:at], word[at:]))
            for doc in docs_of(left.bits & right.bits & self.readable.allowed)[:MOST_READ]:
                right_positions = set(right.positions_in(doc))
                if any(position + 1 in right_positions for position in left.positions_in(doc)):
                    return f"{word[:at]} {word[at:]}"
        return ""


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())


def _pool(words: wordlists_rules.Words, word: str, ending: int = 0) -> Iterator[str]:
    """Yield the words of a list that may be near; ``ending`` letters of ``word`` may come after them."""
    most = spelling_rules.max_edits(word)
    letters = set(word)
    lengths = range(max(spelling_rules.SHORTEST - 1, len(word) - most - ending), len(word) + most + 1)
    probes = (part for part in spelling_rules.probes(word, most) if len(part) >= SHORTEST_PROBE)
    lists: Iterable[Iterator[str]] = (
        *(wordlists_rules.beginning(words, letter) for letter in sorted(set(word[:2]))),
        *(wordlists_rules.containing(words, part) for part in probes),
    )
    for listed in lists:
        for other in listed:
            if len(other) in lengths and len(letters.symmetric_difference(other)) <= 2 * most + ending:
                yield other

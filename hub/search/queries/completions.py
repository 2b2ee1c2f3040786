"""Completing the last word of a query while a person types, with words of the resources that they may open."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from heapq import nlargest
from itertools import chain

from hub.search.queries.written import Readable
from hub.search.rules import english as english_rules
from hub.search.rules import words as words_rules
from hub.search.rules import written as written_rules

# The most keywords and terms with the beginning that are looked at, and the terms whose words are read.
MOST_KEYWORDS, MOST_TERMS, MOST_READ = 120, 40, 4
MOST_EACH, MOST_FOR_CASE = 2, 3  # resources that are read for a term, and to see how a word is written
# What the most common English words are worth ("well", "will"), by their last rank; few people search for them.
WORTH = ((1_000, 0.3), (3_000, 0.6))


def completions(readable: Readable, before: str, beginning: str, most: int) -> Sequence[str]:
    """Return up to ``most`` words that begin with ``beginning``, the best first, as the resources write them.

    Those of resources with the words ``before`` it are used if there are any; words that share a stem count once.
    Raises IndexUnusable.
    """
    folded = words_rules.fold(beginning)
    terms = [words_rules.term_of(word) for word in words_rules.typed_words(before)]
    known = [docs for term in terms if term not in words_rules.STOP_WORDS and (docs := readable.docs(term))]
    within = reduce(int.__and__, known, readable.allowed) or readable.allowed
    words: dict[str, str] = {}  # by stem
    for word in chain(_keywords(readable, folded, within), _others(readable, folded, within)):
        if word != folded:
            words.setdefault(words_rules.term_of(word), word)
        if len(words) == most:
            break
    return _written(readable, words)


def _keywords(readable: Readable, beginning: str, within: int) -> Iterator[str]:
    """Yield the keywords of resources in ``within`` that begin so, the most frequent first."""
    counts: dict[str, int] = {}
    for segment in readable.snapshot.segments.values():
        for word, count in segment.keywords_beginning(beginning).items():
            counts[word] = counts.get(word, 0) + count
    for word in nlargest(MOST_KEYWORDS, sorted(counts), key=lambda word: math.log(1 + counts[word]) * _worth(word)):
        if readable.snapshot.docs_with_keyword(word) & within:
            yield word


def _others(readable: Readable, beginning: str, within: int) -> Iterator[str]:
    """Yield words that begin so and are no keywords, the most frequent first."""
    terms = readable.snapshot.terms_with_prefix(beginning, MOST_TERMS)
    docs_by_term: dict[str, int] = {}
    for term in terms:
        if term.islower() and term.isalpha() and (docs := readable.docs(term) & within):
            docs_by_term[term] = docs
        if len(docs_by_term) == MOST_READ:
            break
    words = readable.written(docs_by_term, MOST_EACH) if docs_by_term else {}
    for term in docs_by_term:
        ways = words.get(term, {})
        yield from sorted(
            (word for word in ways if word.startswith(beginning)), key=lambda word: (-sum(ways[word].values()), word)
        )


def _worth(word: str) -> float:
    rank = english_rules.rank(word, names=False)
    return next((worth for last, worth in WORTH if 0 < rank <= last), 1.0)


def _written(readable: Readable, words: Mapping[str, str]) -> Sequence[str]:
    """Return words, given by stem, as the resources write them; English words are in lowercase."""
    names = {term: word for term, word in words.items() if not english_rules.is_known(word, names=False)}
    docs = {term: readable.docs_with_keyword(word) or readable.docs(term) for term, word in names.items()}
    ways = readable.written(docs, MOST_FOR_CASE) if docs else {}
    return [written_rules.usual(ways.get(term, {}).get(word, {})) or word for term, word in words.items()]

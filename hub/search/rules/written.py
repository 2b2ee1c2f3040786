"""Words as people write them: their letter case, accents and endings, which the terms of the index don't keep. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules

# The share of lowercase among the ways to write a word, from which lowercase is usual: other ways begin a sentence.
LOWERCASE = 0.1
LONGEST_ACRONYM = words_rules.CAPITALS[-1]
_MAIL_ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+")

# How often a word is written in each way. Capitals at the beginning of a sentence or in a title count 0 times, since they
# say nothing about the word.
Ways = Mapping[str, int]
_ENDS = frozenset('.!?:;|\u2022\u2013\u2014\u201c"')  # what may come before a sentence


def ways_to_write(
    texts: Iterable[str], titles: Iterable[str], terms: Collection[str]
) -> Mapping[str, Mapping[str, Ways]]:
    """Return the folded words that have each term, with the ways in which they are written.

    Web and mail addresses don't count, since they are in lowercase.
    """
    wanted = frozenset(terms)
    ways_by_term: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for text in texts:
        for word, term, counts in _words(text):
            if term in wanted:
                ways_by_term[term][words_rules.fold(word)][word] += counts
    for title in titles:
        for word, term, _ in _words(words_rules.without_all_caps(title)):
            if term in wanted:
                ways_by_term[term][words_rules.fold(word)][word] += 0
    return ways_by_term


def _words(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the words of a text, each with its term, and True if its capitals aren't those of a sentence."""
    if "@" in text:
        text = _MAIL_ADDRESS.sub(" ", text)
    for token in words_rules.tokens(text):
        if "." not in token[0] and not unspaced_rules.is_run(token[0]):
            for word, term in words_rules.words_of(token[0]):
                yield word, term, not word.istitle() or not _begins(text, token.start())


def _begins(text: str, at: int) -> bool:
    """Return True if a word at this place begins a sentence, a line or a cell."""
    before = text[max(0, at - 4) : at].rstrip(" ")
    return not before or before[-1].isspace() or before[-1] in _ENDS


def usual(ways: Ways) -> str:
    """Return how a word is usually written; "" if there are no ways.

    Lowercase wins if it isn't rare, since any word may be in a heading.
    """
    lowercase = {way: count for way, count in ways.items() if way == way.lower()}
    others = {way: count for way, count in ways.items() if way not in lowercase}
    if not others or (lowercase and sum(lowercase.values()) >= LOWERCASE * sum(ways.values())):
        return max(lowercase, key=lambda way: (lowercase[way], way), default="")
    best = max(others, key=lambda way: (others[way], not way.isupper(), way))
    return best.lower() if best.isupper() and len(best) > LONGEST_ACRONYM else best

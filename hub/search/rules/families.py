"""Word families: "weld" also finds "welder", "child care" also finds "childcare". Pure.

Words with the same stem share a term already. The families of ``families.txt`` join words of one origin that have
different stems. Compounds follow rules; one that isn't a word does no harm, since no resource has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules
from hub.search.rules.question import AllOf, AnyOf, Forms, Names, Node, Phrase, Word

TABLE = Path(__file__).with_name("families.txt")
SHORTEST_HALF = 3  # letters of each half of a compound such as "heatpump"
LONGEST_SPLIT = 40  # letters of a word that is also searched as two: the time for all ways grows with their square
# Shorter words that begin or end compounds: co-op, e-mail, start-up.
SHORT_HALVES = frozenset({"bi", "co", "e", "ex", "op", "re", "up"})
# Compounds with a stop word. Others would join strangers, such as "in form" and "inform".
WITH_STOP_WORDS = frozenset(
    {"byproduct", "inhouse", "inbound", "onboard", "onboarding", "ongoing", "online", "onshore", "onshoring", "onsite"}
)


@lru_cache(maxsize=1 << 12)
def forms_of(word: str) -> tuple[str, ...]:
    """Return words of the same family that have other terms than ``word``, one for each term."""
    folded = words_rules.fold(word)
    own = words_rules.term_of(word)
    if not folded.isalpha() or own in words_rules.STOP_WORDS:
        return ()
    forms = {own: folded}
    for other in table().get(own, ()):
        forms.setdefault(words_rules.term_of(other), other)
    return tuple(forms.values())[1:]


def splits_of(word: str) -> Sequence[tuple[str, str]]:
    """Return each way to write a word as two: "heatpump" as "heat pump". Most are no words, so the caller checks."""
    folded = words_rules.fold(word)
    if not 2 * SHORTEST_HALF <= len(folded) <= LONGEST_SPLIT or not folded.isalpha() or unspaced_rules.has_any(folded):
        return ()
    halves = ((folded[:at], folded[at:]) for at in range(1, len(folded)))
    return [pair for pair in halves if all(map(_may_be_half, pair))]


def with_forms(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with other forms of each word; phrases, qualifiers and negations stay as they are."""
    joined: list[list[str]] = [[] for _ in nodes]
    for at, (left, right) in enumerate(pairwise(nodes)):
        if isinstance(left, Word) and isinstance(right, Word) and (word := _joined(left.text, right.text)):
            joined[at].append(word)
            joined[at + 1].append(word)
    return tuple(_with_forms(node, words) for node, words in zip(nodes, joined, strict=True))


def _with_forms(node: Node, joined: Iterable[str] = ()) -> Node:
    match node:
        case Word():
            return _forms(node, joined)
        case AnyOf():
            return AnyOf(tuple(map(_with_forms, node.nodes)))
        case AllOf():
            return AllOf(with_forms(node.nodes))
        case Names():
            return Names(_with_forms(node.typed), node.others)
    return node


def _forms(word: Word, joined: Iterable[str]) -> Word | Forms:
    terms, _ = words_rules.query_terms(word.text)
    if len(terms) != 1:
        return word
    others: dict[Word | Phrase, None] = dict.fromkeys(map(Word, (*forms_of(word.text), *joined)))
    others.update(dict.fromkeys(Phrase(f"{left} {right}") for left, right in splits_of(word.text)))
    return Forms(word, tuple(others)) if others else word


def _joined(left: str, right: str) -> str:
    """Return two typed words as one, if they may be a compound; otherwise ""."""
    left, right = words_rules.fold(left), words_rules.fold(right)
    word = left + right
    if not word.isalpha() or unspaced_rules.has_any(word):
        return ""
    return word if word in WITH_STOP_WORDS or (_may_be_half(left) and _may_be_half(right)) else ""


def _may_be_half(word: str) -> bool:
    """Return True if a word may begin or end a compound; a stop word, or one with the stem of a stop word, may not."""
    return word in SHORT_HALVES or (
        len(word) >= SHORTEST_HALF and words_rules.STOP_WORDS.isdisjoint((word, words_rules.term_of(word)))
    )


@cache
def table() -> Mapping[str, Sequence[str]]:
    """Return the families of ``families.txt``, each as its words, by the term of each word."""
    lines = (line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {words_rules.term_of(word): line for line in lines for word in line}

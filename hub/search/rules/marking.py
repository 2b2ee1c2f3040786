"""What is marked in a text that was found: words wherever they are, and phrases where their words are in a row. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.search.rules import question as question_rules
from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules
from hub.search.rules.question import Node

Phrase = tuple[tuple[int, str], ...]  # its terms, each with its distance from the first; stop words keep their places


@dataclass(frozen=True)
class Wanted(Collection[str]):
    """The terms to mark. As a collection it has all of them, those of phrases too."""

    alone: frozenset[str] = frozenset()  # terms that are marked wherever they are
    phrases: tuple[Phrase, ...] = ()

    def __contains__(self, term: object) -> bool:
        return term in self.alone or any(term == each for phrase in self.phrases for _, each in phrase)

    def __iter__(self) -> Iterator[str]:
        return iter(self.alone.union(term for phrase in self.phrases for _, term in phrase))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def wanted_in(nodes: Iterable[Node]) -> Wanted:
    """Return what to mark for the nodes of a question; negations and qualifiers mark nothing."""
    alone: set[str] = set()
    phrases: list[Phrase] = []
    for node in _leaves(nodes):
        if isinstance(node, question_rules.Phrase) and (phrase := phrase_of(node.text)):
            phrases.append(phrase)
        else:
            alone.update(term for token in words_rules.tokens(node.text) for term in words_rules.marked_terms(token[0]))
    return Wanted(frozenset(alone), tuple(dict.fromkeys(phrases)))


def phrase_of(text: str) -> Phrase:
    """Return the terms of a phrase; none if one of its words is written without spaces, since its letters are terms."""
    return () if unspaced_rules.has_any(text) else tuple(offsets_of(text))


def offsets_of(text: str) -> list[tuple[int, str]]:
    """Return the terms of a phrase, each with its distance from the first; stop words keep their positions."""
    offsets: list[tuple[int, str]] = []
    at = 0
    for token in words_rules.tokens(text):
        terms, _ = words_rules.query_terms(token[0])
        offsets += [(at + number, term) for number, term in enumerate(terms)]
        at += max(1, len(terms))
    first = offsets[0][0] if offsets else 0
    return [(offset - first, term) for offset, term in offsets]


def of_phrases(terms_at: Sequence[Collection[str]], phrases: Collection[Phrase]) -> dict[int, set[str]]:
    """Return the positions of words of a phrase that are in a row, with their terms.

    ``terms_at`` has the terms at each position of a text.
    """
    places: dict[int, set[str]] = {}
    firsts = {phrase[0][1] for phrase in phrases}
    for at, terms in enumerate(terms_at):
        if firsts.isdisjoint(terms):
            continue
        for phrase in phrases:
            if at + phrase[-1][0] < len(terms_at) and all(term in terms_at[at + offset] for offset, term in phrase):
                for offset, term in phrase:
                    places.setdefault(at + offset, set()).add(term)
    return places


Leaf = question_rules.Word | question_rules.Acronym | question_rules.Prefix | question_rules.Phrase


def _leaves(nodes: Iterable[Node]) -> Iterator[Leaf]:
    for node in nodes:
        match node:
            case question_rules.AnyOf() | question_rules.AllOf() | question_rules.Names():
                yield from _leaves(node.nodes)
            case question_rules.Forms():
                yield from _leaves((node.typed, *node.others))
            case question_rules.Word() | question_rules.Acronym() | question_rules.Prefix() | question_rules.Phrase():
                yield node
            case _:
                pass

"""Words that members search by: a search for one name of a thing finds the others. Former names count. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hub.search.rules import words as words_rules
from hub.search.rules.question import Acronym, AllOf, AnyOf, Names, Node, Phrase, Word

# Acronyms that are ordinary words too, whether or not they have an entry: only in capitals they are the acronym.
ORDINARY = frozenset({"AM", "BUILD", "CARES", "IT", "RAISE"})

Key = tuple[str, ...]  # a name as the index has it: "Department of Commerce" is department, of, commerc


@dataclass(frozen=True)
class Entry:
    """One thing and its names: the first is how it is said today, the second what that stands for."""

    names: tuple[str, ...]
    is_word: bool = False  # its short name is an ordinary word too: only in capitals it is meant


@dataclass(frozen=True)
class Glossary:
    """All entries, ready to be asked."""

    others: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)  # what else each name is called
    only_capitals: frozenset[str] = ORDINARY
    longest: int = 1  # words of the longest name
    meanings: Mapping[str, str] = field(default_factory=dict)  # of each acronym as it is written
    acronym: re.Pattern[str] | None = None  # finds one in a text

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Glossary":
        """Return the glossary of these entries; a name that two of them have finds the names of both."""
        entries = list(entries)
        only_capitals = ORDINARY | {entry.names[0] for entry in entries if entry.is_word}
        others: dict[Key, tuple[str, ...]] = {}
        for entry in entries:
            for name in entry.names:
                key = _key_of_name(name, only_capitals)
                if not key:
                    continue
                rest = [*others.get(key, ()), *(other for other in entry.names if other != name)]
                others[key] = tuple(dict.fromkeys(rest))
        meanings = dict(_meanings(entries))
        written = sorted(map(re.escape, meanings), key=len, reverse=True)
        acronym = re.compile(rf"(?<![\w-])(?:{'|'.join(written)})(?![\w])") if written else None
        return cls(others, frozenset(only_capitals), max(map(len, others), default=1), meanings, acronym)


@dataclass(frozen=True)
class Widened:
    """A question with what else its words are called, and what was added."""

    nodes: tuple[Node, ...]
    also: tuple[str, ...] = ()


def _meanings(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Yield each name that is an acronym, with the first name of its entry that is none."""
    for entry in entries:
        long = next((name for name in entry.names if not is_acronym(name)), "")
        if long:
            yield from ((name, long) for name in entry.names if is_acronym(name))


def is_acronym(name: str) -> bool:
    """Return whether a name is short for something: one word with two capitals, or a capital and a digit, in it."""
    capitals = sum(letter.isupper() for letter in name)
    return " " not in name and (capitals > 1 or (capitals == 1 and any(letter.isdigit() for letter in name)))


def widened(nodes: Sequence[Node], glossary: Glossary, *, expand: bool = True) -> Widened:
    """Return the question with each name of the glossary widened to what else it is called; the longest names first.

    Without ``expand`` only acronyms in capitals are told from words.
    """
    found: list[Node] = []
    also: list[str] = []
    at = 0
    while at < len(nodes):
        taken, node = _spelled_out(nodes[at : at + glossary.longest], glossary, also if expand else None)
        found.append(node)
        at += taken
    return Widened(tuple(found), tuple(dict.fromkeys(also)))


def _spelled_out(nodes: Sequence[Node], glossary: Glossary, also: list[str] | None) -> tuple[int, Node]:
    """Return the longest name that plain words begin with, and its other names; else the first node."""
    first = nodes[0]
    if isinstance(first, AnyOf):
        return 1, AnyOf(tuple(_spelled_out([node], glossary, also)[1] for node in first.nodes))
    if isinstance(first, Phrase):
        return 1, _or_others(first, _key(first.text), glossary, also)
    run = [node.text for node in nodes if isinstance(node, Word)] if isinstance(first, Word) else []
    if len(run) < len(nodes):
        run = run[: next((n for n, node in enumerate(nodes) if not isinstance(node, Word)), len(run))]
    for count in range(len(run), 1, -1):
        key = _key(" ".join(run[:count]))
        if also is not None and key in glossary.others:
            return count, _or_others(AllOf(tuple(nodes[:count])), key, glossary, also)
    if not isinstance(first, Word):
        return 1, first
    is_meant = first.text in glossary.only_capitals
    typed = Acronym(first.text) if is_meant else first
    return 1, _or_others(typed, (first.text,) if is_meant else _key(first.text), glossary, also)


def _or_others(node: Node, key: Key, glossary: Glossary, also: list[str] | None) -> Node:
    names = glossary.others.get(key, ()) if also is not None else ()
    if not names or also is None:
        return node
    also += names
    return Names(node, tuple(_node(name, glossary) for name in names))


def _node(name: str, glossary: Glossary) -> Node:
    found = [piece[0] for piece in words_rules.pieces(name)]
    if len(found) > 1:
        return Phrase(" ".join(found))
    return Acronym(name) if name in glossary.only_capitals else Word(name)


def loosened(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with acronyms in capitals read as the ordinary words that they are too."""
    return tuple(_loose(node) for node in nodes)


def _loose(node: Node) -> Node:
    if isinstance(node, Acronym):
        return Word(node.text)
    if isinstance(node, AnyOf):
        return AnyOf(tuple(_loose(one) for one in node.nodes))
    if isinstance(node, Names):
        return Names(_loose(node.typed), tuple(_loose(one) for one in node.others))
    return node


def _key_of_name(name: str, only_capitals: frozenset[str]) -> Key:
    return (name,) if name in only_capitals else _key(name)


def _key(text: str) -> Key:
    return tuple(term for piece in words_rules.pieces(text) for term in words_rules.reading(piece[0])[0])

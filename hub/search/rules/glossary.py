"""The glossary in search: a query with one name of an entry is expanded with the others. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hub.search.rules import words as words_rules
from hub.search.rules.question import Acronym, AllOf, AnyOf, Names, Node, Phrase, Word

# Acronyms that are also ordinary words, with or without an entry: only in capitals do they mean the acronym.
ORDINARY = frozenset({"AM", "BUILD", "CARES", "IT", "RAISE"})

Key = tuple[str, ...]  # the terms of a name: "Department of Commerce" is department, of, commerc


@dataclass(frozen=True)
class Entry:
    """The names of one thing: first the short name, then what it stands for, then the others."""

    names: tuple[str, ...]
    is_word: bool = False  # the short name is also an ordinary word: it means the entry only in capitals


@dataclass(frozen=True)
class Glossary:
    """All entries, compiled for lookup."""

    others: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)  # the other names of each name
    only_capitals: frozenset[str] = ORDINARY
    longest: int = 1  # words of the longest name
    meanings: Mapping[str, str] = field(default_factory=dict)  # by acronym, as it is written
    acronym: re.Pattern[str] | None = None  # matches an acronym in a text

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Glossary":
        """Compile a glossary; a name that two entries share leads to the names of both."""
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
class Expansion:
    """A query expanded with other names, and the names that were added."""

    nodes: tuple[Node, ...]
    also: tuple[str, ...] = ()


def _meanings(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Yield each name that is an acronym, with the first name of its entry that isn't one."""
    for entry in entries:
        long = next((name for name in entry.names if not is_acronym(name)), "")
        if long:
            yield from ((name, long) for name in entry.names if is_acronym(name))


def is_acronym(name: str) -> bool:
    """Return True if a name is one word with at least two capitals, or a capital and a digit."""
    capitals = sum(letter.isupper() for letter in name)
    return " " not in name and (capitals > 1 or (capitals == 1 and any(letter.isdigit() for letter in name)))


def expand(nodes: Sequence[Node], glossary: Glossary, *, add_names: bool = True) -> Expansion:
    """Expand each glossary name in a query with its other names; the longest name wins.

    Without ``add_names`` no names are added, and only acronyms in capitals are told apart from ordinary words.
    """
    expanded: list[Node] = []
    also: list[str] = []
    at = 0
    while at < len(nodes):
        count, node = _expand_first(nodes[at : at + glossary.longest], glossary, also if add_names else None)
        expanded.append(node)
        at += count
    return Expansion(tuple(expanded), tuple(dict.fromkeys(also)))


def _expand_first(nodes: Sequence[Node], glossary: Glossary, also: list[str] | None) -> tuple[int, Node]:
    """Return the length of the longest name at the start, in nodes, and its expansion; otherwise 1 and the first node."""
    first = nodes[0]
    if isinstance(first, AnyOf):
        return 1, AnyOf(tuple(_expand_first([node], glossary, also)[1] for node in first.nodes))
    if isinstance(first, Phrase):
        return 1, _with_other_names(first, _key(first.text), glossary, also)
    run = [node.text for node in nodes if isinstance(node, Word)] if isinstance(first, Word) else []
    if len(run) < len(nodes):
        run = run[: next((n for n, node in enumerate(nodes) if not isinstance(node, Word)), len(run))]
    for count in range(len(run), 1, -1):
        key = _key(" ".join(run[:count]))
        if also is not None and key in glossary.others:
            return count, _with_other_names(AllOf(tuple(nodes[:count])), key, glossary, also)
    if not isinstance(first, Word):
        return 1, first
    is_acronym_ = first.text in glossary.only_capitals
    typed = Acronym(first.text) if is_acronym_ else first
    return 1, _with_other_names(typed, (first.text,) if is_acronym_ else _key(first.text), glossary, also)


def _with_other_names(node: Node, key: Key, glossary: Glossary, also: list[str] | None) -> Node:
    names = glossary.others.get(key, ()) if also is not None else ()
    if not names or also is None:
        return node
    also += names
    return Names(node, tuple(_node(name, glossary) for name in names))


def _node(name: str, glossary: Glossary) -> Node:
    tokens = [token[0] for token in words_rules.tokens(name)]
    if len(tokens) > 1:
        return Phrase(" ".join(tokens))
    return Acronym(name) if name in glossary.only_capitals else Word(name)


def acronyms_as_words(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with acronyms in capitals replaced by ordinary words."""
    return tuple(_acronym_as_word(node) for node in nodes)


def _acronym_as_word(node: Node) -> Node:
    if isinstance(node, Acronym):
        return Word(node.text)
    if isinstance(node, AnyOf):
        return AnyOf(tuple(map(_acronym_as_word, node.nodes)))
    if isinstance(node, Names):
        return Names(_acronym_as_word(node.typed), tuple(map(_acronym_as_word, node.others)))
    return node


def _key_of_name(name: str, only_capitals: frozenset[str]) -> Key:
    return (name,) if name in only_capitals else _key(name)


def _key(text: str) -> Key:
    return tuple(term for token in words_rules.tokens(text) for term in words_rules.query_terms(token[0])[0])

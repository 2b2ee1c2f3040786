"""The glossary in search: a query with one name of an entry is expanded with the others. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from hub.search.rules import words as words_rules
from hub.search.rules.question import Acronym, AnyOf, Names, Node, Phrase, Word, label_of

SHORTEST_JOINED = 3  # letters of a compound that is found without its joints too: POA&M, but not R&D
# Acronyms that are also ordinary words, with or without an entry: only in capitals do they mean the acronym.
ORDINARY = frozenset({"AM", "BUILD", "CARES", "IT", "RAISE"})

Key = tuple[str, ...]  # an acronym, or the terms of a name: "Department of Commerce" is department, of, commerc


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
                for key in _keys_of_name(name, only_capitals):
                    rest = [*others.get(key, ()), *(other for other in entry.names if other != name)]
                    others[key] = tuple(dict.fromkeys(rest))
        meanings = _meanings(entries)
        longest = max(map(len, others), default=1)
        return cls(others, frozenset(only_capitals), longest, meanings, _pattern(meanings) if meanings else None)

    def written(self) -> Mapping[str, str]:
        """Return the acronyms that aren't ordinary words, as they are written, by their lowercase letters."""
        return {name.lower(): name for name in self.meanings if name not in self.only_capitals}


@dataclass(frozen=True)
class Expansion:
    """A query expanded with other names, and the names that were added."""

    nodes: tuple[Node, ...]
    also: tuple[str, ...] = ()


def _meanings(entries: Sequence[Entry]) -> Mapping[str, str]:
    """Return the meaning of each name that is an acronym: the first name of its entry that isn't one.

    An acronym of several entries has their meanings with "or" between them.
    """
    meanings: dict[str, list[str]] = {}
    for entry in entries:
        long = next((name for name in entry.names if not is_acronym(name)), "")
        for name in filter(is_acronym, entry.names if long else ()):
            meanings.setdefault(name, []).append(long)
    return {name: " or ".join(dict.fromkeys(long)) for name, long in meanings.items()}


def _pattern(acronyms: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern that matches each of the acronyms, and the longest where several do."""
    by_first: dict[str, list[str]] = {}
    for name in sorted(acronyms, key=len, reverse=True):
        # in HTML an ampersand is written as &amp;
        by_first.setdefault(name[0], []).append(re.escape(name[1:]).replace("&", "&(?:amp;)?"))
    # Grouped by the first character, since a pattern is tried at every word of a page.
    groups = "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in by_first.items())
    return re.compile(rf"(?<![\w-])(?:{groups})(?!\w)")


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
        count = 1
        if add_names and (name := _name_at(nodes[at : at + glossary.longest], glossary)):
            count, others = name
            typed = " ".join(map(label_of, nodes[at : at + count])).casefold()
            also += [other for other in others if other.casefold() != typed]
            expanded += _each_or(nodes[at : at + count], others, glossary)
        else:
            expanded.append(_expanded(nodes[at], glossary, also if add_names else None))
        at += count
    return Expansion(tuple(expanded), tuple(dict.fromkeys(also)))


def _name_at(nodes: Sequence[Node], glossary: Glossary) -> tuple[int, tuple[str, ...]] | None:
    """Return the length, in nodes, of the longest name of several words at the start, with its other names."""
    words = [node.text for node in takewhile(lambda node: isinstance(node, Word), nodes) if isinstance(node, Word)]
    for count in range(len(words), 1, -1):
        if others := glossary.others.get(_key(" ".join(words[:count])), ()):
            return count, others
    return None


def _each_or(words: Sequence[Node], names: Sequence[str], glossary: Glossary) -> Iterator[Node]:
    """Yield each word of a typed name with the other names as alternatives: all words match, or another name does.

    The words stay apart, so that a partial match may have some of them. Stop words stay alone, since they match nothing.
    """
    others = tuple(_node(name, glossary) for name in names)
    for word in words:
        yield Names(word, others) if isinstance(word, Word) and _key(word.text) else word


def _expanded(node: Node, glossary: Glossary, also: list[str] | None) -> Node:
    """Return a word, phrase or alternatives with the other names of each."""
    match node:
        case AnyOf():
            return AnyOf(tuple(_expanded(each, glossary, also) for each in node.nodes))
        case Phrase():
            return _with_other_names(node, _key(node.text), glossary, also)
        case Word() if node.text in glossary.only_capitals:
            return _with_other_names(Acronym(node.text), (node.text,), glossary, also)
        case Word():
            key = next((key for key in _keys_of_word(node.text) if key in glossary.others), ())
            return _with_other_names(node, key, glossary, also)
    return node


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


def _keys_of_name(name: str, only_capitals: frozenset[str]) -> Iterable[Key]:
    """Return the keys by which a name is found; none if it has only stop words.

    An acronym isn't stemmed: GIS isn't the plural of GI. One with a joint is found with and without it: POA&M, POA & M
    and POAM.
    """
    if name in only_capitals:
        return [(name,)]
    key, joined = _key(name), _joined(name)
    if not is_acronym(name) or (len(key) > 1 and len(joined) < SHORTEST_JOINED):
        return [key] if key else []
    return dict.fromkeys([(joined,), *([key] if len(key) > 1 else [])]) if joined not in words_rules.STOP_WORDS else []


def _keys_of_word(word: str) -> Iterator[Key]:
    """Yield the keys that a typed word may have: as an acronym, as several of it, and as an ordinary word.

    A stop word has none: "does" isn't the plural of DOE.
    """
    joined = _joined(word)
    if joined in words_rules.STOP_WORDS:
        return
    yield (joined,)
    yield (joined.removesuffix("s"),)
    yield _key(word)


def _joined(word: str) -> str:
    """Return a word or compound without case and joints."""
    return "".join(words_rules.fold(part) for part in re.findall(r"[^\W_]+", re.sub(r"['\u2019]s$", "", word)))


def _key(text: str) -> Key:
    return tuple(term for token in words_rules.tokens(text) for term in words_rules.query_terms(token[0])[0])

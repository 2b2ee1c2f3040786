"""The query parser. Pure; no text is an error.

All words are required. The syntax has ``"a phrase"``, ``-not``, ``steel OR iron``, ``manuf*``, and the qualifiers
``kind: organization: topic: year: before: after: during:``, whose values may be quoted. Dates may be in words:
``before:last quarter``. Anything that can't be parsed becomes plain words, with a note.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from hub.core.dates import number
from hub.library.rules import Kind
from hub.search.rules import dates as dates_rules
from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules
from hub.search.rules.dates import Period

LONGEST = 5_000  # characters of a query that are parsed
MOST_PARTS = 400  # words, phrases and qualifiers
SHOUTED_FROM = 6  # words in capitals that are a sentence and not a list of acronyms
SHORTEST_PREFIX = 2  # letters before the asterisk


@dataclass(frozen=True)
class Word:
    """A word or compound as typed."""

    text: str


@dataclass(frozen=True)
class Acronym:
    """An acronym in capitals that is also an ordinary word: ``ARM`` doesn't match "arm"."""

    text: str


@dataclass(frozen=True)
class Prefix:
    """The beginning of a word: ``manuf*``, without the asterisk."""

    text: str


@dataclass(frozen=True)
class Phrase:
    """Adjacent words in this order."""

    text: str


@dataclass(frozen=True)
class OfKind:
    """``kind:briefing``."""

    kind: Kind


@dataclass(frozen=True)
class OfOrganization:
    """``organization:lakeshore``: a slug, or words of a name."""

    text: str


@dataclass(frozen=True)
class OfTopic:
    """``topic:workforce``: the slug or name of one of the Big 6, or a free tag."""

    text: str


@dataclass(frozen=True)
class OfYear:
    """``year:2026``."""

    year: int


@dataclass(frozen=True)
class Before:
    """``before:2026-03``: published before the first day of the period."""

    day: date


@dataclass(frozen=True)
class After:
    """``after:2026-03``: published on the first day of the period or later."""

    day: date


@dataclass(frozen=True)
class During:
    """``during:spring``: published in the period."""

    first: date
    last: date


Qualifier = OfKind | OfOrganization | OfTopic | OfYear | Before | After | During


@dataclass(frozen=True)
class Not:
    """``-word``: must not match."""

    node: "Node"


@dataclass(frozen=True)
class AnyOf:
    """Alternatives, ``steel OR iron``: at least one must match."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Names:
    """A typed name and its other names from the glossary: any may match."""

    typed: "Node"
    others: tuple["Node", ...]

    @property
    def nodes(self) -> tuple["Node", ...]:
        """All names, the typed one first."""
        return (self.typed, *self.others)


@dataclass(frozen=True)
class Forms:
    """What was typed and other forms of it, such as "welder" for "welding": any may match, and the typed counts more."""

    typed: "Node"
    others: tuple[Word | Phrase, ...]


@dataclass(frozen=True)
class AllOf:
    """Words of an expression that couldn't be parsed: all must match."""

    nodes: tuple["Node", ...]


Node = Word | Acronym | Prefix | Phrase | Qualifier | Not | AnyOf | AllOf | Names | Forms


def label_of(node: Node) -> str:
    """Return the typed text of a node, to quote in a sentence; "" for qualifiers and negations."""
    match node:
        case Names() | Forms():
            return label_of(node.typed)
        case AnyOf():
            return " or ".join(map(label_of, node.nodes))
        case AllOf():
            return " ".join(map(label_of, node.nodes))
        case Prefix():
            return f"{node.text}*"
        case Word() | Acronym() | Phrase():
            return node.text
    return ""


@dataclass(frozen=True)
class Question:
    """A parsed query: all nodes must match. The notes are sentences for the page."""

    nodes: tuple[Node, ...]
    notes: tuple[str, ...] = ()


class _Unreadable(Exception):
    """The value of a qualifier is invalid; the message is the note."""


_TOKEN = re.compile(r"""(?P<minus>-(?=\S))?(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))""")
_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\u00ab\u00bb", '""""""')
# A phrase in quotes, or the inch mark of 1/2", which begins no phrase.
_QUOTED_OR_INCHES = re.compile(r'(?<!\d)"[^"]*"|(?<=\d)"')
# Up to two more words of an unquoted date: before:last quarter, after:Q3 2025, during:past 30 days.
_MORE_WORDS = re.compile(r"\s+([^\s\":]+)(?:\s+([^\s\":]+))?")
DATE_QUALIFIERS = ("before", "after", "during", "year")
# Words with which people begin a question to a colleague: the subject comes after "about".
_LEAD_IN = words_rules.STOP_WORDS | {
    "i'm", "any", "anybody", "anyone", "anything", "could", "deck", "document", "file", "find", "give", "hear", "heard",
    "know", "let", "looking", "need", "one", "page", "part", "please", "read", "remember", "said", "saw", "say",
    "search", "see", "seen", "show", "slide", "slides", "some", "somebody", "someone", "something", "spoke",
    "talked", "tell", "thing", "told", "want", "would", "wrote",
}  # fmt: skip
_ABOUT = re.compile(r"\babout\b", re.IGNORECASE)
_STANDS_FOR = re.compile(r"what (?:does|do) (.+?) (?:stand for|mean)\s*\??", re.IGNORECASE)
SHORTEST_LEAD_IN, LONGEST_LEAD_IN = 2, 12  # words before "about"


def parse(text: str, today: date) -> Question:
    """Parse a query that was typed on ``today``. Never raises."""
    notes: list[str] = []
    text = _without_shouting(_bounded(text.translate(_QUOTES), notes))
    text = _quote_dates(_without_lead_in(text, notes), today)
    nodes: list[Node] = []
    joins = negates = False  # True after an OR, after a NOT
    for token in _TOKEN.finditer(text):
        if token["bare"] in {"OR", "NOT", "AND"} and not (token["minus"] or token["name"]):
            joins, negates = joins or token["bare"] == "OR", negates or token["bare"] == "NOT"
            if token["bare"] == "OR" and not nodes:
                notes.append("OR needs a word on both sides, so it was ignored.")
                joins = False
            continue
        parsed = _node(token, today, notes)
        if parsed is None:
            continue
        node: Node = Not(parsed) if token["minus"] or negates else parsed
        if joins:
            node = AnyOf((*_alternatives(nodes.pop()), node))
        nodes.append(node)
        joins = negates = False
    if joins or negates:
        notes.append(f"{'OR' if joins else 'NOT'} needs a word after it, so it was ignored.")
    if len(nodes) > MOST_PARTS:
        notes.append(f"Only the first {MOST_PARTS} words were searched.")
    return Question(tuple(_grouped(nodes[:MOST_PARTS])), tuple(dict.fromkeys(notes)))


def _without_shouting(text: str) -> str:
    """Return a long text that is all in capitals in lowercase: its OR, NOT, IT and ARM are ordinary words."""
    return text.lower() if text.isupper() and len(text.split()) >= SHOUTED_FROM else text


def _without_lead_in(text: str, notes: list[str]) -> str:
    """Return the text without a lead-in such as "Where did I see the part about"."""
    if asked := _STANDS_FOR.fullmatch(text.strip()):
        return asked[1]
    if not (about := _ABOUT.search(text)):
        return text
    lead_in, subject = (
        re.findall(r"[^\s,]+", text[: about.start()].lower().replace("\u2019", "'")),
        text[about.end() :].strip(),
    )
    if not SHORTEST_LEAD_IN <= len(lead_in) <= LONGEST_LEAD_IN or not re.search(r"\w", subject):
        return text
    if not all(word in _LEAD_IN for word in lead_in):
        return text
    notes.append(f"Searched only for what follows “about”: {subject.rstrip('?').strip()}.")
    return subject


def _bounded(text: str, notes: list[str]) -> str:
    """Return the text up to the length limit, and without an unmatched last quotation mark."""
    if len(text) > LONGEST:
        text = text[:LONGEST]
        notes.append(f"Only the first {number(LONGEST)} characters were searched.")
    text = _QUOTED_OR_INCHES.sub(lambda match: match[0] if match[0] != '"' else " ", text)
    if text.count('"') % 2:
        before, _, after = text.rpartition('"')
        text = f"{before} {after}"
        notes.append("A quotation mark isn’t closed, so the words after it weren’t searched as a phrase.")
    return text


def _quote_dates(text: str, today: date) -> str:
    """Return the text with quotation marks around dates of several words; the longest possible date wins."""

    def quoted(token: re.Match[str]) -> str:
        more = _MORE_WORDS.match(text, token.end())
        for value in _longer(token["bare"], more) if more else ():
            if dates_rules.period_of(value, today):
                ends.append(token.end() + len(value) - len(token["bare"]))
                return f'{token[0][: token.start("bare") - token.start()]}"{value}"'
        return token[0]

    done, at = "", 0
    for token in _TOKEN.finditer(text):
        if token.start() < at or (token["name"] or "").lower() not in DATE_QUALIFIERS or token["bare"] is None:
            continue
        ends: list[int] = []
        done += text[at : token.start()] + quoted(token)
        at = ends[0] if ends else token.end()
    return done + text[at:]


def _longer(value: str, more: re.Match[str]) -> Sequence[str]:
    """Return the value extended by the next two words, then by the next word."""
    ends = [end for end in (more.end(2), more.end(1)) if end > 0]
    return [value + more.string[more.start() : end] for end in ends]


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, AnyOf) else (node,)


def _node(token: re.Match[str], today: date, notes: list[str]) -> Node | None:
    """Return the node of one token; None if it has nothing to search for."""
    value = token["quoted"] if token["bare"] is None else token["bare"]
    name = (token["name"] or "").lower()
    if name in QUALIFIERS or name in DATE_QUALIFIERS:
        try:
            return _dated(name, value, today, notes) if name in DATE_QUALIFIERS else QUALIFIERS[name](value)
        except _Unreadable as note:
            notes.append(str(note))
            return _all(f"{name} {value}")
    if token["quoted"] is not None and not name:
        return _phrase(value)
    return _plain(f"{token['name']} {value}" if name else value, notes)


def _phrase(text: str) -> Node | None:
    words = words_rules.typed_words(text)
    return Phrase(" ".join(words)) if len(words) > 1 else Word(words[0]) if words else None


def _all(text: str) -> Node:
    return AllOf(tuple(map(Word, words_rules.typed_words(text))))


def _plain(text: str, notes: list[str]) -> Node | None:
    """Return a word, a prefix, or a phrase if there are several words between the spaces."""
    words = words_rules.typed_words(text)
    if not words:
        return None
    if len(words) == 1 and unspaced_rules.is_run(words[0]):
        return Word(words[0])  # it is found inside of longer words anyway
    if len(words) == 1 and text.endswith("*") and "*" not in text[:-1]:
        if len(words_rules.fold(words[0])) >= SHORTEST_PREFIX:
            return Prefix(words[0])
        notes.append(
            f"An asterisk needs at least {SHORTEST_PREFIX} letters before it, so “{text}” was searched as a plain word."
        )
    elif "*" in text:
        notes.append(f"An asterisk works only at the end of a word, so “{text}” was searched as plain words.")
    return Word(words[0]) if len(words) == 1 else Phrase(" ".join(words))


def _kind(value: str) -> Node:
    name = re.sub(r"[\s_]+", "-", value.strip().lower())
    for kind in Kind:
        if name in {kind.value, f"{kind.value}s", kind.value.removesuffix("s")}:
            return OfKind(kind)
    *kinds, last = (f"kind:{kind.value}" for kind in Kind)
    message = f"There is no kind “{value}”, so it was searched as plain words. Use {', '.join(kinds)} or {last}."
    raise _Unreadable(message)


def _named(node: Callable[[str], Node], name: str) -> Callable[[str], Node]:
    def parsed(value: str) -> Node:
        if not any(words_rules.tokens(value)):
            message = f"“{name}:” needs a name after it, so it was searched as a plain word."
            raise _Unreadable(message)
        return node(value.strip())

    return parsed


def _dated(name: str, value: str, today: date, notes: list[str]) -> Node:
    """Return the node of a date qualifier, and note how a date in words was read."""
    period = dates_rules.period_of(value, today)
    if period is None:
        message = f"“{value}” is not a date, so it was searched as plain words. Write it like {dates_rules.EXAMPLES}."
        raise _Unreadable(message)
    node = _PERIOD_NODES[name](period)
    if node is None:
        message = (
            f"“{value}” is not a year, so it was searched as plain words. For part of a year, use “during:” instead."
        )
        raise _Unreadable(message)
    if not dates_rules.is_plain(value):
        notes.append(f"“{value}” was read as {period}.")
    return node


# The node of each date qualifier; None if the period doesn't fit.
_PERIOD_NODES: dict[str, Callable[[Period], Node | None]] = {
    "before": lambda period: Before(period.first),
    "after": lambda period: After(period.first),
    "during": lambda period: During(period.first, period.last),
    "year": lambda period: OfYear(period.first.year) if period == dates_rules.year_of(period.first) else None,
}

# The other qualifiers. Any other word before a colon is a plain word.
QUALIFIERS: dict[str, Callable[[str], Node]] = {
    "kind": _kind,
    "organization": _named(OfOrganization, "organization"),
    "topic": _named(OfTopic, "topic"),
}


def _grouped(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the nodes with repeated qualifiers as alternatives, since no resource has two kinds or years."""
    grouped: list[Node] = []
    for kind_of_node in (OfKind, OfOrganization, OfYear):
        same = [node for node in nodes if isinstance(node, kind_of_node)]
        if len(same) > 1:
            grouped.append(AnyOf(tuple(same)))
            nodes = [node for node in nodes if not isinstance(node, kind_of_node)]
    return [*nodes, *grouped]

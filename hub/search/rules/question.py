"""Reading what a person typed into the search field. Pure; no text is an error.

All words are required. ``"a phrase"``, ``-not``, ``one OR other``, ``manuf*``, and the qualifiers
``kind: organization: topic: year: before: after: during:``, whose values may be quoted; those of dates may be said
as people say them: ``before:last quarter``. What can't be read that way is read as plain words, and a note says so.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from hub.library.rules import Kind
from hub.search.rules import dates as dates_rules
from hub.search.rules import words as words_rules
from hub.search.rules.dates import Period

LONGEST = 500  # characters of a query that are read
MOST_PARTS = 40  # words, phrases and qualifiers
SHORTEST_PREFIX = 2  # letters before the star


@dataclass(frozen=True)
class Word:
    """A word or compound as it was typed."""

    text: str


@dataclass(frozen=True)
class Acronym:
    """An acronym in capitals that is an ordinary word too: ``ARM`` is not found where "arm" stands."""

    text: str


@dataclass(frozen=True)
class Prefix:
    """The beginning of a word: ``manuf*``, kept without its star."""

    text: str


@dataclass(frozen=True)
class Phrase:
    """Words that must stand together in this order."""

    text: str


@dataclass(frozen=True)
class OfKind:
    """``kind:briefing``."""

    kind: Kind


@dataclass(frozen=True)
class OfOrganization:
    """``organization:lakeshore``: its slug, or words of its name."""

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
    """``before:2026-03``: published before the first day of it."""

    day: date


@dataclass(frozen=True)
class After:
    """``after:2026-03``: published on the first day of it or later."""

    day: date


@dataclass(frozen=True)
class During:
    """``during:spring``: published on a day of it."""

    first: date
    last: date


Qualifier = OfKind | OfOrganization | OfTopic | OfYear | Before | After | During


@dataclass(frozen=True)
class Not:
    """``-word``: must not be there."""

    node: "Node"


@dataclass(frozen=True)
class AnyOf:
    """``one OR other``: at least one of them."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Names:
    """What was typed, and what else the glossary calls it: any of them."""

    typed: "Node"
    others: tuple["Node", ...]

    @property
    def nodes(self) -> tuple["Node", ...]:
        """All of the names."""
        return (self.typed, *self.others)


@dataclass(frozen=True)
class AllOf:
    """Words that were meant as something else and are read as plain words: each must be there."""

    nodes: tuple["Node", ...]


Node = Word | Acronym | Prefix | Phrase | Qualifier | Not | AnyOf | AllOf | Names


def label_of(node: Node) -> str:
    """Return what a person typed for it, in a sentence."""
    match node:
        case Names():
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
    """A query as it was understood: every node must hold. The notes are sentences for the page."""

    nodes: tuple[Node, ...]
    notes: tuple[str, ...] = ()


class _Unreadable(Exception):
    """A qualifier's value makes no sense; the text is the note."""


_TOKEN = re.compile(r"""(?P<minus>-(?=\S))?(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))""")
_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\u00ab\u00bb", '""""""')
# Words that belong to a date when nobody put it in quotes: before:last quarter, after:Q3 2025, during:past 30 days.
_MORE = re.compile(r"\s+([^\s\":]+)(?:\s+([^\s\":]+))?")
DATED = ("before", "after", "during", "year")
# How people begin a question to a colleague: what they ask for stands after "about". Longer beginnings say something.
_ASKING = words_rules.STOP_WORDS | {
    "i'm", "any", "anybody", "anyone", "anything", "could", "deck", "document", "file", "find", "give", "hear", "heard",
    "know", "let", "looking", "need", "one", "page", "part", "please", "read", "remember", "said", "saw", "say",
    "search", "see", "seen", "show", "slide", "slides", "some", "somebody", "someone", "something", "spoke",
    "talked", "tell", "thing", "told", "want", "would", "wrote",
}  # fmt: skip
_ABOUT = re.compile(r"\babout\b", re.IGNORECASE)
SHORTEST_BEGINNING, LONGEST_BEGINNING = 2, 12  # words before "about"


def parse(text: str, today: date) -> Question:
    """Return what ``text`` asks for when it is typed on ``today``. Never raises, whatever the text."""
    notes: list[str] = []
    text = _quoted_dates(_asked_for(_bounded(text.translate(_QUOTES), notes), notes), today)
    nodes: list[Node] = []
    joins = negates = False  # an OR, a NOT stands before
    for token in _TOKEN.finditer(text):
        if token["bare"] in {"OR", "NOT", "AND"} and not (token["minus"] or token["name"]):
            joins, negates = joins or token["bare"] == "OR", negates or token["bare"] == "NOT"
            if token["bare"] == "OR" and not nodes:
                notes.append("OR needs something on both sides, so it was left out.")
                joins = False
            continue
        read = _node(token, today, notes)
        if read is None:
            continue
        node: Node = Not(read) if token["minus"] or negates else read
        if joins:
            node = AnyOf((*_alternatives(nodes.pop()), node))
        nodes.append(node)
        joins = negates = False
    if joins or negates:
        notes.append(f"{'OR' if joins else 'NOT'} needs something after it, so it was left out.")
    if len(nodes) > MOST_PARTS:
        notes.append(f"Only the first {MOST_PARTS} words were searched for.")
    return Question(tuple(_grouped(nodes[:MOST_PARTS])), tuple(dict.fromkeys(notes)))


def _asked_for(text: str, notes: list[str]) -> str:
    """Return what a question asks for: without a beginning such as "Where did I see the part about"."""
    if not (found := _ABOUT.search(text)):
        return text
    beginning, rest = (
        re.findall(r"[^\s,]+", text[: found.start()].lower().replace("\u2019", "'")),
        text[found.end() :].strip(),
    )
    if not SHORTEST_BEGINNING <= len(beginning) <= LONGEST_BEGINNING or not re.search(r"\w", rest):
        return text
    if not all(word in _ASKING for word in beginning):
        return text
    notes.append(f"Read as a question about: {rest.rstrip('?').strip()}.")
    return rest


def _bounded(text: str, notes: list[str]) -> str:
    """Return the text up to the limit, with its last quotation mark taken out when it was never closed."""
    if len(text) > LONGEST:
        text = text[:LONGEST]
        notes.append(f"Only the first {LONGEST} characters were searched for.")
    if text.count('"') % 2:
        before, _, after = text.rpartition('"')
        text = f"{before} {after}"
        notes.append("A quotation mark was never closed, so what follows it was read as plain words.")
    return text


def _quoted_dates(text: str, today: date) -> str:
    """Return the text with quotation marks around dates of several words: the longest that is a date."""

    def quoted(token: re.Match[str]) -> str:
        more = _MORE.match(text, token.end())
        for value in _longer(token["bare"], more) if more else ():
            if dates_rules.period_of(value, today):
                taken.append(token.end() + len(value) - len(token["bare"]))
                return f'{token[0][: token.start("bare") - token.start()]}"{value}"'
        return token[0]

    done, at = "", 0
    for token in _TOKEN.finditer(text):
        if token.start() < at or (token["name"] or "").lower() not in DATED or token["bare"] is None:
            continue
        taken: list[int] = []
        done += text[at : token.start()] + quoted(token)
        at = taken[0] if taken else token.end()
    return done + text[at:]


def _longer(value: str, more: re.Match[str]) -> Sequence[str]:
    """Return the value with two and with one of the words that follow, as they stand there."""
    ends = [end for end in (more.end(2), more.end(1)) if end > 0]
    return [value + more.string[more.start() : end] for end in ends]


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, AnyOf) else (node,)


def _node(token: re.Match[str], today: date, notes: list[str]) -> Node | None:
    """Return what one token means; None when there is nothing in it to search for."""
    value = token["quoted"] if token["bare"] is None else token["bare"]
    name = (token["name"] or "").lower()
    if name in QUALIFIERS or name in DATED:
        try:
            return _dated(name, value, today, notes) if name in DATED else QUALIFIERS[name](value)
        except _Unreadable as note:
            notes.append(str(note))
            return _all(f"{name} {value}")
    if token["quoted"] is not None and not name:
        return _phrase(value)
    return _plain(f"{token['name']} {value}" if name else value, notes)


def _phrase(text: str) -> Node | None:
    found = [piece[0] for piece in words_rules.pieces(text)]
    return Phrase(" ".join(found)) if len(found) > 1 else Word(found[0]) if found else None


def _all(text: str) -> Node:
    return AllOf(tuple(Word(piece[0]) for piece in words_rules.pieces(text)))


def _plain(text: str, notes: list[str]) -> Node | None:
    """Return a word, a prefix, or (something odd with several words in it) those words as a phrase."""
    found = [piece[0] for piece in words_rules.pieces(text)]
    if not found:
        return None
    if len(found) == 1 and text.endswith("*") and "*" not in text[:-1]:
        if len(words_rules.fold(found[0])) >= SHORTEST_PREFIX:
            return Prefix(found[0])
        notes.append(
            f"A star needs at least {SHORTEST_PREFIX} letters before it, so “{text}” was read as a plain word."
        )
    elif "*" in text:
        notes.append(f"A star stands for the end of one word, so “{text}” was read as plain words.")
    return Word(found[0]) if len(found) == 1 else Phrase(" ".join(found))


def _kind(value: str) -> Node:
    asked = re.sub(r"[\s_]+", "-", value.strip().lower())
    for kind in Kind:
        if asked in {kind.value, f"{kind.value}s", kind.value.removesuffix("s")}:
            return OfKind(kind)
    kinds = ", ".join(f"kind:{kind.value}" for kind in Kind)
    message = f"There is no kind “{value}”, so that was read as plain words. You can use {kinds}."
    raise _Unreadable(message)


def _named(node: Callable[[str], Node], name: str) -> Callable[[str], Node]:
    def read(value: str) -> Node:
        if not any(words_rules.pieces(value)):
            message = f"“{name}:” needs a name after it, so it was read as a plain word."
            raise _Unreadable(message)
        return node(value.strip())

    return read


def _dated(name: str, value: str, today: date, notes: list[str]) -> Node:
    """Return a qualifier whose value is a date; one in words is told how it was read."""
    period = dates_rules.period_of(value, today)
    if period is None:
        message = f"“{value}” is not a date that can be read here, so it was read as plain words. You can write {dates_rules.EXAMPLES}."
        raise _Unreadable(message)
    node = _WHEN[name](period)
    if node is None:
        message = f"“{value}” is not a year such as 2026 or “last year”, so it was read as plain words. Write during: for a part of a year."
        raise _Unreadable(message)
    if not dates_rules.is_plain(value):
        notes.append(f"“{value}” was read as {period}.")
    return node


# What a date says after each of these; None when it can't be said so.
_WHEN: dict[str, Callable[[Period], Node | None]] = {
    "before": lambda period: Before(period.first),
    "after": lambda period: After(period.first),
    "during": lambda period: During(period.first, period.last),
    "year": lambda period: OfYear(period.first.year) if period == dates_rules.year_of(period.first) else None,
}

# What may stand before a colon, beside those of dates. Any other word before one is a plain word.
QUALIFIERS: dict[str, Callable[[str], Node]] = {
    "kind": _kind,
    "organization": _named(OfOrganization, "organization"),
    "topic": _named(OfTopic, "topic"),
}


def _grouped(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the nodes with several of one qualifier as alternatives: nothing is of two kinds or in two years at once."""
    grouped: list[Node] = []
    for kind_of_node in (OfKind, OfOrganization, OfYear):
        same = [node for node in nodes if isinstance(node, kind_of_node)]
        if len(same) > 1:
            grouped.append(AnyOf(tuple(same)))
            nodes = [node for node in nodes if not isinstance(node, kind_of_node)]
    return [*nodes, *grouped]

"""Reading what a person typed into the search field. Pure; no text is an error.

All words are required. ``"a phrase"``, ``-not``, ``one OR other``, ``manuf*``, and the qualifiers
``kind: organization: topic: year: before: after:``, whose values may be quoted. What can't be read that way
is read as plain words, and a note says so.
"""

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date

from hub.library.rules import Kind
from hub.search.rules import words

LONGEST = 500  # characters of a query that are read
MOST_PARTS = 40  # words, phrases and qualifiers
SHORTEST_PREFIX = 2  # letters before the star


@dataclass(frozen=True)
class Word:
    """A word or compound as it was typed."""

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


Qualifier = OfKind | OfOrganization | OfTopic | OfYear | Before | After


@dataclass(frozen=True)
class Not:
    """``-word``: must not be there."""

    node: "Node"


@dataclass(frozen=True)
class AnyOf:
    """``one OR other``: at least one of them."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class AllOf:
    """Words that were meant as something else and are read as plain words: each must be there."""

    nodes: tuple["Node", ...]


Node = Word | Prefix | Phrase | Qualifier | Not | AnyOf | AllOf


@dataclass(frozen=True)
class Question:
    """A query as it was understood: every node must hold. The notes are sentences for the page."""

    nodes: tuple[Node, ...]
    notes: tuple[str, ...] = ()


class _Unreadable(Exception):
    """A qualifier's value makes no sense; the text is the note."""


_TOKEN = re.compile(r"""(?P<minus>-(?=\S))?(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))""")
_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\u00ab\u00bb", '""""""')
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def parse(text: str) -> Question:
    """What ``text`` asks for. Never raises, whatever the text."""
    notes: list[str] = []
    text = _bounded(text.translate(_QUOTES), notes)
    nodes: list[Node] = []
    joins = negates = False  # an OR, a NOT stands before
    for token in _TOKEN.finditer(text):
        if token["bare"] in {"OR", "NOT", "AND"} and not (token["minus"] or token["name"]):
            joins, negates = joins or token["bare"] == "OR", negates or token["bare"] == "NOT"
            if token["bare"] == "OR" and not nodes:
                notes.append("OR needs something on both sides, so it was left out.")
                joins = False
            continue
        read = _node(token, notes)
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


def _bounded(text: str, notes: list[str]) -> str:
    """The text up to the limit, with its last quotation mark taken out when it was never closed."""
    if len(text) > LONGEST:
        text = text[:LONGEST]
        notes.append(f"Only the first {LONGEST} characters were searched for.")
    if text.count('"') % 2:
        before, _, after = text.rpartition('"')
        text = f"{before} {after}"
        notes.append("A quotation mark was never closed, so what follows it was read as plain words.")
    return text


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, AnyOf) else (node,)


def _node(token: re.Match[str], notes: list[str]) -> Node | None:
    """What one token means; None when there is nothing in it to search for."""
    value = token["quoted"] if token["bare"] is None else token["bare"]
    name = (token["name"] or "").lower()
    if name in QUALIFIERS:
        try:
            return QUALIFIERS[name](value)
        except _Unreadable as note:
            notes.append(str(note))
            return _all(f"{name} {value}")
    if token["quoted"] is not None and not name:
        return _phrase(value)
    return _plain(f"{token['name']} {value}" if name else value, notes)


def _phrase(text: str) -> Node | None:
    found = [piece[0] for piece in words.pieces(text)]
    return Phrase(" ".join(found)) if len(found) > 1 else Word(found[0]) if found else None


def _all(text: str) -> Node:
    return AllOf(tuple(Word(piece[0]) for piece in words.pieces(text)))


def _plain(text: str, notes: list[str]) -> Node | None:
    """A word, a prefix, or (something odd with several words in it) those words as a phrase."""
    found = [piece[0] for piece in words.pieces(text)]
    if not found:
        return None
    if len(found) == 1 and text.endswith("*") and "*" not in text[:-1]:
        if len(words.fold(found[0])) >= SHORTEST_PREFIX:
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
        if not any(words.pieces(value)):
            message = f"“{name}:” needs a name after it, so it was read as a plain word."
            raise _Unreadable(message)
        return node(value.strip())

    return read


def _year(value: str) -> Node:
    if not re.fullmatch(r"[0-9]{4}", value.strip()) or not MINYEAR <= int(value) <= MAXYEAR:
        message = f"“{value}” is not a year such as 2026, so that was read as plain words."
        raise _Unreadable(message)
    return OfYear(int(value))


def _dated(node: Callable[[date], Node]) -> Callable[[str], Node]:
    def read(value: str) -> Node:
        day = first_day(value)
        if day is None:
            message = f"“{value}” is not a date such as 2026, 2026-03 or 2026-03-31, so that was read as plain words."
            raise _Unreadable(message)
        return node(day)

    return read


def first_day(text: str) -> date | None:
    """The first day of a year, month or day written as 2026, 2026-03 or 2026-03-31; None when it is none."""
    match = _DATE.fullmatch(text.strip()) if text.isascii() else None
    if match is None:
        return None
    year, month, day = (int(number or 1) for number in match.groups())
    if not (MINYEAR <= year <= MAXYEAR and 1 <= month <= 12):  # noqa: PLR2004 - months
        return None
    return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None


# What may stand before a colon. Any other word before one is a plain word.
QUALIFIERS: dict[str, Callable[[str], Node]] = {
    "kind": _kind,
    "organization": _named(OfOrganization, "organization"),
    "topic": _named(OfTopic, "topic"),
    "year": _year,
    "before": _dated(Before),
    "after": _dated(After),
}


def _grouped(nodes: Sequence[Node]) -> Sequence[Node]:
    """The nodes with several of one qualifier as alternatives: nothing is of two kinds or in two years at once."""
    grouped: list[Node] = []
    for kind_of_node in (OfKind, OfOrganization, OfYear):
        same = [node for node in nodes if isinstance(node, kind_of_node)]
        if len(same) > 1:
            grouped.append(AnyOf(tuple(same)))
            nodes = [node for node in nodes if not isinstance(node, kind_of_node)]
    return [*nodes, *grouped]

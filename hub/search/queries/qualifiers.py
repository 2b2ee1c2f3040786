"""Qualifiers of a query, such as ``kind:briefing``: the documents of the index that have what one asks for."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from hub.library.rules import BIG_SIX
from hub.members.rules.organizations import slug_of
from hub.search.rules import question as question_rules
from hub.search.rules.question import Node
from hub.search.store.numbers import np
from hub.search.store.snapshots import Snapshot, bits_of


def qualifier_bits(  # noqa: PLR0911 - a table of cases
    snapshot: Snapshot, node: Node, within: int, names: Callable[[], Mapping[str, str]], notes: list[str]
) -> int:
    """Return the documents that a qualifier matches; adds a note to ``notes`` if it names nothing that is in ``within``.

    ``names`` returns organizations' names by slug.
    """
    masks = snapshot.masks
    match node:
        case question_rules.OfKind():
            return masks.get(("kind", node.kind.value), 0)
        case question_rules.OfYear():
            return masks.get(("year", node.year), 0)
        case question_rules.Before():
            return _published(snapshot, lambda day: day < node.day.toordinal())
        case question_rules.After():
            return _published(snapshot, lambda day: day >= node.day.toordinal())
        case question_rules.During():
            return _published(snapshot, lambda day: (day >= node.first.toordinal()) & (day <= node.last.toordinal()))
        case question_rules.OfOrganization():
            return _named(snapshot, "organization", node.text, names(), within, notes)
        case question_rules.OfTopic():
            return _named(snapshot, "topic", node.text, BIG_SIX, within, notes)
    message = f"Not a node of a question: {node!r}"
    raise TypeError(message)


def _published(snapshot: Snapshot, matches_day: Callable[[Any], Any]) -> int:
    """Return the documents whose day of publication matches; ``matches_day`` compares an array of ordinals."""
    return bits_of(np.flatnonzero(matches_day(snapshot.published)), snapshot.size)


def _named(snapshot: Snapshot, kind: str, text: str, labels: Mapping[str, str], within: int, notes: list[str]) -> int:
    """Return the documents whose organization or topic has this name, or else begins a word of its name with it."""
    readable = {
        str(value): bits & within for (name, value), bits in snapshot.masks.items() if name == kind and bits & within
    }
    slug = slug_of(text)
    exact = [value for value in readable if slug == slug_of(value) or slug == slug_of(labels.get(value, ""))]
    values = exact or [
        value
        for value in readable
        if f"-{slug}" in f"-{slug_of(value)}" or f"-{slug}" in f"-{slug_of(labels.get(value, ''))}"
    ]
    if not values:
        notes.append(f"No {kind} named “{text}” has resources that you can read.")
    return reduce(or_, (readable[value] for value in values), 0)

"""The terms of a resource by position, one posting at a time: the plain model of what `building` makes from arrays."""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence

from hub.search.rules import words as words_rules
from hub.search.store.building import (
    GAP,
    HEADING_WEIGHT,
    KEYWORDS,
    TITLE_WEIGHT,
    Described,
    ResourceText,
)
from hub.search.store.tokens import SHORTEST_KEYWORD

Postings = Mapping[str, Mapping[int, Sequence[int]]]  # positions by term and document


def plain(resources: Sequence[ResourceText]) -> tuple[Mapping[str, Postings], Sequence[Described]]:
    """Return the postings of each field, and what is said about each document."""
    fields: dict[str, defaultdict[str, dict[int, Sequence[int]]]] = {
        name: defaultdict(dict) for name in ("body", "title", "headings")
    }
    described = []
    for doc, resource in enumerate(resources):
        text = PlainText([resource.title, *resource.others])
        for page in resource.pages:
            text.add_page(page.number, page.heading, page.text, page.notes, page.role)
        title = PlainText([resource.title]).positions
        for name, positions in (("body", text.positions), ("title", title), ("headings", text.headings)):
            for term, places in positions.items():
                fields[name][term][doc] = list(places)
        described.append(Described(text.count, text.bounds.tobytes(), text.keywords(title)))
    return fields, described


class PlainText:
    """The terms of a resource by position, with a gap between its parts, and the bounds of its pages."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.positions = _Positions()
        self.headings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self.bounds: array[int] = array("I")
        self.next = 0
        self.count = 0
        for part in parts:
            self._add(part, GAP)

    def add_page(self, number: int, title: str, text: str, notes: str, role: int) -> None:
        """Add a page."""
        start = self.next
        for position, terms in words_rules.terms_by_position([words_rules.without_all_caps(title)], start):
            for term in terms:
                self.headings[term].append(position)
        self._add(title, 1)
        self.bounds.extend((number, start, self.next))
        self._add(text, 1 if notes else GAP)
        if notes:
            self._add(notes, GAP)
        self.bounds.extend((max(start, self.next - GAP), role))

    def _add(self, text: str, gap: int) -> None:
        positions, position, last = self.positions, self.next, self.next - 1
        text = words_rules.without_all_caps(text)
        for token in words_rules.token_texts(text):
            positions.token = token
            for terms in words_rules.terms_of(token):
                if terms:
                    for term in terms:
                        positions[term].append(position)
                    last = position
                    self.count += 1
                position += 1
        self.next = last + 1 + gap

    def keywords(self, title: Mapping[str, Sequence[int]]) -> str:
        """Return the most frequent words, each as written where it first occurs, the most frequent first."""
        counts = {term: len(positions) for term, positions in self.positions.items() if len(positions) > 1}
        for field, weight in ((self.headings, HEADING_WEIGHT), (title, TITLE_WEIGHT)):
            for term, positions in field.items():
                counts[term] = counts.get(term, 1) + weight * len(positions)
        keywords: list[str] = []
        for term in sorted(counts, key=lambda term: (-counts[term], term)):
            if len(term) >= SHORTEST_KEYWORD and term.isalpha() and term.islower():
                keywords += words_rules.surface_form(self.positions.first_token[term], term)
            if len(keywords) == KEYWORDS:
                break
        return " ".join(keywords)


class _Positions(dict[str, "array[int]"]):
    """The positions of each term, and the first token that has it."""

    def __init__(self) -> None:
        super().__init__()
        self.token = ""  # the current one
        self.first_token: dict[str, str] = {}

    def __missing__(self, term: str) -> "array[int]":
        self.first_token[term] = self.token
        self[term] = positions = array("I")
        return positions

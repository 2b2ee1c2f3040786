"""Search suggestions while a person types; resources that they may not open are never suggested."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import accumulate, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.dates import plural
from hub.core.db import config_of
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import BIG_SIX
from hub.members.models import Organization, Person
from hub.search.models import GlossaryEntry
from hub.search.queries import completions as completions_queries
from hub.search.queries.document_arrays import flags_in
from hub.search.queries.freshness import signature
from hub.search.queries.kept import Kept
from hub.search.queries.results import allowed
from hub.search.queries.searches import recent_of
from hub.search.queries.written import Readable, texts_at
from hub.search.rules import suggesting as suggesting_rules
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot

# The most suggestions of each sort.
MOST_RECENT, MOST_WORDS, MOST_NAMES, MOST_TITLES = 2, 3, 2, 4
MOST_WHEN_EMPTY = 6  # recent searches, if nothing is typed
MOST_RANKED = 500  # newest matching titles, of which the best are suggested


class Sort(StrEnum):
    """The sort of a suggestion."""

    RECENT = "recent"
    WORD = "word"
    RESOURCE = "resource"
    ORGANIZATION = "organization"
    TOPIC = "topic"
    GLOSSARY = "glossary"

    @property
    def label(self) -> str:
        """The name of the sort on the page."""
        return "Recent search" if self is Sort.RECENT else self.value.capitalize()


@dataclass(frozen=True)
class Suggestion:
    """A suggestion; ``value`` is a resource's id, a slug, a topic, or a query."""

    sort: Sort
    value: str
    label: str
    detail: str = ""


def suggestions(db: Session, person: Person | None, typed: str) -> Sequence[Suggestion]:
    """Return suggestions for ``person`` (None: a visitor); their recent searches if nothing is typed.

    Without an index, titles are looked up in the database, and organizations and topics aren't suggested.
    """
    words = suggesting_rules.typed_words(typed)
    recent = list(_recent(db, person, words))
    if not words:
        return recent[:MOST_WHEN_EMPTY]
    others = [*_from_index(db, person, words, typed), *_glossary(db, words)]
    # The first words of organizations' names, and acronyms of the glossary: those suggestions say more than the word.
    names = {
        suggesting_rules.normalized(other.label).split()[0]
        for other in others
        if other.sort in {Sort.ORGANIZATION, Sort.GLOSSARY}
    }
    others = [
        other
        for other in others
        if other.sort is not Sort.WORD or suggesting_rules.normalized(other.label).strip() not in names
    ]
    return [*recent[:MOST_RECENT], *others]


def _recent(db: Session, person: Person | None, words: Sequence[str]) -> Iterator[Suggestion]:
    for text in recent_of(db, person.id) if person else ():
        if suggesting_rules.matches_prefixes(suggesting_rules.normalized(text), words):
            yield Suggestion(Sort.RECENT, text, text)


def _glossary(db: Session, words: Sequence[str]) -> Iterator[Suggestion]:
    """Yield glossary entries with a matching name; everyone may see them."""
    entries = db.execute(select(GlossaryEntry.name, GlossaryEntry.meaning, GlossaryEntry.others)).all()
    meanings = {name: meaning for name, meaning, _ in entries}
    names = ((name, suggesting_rules.normalized(f"{name} {meaning} {others}")) for name, meaning, others in entries)
    for name in suggesting_rules.best(names, words, MOST_NAMES):
        yield Suggestion(Sort.GLOSSARY, name, name, meanings[name])


def _from_index(db: Session, person: Person | None, words: Sequence[str], typed: str) -> Iterator[Suggestion]:
    try:
        opened = folders.opened(config_of(db))
    except snapshots.IndexUnusable:
        yield from _titles(db, person, None, words)
        return
    snapshot, readable = opened.snapshot, allowed(db, person, opened)
    for query in _completed(db, person, opened, readable, typed):
        yield Suggestion(Sort.WORD, query, query)
    yield from _titles(db, person, _best_titles(snapshot, readable, words), words)
    counts = {
        (kind, str(value)): count
        for (kind, value), bits in snapshot.masks.items()
        if kind in {"organization", "topic"} and (count := (bits & readable).bit_count())
    }
    names = {row.slug: row.name for row in db.execute(select(Organization.slug, Organization.name))}
    yield from _named(Sort.ORGANIZATION, names, counts, words)
    topics = {value: BIG_SIX.get(value, value) for kind, value in counts if kind == "topic"}
    yield from _named(Sort.TOPIC, topics, counts, words)


def _completed(db: Session, person: Person | None, opened: folders.Opened, readable: int, typed: str) -> Iterator[str]:
    """Yield the query with its last word completed."""
    beginning = suggesting_rules.unfinished_word(typed)
    # While the index lags behind, it may have words of texts that were replaced and that no one may read now.
    if not beginning or opened.signature != signature(db):
        return
    words = Readable(opened.snapshot, readable, partial(texts_at, db, person, opened.snapshot))
    for word in completions_queries.completions(words, typed.removesuffix(beginning), beginning, MOST_WORDS):
        yield typed.removesuffix(beginning) + word


def _named(
    sort: Sort, labels: dict[str, str], counts: dict[tuple[str, str], int], words: Sequence[str]
) -> Iterator[Suggestion]:
    """Yield organizations or topics with a matching label, each with its number of resources."""
    names = (
        (value, suggesting_rules.normalized(label)) for value, label in labels.items() if (sort.value, value) in counts
    )
    for value in suggesting_rules.best(names, words, MOST_NAMES):
        yield Suggestion(sort, value, labels[value], plural(counts[sort.value, value], "resource"))


# Titles

_BETWEEN_WORDS = re.compile(r"[^\w\n]+")


@dataclass(frozen=True)
class _Titles:
    """The normalized titles of an index, the newest first, as one text with a line for each: quick to search."""

    docs: Sequence[int]
    text: str
    starts: Sequence[int]  # of the lines

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Titles":
        """Return the titles, which the index has folded."""
        docs, titles = snapshot.in_order("newest"), snapshot.titles
        lines = "\n".join(" ".join(titles[doc].split("\n")) for doc in docs)
        # All at once, since 50,000 titles take a tenth of a second one by one.
        text = "\n".join(f" {line.strip()}" for line in _BETWEEN_WORDS.sub(" ", lines).split("\n"))
        ends = accumulate(len(line) + 1 for line in text.split("\n"))
        return cls(docs, text, [0, *ends])

    def containing(self, part: str) -> Iterator[tuple[int, str]]:
        """Yield the documents whose titles contain ``part``, each with its title."""
        at = self.text.find(part)
        while at >= 0:
            line = bisect_right(self.starts, at) - 1
            end = self.starts[line + 1] - 1
            yield self.docs[line], self.text[self.starts[line] : end]
            at = self.text.find(part, end)


_TITLES: Kept[_Titles] = Kept(1)


def _best_titles(snapshot: Snapshot, readable: int, words: Sequence[str]) -> Sequence[int]:
    """Return the resources whose titles match best, more than are shown, since the database may rule some out."""
    titles, is_readable = _TITLES.get(snapshot, "", lambda: _Titles.of(snapshot)), flags_in(readable, snapshot.size)
    longest = f" {max(words, key=len)}"  # probably the rarest, so it is compared first
    matches = (
        (doc, title)
        for doc, title in titles.containing(longest)
        if is_readable[doc] and suggesting_rules.matches_prefixes(title, words)
    )
    best = sorted(islice(matches, MOST_RANKED), key=lambda match: suggesting_rules.rank(match[1], words))
    return snapshot.ids[[doc for doc, _ in best[: 2 * MOST_TITLES]]].tolist() if best else []


def _titles(
    db: Session, person: Person | None, ids: Sequence[int] | None, words: Sequence[str]
) -> Iterable[Suggestion]:
    """Return suggestions for the resources ``ids``; with None, for resources whose titles contain the words."""
    if ids is not None and not ids:
        return []
    conditions = (
        [Resource.id.in_(ids)]
        if ids is not None
        else [Resource.title.icontains(word, autoescape=True) for word in words]
    )
    rows = db.execute(
        select(Resource.id, Resource.title, Resource.published_on, Organization.name)
        .join(Organization, Organization.id == Resource.organization_id)
        .where(visible_to(person), *conditions)
        .order_by(Resource.published_on.desc(), Resource.id)
        .limit(2 * MOST_TITLES)
    ).all()
    if ids is not None:
        rows = sorted(rows, key=lambda row: ids.index(row.id))
    return [
        Suggestion(Sort.RESOURCE, str(row.id), row.title, f"{row.name}, {row.published_on.year}")
        for row in rows[:MOST_TITLES]
    ]

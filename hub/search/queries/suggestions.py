"""What someone may mean by what they have typed so far. Nothing is suggested that they may not open."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.dates import plural
from hub.core.db import config_of
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import BIG_SIX
from hub.members.models import Organization, Person
from hub.search.models import GlossaryEntry
from hub.search.queries.results import allowed
from hub.search.queries.searches import recent_of
from hub.search.rules import suggesting as suggesting_rules
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot

# Of each sort so many at most.
MOST_RECENT, MOST_NAMES, MOST_TITLES = 2, 2, 4
MOST_WHEN_EMPTY = 6  # recent searches, while nothing is typed
MOST_RANKED = 500  # titles that fit, the newest, of which the best are chosen


class Sort(StrEnum):
    """What a suggestion is."""

    RECENT = "recent"
    RESOURCE = "resource"
    ORGANIZATION = "organization"
    TOPIC = "topic"
    GLOSSARY = "glossary"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return "Searched before" if self is Sort.RECENT else self.value.capitalize()


@dataclass(frozen=True)
class Suggestion:
    """Something that may be meant: ``value`` is a resource's id, a slug, a topic, or words to search for."""

    sort: Sort
    value: str
    label: str
    detail: str = ""


def suggestions(db: Session, person: Person | None, typed: str) -> Sequence[Suggestion]:
    """Return what ``person`` (None: a visitor) may mean, the likeliest sort first; their recent searches when nothing is typed.

    Without an index, titles are looked up in the rows, and organizations and topics aren't suggested.
    """
    begun = suggesting_rules.typed_words(typed)
    recent = list(_recent(db, person, begun))
    if not begun:
        return recent[:MOST_WHEN_EMPTY]
    return [*recent[:MOST_RECENT], *_of_the_index(db, person, begun), *_glossary(db, begun)]


def _recent(db: Session, person: Person | None, begun: Sequence[str]) -> Iterator[Suggestion]:
    for text in recent_of(db, person.id) if person else ():
        if suggesting_rules.begins(suggesting_rules.spoken(text), begun):
            yield Suggestion(Sort.RECENT, text, text)


def _glossary(db: Session, begun: Sequence[str]) -> Iterator[Suggestion]:
    """Entries by any of their names; no one's rights are in them."""
    entries = db.execute(select(GlossaryEntry.name, GlossaryEntry.meaning, GlossaryEntry.others)).all()
    meanings = {name: meaning for name, meaning, _ in entries}
    names = ((name, suggesting_rules.spoken(f"{name} {meaning} {others}")) for name, meaning, others in entries)
    for name in suggesting_rules.best(names, begun, MOST_NAMES):
        yield Suggestion(Sort.GLOSSARY, name, name, meanings[name])


def _of_the_index(db: Session, person: Person | None, begun: Sequence[str]) -> Iterator[Suggestion]:
    try:
        opened = folders.opened(config_of(db))
    except snapshots.IndexUnusable:
        yield from _titles(db, person, None, begun)
        return
    snapshot, readable = opened.snapshot, allowed(db, person, opened)
    yield from _titles(db, person, _best_titles(snapshot, readable, begun), begun)
    there = {
        (kind, str(value)): count
        for (kind, value), bits in snapshot.masks.items()
        if kind in {"organization", "topic"} and (count := (bits & readable).bit_count())
    }
    names = {row.slug: row.name for row in db.execute(select(Organization.slug, Organization.name))}
    yield from _named(Sort.ORGANIZATION, names, there, begun)
    topics = {value: BIG_SIX.get(value, value) for kind, value in there if kind == "topic"}
    yield from _named(Sort.TOPIC, topics, there, begun)


def _named(
    sort: Sort, labels: dict[str, str], there: dict[tuple[str, str], int], begun: Sequence[str]
) -> Iterator[Suggestion]:
    """Yield those of an index's values that are called so, with how many resources have them."""
    names = ((value, suggesting_rules.spoken(label)) for value, label in labels.items() if (sort.value, value) in there)
    for value in suggesting_rules.best(names, begun, MOST_NAMES):
        count = there[sort.value, value]
        yield Suggestion(sort, value, labels[value], plural(count, "resource"))


# Titles

# The titles of each state of the index that is open, as they are compared.
_spoken: WeakKeyDictionary[Snapshot, Sequence[str]] = WeakKeyDictionary()
_BETWEEN_WORDS = re.compile(r"[^\w]+")


def _titles_of(snapshot: Snapshot) -> Sequence[str]:
    if snapshot not in _spoken:
        # They are folded already; a thousand take a millisecond.
        _spoken[snapshot] = [f" {_BETWEEN_WORDS.sub(' ', facts.title).strip()}" for facts in snapshot.facts]
    return _spoken[snapshot]


def _best_titles(snapshot: Snapshot, readable: int, begun: Sequence[str]) -> Sequence[int]:
    """Return the resources whose titles fit best, a few more than are shown: the rows have the last word."""
    titles, flags = _titles_of(snapshot), snapshots.flags_of(readable, snapshot.size)
    longest = f" {max(begun, key=len)}"  # the rarest, likely; the others are looked for in what has it
    fitting = (
        doc
        for doc in snapshot.in_order("newest")
        if longest in titles[doc] and flags[doc] == "1" and suggesting_rules.begins(titles[doc], begun)
    )
    some = list(islice(fitting, MOST_RANKED))
    some.sort(key=lambda doc: suggesting_rules.rank(titles[doc], begun))
    return [snapshot.facts[doc].id for doc in some[: 2 * MOST_TITLES]]


def _titles(
    db: Session, person: Person | None, ids: Sequence[int] | None, begun: Sequence[str]
) -> Iterable[Suggestion]:
    """Resources by title, those with these ids, or (None: there is no index) whose titles have the words somewhere."""
    if ids is not None and not ids:
        return []
    wanted = (
        [Resource.id.in_(ids)]
        if ids is not None
        else [Resource.title.icontains(word, autoescape=True) for word in begun]
    )
    rows = db.execute(
        select(Resource.id, Resource.title, Resource.published_on, Organization.name)
        .join(Organization, Organization.id == Resource.organization_id)
        .where(visible_to(person), *wanted)
        .order_by(Resource.published_on.desc(), Resource.id)
        .limit(2 * MOST_TITLES)
    ).all()
    if ids is not None:
        rows = sorted(rows, key=lambda row: ids.index(row.id))
    return [
        Suggestion(Sort.RESOURCE, str(row.id), row.title, f"{row.name}, {row.published_on.year}")
        for row in rows[:MOST_TITLES]
    ]

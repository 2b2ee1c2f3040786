"""The acronyms of the glossary that resources on a topic use, from the index."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.members.models import Person
from hub.search.queries.freshness import signature
from hub.search.queries.glossary import glossary
from hub.search.queries.results import allowed
from hub.search.rules import words as words_rules
from hub.search.store import folders, snapshots
from hub.search.store.snapshots import Snapshot


@dataclass(frozen=True)
class UsedAcronym:
    """An acronym, what it stands for, and how many resources use it that the person may open."""

    name: str
    meaning: str
    resources: int


def acronyms_on(db: Session, person: Person | None, topic: str, most: int) -> Sequence[UsedAcronym]:
    """Return the acronyms that are most typical of a topic's resources that ``person`` may open, best first.

    None while there is no index, or while it lags behind: it may then have words of texts that were replaced.
    """
    meanings = glossary(db).meanings
    try:
        opened = folders.opened(config_of(db))
        if opened.signature != signature(db):
            return []
        readable, snapshot = allowed(db, person, opened), opened.snapshot
        on_topic = readable & snapshot.masks.get(("topic", topic), 0)
        counts = list(_used(snapshot, meanings.items(), on_topic, readable))
    except snapshots.IndexUnusable:
        return []
    # An acronym that every topic uses, such as the alliance's own, tells less about this one.
    counts.sort(key=lambda pair: (-(pair[0].resources ** 2) / pair[1], pair[0].name))
    return [used for used, _ in counts[:most]]


def _used(
    snapshot: Snapshot, meanings: Iterable[tuple[str, str]], on_topic: int, readable: int
) -> Iterator[tuple[UsedAcronym, int]]:
    """Yield each acronym that documents in ``on_topic`` use, with the number of documents in ``readable`` that do."""
    for name, meaning in meanings:
        if name in meaning.split():  # "APEX Accelerators" explains nothing
            continue
        using = _documents(snapshot, name)
        if count := (using & on_topic).bit_count():
            yield UsedAcronym(name, meaning, count), (using & readable).bit_count()


def _documents(snapshot: Snapshot, name: str) -> int:
    """Return the documents that have an acronym, in capitals if it is written so."""
    terms, compound = words_rules.query_terms(name)
    if name in words_rules.all_terms_of(name):
        terms = (name,)
    elif compound:
        terms = (compound,)
    if not terms:
        return 0
    return reduce(and_, (snapshot.postings("body", term).bits for term in terms))

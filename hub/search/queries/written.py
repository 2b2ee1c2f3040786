"""The words of the resources that a person may open, as these resources write them.

The index has stems in lowercase, and each resource's keywords with their endings. How a word is written is read from
the pages that have it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy import or_ as sql_or
from sqlalchemy.orm import Session

from hub.library.models import Page
from hub.members.models import Person
from hub.search.queries import ranking as ranking_queries
from hub.search.queries.hits import rows_of
from hub.search.rules import english as english_rules
from hub.search.rules import words as words_rules
from hub.search.rules import written as written_rules
from hub.search.rules.written import Ways
from hub.search.store.snapshots import Snapshot, docs_of

MOST_READ = 48  # pages that are read for one word
MOST_FOR_CASE, PLACES_FOR_CASE = 10, 4  # resources that are read to see how a word is written, and places in each
COMMON = 3_000  # a common word up to this rank is no name

Place = tuple[int, int]  # a document, and a position in it
Texts = Callable[[Collection[Place]], tuple[Sequence[str], Sequence[str]]]


@dataclass(frozen=True)
class Readable:
    """The documents that a person may open, and their texts."""

    snapshot: Snapshot
    allowed: int
    texts: Texts  # returns the texts and the titles around places

    def docs(self, term: str, field: str = "body") -> int:
        """Return the documents with a term, as a bit set."""
        return self.snapshot.postings(field, term).bits & self.allowed

    def docs_with_keyword(self, word: str) -> int:
        """Return the documents of which a folded word is a keyword, as a bit set."""
        return self.snapshot.docs_with_keyword(word) & self.allowed

    def written(
        self, docs_by_term: Mapping[str, int], most: int, places_each: int = 1
    ) -> Mapping[str, Mapping[str, Ways]]:
        """Return the words with each term as some of its documents write them, by term and folded word.

        At most ``most`` documents of each term are read, and ``places_each`` places in each document.
        """
        places: dict[Place, None] = {}
        for term, docs in docs_by_term.items():
            postings = self.snapshot.postings("body", term)
            for doc in _spread(docs_of(docs & self.allowed), most):
                places |= {(doc, place): None for place in _spread(postings.positions_in(doc), places_each)}
        return written_rules.ways_to_write(*self.texts(list(places)[:MOST_READ]), docs_by_term.keys())

    def as_written(self, word: str, *, is_typed_low: bool) -> str:
        """Return a folded word as the documents usually write it; "" if they don't have it.

        Without evidence other than headings, an English word is in lowercase, and anything else is a name.
        """
        term = words_rules.term_of(word)
        ways: Counter[str] = Counter()
        for docs in dict.fromkeys((self.docs_with_keyword(word), self.docs(term))):
            ways.update(self.written({term: docs}, MOST_FOR_CASE, PLACES_FOR_CASE).get(term, {}).get(word, {}))
            if any(way.islower() for way in ways):
                break
        written = written_rules.usual(ways)
        if not written.istitle() or not is_typed_low:
            return written
        is_common = 0 < english_rules.rank(word, names=False) < COMMON
        is_unsure = not any(ways.values()) and english_rules.is_known(word, names=False)
        return written.lower() if is_common or is_unsure else written


def _spread(numbers: Sequence[int], most: int) -> Sequence[int]:
    """Return at most ``most`` of sorted numbers, from the beginning to the end."""
    return numbers[:: -(-len(numbers) // most) or 1]


def texts_at(
    db: Session, person: Person | None, snapshot: Snapshot, places: Collection[Place]
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the texts and owners at places, and the titles of resources and pages.

    Those of resources that the person may not open now are left out.
    """
    if not places:
        return [], []
    ids = {doc: snapshot.facts[doc].id for doc, _ in places}
    rows = rows_of(db, person, ids.values())
    numbers = {
        (rows[ids[doc]].revision, number): None
        for doc, position in places
        if ids[doc] in rows and (number := ranking_queries.page_at(snapshot, doc, position)) is not None
    }
    pages = _pages(db, list(numbers)) if numbers else ()
    # The capital of a name says something, also where it begins a text.
    texts = [text for row in rows.values() for text in (row.summary, f"by {row.name}")]
    titles = [row.title for row in rows.values()] + [page.title for page in pages]
    return [*texts, *(text for page in pages for text in page[1:])], titles


def _pages(db: Session, numbers: Sequence[tuple[int, int]]) -> Sequence[Any]:
    """Return the title and texts of pages, which are given by revision and number."""
    return db.execute(
        select(Page.title, Page.text, Page.notes, Page.also_searched).where(
            sql_or(*(and_(Page.revision_id == revision, Page.number == number) for revision, number in numbers))
        )
    ).all()

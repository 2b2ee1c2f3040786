"""The hits of a search, each with its best page and a snippet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, select
from sqlalchemy import or_ as sql_or
from sqlalchemy.orm import Session

from hub.library.models import Page, Resource, Revision
from hub.library.queries import visible_to
from hub.library.rules import PageKind
from hub.members.models import Organization, Person
from hub.search.queries import ranking as ranking_queries
from hub.search.queries.matching import Matches
from hub.search.rules import passages as passages_rules
from hub.search.rules.flat import without_heading
from hub.search.rules.passages import Snippet
from hub.search.rules.results import Hit
from hub.search.store.snapshots import Snapshot

PAGES_PER_QUERY = 200  # SQLite allows a thousand conditions
LONGEST_TEXT = 4_000  # characters of a page from which other words are taken
SHOWN = (
    select(
        Resource.id,
        Resource.title,
        Resource.kind,
        Resource.summary,
        Resource.published_on,
        Resource.audience,
        Organization.slug,
        Organization.name,
        Revision.id.label("revision"),
    )
    .join(Organization, Resource.organization_id == Organization.id)
    .outerjoin(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
)


@dataclass
class Reader:
    """Reads the resources that a search shows, and the pages that it shows of them, each once."""

    db: Session
    person: Person | None
    snapshot: Snapshot
    matches: Matches
    _rows: dict[int, Any] = field(default_factory=dict)  # by resource; None for one that the person may not open
    _pages: dict[tuple[int, int], Any] = field(default_factory=dict)  # by revision and page number
    _best: dict[int, int | None] = field(default_factory=dict)  # numbers of the pages to show, by document

    def hits(self, docs: Sequence[int], nearest: Mapping[int, int]) -> Sequence[Hit]:
        """Return the hits for documents in order, without resources that the person may not open now.

        ``nearest`` has the number of the page to show of documents whose page is chosen by meaning.
        """
        terms = self.matches.terms
        return [
            hit_of(row, page, terms, self.matches.lacking(doc))
            if self.matches.bits >> doc & 1
            else replace(hit_of(row, page, terms), by="meaning")
            for doc, row, page in self._shown(docs, nearest)
            if row is not None
        ]

    def texts(self, docs: Sequence[int]) -> Sequence[str]:
        """Return the beginning of the best page's text of each document; "" if the person may not open it."""
        return [
            "" if row is None else f"{page.title} {page.text}"[:LONGEST_TEXT] if page is not None else row.summary
            for _, row, page in self._shown(docs, {})
        ]

    def _shown(self, docs: Sequence[int], nearest: Mapping[int, int]) -> Sequence[tuple[int, Any, Any]]:
        """Return each document with its row of ``SHOWN`` and its page to show, or None."""
        ids = dict(zip(docs, self.snapshot.ids[docs].tolist(), strict=True)) if docs else {}
        if unknown := [id_ for id_ in ids.values() if id_ not in self._rows]:
            self._rows.update(dict.fromkeys(unknown) | dict(rows_of(self.db, self.person, unknown)))
        places: dict[int, tuple[int, int]] = {}  # revision and page number, by document
        for doc, id_ in ids.items():
            row = self._rows[id_]
            if row is not None and row.revision is not None and (number := nearest.get(doc) or self._number(doc, row)):
                places[doc] = row.revision, number
        if unread := [place for place in places.values() if place not in self._pages]:
            self._pages.update(dict.fromkeys(unread) | dict(_pages(self.db, unread)))
        return [(doc, self._rows[id_], self._pages[places[doc]] if doc in places else None) for doc, id_ in ids.items()]

    def _number(self, doc: int, row: Any) -> int | None:
        if doc not in self._best:
            self._best[doc] = _page_number(self.snapshot, doc, self.matches, row)
        return self._best[doc]


def rows_of(db: Session, person: Person | None, ids: Collection[int]) -> Mapping[int, Any]:
    """Return the rows of resources by id, without those that the database doesn't let the person open now."""
    return {row.id: row for row in db.execute(SHOWN.where(Resource.id.in_(ids), visible_to(person)))}


def _page_number(snapshot: Snapshot, doc: int, matches: Matches, row: Any) -> int | None:
    """Return the number of the best page; if no page matches, the only or first one, or None if there is a summary to show."""
    best = ranking_queries.best_page(snapshot, doc, matches.parts)
    if best is None and (not row.summary or ranking_queries.has_one_page(snapshot, doc)):
        return ranking_queries.first_page(snapshot, doc)
    return best


def _pages(db: Session, places: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Any]:
    """Return the pages at places, which are given by revision and page number."""
    rows: list[Any] = []
    for at in range(0, len(places), PAGES_PER_QUERY):
        some = places[at : at + PAGES_PER_QUERY]
        values = {f"{name}{n}": value for n, place in enumerate(some) for name, value in zip("rp", place, strict=True)}
        rows += db.execute(_pages_statement(len(some)), values)
    return {(row.revision_id, row.number): row for row in rows}


@lru_cache(maxsize=PAGES_PER_QUERY)
def _pages_statement(count: int) -> Select[*tuple[Any, ...]]:
    """Return the statement that reads ``count`` pages; it takes longer to build than to execute."""
    columns = (Page.revision_id, Page.number, Page.kind, Page.title, Page.text, Page.notes, Page.seconds)
    # not a tuple IN (…): SQLite would scan the whole table
    places = (
        and_(Page.revision_id == bindparam(f"r{n}", type_=Integer), Page.number == bindparam(f"p{n}", type_=Integer))
        for n in range(count)
    )
    return select(*columns).where(sql_or(*places))


def hit_of(row: Any, page: Any | None, terms: Collection[str], lacking: Sequence[str] = ()) -> Hit:
    """Return the hit for a row of ``SHOWN`` and its page, with a snippet."""
    snippet = _snippet(row, page, terms)
    return Hit(
        row.id,
        row.title,
        row.kind,
        row.slug,
        row.name,
        row.published_on,
        row.audience,
        page.number if page else None,
        page.kind if page else None,
        snippet,
        lacking,
        page.title if page else "",
        page.seconds if page else None,
        heading=_heading(row, page, snippet, terms),
    )


def _heading(row: Any, page: Any | None, snippet: Snippet, terms: Collection[str]) -> Snippet:
    """Return the page's heading, unless the title of the resource, the name of the page or the snippet has it."""
    if page is None or page.kind is PageKind.MOMENT or page.title.casefold() == row.title.casefold():
        return Snippet()
    heading = " ".join(page.title.split())
    return Snippet() if snippet.text.startswith(heading) else passages_rules.marked_words(heading, terms)


def _snippet(row: Any, page: Any | None, terms: Collection[str]) -> Snippet:
    """Return the snippet of the page, or of the summary if there is no page, or if only the summary has the words."""
    of_page = _page_snippet(page, terms) if page is not None else None
    if of_page is not None and (of_page.marks or not row.summary):
        return of_page
    of_summary = passages_rules.snippet(row.summary, terms)
    return of_summary if of_page is None or of_summary.marks else of_page


def _page_snippet(page: Any, terms: Collection[str]) -> Snippet:
    """Return the snippet of a page; it includes the heading only if nothing else on the page matches.

    The title of a moment is its speaker, whom the hit names anyway.
    """
    heading = "" if page.kind is PageKind.MOMENT else page.title
    text = "\n\n".join(part for part in (without_heading(page.text, heading), page.notes) if part)
    snippet = passages_rules.snippet(text, terms)
    if heading and not snippet.marks:
        with_heading = passages_rules.snippet(f"{heading}\n\n{text}", terms)
        return with_heading if with_heading.marks or not text else snippet
    return snippet

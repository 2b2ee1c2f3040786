"""The hits of a search as the page shows them, each with its best page and a snippet."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy import or_ as sql_or
from sqlalchemy.orm import Session

from hub.library.models import Page, Resource, Revision
from hub.library.queries import visible_to
from hub.members.models import Organization, Person
from hub.search.queries import ranking as ranking_queries
from hub.search.queries.matching import Matches
from hub.search.rules import passages as passages_rules
from hub.search.rules.passages import Snippet
from hub.search.rules.results import Hit
from hub.search.store.snapshots import Snapshot

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


def hits_of(
    db: Session, person: Person | None, snapshot: Snapshot, found: Matches, docs: Sequence[int]
) -> Sequence[Hit]:
    """Return the hits for documents, in order, without those that the person may not open now."""
    if not docs:
        return []
    ids = [snapshot.facts[doc].id for doc in docs]
    rows = {row.id: row for row in db.execute(SHOWN.where(Resource.id.in_(ids), visible_to(person)))}
    places: dict[tuple[int, int], int] = {}  # the revision and page of each hit whose page is shown
    for doc, id_ in zip(docs, ids, strict=True):
        if id_ in rows and rows[id_].revision is not None:
            number = _page_number(snapshot, doc, found, rows[id_])
            if number is not None:
                places[rows[id_].revision, number] = id_
    shown = _pages(db, places)
    return [
        hit_of(rows[id_], shown.get(id_), found.terms, found.lacking(doc))
        for doc, id_ in zip(docs, ids, strict=True)
        if id_ in rows
    ]


def _page_number(snapshot: Snapshot, doc: int, found: Matches, row: Any) -> int | None:
    """Return which page of a hit is shown: the best; else the first, unless the summary says more."""
    best = ranking_queries.best_page(snapshot, doc, found.parts)
    return ranking_queries.first_page(snapshot, doc) if best is None and not row.summary else best


def _pages(db: Session, places: Mapping[tuple[int, int], int]) -> Mapping[int, Any]:
    """Return the pages to show, by resource."""
    if not places:
        return {}
    rows = db.execute(
        select(Page.revision_id, Page.number, Page.kind, Page.title, Page.text, Page.notes).where(
            # not a tuple IN (…): SQLite would read the whole table
            sql_or(*(and_(Page.revision_id == revision, Page.number == number) for revision, number in places))
        )
    )
    return {places[row.revision_id, row.number]: row for row in rows}


def hit_of(row: Any, page: Any | None, terms: Collection[str], lacking: Sequence[str] = ()) -> Hit:
    """Return the hit for a row of ``SHOWN`` and the page that is shown with it, with the snippet cut."""
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
        passages_rules.snippet(row.summary, terms) if page is None else _page_snippet(page, terms),
        lacking,
    )


def texts_at(db: Session, person: Person | None, snapshot: Snapshot, doc: int, place: int) -> Sequence[str]:
    """Return what the person may read of a resource around a place in its text: its page there, title, summary and owner."""
    row = db.execute(SHOWN.where(Resource.id == snapshot.facts[doc].id, visible_to(person))).first()
    if row is None:
        return ()
    number = ranking_queries.page_at(snapshot, doc, place)
    page = _pages(db, {(row.revision, number): row.id}).get(row.id) if row.revision and number is not None else None
    return [row.title, row.summary, row.name, *((page.title, page.text, page.notes) if page else ())]


def _page_snippet(page: Any, terms: Collection[str]) -> Snippet:
    """Return the best passage of a page; from its title only when the words are nowhere else."""
    text = "\n".join(part for part in (page.text, page.notes) if part)
    shown = passages_rules.snippet(text, terms)
    if page.title and not shown.marks:
        titled = passages_rules.snippet(f"{page.title}: {text}" if text else page.title, terms)
        return titled if titled.marks or not text else shown
    return shown

"""The hits of a search, each with its best page and a snippet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import and_, select
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


def hits_of(
    db: Session,
    person: Person | None,
    snapshot: Snapshot,
    matches: Matches,
    docs: Sequence[int],
    nearest: Mapping[int, int],
) -> Sequence[Hit]:
    """Return the hits for documents in order, without resources that the person may not open now.

    ``nearest`` has the number of the page to show of documents whose page is chosen by meaning.
    """
    rows, pages = _rows_and_pages(db, person, snapshot, matches, docs, nearest)
    return [
        replace(hit_of(rows[id_], pages.get(id_), matches.terms), by="meaning")
        if not matches.bits >> doc & 1
        else hit_of(rows[id_], pages.get(id_), matches.terms, matches.lacking(doc))
        for doc in docs
        if (id_ := snapshot.facts[doc].id) in rows
    ]


def _rows_and_pages(
    db: Session,
    person: Person | None,
    snapshot: Snapshot,
    matches: Matches,
    docs: Sequence[int],
    nearest: Mapping[int, int],
) -> tuple[Mapping[int, Any], Mapping[int, Any]]:
    """Return the rows of ``SHOWN`` and the pages to show, both by resource, of those that the person may open now."""
    if not docs:
        return {}, {}
    doc_of = {snapshot.facts[doc].id: doc for doc in docs}
    rows = rows_of(db, person, doc_of.keys())
    page_resources: dict[tuple[int, int], int] = {}  # resource by revision and page number
    for id_, row in rows.items():
        number = nearest.get(doc_of[id_]) or _page_number(snapshot, doc_of[id_], matches, row)
        if row.revision is not None and number is not None:
            page_resources[row.revision, number] = id_
    return rows, _pages(db, page_resources)


def rows_of(db: Session, person: Person | None, ids: Collection[int]) -> Mapping[int, Any]:
    """Return the rows of resources by id, without those that the database doesn't let the person open now."""
    return {row.id: row for row in db.execute(SHOWN.where(Resource.id.in_(ids), visible_to(person)))}


def _page_number(snapshot: Snapshot, doc: int, matches: Matches, row: Any) -> int | None:
    """Return the number of the best page; if no page matches, the only or first one, or None if there is a summary to show."""
    best = ranking_queries.best_page(snapshot, doc, matches.parts)
    if best is None and (not row.summary or ranking_queries.has_one_page(snapshot, doc)):
        return ranking_queries.first_page(snapshot, doc)
    return best


def _pages(db: Session, page_resources: Mapping[tuple[int, int], int]) -> Mapping[int, Any]:
    """Return the pages to show, by resource; ``page_resources`` has resources by revision and page number."""
    columns = (Page.revision_id, Page.number, Page.kind, Page.title, Page.text, Page.notes, Page.seconds)
    rows: list[Any] = []
    for at in range(0, len(page_resources), PAGES_PER_QUERY):
        keys = islice(page_resources, at, at + PAGES_PER_QUERY)
        # not a tuple IN (…): SQLite would scan the whole table
        wanted = sql_or(*(and_(Page.revision_id == revision, Page.number == number) for revision, number in keys))
        rows += db.execute(select(*columns).where(wanted))
    return {page_resources[row.revision_id, row.number]: row for row in rows}


def page_texts(
    db: Session, person: Person | None, snapshot: Snapshot, matches: Matches, docs: Sequence[int]
) -> Sequence[str]:
    """Return the beginning of the best page's text of each document; "" if the person may not open it."""
    rows, pages = _rows_and_pages(db, person, snapshot, matches, docs, {})
    texts = {id_: row.summary for id_, row in rows.items()}
    texts |= {id_: f"{page.title} {page.text}"[:LONGEST_TEXT] for id_, page in pages.items()}
    return [texts.get(snapshot.facts[doc].id, "") for doc in docs]


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

"""What the index keeps of a resource, made from its rows: words and their places, headings, facts."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from hub.library.models import Page, Resource, Revision, Topic
from hub.library.rules import BIG_SIX, Audience
from hub.members.models import Organization
from hub.search.queries import freshness as freshness_queries
from hub.search.rules import words as words_rules
from hub.search.store.snapshots import Facts

Entry = Mapping[str, Any]  # the fields of one resource
# Between two parts of a resource: no phrase reaches from one page into the next.
GAP = 100
# Words of one resource that are indexed; about 3,000 full pages.
MOST_WORDS = 1_500_000
# Words kept of a resource by which others that are alike are found, and what one in its title or a heading counts.
KEYWORDS, IN_TITLE, IN_HEADING = 40, 5, 2
SHORTEST_KEYWORD = 3  # letters; shorter ones tell nothing


def entries_of(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    """Yield the entries of resources, made from their rows; those that were withdrawn meanwhile are left out."""
    marks = freshness_queries.marks(db)
    rows = db.execute(
        select(Resource, Organization, Revision.id, Revision.file_name, Revision.url)
        .join(Organization, Resource.organization_id == Organization.id)
        .outerjoin(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .where(Resource.id.in_(ids), Resource.withdrawn_at.is_(None))
    ).all()
    topics: dict[int, list[str]] = {}
    for id_, name in db.execute(
        select(Topic.resource_id, Topic.name).where(Topic.resource_id.in_(ids)).order_by(Topic.id)
    ):
        topics.setdefault(id_, []).append(name)
    of_revision = {row[2]: row for row in rows if row[2] is not None}
    pages: Any = db.execute(
        select(Page.revision_id, Page.number, Page.title, Page.text, Page.notes)
        .where(Page.revision_id.in_(of_revision))
        .order_by(Page.revision_id, Page.number)
        .execution_options(yield_per=100)
    )
    for revision, group in groupby(pages, key=lambda page: page[0]):
        row = of_revision.pop(revision)
        yield _entry(row, marks, topics.get(row[0].id, ()), group)
    for row in rows:
        if row[2] is None or row[2] in of_revision:
            yield _entry(row, marks, topics.get(row[0].id, ()), ())


def _entry(row: Any, marks: Mapping[int, int], topics: Sequence[str], pages: Any) -> Entry:
    resource, organization, _, file_name, url = row
    names = [part for topic in topics for part in (topic, BIG_SIX.get(topic, ""))]
    text = _Text([resource.title, resource.summary, organization.name, *names, file_name or "", url or ""])
    for _, number, heading, body, notes in pages:
        text.add_page(number, heading, body, notes)
    title = _Text([resource.title]).places
    facts = Facts(
        resource.id,
        f"{resource.version}.{marks[organization.id]:x}",
        resource.kind.value,
        organization.slug,
        tuple(topics),
        resource.published_on.toordinal(),
        resource.published_on.year,
        f"org:{organization.id}" if resource.audience is Audience.ORGANIZATION else resource.audience.value,
        words_rules.fold(resource.title)[:200],
        text.count,
        text.bounds.tobytes(),
        text.keywords(title),
    )
    return {"body": text.places, "title": title, "headings": text.headings, "facts": facts.kept()}


class _Text:
    """The words of a resource in a row, with a gap between its parts, and where its pages are."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.places = _Places()
        self.headings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self.bounds: array[int] = array("I")
        self.next = 0
        self.count = 0
        for part in parts:
            self._add(part, GAP)

    def add_page(self, number: int, title: str, text: str, notes: str) -> None:
        """One page; words beyond the limit of a resource aren't indexed."""
        start = self.next
        for position, terms in words_rules.spread([words_rules.spoken(title)], start):
            for term in terms:
                self.headings[term].append(position)
        self._add(title, 1)
        self.bounds.extend((number, start, self.next))
        self._add(text, 1 if notes else GAP)
        if notes:
            self._add(notes, GAP)

    def _add(self, text: str, gap: int) -> None:
        places, position, last = self.places, self.next, self.next - 1
        text = words_rules.spoken(text)
        for piece in words_rules.all_pieces(text) if self.count < MOST_WORDS else ():
            places.piece = piece
            for terms in words_rules.terms_of(piece):
                if terms:
                    for term in terms:
                        places[term].append(position)
                    last = position
                    self.count += 1
                position += 1
        self.next = last + 1 + gap

    def keywords(self, title: Mapping[str, Sequence[int]]) -> str:
        """Return the words that it has most, as they are written where they first stand, the foremost first."""
        counts = {term: len(places) for term, places in self.places.items() if len(places) > 1}
        for some, worth in ((self.headings, IN_HEADING), (title, IN_TITLE)):
            for term, places in some.items():
                counts[term] = counts.get(term, 1) + worth * len(places)
        found: list[str] = []
        for term in sorted(counts, key=lambda term: (-counts[term], term)):
            if len(term) >= SHORTEST_KEYWORD and term.isalpha() and term.islower():
                found += words_rules.written_in(self.places.first[term], term)
            if len(found) == KEYWORDS:
                break
        return " ".join(found)


class _Places(dict[str, "array[int]"]):
    """Where each term stands, and the piece of text in which it stands first."""

    def __init__(self) -> None:
        super().__init__()
        self.piece = ""  # that is being read
        self.first: dict[str, str] = {}

    def __missing__(self, term: str) -> "array[int]":
        self.first[term] = self.piece
        self[term] = places = array("I")
        return places

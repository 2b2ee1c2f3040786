"""Index entries: the terms, headings and facts of a resource, made from its rows in the database."""

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
from hub.search.rules import page_roles as page_roles_rules
from hub.search.rules import words as words_rules
from hub.search.rules.page_roles import PageHead, PageRole
from hub.search.store.snapshots import Facts

Entry = Mapping[str, Any]  # the index fields of one resource
# Positions between two parts of a resource, so that no phrase matches across them.
GAP = 100
# Keywords of a resource, and how often an occurrence in its title or in a heading counts.
KEYWORDS, TITLE_WEIGHT, HEADING_WEIGHT = 40, 5, 2
SHORTEST_KEYWORD = 3  # letters


def entries_of(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    """Yield the index entries of resources, except for those that have been withdrawn."""
    checksums = freshness_queries.checksums(db)
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
        select(Page.revision_id, Page.number, Page.title, Page.text, Page.notes, Page.also_searched)
        .where(Page.revision_id.in_(of_revision))
        .order_by(Page.revision_id, Page.number)
        .execution_options(yield_per=100)
    )
    for revision, group in groupby(pages, key=lambda page: page[0]):
        row = of_revision.pop(revision)
        yield _entry(row, checksums, topics.get(row[0].id, ()), group)
    for row in rows:
        if row[2] is None or row[2] in of_revision:
            yield _entry(row, checksums, topics.get(row[0].id, ()), ())


def _entry(row: Any, checksums: Mapping[int, int], topics: Sequence[str], pages: Any) -> Entry:
    resource, organization, _, file_name, url = row
    names = [part for topic in topics for part in (topic, BIG_SIX.get(topic, ""))]
    text = _Text([resource.title, resource.summary, organization.name, *names, file_name or "", url or ""])
    heads: list[PageHead] = []
    for _, number, heading, body, notes, also_searched in pages:
        text.add_page(number, heading, body, "\n".join(part for part in (notes, also_searched) if part))
        heads.append(PageHead.of(heading, body))
    text.set_roles(page_roles_rules.roles(resource.title, heads))
    title = _Text([resource.title]).positions
    facts = Facts(
        resource.id,
        f"{resource.version}.{checksums[organization.id]:x}",
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
    return {"body": text.positions, "title": title, "headings": text.headings, "facts": facts}


class _Text:
    """The terms of a resource by position, with a gap between its parts, and the bounds of its pages."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.positions = _Positions()
        self.headings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self.bounds: array[int] = array("I")
        self.next = 0
        self.count = 0
        for part in parts:
            self._add(part, GAP)

    def add_page(self, number: int, title: str, text: str, notes: str) -> None:
        """Add a page. All of it is indexed: the library limits how much text a resource has, and says so on its page."""
        start = self.next
        for position, terms in words_rules.terms_by_position([words_rules.without_all_caps(title)], start):
            for term in terms:
                self.headings[term].append(position)
        self._add(title, 1)
        self.bounds.extend((number, start, self.next))
        self._add(text, 1 if notes else GAP)
        if notes:
            self._add(notes, GAP)
        self.bounds.extend((max(start, self.next - GAP), PageRole.CONTENT))

    def set_roles(self, roles: Sequence[PageRole]) -> None:
        """Set the roles of all pages."""
        self.bounds[4::5] = array("I", roles)

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

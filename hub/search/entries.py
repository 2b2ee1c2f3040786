"""Index entries: the text and facts of resources, made from their rows in the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from hub.library.models import Page, Resource, Revision, Topic
from hub.library.rules import BIG_SIX, Audience
from hub.members.models import Organization
from hub.search.rules import page_roles as page_roles_rules
from hub.search.rules import words as words_rules
from hub.search.rules.page_roles import PageHead
from hub.search.store.building import Described, PageText, ResourceText
from hub.search.store.facts import Facts

TOGETHER = 500_000  # characters of texts that are analyzed at once

_RESOURCES = (
    select(
        Resource.id,
        Resource.version,
        Resource.title,
        Resource.summary,
        Resource.kind,
        Resource.published_on,
        Resource.audience,
        Organization.id.label("organization_id"),
        Organization.slug,
        Organization.name,
        Revision.id.label("revision_id"),
        Revision.file_name,
        Revision.url,
    )
    .join(Organization, Resource.organization_id == Organization.id)
    .outerjoin(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
)


@dataclass(frozen=True)
class Entry:
    """A resource to index: its text, and the facts that its rows have."""

    row: Any
    topics: Sequence[str]
    stamp: str  # the version stamp, see `freshness.stamps`
    text: ResourceText

    def facts(self, described: Described) -> Facts:
        """Return the facts of the entry, with those that come from its text."""
        row = self.row
        return Facts(
            row.id,
            self.stamp,
            row.kind.value,
            row.slug,
            tuple(self.topics),
            row.published_on.toordinal(),
            row.published_on.year,
            f"org:{row.organization_id}" if row.audience is Audience.ORGANIZATION else row.audience.value,
            words_rules.fold(row.title)[:200],
            described.length,
            described.pages,
            described.keywords,
        )


def in_chunks(entries: Iterable[Entry]) -> Iterator[Sequence[Entry]]:
    """Yield the entries in groups of up to `TOGETHER` characters, so that few very long texts are in memory at once."""
    chunk: list[Entry] = []
    size = 0
    for entry in entries:
        chunk.append(entry)
        size += entry.text.size
        if size >= TOGETHER:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def entries_of(db: Session, ids: Sequence[int], checksums: Mapping[int, int]) -> Iterator[Entry]:
    """Yield the index entries of resources, except for those that have been withdrawn.

    ``checksums`` are those of the organizations' names, see `freshness.checksums`.
    """
    rows = db.execute(_RESOURCES.where(Resource.id.in_(ids), Resource.withdrawn_at.is_(None))).all()
    topics: dict[int, list[str]] = {}
    for id_, name in db.execute(
        select(Topic.resource_id, Topic.name).where(Topic.resource_id.in_(ids)).order_by(Topic.id)
    ):
        topics.setdefault(id_, []).append(name)
    of_revision = {row.revision_id: row for row in rows if row.revision_id is not None}
    pages: Any = db.execute(
        select(Page.revision_id, Page.number, Page.title, Page.text, Page.notes, Page.also_searched)
        .where(Page.revision_id.in_(of_revision))
        .order_by(Page.revision_id, Page.number)
        .execution_options(yield_per=100)
    )
    for revision, group in groupby(pages, key=lambda page: page[0]):
        row = of_revision.pop(revision)
        yield _entry(row, checksums, topics.get(row.id, ()), list(group))
    for row in rows:
        if row.revision_id is None or row.revision_id in of_revision:
            yield _entry(row, checksums, topics.get(row.id, ()), ())


def _entry(row: Any, checksums: Mapping[int, int], topics: Sequence[str], rows: Sequence[Any]) -> Entry:
    names = [part for topic in topics for part in (topic, BIG_SIX.get(topic, ""))]
    roles = page_roles_rules.roles(row.title, [PageHead.of(heading, body) for _, _, heading, body, _, _ in rows])
    # All text is indexed: the library limits how much text a resource has, and says so on its page.
    pages = [
        PageText(number, heading, body, "\n".join(part for part in (notes, also_searched) if part), role)
        for (_, number, heading, body, notes, also_searched), role in zip(rows, roles, strict=True)
    ]
    others = [row.summary, row.name, *names, row.file_name or "", row.url or ""]
    stamp = f"{row.version}.{checksums[row.organization_id]:x}"
    return Entry(row, topics, stamp, ResourceText(row.title, others, pages))

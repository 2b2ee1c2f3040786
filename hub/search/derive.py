"""The worker's step that makes the vectors of pages, for search by meaning. Does nothing without the extra.

It comes after everything else: a few pages at a time, encoded outside of the transaction that stores them. What is left
to do is read from the rows, so a worker that is killed loses those few pages.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.library.derive import page_texts
from hub.library.derive.turns import Group, Turns
from hub.library.models import Page, Resource, Revision
from hub.search import index
from hub.search.models import EncodedResource, PageVector
from hub.search.queries import freshness as freshness_queries
from hub.search.queries import meaning as meaning_queries
from hub.search.rules import meaning as meaning_rules
from hub.search.store import meaning
from hub.search.store.vectors import packed

log = logging.getLogger("hub.search")

PAGES_AT_ONCE = 8  # encoded before the next transaction: about half a second
DELETED_AT_ONCE = 5_000  # rows
UNFINISHED = 0  # the version of a resource some of whose pages have no vectors yet

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Work:
    """What is to be done for a resource: vectors to delete, and pages to encode, a few of those that wait."""

    resource: int
    version: int
    outdated: Sequence[int]  # ids of vectors
    parts: Mapping[int, Sequence[str]]  # the texts of the pages to encode, by the page's id
    waiting: int  # pages that have no vectors, these included

    @property
    def is_last(self) -> bool:
        """True if nothing waits after this."""
        return len(self.parts) == self.waiting


def catch_up(database: Database, limit: int = 0, progress: Progress | None = None, order: Turns | None = None) -> int:
    """Make the vectors that are missing, in up to ``limit`` batches of pages (0: all); return the number of batches.

    ``progress`` is called with the number of resources that are done and of all. Stops while files wait to be read; those
    that no one waits for stop only others of that kind.
    """
    model = meaning.version_of(database.config)
    done, order = 0, order or Turns()
    while model and (not limit or done < limit):
        work = _next(database, model, order.next())
        if work is None:
            return done + (0 if limit and done else _sweep(database, model))
        _encode(database, model, work)
        done += 1
        if progress:
            with database.reading() as db:
                progress(*progress_of(db, model))
    return done


def update_index(database: Database) -> int:
    """Bring the index up to date as the worker does: at once, or every few seconds while files are read in bulk.

    What a person waits for is always indexed at once. Returns the number of entries that changed.
    """
    if page_texts.has_waiting(database, Group.BULK) and index.is_to_wait(database):
        return 0
    return index.catch_up(database)


def progress_of(db: Session, model: str) -> tuple[int, int]:
    """Return the number of resources whose pages all have vectors, and of those that are to have them."""
    is_live = Resource.withdrawn_at.is_(None)
    done = select(func.count()).select_from(Resource).where(is_live, _is_encoded(model))
    return db.scalar(done) or 0, db.scalar(select(func.count()).select_from(Resource).where(is_live)) or 0


def _is_encoded(model: str) -> ColumnElement[bool]:
    return exists().where(
        EncodedResource.resource_id == Resource.id,
        EncodedResource.model == model,
        EncodedResource.version == Resource.version,
    )


def delete_all(database: Database) -> None:
    """Delete all vectors, so that the worker makes them again."""
    _delete_some(database, PageVector.id > 0)
    with database.writing() as db:
        db.execute(delete(EncodedResource))


def problems(database: Database) -> list[str]:
    """Return a sentence for each resource whose vectors aren't those of its pages, though they count as complete."""
    model = meaning.version_of(database.config)
    if not model:
        return []
    with database.reading() as db:
        ids = db.scalars(select(Resource.id).where(Resource.withdrawn_at.is_(None), _is_encoded(model)))
        works = [_work_on(db, model, id_, 0) for id_ in ids.all()]
    return [
        f"Resource {work.resource}: {work.waiting} of its pages have no vectors, and {len(work.outdated)} vectors are "
        "outdated. Run hub rebuild --vectors."
        for work in works
        if work.waiting or work.outdated
    ]


# Encoding


def _next(database: Database, model: str, order: Sequence[Group] = tuple(Group)) -> Work | None:
    """Return what to do next; None if nothing is left now.

    In the turn of what people wait for, the newest of those go first. Then begun and changed resources, then the newest.
    """
    with database.reading() as db:
        if freshness_queries.signature(db) == meaning_queries.signature(db, model):
            return None
    groups = page_texts.after_reading(database, order)
    if not groups:
        return None
    of_model = and_(EncodedResource.resource_id == Resource.id, EncodedResource.model == model)
    lacking = (
        select(Resource.id)
        .outerjoin(EncodedResource, of_model)
        .where(
            Resource.withdrawn_at.is_(None),
            or_(EncodedResource.version.is_(None), EncodedResource.version != Resource.version),
        )
        .order_by(EncodedResource.version.is_(None), Resource.id.desc())
        .limit(1)
    )
    with database.reading() as db:
        id_ = None
        if groups[0] is Group.AWAITED:
            id_ = db.scalar(lacking.where(Resource.id.in_(freshness_queries.newest_awaited())))
        if id_ is None and Group.BULK in groups:
            id_ = db.scalar(lacking)
        return None if id_ is None else _work_on(db, model, id_, PAGES_AT_ONCE)


def _work_on(db: Session, model: str, resource_id: int, most: int) -> Work:
    """Return what is to be done for a resource, with up to ``most`` pages to encode."""
    resource: Any = db.execute(
        select(Resource.title, Resource.version, Resource.revision_number).where(Resource.id == resource_id)
    ).one()
    pages = db.execute(
        select(Page.id, Page.title, Page.text, Page.notes)
        .join(Page.revision)
        .where(Revision.resource_id == resource_id, Revision.number == resource.revision_number)
        .order_by(Page.number)
    )
    parts = {id_: meaning_rules.parts_of(resource.title, title, text, notes) for id_, title, text, notes in pages}
    digests = {id_: meaning_rules.digest_of(texts) for id_, texts in parts.items() if texts}
    stored = db.execute(
        select(PageVector.id, PageVector.page_id, PageVector.digest)
        .join(Page, Page.id == PageVector.page_id)
        .join(Page.revision)
        .where(Revision.resource_id == resource_id, PageVector.model == model)
    ).all()
    is_fresh = {row.id: digests.get(row.page_id) == row.digest for row in stored}
    encoded = {row.page_id for row in stored if is_fresh[row.id]}
    waiting = [id_ for id_ in digests if id_ not in encoded]
    outdated = [id_ for id_, fresh in is_fresh.items() if not fresh]
    return Work(resource_id, resource.version, outdated, {id_: parts[id_] for id_ in waiting[:most]}, len(waiting))


def _encode(database: Database, model: str, work: Work) -> None:
    """Encode some pages of a resource and store their vectors, unless the resource changes meanwhile."""
    encoder = meaning.encoder_of(database.config)
    texts = [(page, number, text) for page, parts in work.parts.items() for number, text in enumerate(parts)]
    vectors = encoder.encoded([text for _, _, text in texts]) if encoder and texts else ()
    rows = []
    for (page, number, _), vector in zip(texts, vectors, strict=True):
        content, scale = packed(vector)
        digest = meaning_rules.digest_of(work.parts[page])
        rows.append(PageVector(page_id=page, model=model, part=number, digest=digest, vector=content, scale=scale))
    try:
        with database.writing() as db:
            _store(db, model, work, rows)
    except IntegrityError:  # another worker has stored some of them
        log.debug("Vectors of resource %s were stored by another worker.", work.resource)


def _store(db: Session, model: str, work: Work, rows: Sequence[PageVector]) -> None:
    unchanged = select(Resource.id).where(
        Resource.id == work.resource, Resource.version == work.version, Resource.withdrawn_at.is_(None)
    )
    if db.scalar(unchanged.with_for_update(key_share=True)) is None:
        return
    for start in range(0, len(work.outdated), DELETED_AT_ONCE):
        db.execute(delete(PageVector).where(PageVector.id.in_(work.outdated[start : start + DELETED_AT_ONCE])))
    db.add_all(rows)
    version = work.version if work.is_last else UNFINISHED
    db.merge(EncodedResource(resource_id=work.resource, model=model, version=version))


# Sweeping


def _sweep(database: Database, model: str) -> int:
    """Delete the vectors of withdrawn resources and of other models; return 1 if there were any."""
    withdrawn = select(Resource.id).where(Resource.withdrawn_at.is_not(None))
    gone = or_(EncodedResource.model != model, EncodedResource.resource_id.in_(withdrawn))
    with database.reading() as db:
        if db.scalar(select(EncodedResource.resource_id).where(gone).limit(1)) is None:
            return 0
    of_withdrawn = PageVector.page_id.in_(
        select(Page.id).join(Page.revision).where(Revision.resource_id.in_(withdrawn))
    )
    _delete_some(database, or_(PageVector.model != model, of_withdrawn))
    with database.writing() as db:
        db.execute(delete(EncodedResource).where(gone))
    return 1


def _delete_some(database: Database, condition: ColumnElement[bool]) -> None:
    """Delete vectors in small transactions."""
    while True:
        with database.writing() as db:
            ids = db.scalars(select(PageVector.id).where(condition).limit(DELETED_AT_ONCE)).all()
            db.execute(delete(PageVector).where(PageVector.id.in_(ids)))
        if len(ids) < DELETED_AT_ONCE:
            return

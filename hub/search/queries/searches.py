"""A person's saved searches, feeds, recent searches and last visit. Those of others raise NotFound."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.core.errors import NotFound
from hub.core.remembered import remembered, remembered_rows
from hub.members.models import Person
from hub.members.rules.membership import Access
from hub.search.models import LastVisit, RecentSearch, SavedSearch, SearchFeed
from hub.search.rules.visits import Seen


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text, since texts of any length can't be indexed."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def saved_of(db: Session, person: Person) -> Sequence[SavedSearch]:
    """Return the person's saved searches by name."""
    return remembered_rows(db, ("saved", person.id), lambda: _saved_of(db, person.id))


def _saved_of(db: Session, person_id: int) -> Sequence[SavedSearch]:
    return db.scalars(
        select(SavedSearch)
        .where(SavedSearch.person_id == person_id)
        .order_by(func.lower(SavedSearch.name), SavedSearch.id)
    ).all()


def saved_for(db: Session, person: Person, saved_id: int) -> SavedSearch:
    """Return one of the person's own saved searches. Raises NotFound."""
    saved = db.scalar(select(SavedSearch).where(SavedSearch.id == saved_id, SavedSearch.person_id == person.id))
    if saved is None:
        raise NotFound
    return saved


def saved_as(db: Session, person: Person, address: str) -> SavedSearch | None:
    """Return the person's saved search with this address; None if there is none."""
    return db.scalar(
        select(SavedSearch).where(SavedSearch.person_id == person.id, SavedSearch.address_hash == hash_of(address))
    )


def count_of(db: Session, model: type[SavedSearch], person: Person) -> int:
    """Return the number of saved searches that the person has."""
    return db.scalar(select(func.count()).select_from(model).where(model.person_id == person.id)) or 0


def feeds_of(db: Session, person: Person) -> Sequence[SearchFeed]:
    """Return the person's open feeds, newest first."""
    return db.scalars(
        select(SearchFeed)
        .where(SearchFeed.person_id == person.id, SearchFeed.revoked_at.is_(None))
        .order_by(SearchFeed.id.desc())
    ).all()


def feed_for(db: Session, person: Person, feed_id: int) -> SearchFeed:
    """Return one of the person's own feeds. Raises NotFound."""
    feed = db.scalar(select(SearchFeed).where(SearchFeed.id == feed_id, SearchFeed.person_id == person.id))
    if feed is None:
        raise NotFound
    return feed


def feed_by_token(db: Session, token: str) -> SearchFeed:
    """Return the open feed with this token and its owner. Raises NotFound, also if the owner no longer takes part."""
    feed = db.scalar(
        select(SearchFeed)
        .where(SearchFeed.token == token, SearchFeed.revoked_at.is_(None))
        .options(joinedload(SearchFeed.person))
    )
    if feed is None or not feed.person.is_active or feed.person.access is not Access.FULL:
        raise NotFound
    return feed


def recent_of(db: Session, person_id: int, most: int = 20) -> Sequence[str]:
    """Return the person's recent searches, the latest first."""
    return db.scalars(
        select(RecentSearch.text)
        .where(RecentSearch.person_id == person_id)
        .order_by(RecentSearch.at.desc(), RecentSearch.id.desc())
        .limit(most)
    ).all()


def last_visit(db: Session, person_id: int) -> Seen | None:
    """Return the person's last visit; None if there was none."""
    return remembered(db, ("visit", person_id), lambda: _last_visit(db, person_id))


def _last_visit(db: Session, person_id: int) -> Seen | None:
    row = db.execute(select(LastVisit.at, LastVisit.before_at).where(LastVisit.person_id == person_id)).one_or_none()
    return Seen(row.at, row.before_at) if row else None

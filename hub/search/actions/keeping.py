"""What people keep of their searching: saved and recent searches, feeds, when they were here.

Only feeds stand in the audit, since they let somebody read who isn't signed in; what people search for stands there
never.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import Refused
from hub.core.text import one_line
from hub.members.models import Person
from hub.search.models.keeping import LastVisit, RecentSearch, SavedSearch, SearchFeed
from hub.search.queries import keeping as keeping_queries
from hub.search.queries import news as news_queries
from hub.search.rules import addresses as addresses_rules
from hub.search.rules.visits import NOTED_EVERY, Seen

LONGEST_NAME = 80
MOST_SAVED, MOST_FEEDS, MOST_RECENT = 50, 20, 20  # of a person
LONGEST_RECENT = 200  # characters of a search that is remembered; a longer one was pasted


def save(db: Session, person: Person, name: str, address: str, *, tells: bool) -> SavedSearch:
    """Keep the search with this address under a name; one that is kept already gets the new name.

    Raises Refused with what to change.
    """
    name, address = name_of(name), address_of(address)
    saved = keeping_queries.saved_as(db, person, address)
    if saved is not None:
        saved.name, saved.tells = name, tells
        return saved
    if keeping_queries.count_of(db, SavedSearch, person) >= MOST_SAVED:
        raise Refused(
            f"You keep {MOST_SAVED} searches already. Delete one that you no longer need, then save this one."
        )
    until = news_queries.settled_until(db)
    saved = SavedSearch(
        person_id=person.id,
        name=name,
        address=address,
        address_hash=keeping_queries.hash_of(address),
        created_at=clock.now(),
        tells=tells,
        looked_at=until,
        looked_before_at=until,
    )
    try:
        with db.begin_nested():
            db.add(saved)
    except IntegrityError as error:  # the form was sent twice at once
        raise Refused("This search was saved just now. Look at your saved searches.") from error
    return saved


def rename(saved: SavedSearch, name: str) -> None:
    """Give a saved search another name; raises Refused."""
    saved.name = name_of(name)


def tell(saved: SavedSearch, *, tells: bool) -> None:
    """Whether its person is told when there is more."""
    saved.tells = tells


def forget(db: Session, saved: SavedSearch) -> None:
    """Keep the search no longer."""
    db.delete(saved)


def look_at(db: Session, person_id: int, saved_id: int, until: datetime) -> None:
    """Note that the person looks at a saved search: what came up to ``until`` is seen."""
    saved = db.scalar(select(SavedSearch).where(SavedSearch.id == saved_id, SavedSearch.person_id == person_id))
    if saved is not None and saved.looked_at < until:
        seen = Seen(saved.looked_at, saved.looked_before_at)
        saved.looked_before_at, saved.looked_at = seen.since(until), until


# Feeds


def make_feed(db: Session, person: Person, address: str) -> SearchFeed:
    """An address of the person's own for a feed reader, with what the search finds; the open one, if there is one.

    Raises Refused.
    """
    address = address_of(address)
    open_ones = keeping_queries.feeds_of(db, person)
    for feed in open_ones:
        if feed.address == address:
            return feed
    if len(open_ones) >= MOST_FEEDS:
        raise Refused(f"You have {MOST_FEEDS} feeds already. Close one that no reader uses, then make this one.")
    feed = SearchFeed(
        token=secrets.token_urlsafe(24), person_id=person.id, address=address, created_at=clock.now(), revoked_at=None
    )
    db.add(feed)
    note(db, person, "made the", feed)
    return feed


def revoke_feed(db: Session, person: Person, feed: SearchFeed) -> None:
    """Close a feed for good: its address opens nothing any more."""
    if feed.revoked_at is None:
        feed.revoked_at = clock.now()
        note(db, person, "closed the", feed)


# Recent searches and visits


def remember(db: Session, person_id: int, text: str) -> None:
    """Put a search first among the person's recent ones; the oldest beyond the limit goes."""
    if not 0 < len(text) <= LONGEST_RECENT:
        return
    key = keeping_queries.hash_of(text.casefold())
    again = update(RecentSearch).where(RecentSearch.person_id == person_id, RecentSearch.text_hash == key)
    done: Any = db.execute(again.values(text=text, at=clock.now()), execution_options={"synchronize_session": False})
    if done.rowcount:
        return
    db.execute(insert(RecentSearch).values(person_id=person_id, text_hash=key, text=text, at=clock.now()))
    last = (
        select(RecentSearch.id)
        .where(RecentSearch.person_id == person_id)
        .order_by(RecentSearch.at.desc(), RecentSearch.id.desc())
        .limit(MOST_RECENT)
    )
    beyond = delete(RecentSearch).where(RecentSearch.person_id == person_id, RecentSearch.id.not_in(last))
    db.execute(beyond, execution_options={"synchronize_session": False})


def clear_recent(db: Session, person: Person) -> None:
    """Forget what the person searched for."""
    db.execute(delete(RecentSearch).where(RecentSearch.person_id == person.id))


def note_visit(db: Session, person_id: int) -> None:
    """Note that the person is here, unless it was noted a moment ago."""
    now = clock.now()
    visit = db.get(LastVisit, person_id)
    if visit is None:
        db.add(LastVisit(person_id=person_id, at=now, before_at=None))
    elif now - visit.at >= NOTED_EVERY:
        visit.before_at, visit.at = Seen(visit.at, visit.before_at).since(now), now


# What was typed


def name_of(typed: str) -> str:
    """The name of a saved search, on one line; raises Refused."""
    name = one_line(typed)
    if not name:
        raise Refused("Enter a name by which you will know this search.")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The name is too long: it may have up to {LONGEST_NAME} characters.")
    return name


def address_of(typed: str) -> str:
    """The address of a search as it is kept; raises Refused when it is too long to keep."""
    if len(typed) <= addresses_rules.LONGEST_ADDRESS:
        address = addresses_rules.kept(addresses_rules.opened(typed.lstrip("?")))
        if len(address) <= addresses_rules.LONGEST_ADDRESS:
            return address
    raise Refused("This search is too long to keep. Use fewer words or filters.")

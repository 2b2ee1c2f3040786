"""Actions on the glossary, saved searches, feeds, recent searches and visits.

Of what people do in search only feeds are in the audit log, since they give access without signing in.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core import audit, clock
from hub.core.audit import note
from hub.core.errors import Refused
from hub.core.text import one_line
from hub.members.models import Person
from hub.search.models import GlossaryEntry, LastVisit, RecentSearch, SavedSearch, SearchFeed
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.rules import addresses as addresses_rules
from hub.search.rules import words as words_rules
from hub.search.rules.visits import NOTED_EVERY, Seen

LONGEST_ENTRY_NAME = 40
LONGEST_MEANING = 200
MOST_OTHERS = 10


@dataclass(frozen=True)
class Wording:
    """The names of a glossary entry as typed; ``others`` has one name per line."""

    name: str
    meaning: str
    others: str = ""
    is_word: bool = False


def add_entry(db: Session, actor: Person, wording: Wording) -> GlossaryEntry:
    """Add an entry. Raises Refused if a name has no letter or digit, or the short name already exists."""
    entry = GlossaryEntry(version=0)
    _set_wording(entry, actor, _checked(db, wording))
    db.add(entry)
    audit.note(db, actor, "added glossary entry", entry, names=list(entry.names))
    return entry


def edit_entry(db: Session, actor: Person, entry: GlossaryEntry, wording: Wording) -> None:
    """Change the names of an entry; a no-op if they are the same. Raises Refused for the same reasons as `add_entry`."""
    checked, was = _checked(db, wording, entry), list(entry.names)
    if checked == Wording(entry.name, entry.meaning, entry.others, entry.is_word):
        return
    _set_wording(entry, actor, checked)
    audit.note(db, actor, "edited glossary entry", entry, was=was, names=list(entry.names))


def remove_entry(db: Session, actor: Person, entry: GlossaryEntry) -> None:
    """Remove an entry; the audit log keeps its names."""
    audit.note(db, actor, "removed glossary entry", entry, names=list(entry.names))
    db.delete(entry)


def _set_wording(entry: GlossaryEntry, actor: Person, wording: Wording) -> None:
    entry.name, entry.meaning, entry.others = wording.name, wording.meaning, wording.others
    entry.is_word, entry.version = wording.is_word, entry.version + 1
    entry.changed_at, entry.changed_by_id = clock.now(), actor.id


def _checked(db: Session, wording: Wording, entry: GlossaryEntry | None = None) -> Wording:
    """Return the wording with each name on one line. Raises Refused if it is invalid or another entry has its short name."""
    name = _line(wording.name, "short name", LONGEST_ENTRY_NAME)
    meaning = _line(wording.meaning, "meaning", LONGEST_MEANING)
    others = [_line(line, "other name", LONGEST_MEANING) for line in wording.others.splitlines() if line.strip()]
    others = list(dict.fromkeys(other for other in others if other not in {name, meaning}))
    if len(others) > MOST_OTHERS:
        raise Refused(
            f"An entry can have up to {MOST_OTHERS} other names. Add a separate entry for names that mean something else."
        )
    if name.lower() == meaning.lower():
        raise Refused("The meaning repeats the short name. Enter what it stands for.")
    same_name = db.scalar(select(GlossaryEntry.id).where(func.lower(GlossaryEntry.name) == name.lower()))
    if same_name is not None and (entry is None or same_name != entry.id):
        raise Refused(f"“{name}” is already in the glossary. Edit that entry instead.")
    return Wording(name, meaning, "\n".join(others), wording.is_word)


def _line(text: str, what: str, longest: int) -> str:
    """Return the typed text on one line. Raises Refused if it has no letter or digit, or is too long."""
    line = one_line(text)
    if not any(words_rules.tokens(line)):
        raise Refused(f"The {what} needs at least one letter or digit.")
    if len(line) > longest:
        raise Refused(f"The {what} is too long. Use up to {longest} characters.")
    return line


LONGEST_SEARCH_NAME = 80
MOST_SAVED, MOST_FEEDS, MOST_RECENT = 50, 20, 20  # per person
LONGEST_RECENT = 200  # characters; longer searches were pasted and aren't remembered


def save_search(db: Session, person: Person, name: str, address: str, *, tells: bool) -> SavedSearch:
    """Save the search with this address under a name; a search that is already saved gets the new name.

    Raises Refused if the name or address is invalid, or the person has too many saved searches.
    """
    name, address = search_name_of(name), search_address_of(address)
    saved = searches_queries.saved_as(db, person, address)
    if saved is not None:
        saved.name, saved.tells = name, tells
        return saved
    if searches_queries.count_of(db, SavedSearch, person) >= MOST_SAVED:
        raise Refused(
            f"You already have {MOST_SAVED} saved searches. Delete one that you no longer need, then save this one."
        )
    until = news_queries.settled_until(db)
    saved = SavedSearch(
        person_id=person.id,
        name=name,
        address=address,
        address_hash=searches_queries.hash_of(address),
        created_at=clock.now(),
        tells=tells,
        looked_at=until,
        looked_before_at=until,
    )
    try:
        with db.begin_nested():
            db.add(saved)
    except IntegrityError as error:  # the form was submitted twice at once
        raise Refused("This search was just saved. Find it under “Your searches.”") from error
    return saved


def rename_search(saved: SavedSearch, name: str) -> None:
    """Rename a saved search. Raises Refused if the name is empty or too long."""
    saved.name = search_name_of(name)


def set_notifications(saved: SavedSearch, *, tells: bool) -> None:
    """Turn notifications about new resources in a saved search on or off."""
    saved.tells = tells


def delete_search(db: Session, saved: SavedSearch) -> None:
    """Delete a saved search."""
    db.delete(saved)


def mark_seen(db: Session, person_id: int, saved_id: int, until: datetime) -> None:
    """Mark the resources of a saved search that were added up to ``until`` as seen by the person."""
    saved = db.scalar(select(SavedSearch).where(SavedSearch.id == saved_id, SavedSearch.person_id == person_id))
    if saved is not None and saved.looked_at < until:
        seen = Seen(saved.looked_at, saved.looked_before_at)
        saved.looked_before_at, saved.looked_at = seen.since(until), until


# Feeds


def create_feed(db: Session, person: Person, address: str) -> SearchFeed:
    """Create the person's feed of a search; return the open one if there is one.

    Raises Refused if the search is too long or the person has too many feeds.
    """
    address = search_address_of(address)
    open_ones = searches_queries.feeds_of(db, person)
    for feed in open_ones:
        if feed.address == address:
            return feed
    if len(open_ones) >= MOST_FEEDS:
        raise Refused(f"You already have {MOST_FEEDS} feeds. Close one that you no longer use, then create this one.")
    feed = SearchFeed(
        token=secrets.token_urlsafe(24), person_id=person.id, address=address, created_at=clock.now(), revoked_at=None
    )
    db.add(feed)
    note(db, person, "created", feed)
    return feed


def revoke_feed(db: Session, person: Person, feed: SearchFeed) -> None:
    """Close a feed permanently: its URL stops working."""
    if feed.revoked_at is None:
        feed.revoked_at = clock.now()
        note(db, person, "closed", feed)


# Recent searches and visits


def remember_search(db: Session, person_id: int, text: str, now: datetime) -> None:
    """Put a search of ``now`` among the person's recent ones, and drop the oldest beyond the limit."""
    if not 0 < len(text) <= LONGEST_RECENT:
        return
    key = searches_queries.hash_of(text.casefold())
    same_text = update(RecentSearch).where(RecentSearch.person_id == person_id, RecentSearch.text_hash == key)
    updated: Any = db.execute(same_text.values(text=text, at=now), execution_options={"synchronize_session": False})
    if updated.rowcount:
        return
    db.execute(insert(RecentSearch).values(person_id=person_id, text_hash=key, text=text, at=now))
    last = (
        select(RecentSearch.id)
        .where(RecentSearch.person_id == person_id)
        .order_by(RecentSearch.at.desc(), RecentSearch.id.desc())
        .limit(MOST_RECENT)
    )
    beyond = delete(RecentSearch).where(RecentSearch.person_id == person_id, RecentSearch.id.not_in(last))
    db.execute(beyond, execution_options={"synchronize_session": False})


def clear_recent(db: Session, person: Person) -> None:
    """Delete the person's recent searches."""
    db.execute(delete(RecentSearch).where(RecentSearch.person_id == person.id))


def note_visit(db: Session, person_id: int, now: datetime) -> None:
    """Record that the person is visiting, unless that was recorded a moment before ``now``."""
    visit = db.get(LastVisit, person_id)
    if visit is None:
        db.add(LastVisit(person_id=person_id, at=now, before_at=None))
        db.flush()  # so that another note of the same transaction finds it
    elif now - visit.at >= NOTED_EVERY:
        visit.before_at, visit.at = Seen(visit.at, visit.before_at).since(now), now


# Typed values


def search_name_of(typed: str) -> str:
    """Return the typed name of a saved search on one line. Raises Refused if it is empty or too long."""
    name = one_line(typed)
    if not name:
        raise Refused("Enter a name for this search.")
    if len(name) > LONGEST_SEARCH_NAME:
        raise Refused(f"The name is too long. Use up to {LONGEST_SEARCH_NAME} characters.")
    return name


def search_address_of(typed: str) -> str:
    """Return the canonical address of a search. Raises Refused if it is too long to save."""
    if len(typed) <= addresses_rules.LONGEST_ADDRESS:
        address = addresses_rules.canonical(addresses_rules.parse_saved(typed.lstrip("?")))
        if len(address) <= addresses_rules.LONGEST_ADDRESS:
            return address
    raise Refused("This search is too long to save. Use fewer words or filters.")

"""What changes the glossary, and what people keep of their searching: saved and recent searches, feeds, when they were here.

Only feeds are in the audit log, since they let someone read who isn't signed in; what people search for never is.
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
    """What someone says of an entry; ``others`` has one name a line."""

    name: str
    meaning: str
    others: str = ""
    is_word: bool = False


def add_entry(db: Session, actor: Person, wording: Wording) -> GlossaryEntry:
    """Add an entry; raises Refused when it can't be searched for or its short name is there already."""
    entry = GlossaryEntry(version=0)
    _say(entry, actor, _checked(db, wording))
    db.add(entry)
    audit.note(db, actor, "added to the glossary", entry, names=list(entry.names))
    return entry


def change_entry(db: Session, actor: Person, entry: GlossaryEntry, wording: Wording) -> None:
    """Say an entry anew; raises Refused as adding does. Saying the same again changes nothing."""
    checked, was = _checked(db, wording, entry), list(entry.names)
    if checked == Wording(entry.name, entry.meaning, entry.others, entry.is_word):
        return
    _say(entry, actor, checked)
    audit.note(db, actor, "changed in the glossary", entry, was=was, names=list(entry.names))


def remove_entry(db: Session, actor: Person, entry: GlossaryEntry) -> None:
    """Take an entry out; the audit keeps what it said."""
    audit.note(db, actor, "removed from the glossary", entry, names=list(entry.names))
    db.delete(entry)


def _say(entry: GlossaryEntry, actor: Person, wording: Wording) -> None:
    entry.name, entry.meaning, entry.others = wording.name, wording.meaning, wording.others
    entry.is_word, entry.version = wording.is_word, entry.version + 1
    entry.changed_at, entry.changed_by_id = clock.now(), actor.id


def _checked(db: Session, wording: Wording, entry: GlossaryEntry | None = None) -> Wording:
    """Return the wording as it is kept; raises Refused when it makes no entry, or another than ``entry`` has its name."""
    name = _line(wording.name, "short name", LONGEST_ENTRY_NAME)
    meaning = _line(wording.meaning, "meaning", LONGEST_MEANING)
    others = [_line(line, "other name", LONGEST_MEANING) for line in wording.others.splitlines() if line.strip()]
    others = list(dict.fromkeys(one for one in others if one not in {name, meaning}))
    if len(others) > MOST_OTHERS:
        raise Refused(
            f"An entry has up to {MOST_OTHERS} other names. Put what means something else into its own entry."
        )
    if name.lower() == meaning.lower():
        raise Refused("The meaning is the short name again: enter what it stands for.")
    there = db.scalar(select(GlossaryEntry.id).where(func.lower(GlossaryEntry.name) == name.lower()))
    if there is not None and (entry is None or there != entry.id):
        raise Refused(f"“{name}” is in the glossary already: change that entry instead.")
    return Wording(name, meaning, "\n".join(others), wording.is_word)


def _line(text: str, what: str, longest: int) -> str:
    """Return what someone typed, on one line; raises Refused when there is no word in it or it is too long."""
    line = one_line(text)
    if not any(words_rules.pieces(line)):
        raise Refused(f"Enter the {what}: it needs a letter or a digit.")
    if len(line) > longest:
        raise Refused(f"The {what} is too long: it may have up to {longest} characters.")
    return line


LONGEST_SEARCH_NAME = 80
MOST_SAVED, MOST_FEEDS, MOST_RECENT = 50, 20, 20  # of a person
LONGEST_RECENT = 200  # characters of a search that is remembered; a longer one was pasted


def save_search(db: Session, person: Person, name: str, address: str, *, tells: bool) -> SavedSearch:
    """Keep the search with this address under a name; one that is kept already gets the new name.

    Raises Refused with what to change.
    """
    name, address = search_name_of(name), search_address_of(address)
    saved = searches_queries.saved_as(db, person, address)
    if saved is not None:
        saved.name, saved.tells = name, tells
        return saved
    if searches_queries.count_of(db, SavedSearch, person) >= MOST_SAVED:
        raise Refused(
            f"You keep {MOST_SAVED} searches already. Delete one that you no longer need, then save this one."
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
    except IntegrityError as error:  # the form was sent twice at once
        raise Refused("This search was saved just now. Look at your saved searches.") from error
    return saved


def rename_search(saved: SavedSearch, name: str) -> None:
    """Give a saved search another name; raises Refused."""
    saved.name = search_name_of(name)


def tell_of_search(saved: SavedSearch, *, tells: bool) -> None:
    """Whether its person is told when there is more."""
    saved.tells = tells


def forget_search(db: Session, saved: SavedSearch) -> None:
    """Keep the search no longer."""
    db.delete(saved)


def look_at_search(db: Session, person_id: int, saved_id: int, until: datetime) -> None:
    """Note that the person looks at a saved search: what came up to ``until`` is seen."""
    saved = db.scalar(select(SavedSearch).where(SavedSearch.id == saved_id, SavedSearch.person_id == person_id))
    if saved is not None and saved.looked_at < until:
        seen = Seen(saved.looked_at, saved.looked_before_at)
        saved.looked_before_at, saved.looked_at = seen.since(until), until


# Feeds


def make_feed(db: Session, person: Person, address: str) -> SearchFeed:
    """Return an address of the person's own for a feed reader, with what the search finds; the open one, if there is one.

    Raises Refused.
    """
    address = search_address_of(address)
    open_ones = searches_queries.feeds_of(db, person)
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


def remember_search(db: Session, person_id: int, text: str) -> None:
    """Put a search first among the person's recent ones; the oldest beyond the limit goes."""
    if not 0 < len(text) <= LONGEST_RECENT:
        return
    key = searches_queries.hash_of(text.casefold())
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


def search_name_of(typed: str) -> str:
    """Return the name of a saved search, on one line; raises Refused."""
    name = one_line(typed)
    if not name:
        raise Refused("Enter a name by which you will know this search.")
    if len(name) > LONGEST_SEARCH_NAME:
        raise Refused(f"The name is too long: it may have up to {LONGEST_SEARCH_NAME} characters.")
    return name


def search_address_of(typed: str) -> str:
    """Return the address of a search as it is kept; raises Refused when it is too long to keep."""
    if len(typed) <= addresses_rules.LONGEST_ADDRESS:
        address = addresses_rules.kept(addresses_rules.opened(typed.lstrip("?")))
        if len(address) <= addresses_rules.LONGEST_ADDRESS:
            return address
    raise Refused("This search is too long to keep. Use fewer words or filters.")

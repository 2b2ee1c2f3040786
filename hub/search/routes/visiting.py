"""Visits and recent searches: read with the page, written after the response is sent."""

from functools import partial

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from hub.core import clock, web
from hub.core.db import Database
from hub.core.web import db
from hub.members.models import Person
from hub.search import actions as search_actions
from hub.search.models import SavedSearch
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.rules.visits import NOTED_EVERY, Seen


def seen_by(person: Person | None) -> Seen | None:
    """Return the person's last visit; None on their first visit, and for anyone who isn't signed in."""
    return searches_queries.last_visit(db, person.id) if person else None


def is_typing() -> bool:
    """Return True if `live.js` requested the page while the person is still typing."""
    return "X-Typing" in request.headers


def note_after(
    response: Response, person: Person, seen: Seen | None, searched: str = "", saved: SavedSearch | None = None
) -> None:
    """Record the person's visit, and what they searched for or looked at, after the response is sent.

    A GET must not change anything that matters. These records don't matter: no one else sees them and no rule reads
    them. A page that `live.js` fetches while the person is still typing isn't a search that they made, and one that
    another website opened records nothing: that site could put words among the person's searches. They are written
    after the response, so that no page waits for another writer's lock; a lost one costs a badge in a list.
    """
    now = clock.now()
    is_stale = seen is None or now - seen.at >= NOTED_EVERY
    if is_typing() or web.sent_by_another_site() or not (is_stale or searched or saved):
        return
    person_id, saved_id = person.id, saved.id if saved else 0
    until = news_queries.settled_until(db) if saved else now

    def write(writing: Session) -> None:
        if is_stale:
            search_actions.note_visit(writing, person_id, now)
        if searched and searched not in searches_queries.recent_of(writing, person_id, 1):
            search_actions.remember_search(writing, person_id, searched, now)
        if saved_id:
            search_actions.mark_seen(writing, person_id, saved_id, until)

    database: Database = current_app.extensions["hub-database"]
    response.call_on_close(partial(database.notes.add, write))

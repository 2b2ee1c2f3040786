"""When people were here: read with the page, noted when the answer is out."""

import logging
from functools import partial

from flask import Response, current_app, request
from sqlalchemy.exc import IntegrityError, OperationalError

from hub.core import clock
from hub.core.db import Database
from hub.core.web import db
from hub.members.models import Person
from hub.search import actions as search_actions
from hub.search.models import SavedSearch
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.rules.visits import NOTED_EVERY, Seen

log = logging.getLogger("hub.search")


def seen_by(person: Person | None) -> Seen | None:
    """Return when the person was here before; None on their first visit, and for visitors."""
    return searches_queries.last_visit(db, person.id) if person else None


def is_typing() -> bool:
    """Return whether the page is asked for while someone still types (`live.js` says so)."""
    return "X-Typing" in request.headers


def note_after(
    answer: Response, person: Person, seen: Seen | None, searched: str = "", saved: SavedSearch | None = None
) -> None:
    """Once the answer is out, note the person's visit, and what they searched for or looked at.

    A GET changes nothing that counts, and these don't: no one else sees them and no rule reads them. They are kept on a
    GET since that is how one visits and searches; a page that was fetched while someone still typed (`live.js`) says so
    and isn't a search that they made. The note has a transaction of its own after the answer, so that no page waits for
    the lock of someone who writes, and one that is lost costs a mark on a list.
    """
    database: Database = current_app.extensions["hub-database"]
    is_stale = seen is None or clock.now() - seen.at >= NOTED_EVERY
    if not is_typing() and (is_stale or searched or saved):
        answer.call_on_close(
            partial(_note, database, person.id, searched, saved.id if saved else None, is_stale=is_stale)
        )


def _note(database: Database, person_id: int, searched: str, saved_id: int | None, *, is_stale: bool) -> None:
    try:
        with database.reading() as reading:
            if searched and searched in searches_queries.recent_of(reading, person_id, 1):
                searched = ""
            until = news_queries.settled_until(reading) if saved_id else None
        if not (is_stale or searched or until):
            return
        with database.writing() as writing:
            if is_stale:
                search_actions.note_visit(writing, person_id)
            if searched:
                search_actions.remember_search(writing, person_id, searched)
            if saved_id and until:
                search_actions.look_at_search(writing, person_id, saved_id, until)
    except (OperationalError, IntegrityError):
        log.info("A visit was not noted: the rows were busy.")

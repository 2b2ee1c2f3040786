"""Helpers to ask for pages by meaning."""

from collections.abc import Sequence

from hub.core.db import Database
from hub.search.queries import meaning as meaning_queries
from hub.search.queries.meaning import Near
from hub.search.store import folders
from hub.search.store.snapshots import Snapshot

QUITTING = "how do we stop our employees from quitting"


def snapshot_of(database: Database) -> Snapshot:
    return folders.opened(database.config).snapshot


def near(database: Database, text: str, allowed: int | None = None, most: int = 10) -> Sequence[Near]:
    snapshot = snapshot_of(database)
    with database.reading() as db:
        return meaning_queries.near(db, snapshot, text, snapshot.live if allowed is None else allowed, most)


def titles_near(database: Database, text: str, allowed: int | None = None) -> list[str]:
    snapshot = snapshot_of(database)
    return [snapshot.facts[hit.doc].title for hit in near(database, text, allowed)]

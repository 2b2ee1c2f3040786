"""In which order files are read, drawn and recognized: what a person waits for goes first, and the rest has its share."""

import enum
import threading
from collections.abc import Sequence

from sqlalchemy import ColumnElement, not_

from hub.library import queries as library_queries
from hub.library.models import Revision

SHARE = 4  # every fourth claim takes what came in bulk first


class Group(enum.Enum):
    """Who waits for a revision: a person who just added it, or no one, since it came with many others."""

    AWAITED = "awaited"
    BULK = "bulk"


def order_of(turn: int) -> Sequence[Group]:
    """Return the groups in the order in which claim number ``turn`` (from 1) takes the first that has work."""
    return (Group.BULK, Group.AWAITED) if turn % SHARE == 0 else (Group.AWAITED, Group.BULK)


class Turns:
    """The claims of one line of the worker. Thread-safe.

    ``only`` keeps the line free for one group, so that it never waits for a slow file of the other.
    """

    def __init__(self, only: Group | None = None) -> None:
        self._only, self._turn, self._lock = only, 0, threading.Lock()

    def next(self) -> Sequence[Group]:
        """Return the order of the groups for the next claim."""
        if self._only is not None:
            return (self._only,)
        with self._lock:
            self._turn += 1
            return order_of(self._turn)


def is_unread(group: Group) -> ColumnElement[bool]:
    """Return the SQL condition for a group among the revisions that aren't read yet."""
    awaited = library_queries.is_awaited()
    return awaited if group is Group.AWAITED else not_(awaited)


def is_read(group: Group) -> ColumnElement[bool]:
    """Return the SQL condition for a group among the revisions that were read, and are to be drawn or recognized."""
    return Revision.in_bulk.is_(group is Group.BULK)

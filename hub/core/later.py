"""Records that couldn't be written because the disk was full, in memory until there is space for them."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.core import failures
from hub.core.db import Database

log = logging.getLogger("hub.disk")

MOST = 10_000  # records; each takes about a kilobyte
_waiting: deque[Callable[[Session], None]] = deque(maxlen=MOST)
_writing = threading.Lock()


def keep(records: Iterable[Callable[[Session], None]]) -> None:
    """Keep records until `write_waiting`."""
    _waiting.extend(records)


def count() -> int:
    """Return the number of records of this process that wait for space."""
    return len(_waiting)


def write_waiting(database: Database) -> None:
    """Write the records that wait; those that fail for lack of space keep waiting."""
    if not _waiting or not _writing.acquire(blocking=False):
        return
    try:
        while _waiting:
            write = _waiting[0]
            with database.writing() as db:
                write(db)
            _waiting.popleft()
    except SQLAlchemyError as error:
        if not failures.is_full(error):
            log.exception("A record that waited for space couldn't be written.")
            _waiting.popleft()
    finally:
        _writing.release()

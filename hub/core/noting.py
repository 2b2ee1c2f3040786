"""Notes that may be lost, such as what a person searched for: written after the response, many at a time.

Each commit has every process read again what it remembers of the database (`hub.core.remembered`). If fifty people who
search had their notes written one by one, each page of the hub would read everything again. Knows no Flask.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

log = logging.getLogger("hub.notes")

PAUSE = 0.5  # seconds from one writing to the next
MOST = 1_000  # notes that wait while the database is busy; the oldest are lost first

Note = Callable[[Session], None]
Opening = Callable[[], AbstractContextManager[Session]]


class Notes:
    """The notes of one process. Without a thread they are written at once; after `start`, together.

    ``noting`` opens a session that gives up at once if someone else writes, ``writing`` one that waits: for the last
    notes of a process that stops, since all processes stop at the same time.
    """

    def __init__(self, noting: Opening, writing: Opening) -> None:
        self._noting, self._writing = noting, writing
        self._waiting: deque[Note] = deque(maxlen=MOST)
        self._arrived, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, note: Note) -> None:
        """Write a note, now or soon. A note that the database refuses is lost."""
        if self._thread is None:
            self._write_each([note])
        else:
            self._waiting.append(note)
            self._arrived.set()

    def start(self) -> None:
        """Have a thread write notes from now on; a process that was forked calls this for itself."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="notes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write the notes that wait, and end the thread."""
        if self._thread is not None:
            self._stopping.set()
            self._arrived.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._arrived.wait()
            self._arrived.clear()
            try:
                self._write_waiting(self._noting)
            except Exception:  # a mistake in one of them must not end the thread, which writes all that follow
                log.exception("Notes couldn't be written.")
            self._stopping.wait(PAUSE)
        self._write_waiting(self._writing)

    def _write_waiting(self, opening: Opening) -> None:
        """Write all notes that wait in one transaction; while someone else writes, they keep waiting."""
        notes: list[Note] = []
        with suppress(IndexError):
            while True:
                notes.append(self._waiting.popleft())
        if not notes:
            return
        try:
            with opening() as db:
                for note in notes:
                    note(db)
        except OperationalError:
            room = MOST - len(self._waiting)
            self._waiting.extendleft(reversed(notes[-room:] if room else []))
            self._arrived.set()
        except SQLAlchemyError:  # one of them, such as that of a person who was just deleted
            self._write_each(notes)

    def _write_each(self, notes: Sequence[Note]) -> None:
        for note in notes:
            try:
                with self._noting() as db:
                    note(db)
            except SQLAlchemyError as error:
                log.info("Note not written: %s.", type(error).__name__)

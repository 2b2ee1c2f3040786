"""The worker: runs the catch-up functions again and again. There is no queue to lose."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from types import FrameType

from sqlalchemy.orm import Session

from hub.calls.actions import series as series_actions
from hub.core import chosen_settings, clock, heartbeats
from hub.core.db import Database
from hub.joining import evidence_reading
from hub.library.derive import page_texts
from hub.library.derive.previews import making
from hub.library.extract.reader import Reader
from hub.mail.delivery import delivering
from hub.members.actions import forgotten as forgotten_actions
from hub.members.queries import has_unanswered_password_requests
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.actions import sending as sending_actions
from hub.overview import actions as overview_actions
from hub.overview.queries.digests import digest_to_post
from hub.search import index
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.queries.reminders import reminders_wait

log = logging.getLogger("hub.worker")

# How many files are read before the index hears of them: a long import becomes findable bit by bit.
FILES_A_ROUND = 50
# Pieces of drawing before the worker looks whether it should stop; each takes seconds at most, but for huge decks.
PIECES_A_ROUND = 1
PATIENCE = 5.0  # seconds that what is under way gets to end when the worker stops; all of it can be killed

Step = Callable[[Database, Reader], int]

# What there is to do, in order; each answers how much it did. Each can be killed at any moment and run again.
STEPS: dict[str, Step] = {
    "pages": lambda database, reader: page_texts.catch_up(database, reader, limit=FILES_A_ROUND),
    "index": lambda database, _reader: index.catch_up(database),
    "evidence": evidence_reading.catch_up,
    "orphans": lambda database, _reader: page_texts.sweep_orphans(database),
    "calls": lambda database, _reader: series_actions.catch_up(database),
    "previews": lambda database, reader: making.catch_up(database, reader, limit=PIECES_A_ROUND),
    "packs": lambda database, _reader: sending_actions.catch_up(database),
    "passwords": lambda database, _reader: _in_its_time(
        database, has_unanswered_password_requests, forgotten_actions.answer_password_requests
    ),
    "reminders": lambda database, _reader: _in_its_time(database, reminders_wait, reminders_actions.post_due_reminders),
    "digests": lambda database, _reader: _in_its_time(database, digest_to_post, overview_actions.post_due_digests),
    # What `hub mail-in` was killed over before it was logged, when nothing of it runs any more.
    "copies": lambda database, _reader: log_address_actions.catch_up(database),
    "mail": lambda database, _reader: delivering.catch_up(database),
}
# Steps that run beside each other, each line with a reader of its own: a new upload is readable and findable
# while pictures of older ones are still being made, and a slow mail server holds nothing else up.
LINES = (
    ("pages", "index", "evidence", "orphans", "calls"),
    ("previews",),
    ("packs",),
    ("passwords", "reminders", "digests", "copies", "mail"),
)


def _in_its_time(database: Database, waits: Callable[[Session], object], act: Callable[[Session], int]) -> int:
    """Do in one transaction what ``waits`` says is due; a look costs no lock when there is nothing to do."""
    with database.reading() as db:
        if not waits(db):
            return 0
    with database.writing() as db:
        return act(db)


def run_until(stop: threading.Event, database: Database) -> None:
    """Work until ``stop`` is set, on each line beside the others; the first one beats.

    What takes long, as building or merging a large index does, is cut off: whoever stops the hub isn't kept waiting.
    """
    page_texts.take_over_from_the_dead(database)
    lines = [
        threading.Thread(
            target=_run_line, args=(stop, database, line), kwargs={"beats": line is LINES[0]}, name=line[0], daemon=True
        )
        for line in LINES
    ]
    for thread in lines:
        thread.start()
    stop.wait()
    until = time.monotonic() + PATIENCE
    for thread in lines:
        thread.join(max(0.0, until - time.monotonic()))
    cut_off = [thread.name for thread in lines if thread.is_alive()]
    if cut_off:
        log.info("What was under way is cut off and done again at the next start.", extra={"steps": cut_off})


def _run_line(stop: threading.Event, database: Database, line: tuple[str, ...], *, beats: bool = False) -> None:
    """Run some steps again and again. One that fails is logged and tried again, with growing pauses."""
    failures = 0
    last_beat = None
    with Reader() as reader:
        while not stop.is_set():
            try:
                chosen_settings.refresh(database)
                if beats and (last_beat is None or clock.now() - last_beat > heartbeats.EVERY):
                    last_beat = clock.now()
                    with database.writing() as db:
                        heartbeats.beat(db, heartbeats.my_name())
                done = sum(STEPS[name](database, reader) for name in line)
                failures = 0
            except Exception:  # the worker outlives whatever a step runs into; the log says what
                log.exception("A step of the worker failed; it is tried again.")
                done, failures = 0, failures + 1
            if not done:
                stop.wait(min(database.config.WORKER_PAUSE * 2**failures, 60))


def catch_up(database: Database, report: Callable[[str, int], None] | None = None) -> int:
    """Run every step until nothing is left to do; answers how much was done."""
    total = 0
    page_texts.take_over_from_the_dead(database)
    with Reader() as reader:
        while True:
            done = 0
            for name, step in STEPS.items():
                count = step(database, reader)
                done += count
                if report and count:
                    report(name, count)
            total += done
            if not done:
                return total


def main(database: Database) -> None:
    """Work until SIGTERM or SIGINT, or until the process that started the worker is gone."""
    stop = threading.Event()
    told: SimpleQueue[int] = SimpleQueue()

    def end(number: int, _frame: FrameType | None) -> None:
        # Runs between any two steps of the main thread, which may hold the event's lock just then, be it in an
        # earlier run of this very function: setting the event here would wait for itself for good.
        told.put(number)

    def wait_for_the_end() -> None:
        told.get()
        stop.set()

    threading.Thread(target=wait_for_the_end, name="end", daemon=True).start()
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    log.info("The worker has started.")
    run_until(stop, database)
    log.info("The worker has stopped.")

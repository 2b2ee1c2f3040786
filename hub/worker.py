"""The worker, which runs catch-up functions in a loop. Pending work is found in the database, not in a queue."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from types import FrameType

from sqlalchemy.orm import Session

from hub.calls.actions import series as series_actions
from hub.core import (
    audit,
    chosen_settings,
    clock,
    disk,
    heartbeats,
    metrics,
    secret_keys,
    sent_forms,
    set_aside,
    waking,
)
from hub.core.db import Database
from hub.joining import evidence_reading
from hub.library import scanning, telling
from hub.library.derive import page_texts, recognizing
from hub.library.derive.previews import making
from hub.library.derive.turns import Group, Turns
from hub.library.extract.reader import Reader
from hub.mail.delivery import delivering
from hub.members.actions import factors as factors_actions
from hub.members.actions import forgotten as forgotten_actions
from hub.members.actions import sessions as sessions_actions
from hub.members.actions import throttling as throttling_actions
from hub.members.credentials import has_due_resets
from hub.members.queries import has_unanswered_password_requests
from hub.operations.actions import backing_up as backing_up_actions
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.actions import notices as notices_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.queries.notices import has_due_notices
from hub.overview import actions as overview_actions
from hub.overview.queries.digests import week_to_post
from hub.search import derive
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.queries.reminders import due_occasions

log = logging.getLogger("hub.worker")

FILES_PER_ROUND = 10  # files that are read before the worker checks whether to stop
# Drawing jobs before the worker checks whether to stop; each takes seconds at most, except for huge decks.
DRAWINGS_PER_ROUND = 1
# Batches of vectors before the worker checks whether to stop; each takes about half a second.
VECTORS_PER_ROUND = 1
# Pages whose text is recognized before the worker checks whether to stop; each takes seconds.
PICTURES_PER_ROUND = 1
# Lines that compute a lot, with how far they let all others go first. Processes that they start do the same.
NICENESS = {"vectors": 15, "bulk": 5}
# From one look for work to the next, in seconds, though there is news all the time; and in lines that a person waits for.
PAUSE, QUICK_PAUSE, QUICK = 0.5, 0.05, {"pages", "index"}
SHUTDOWN_TIMEOUT = 5.0  # seconds that running steps get to finish when the worker stops; they can be killed safely

Step = Callable[[Database, Reader], int]

# The claims of the lines that do both what a person waits for and what came in bulk.
ORDERS = {line: Turns() for line in ("bulk", "previews", "recognition", "vectors")}

# The steps in order. Each returns the number of items it processed, is idempotent, and can be killed at any time.
STEPS: dict[str, Step] = {
    "scans": lambda database, _reader: scanning.catch_up(database),
    "pages": lambda database, reader: page_texts.catch_up(
        database, reader, limit=FILES_PER_ROUND, order=Turns(Group.AWAITED)
    ),
    "bulk": lambda database, reader: page_texts.catch_up(database, reader, limit=FILES_PER_ROUND, order=ORDERS["bulk"]),
    "index": lambda database, _reader: derive.update_index(database),
    "evidence": evidence_reading.catch_up,
    "orphans": lambda database, _reader: page_texts.sweep_orphans(database),
    "calls": lambda database, _reader: series_actions.catch_up(database),
    "previews": lambda database, reader: making.catch_up(
        database, reader, limit=DRAWINGS_PER_ROUND, order=ORDERS["previews"]
    ),
    "recognition": lambda database, reader: recognizing.catch_up(
        database, reader, limit=PICTURES_PER_ROUND, order=ORDERS["recognition"]
    ),
    "vectors": lambda database, _reader: derive.catch_up(database, limit=VECTORS_PER_ROUND, order=ORDERS["vectors"]),
    "packs": lambda database, _reader: sending_actions.catch_up(database),
    "passwords": lambda database, _reader: _if_due(
        database, has_unanswered_password_requests, forgotten_actions.answer_password_requests
    ),
    "sign-ins": lambda database, _reader: _if_due(
        database, throttling_actions.has_tries_to_settle, throttling_actions.settle_tries
    ),
    "sessions": lambda database, _reader: _if_due(
        database, sessions_actions.has_expired, sessions_actions.delete_expired
    ),
    "factors": lambda database, _reader: _if_due(database, has_due_resets, factors_actions.carry_out_resets),
    "reminders": lambda database, _reader: _if_due(database, due_occasions, reminders_actions.post_due_reminders),
    "digests": lambda database, _reader: _if_due(database, week_to_post, overview_actions.post_due_digests),
    "openings": lambda database, _reader: _if_due(database, has_due_notices, notices_actions.post_due_notices),
    "unread": lambda database, _reader: _if_due(database, telling.has_files_to_tell, telling.tell_uploaders),
    # Logs mail that a killed `hub mail-in` had stored but not yet logged.
    "copies": lambda database, _reader: log_address_actions.catch_up(database),
    "mail": lambda database, _reader: delivering.catch_up(database),
    "backup": lambda database, _reader: backing_up_actions.catch_up(database),
    "set-aside": lambda database, _reader: _if_due(database, set_aside.has_expired, set_aside.delete_expired),
    "audit": lambda database, _reader: _if_due(database, audit.has_expired, audit.delete_expired),
    "sent-forms": lambda database, _reader: _if_due(database, sent_forms.has_expired, sent_forms.delete_expired),
    "keys": lambda database, _reader: secret_keys.drop_expired(
        database.config.INSTANCE, clock.now(), database.config.SECRET_KEY_DAYS
    ),
}
# Steps that run in parallel, one thread and one reader process for each group. So a new upload is searchable while
# pictures of older ones are being drawn, and a slow mail server delays nothing else.
THREADS = (
    ("pages", "evidence"),  # what a person waits for, and no other file
    ("bulk",),
    ("index", "orphans", "calls"),
    ("scans",),  # a scanner that doesn't answer delays nothing else
    ("previews",),
    ("recognition",),
    ("vectors",),
    ("packs",),
    ("backup",),
    (
        "passwords",
        "sign-ins",
        "sessions",
        "factors",
        "reminders",
        "digests",
        "openings",
        "unread",
        "copies",
        "mail",
        "set-aside",
        "audit",
        "sent-forms",
        "keys",
    ),
)


def _if_due(database: Database, has_work: Callable[[Session], object], act: Callable[[Session], int]) -> int:
    """Call ``act`` in a transaction if ``has_work`` finds work; checking first avoids a write lock."""
    with database.reading() as db:
        if not has_work(db):
            return 0
    with database.writing() as db:
        return act(db)


def run_until(stop: threading.Event, database: Database) -> None:
    """Run all groups of steps in parallel until ``stop`` is set, and a thread that sends heartbeats.

    Long steps, such as merging a large index, are abandoned when the worker stops, so that stopping is quick.
    """
    page_texts.release_dead_leases(database)
    progress = heartbeats.Progress()
    database.alarm = alarm = waking.Alarm()
    threads = [
        threading.Thread(target=_run_steps, args=(stop, database, steps, progress), name=steps[0], daemon=True)
        for steps in THREADS
    ]
    threads.append(
        threading.Thread(target=_send_heartbeats, args=(stop, database, progress), name="heartbeats", daemon=True)
    )
    threads.append(
        threading.Thread(
            target=waking.listen, args=(stop, alarm, partial(_source, database)), name="waking", daemon=True
        )
    )
    for thread in threads:
        thread.start()
    stop.wait()
    alarm.close()
    until = time.monotonic() + SHUTDOWN_TIMEOUT
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    abandoned = [thread.name for thread in threads if thread.is_alive()]
    if abandoned:
        names = ", ".join(abandoned)
        log.info("Unfinished steps were cut off, to be redone at the next start: %s", names, extra={"steps": abandoned})


def _send_heartbeats(stop: threading.Event, database: Database, progress: heartbeats.Progress) -> None:
    """Record every few seconds what the lines do, also while a step takes long."""
    while not stop.is_set():
        try:
            with database.writing() as db:
                db.info["wakes"] = False  # a heartbeat leaves no work
                heartbeats.record_heartbeat(db, heartbeats.worker_name(), progress)
        except Exception:  # the worker must survive a database that is down
            log.exception("A heartbeat couldn't be recorded. The hub will try again.")
        stop.wait(heartbeats.INTERVAL.total_seconds())


def _run_steps(
    stop: threading.Event, database: Database, steps: tuple[str, ...], progress: heartbeats.Progress | None = None
) -> None:
    """Run steps in a loop until ``stop`` is set. Failures are logged and retried with exponential backoff."""
    failures, progress, line = 0, progress or heartbeats.Progress(), steps[0]
    alarm = database.alarm or waking.Alarm()
    bell = alarm.bell()
    _give_way(line)
    with Reader() as reader:
        while not stop.is_set():
            done, began = 0, time.monotonic()
            bell.clear()  # before looking: what changes from now on rings again
            try:
                chosen_settings.refresh(database)
                disk.is_full(database.config)
                for name in steps:
                    progress.note(line, name, failures)
                    done += _run_step(name, database, reader)
                failures = 0
            except Exception:  # the worker must survive any error in a step
                log.exception("A step of the worker failed. The hub will try again.")
                done, failures = 0, failures + 1
            progress.note(line, "", failures)
            if failures:
                stop.wait(min(min(PAUSE, database.config.WORKER_PAUSE) * 2**failures, 60))
            elif not done:
                longest = database.config.WORKER_PAUSE
                shortest = min(QUICK_PAUSE if line in QUICK else PAUSE, longest)
                waking.pause(stop, bell, longest if alarm.source else min(PAUSE, longest), began + shortest)


def _source(database: Database) -> waking.Source:
    """Return how this worker hears of what others changed; raises OSError if that isn't possible."""
    if database.line is None:
        return waking.Notifications(database.engine)
    return waking.Pipe(database.config.INSTANCE)


def _give_way(line: str) -> None:
    """Let everything else on the machine go first in a thread whose line can wait; only Linux knows how."""
    if line in NICENESS and sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS[line])


def _run_step(name: str, database: Database, reader: Reader) -> int:
    """Run a step, count it for monitoring, and return the number of processed items."""
    began = time.monotonic()
    try:
        done = STEPS[name](database, reader)
    except Exception:
        metrics.add(metrics.STEP_FAILURES, name)
        raise
    finally:
        metrics.observe(metrics.STEP_SECONDS, name, seconds=time.monotonic() - began)
    if done:
        metrics.add(metrics.STEP_ITEMS, name, by=done)
    return done


def catch_up(database: Database, report: Callable[[str, int], None] | None = None) -> int:
    """Run all steps until nothing is left to do, and return the number of processed items."""
    total = 0
    page_texts.release_dead_leases(database)
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
    """Run the worker until SIGTERM or SIGINT."""
    stop = threading.Event()
    signals: SimpleQueue[int] = SimpleQueue()

    def handle(number: int, _frame: FrameType | None) -> None:
        # The main thread may hold the event's lock when this runs, even in an earlier call of this function, so
        # setting the event here could deadlock. A SimpleQueue is reentrant.
        signals.put(number)

    def wait_for_signal() -> None:
        signals.get()
        stop.set()

    threading.Thread(target=wait_for_signal, name="signals", daemon=True).start()
    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    log.info("Worker started.")
    run_until(stop, database)
    log.info("Worker stopped.")

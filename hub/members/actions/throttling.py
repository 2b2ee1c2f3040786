"""Counts failed sign-ins in the database, across all processes, and tells the owner of the account.

An attempt counts as failed before the password is checked, so that parallel attempts count too. The rows of an attempt
are locked in the order of their keys.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import HUB, VISITOR, note
from hub.core.dates import moment_with_year, plural
from hub.core.db import config_of, insert_into
from hub.core.errors import TooManyAttempts
from hub.members import queries as members_queries
from hub.members.actions.telling import tell_owner
from hub.members.models import Person, SignInTries
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin
from hub.members.rules.throttling import (
    COUNTED_FOR,
    LIMITS,
    TOLD_AFTER,
    TryKind,
    try_keys,
    wait_sentence,
    wait_words,
)

log = logging.getLogger("hub.sign_in")


@dataclass(frozen=True)
class Attempt:
    """An attempt to sign in, which counts as failed until it succeeds."""

    person_id: int | None  # whose account it is, if there is one
    origin: Origin
    at: datetime
    counted: dict[str, tuple[TryKind, datetime | None]]  # by key, with the time of the failure before
    next_wait: timedelta


def count_attempt(db: Session, account: str, origin: Origin, browser_token: str, person: Person | None) -> Attempt:
    """Count an attempt to sign in to ``account``, which belongs to ``person`` or to no one. Commits.

    Raises TooManyAttempts when it has to wait; then it doesn't count. Takes the same steps whether or not there is such
    an account.
    """
    browser = members_queries.known_browser(db, person.id if person else 0, browser_token)
    keys = try_keys(config_of(db).SECRET_KEY, account, origin.network, browser)
    rows, now = _locked(db, keys)
    wait = max(LIMITS[row.kind].wait_left(row.failures, row.at, now) for row in rows)
    if wait > timedelta():
        db.rollback()
        log_failure("sign-in has to wait", person.id if person else None, origin)
        raise TooManyAttempts(wait_sentence(wait))
    counted = {row.key: (row.kind, row.at if row.failures else None) for row in rows}
    for row in rows:
        row.failures += 1
        row.at, row.network = now, origin.network
        row.person_id = person.id if person and row.kind in {TryKind.ACCOUNT, TryKind.BROWSER} else None
    next_wait = max(LIMITS[row.kind].wait(row.failures) for row in rows)
    db.commit()
    return Attempt(person.id if person else None, origin, now, counted, next_wait)


def count_failure(db: Session, attempt: Attempt, person: Person | None) -> None:
    """Record that the attempt failed, in the audit log and the structured log, without what was typed. Commits."""
    details = {"browser": attempt.origin.browser, "network": attempt.origin.network}
    if attempt.next_wait:
        details["wait"] = wait_words(attempt.next_wait)
    subject = person or SignInTries()  # only for its words: the rows may be deleted meanwhile
    note(db, VISITOR, "failed to sign in to", subject, **details)
    db.commit()
    event = "sign-in failed, next has to wait" if attempt.next_wait else "sign-in failed"
    log_failure(event, attempt.person_id, attempt.origin)


def forget_failures(db: Session, attempt: Attempt) -> None:
    """Undo what the attempt counted, because it succeeded, and delete the failures of its owner before it.

    Failures of other accounts and from other networks stay: they may be someone else's.
    """
    for row in db.scalars(_in_order(attempt.counted)):
        kind, before = attempt.counted[row.key]
        if kind in {TryKind.PAIR, TryKind.BROWSER} or row.failures <= 1:
            db.delete(row)
            continue
        row.failures -= 1
        if before and row.at == attempt.at:
            row.at = before


def has_tries_to_settle(db: Session) -> bool:
    """Return True if an owner has to hear of failures, or counts have expired."""
    expired = SignInTries.since < clock.now() - COUNTED_FOR
    return db.scalar(select(SignInTries.key).where(or_(expired, _to_tell())).limit(1)) is not None


def settle_tries(db: Session) -> int:
    """Tell owners of failed attempts, and delete counts that have expired; returns how many rows it handled.

    The worker does it, so that the answer to a failed sign-in takes the same time with and without an account.
    """
    waiting = select(SignInTries).where(_to_tell()).order_by(SignInTries.key)
    rows = db.scalars(waiting.with_for_update(skip_locked=True)).all()
    wanted = {row.person_id for row in rows}
    people = {person.id: person for person in db.scalars(select(Person).where(Person.id.in_(wanted)))}
    for row in rows:
        row.told_at = clock.now()
        person = people.get(row.person_id or 0)
        if person and person.is_active:
            _tell(db, row, person)
    old = select(SignInTries.key).where(SignInTries.since < clock.now() - COUNTED_FOR).order_by(SignInTries.key)
    keys = db.scalars(old.with_for_update(skip_locked=True)).all()
    db.execute(delete(SignInTries).where(SignInTries.key.in_(keys)))
    return len(rows) + len(keys)


def _to_tell() -> Any:
    return (SignInTries.failures >= TOLD_AFTER) & SignInTries.person_id.is_not(None) & SignInTries.told_at.is_(None)


def _tell(db: Session, row: SignInTries, person: Person) -> None:
    since = row.since.astimezone(config_of(db).zone)
    tries = plural(row.failures, "attempt")
    details = f"There were {tries} with a wrong password since {moment_with_year(since)}."
    tell_owner(db, person, SecurityChange.GUESSED, Origin("", row.network), details=details)
    note(db, HUB, "told of failed sign-ins", person, count=row.failures)


def _locked(db: Session, keys: dict[str, TryKind]) -> tuple[list[SignInTries], datetime]:
    """Return the rows of these keys, locked, and the time since then; new ones, and expired ones, have no failures."""
    now = clock.now()
    new = [
        {"key": key, "kind": kind, "failures": 0, "since": now, "at": now, "network": ""} for key, kind in keys.items()
    ]
    new.sort(key=lambda row: str(row["key"]))
    db.execute(insert_into(db, SignInTries).values(new).on_conflict_do_nothing(index_elements=["key"]))
    rows = list(db.scalars(_in_order(keys)))
    now = clock.now()  # attempts before this one, which it waited for, were earlier
    for row in rows:
        if now >= row.since + COUNTED_FOR:
            row.failures, row.since, row.told_at = 0, now, None
    return rows, now


def _in_order(keys: Collection[str]) -> Any:
    locked = select(SignInTries).where(SignInTries.key.in_(sorted(keys))).order_by(SignInTries.key)
    return locked.with_for_update().execution_options(populate_existing=True)


def log_failure(event: str, person_id: int | None, origin: Origin) -> None:
    """Write a line to the log without what was typed: people also type passwords into the field for the email address."""
    log.warning(event, extra={"event": event, "person": person_id, "address": origin.network})

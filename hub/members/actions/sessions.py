"""Sessions: rows that begin with a sign-in, and end for many reasons.

A person's row is locked before their sessions begin or end. So a sign-in with the old password can't begin a session
while the password changes, or while the person is deactivated.
"""

import logging
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound
from hub.members import queries as members_queries
from hub.members.actions.locks import lock_account, lock_person
from hub.members.actions.telling import tell_owner
from hub.members.models import Organization, Person, SignInSession
from hub.members.rules.permissions import Permission, may
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import (
    BROWSER_DAYS,
    FORGETS_BROWSER,
    LONGEST_FACTOR,
    NOTED_EVERY,
    PASSWORD,
    Ending,
    Origin,
)

log = logging.getLogger("hub.sign_in")


def begin(
    db: Session,
    person: Person,
    origin: Origin,
    *,
    factor: str = PASSWORD,
    browser_token: str = "",
    tells_owner: bool = True,
) -> str:
    """Begin a session of ``person`` and return its token, of which only the hash is stored.

    ``factor`` says in words how they signed in. ``browser_token`` recognizes the browser; the owner hears of a browser
    that is new to their account by email, unless this is their first sign-in, or ``tells_owner`` is False because
    another email says it. Raises Refused when the account changed since ``person`` was loaded.
    """
    lock_account(db, person)
    now, browser_hash = clock.now(), members_queries.token_hash(browser_token) if browser_token else ""
    known = members_queries.browsers_of(db, person)
    is_new = bool(known) and (not browser_hash or browser_hash not in known)
    token = secrets.token_urlsafe(32)
    db.add(
        SignInSession(
            token_hash=members_queries.token_hash(token),
            person_id=person.id,
            made_at=now,
            used_at=now,
            browser=origin.browser,
            browser_hash=browser_hash,
            network=origin.network,
            factor=factor[:LONGEST_FACTOR],
        )
    )
    details = {"factor": factor, "browser": origin.browser, "network": origin.network}
    note(db, person, "signed in", person, **details, **({"new_browser": True} if is_new else {}))
    event = "signed in, new browser" if is_new else "signed in"
    log.info(event, extra={"event": event, "person": person.id, "address": origin.network, "factor": factor})
    if is_new and tells_owner:
        tell_owner(db, person, SecurityChange.NEW_BROWSER, origin)
    return token


def end(db: Session, session: SignInSession, ending: Ending) -> None:
    """End one session, unless it has ended."""
    _end(db, ending, SignInSession.id == session.id)


def sign_out(db: Session, session: SignInSession) -> None:
    """End the session of a person who signs out."""
    end(db, session, Ending.SIGNED_OUT)
    note(db, session.person, "signed out", session.person)
    event = "signed out"
    log.info(event, extra={"event": event, "person": session.person_id, "address": session.network})


def end_all(db: Session, person: Person, ending: Ending) -> int:
    """End all sessions of ``person``, copied ones too, and return how many there were."""
    lock_person(db, person.id)
    if ending in FORGETS_BROWSER:
        db.execute(update(SignInSession).where(SignInSession.person_id == person.id).values(browser_hash=""))
    return _end(db, ending, SignInSession.person_id == person.id)


def end_of_organization(db: Session, organization: Organization) -> None:
    """End all sessions of the people of ``organization``, who can't sign in anymore."""
    people = select(Person.id).where(Person.organization_id == organization.id)
    browsers = update(SignInSession).where(SignInSession.person_id.in_(people)).values(browser_hash="")
    db.execute(browsers, execution_options={"synchronize_session": False})
    _end(db, Ending.LEFT, SignInSession.person_id.in_(people))


def end_own(db: Session, session: SignInSession) -> None:
    """End a session that its owner doesn't use anymore, or doesn't recognize."""
    end(db, session, Ending.BY_OWNER)
    note(db, session.person, "signed out elsewhere", session.person, browser=session.browser, network=session.network)


def end_for(db: Session, actor: Person, person: Person, origin: Origin) -> None:
    """End all sessions of ``person`` for the coordinator, and tell ``person``."""
    if not may(actor, Permission.END_SESSIONS, person):
        raise NotFound
    count = end_all(db, person, Ending.BY_COORDINATOR)
    note(db, actor, "ended the sessions of", person, sessions=count)
    if count and actor.id != person.id:
        tell_owner(db, person, SecurityChange.SESSIONS_ENDED, origin, by=actor.name)


def sign_out_everywhere(db: Session, person: Person) -> None:
    """End all sessions of ``person``, who acts."""
    count = end_all(db, person, Ending.EVERYWHERE)
    note(db, person, "signed out everywhere", person, sessions=count)


def has_expired(db: Session) -> bool:
    """Return True if there are sessions by which no browser is known anymore."""
    return db.scalar(select(SignInSession.id).where(_is_old()).limit(1)) is not None


def delete_expired(db: Session) -> int:
    """Delete the sessions by which no browser is known anymore, also of people who never return; returns how many."""
    result: Any = db.execute(delete(SignInSession).where(_is_old()))
    return int(result.rowcount)


def _is_old() -> ColumnElement[bool]:
    return SignInSession.used_at < clock.now() - timedelta(days=BROWSER_DAYS)


def note_use(db: Session, session_id: int, network: str) -> None:
    """Note that a session was just used, from ``network``, unless that was noted in the last minutes."""
    now = clock.now()
    stale = (
        SignInSession.id == session_id,
        SignInSession.ended_at.is_(None),
        SignInSession.used_at < now - NOTED_EVERY,
    )
    db.execute(update(SignInSession).where(*stale).values(used_at=now, network=network))


def _end(db: Session, ending: Ending, *conditions: Any) -> int:
    values: dict[str, Any] = {"ended_at": clock.now(), "ended_for": ending}
    if ending in FORGETS_BROWSER:
        values["browser_hash"] = ""
    ended = update(SignInSession).where(SignInSession.ended_at.is_(None), *conditions).values(values)
    result: Any = db.execute(ended, execution_options={"synchronize_session": "fetch"})
    return int(result.rowcount)

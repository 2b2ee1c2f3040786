"""Passwords and sign-in.

Hashing a password takes 0.2 s, and a transaction would block all writers for that time. So functions that hash commit
first, say "Commits" in their docstrings, and must be the first in their request to use the database.
"""

import unicodedata
from base64 import b64encode
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import Refused, SignInNeeded
from hub.core.text import clean
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.actions import throttling as throttling_actions
from hub.members.actions.locks import is_unchanged
from hub.members.actions.telling import tell_owner
from hub.members.actions.throttling import Attempt
from hub.members.actions.tokens import void_links
from hub.members.models import Person
from hub.members.rules.fields import LONGEST_EMAIL
from hub.members.rules.passwords import password_of
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Ending, Origin

HASHER = PasswordHasher()


def hashed(password: str, names: Iterable[str] = ()) -> str:
    """Return the hash of a new password; raises Refused when it isn't allowed. Slow: call it outside of transactions.

    ``names`` are those that it must not be made from: see `names_at_hand`.
    """
    return HASHER.hash(_normalized(password_of(password, names)))


def names_at_hand(db: Session, person: Person) -> tuple[str, ...]:
    """Return the names that others would guess first: the person's, their organization's and the hub's."""
    return person.name, person.email, person.organization.name, config_of(db).HUB_NAME


def sign_in(db: Session, email: str, password: str, origin: Origin, browser_token: str = "") -> Person:
    """Return the person with this email address and password, who signs in from ``origin``. Commits.

    ``browser_token`` recognizes a browser on which they signed in before. Raises Refused with the same sentence, after
    the same work, for a wrong password, an unknown address, an unaccepted invitation and a deactivated person;
    another one for a person whose organization left long ago;
    TooManyAttempts without checking the password.
    """
    account = clean(email).lower()[:LONGEST_EMAIL]
    person = members_queries.person_by_email(db, account)
    attempt = throttling_actions.count_attempt(db, account, origin, browser_token, person)
    stored_hash = person.password_hash if person and person.is_active else None
    matches = _matches(stored_hash or _decoy_hash(), password)
    if not (person and stored_hash and matches):
        throttling_actions.count_failure(db, attempt, person)
        raise Refused("That email address and password don’t match. Check both, and try again.")
    if not person.may_sign_in:
        raise Refused(f"{person.organization.name} has left the alliance. Ask the coordinator for its sharing log.")
    new_hash = HASHER.hash(_normalized(password)) if HASHER.check_needs_rehash(stored_hash) else None
    throttling_actions.forget_failures(db, attempt)
    if new_hash:
        unchanged = (Person.id == person.id, Person.password_hash == stored_hash)
        db.execute(update(Person).where(*unchanged).values(password_hash=new_hash))
    return person


def change_password(
    db: Session, person: Person, current: str, new: str, origin: Origin, browser_token: str = ""
) -> None:
    """Set the ``new`` password of ``person`` if ``current`` is right; ends their other sessions. Commits."""
    names = names_at_hand(db, person)
    password_of(new, names)
    attempt = _checked(db, person, current, origin, browser_token)
    new_hash = hashed(new, names)
    throttling_actions.forget_failures(db, attempt)
    if not is_unchanged(db, person):  # by another request, which ended this session
        raise SignInNeeded
    set_password(db, person, new_hash)
    note(db, person, "changed the password of", person)
    tell_owner(db, person, SecurityChange.PASSWORD, origin)


def check_password(db: Session, person: Person, password: str, origin: Origin, browser_token: str = "") -> None:
    """Check the password of ``person``, who is signed in, before a change to their account. Commits.

    Raises Refused when it is wrong, and for a person without a password.
    """
    throttling_actions.forget_failures(db, _checked(db, person, password, origin, browser_token))


def _checked(db: Session, person: Person, password: str, origin: Origin, browser_token: str) -> Attempt:
    """Return the attempt to enter the password of ``person``, which was right and still counts as failed. Commits."""
    attempt = throttling_actions.count_attempt(db, person.email, origin, browser_token, person)
    if not _matches(person.password_hash or _decoy_hash(), password):
        raise Refused("The current password isn’t right. Enter it again.")
    return attempt


def hashed_code(code: str) -> str:
    """Return the hash of a recovery code. Slow, as for a password."""
    return HASHER.hash(_normalized(code))


def is_hash_of(stored_hash: str, code: str) -> bool:
    """Return True if ``stored_hash`` is that of a recovery code. Slow, as for a password."""
    return _matches(stored_hash, code)


def _normalized(password: str) -> bytes:
    """Return the bytes of the password in Unicode NFKC, because keyboards compose é differently."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _matches(stored_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(stored_hash, _normalized(password))
    except (VerificationError, InvalidHashError):
        return False


def _decoy_hash() -> str:
    """Return a hash that no password matches and that takes as long to verify as a real one."""
    p = HASHER
    salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (p.salt_len, p.hash_len))
    return f"$argon2id$v=19$m={p.memory_cost},t={p.time_cost},p={p.parallelism}${salt}${digest}"


def set_password(db: Session, person: Person, password_hash: str) -> None:
    """Set the password of ``person``, end their sessions and void their links."""
    person.password_hash = password_hash
    sessions_actions.end_all(db, person, Ending.PASSWORD)
    void_links(db, person)

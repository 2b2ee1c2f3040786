"""Passwords and signing in.

Hashing a password takes 0.2 s, in which no one else could write: these functions commit before they hash, say so, and
must be the first in their request to touch rows.
"""

import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import Refused, TooManyTries
from hub.core.text import clean
from hub.members import queries as members_queries
from hub.members.actions.tokens import void_links
from hub.members.models import Person, SignInTry
from hub.members.rules.fields import LONGEST_EMAIL
from hub.members.rules.signing_in import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, TRIES_WITHIN, password_of, same_network

PASSWORDS = PasswordHasher()


def hashed(password: str, email: str = "") -> str:
    """Return what is kept of a new password; raises Refused when it can't be one. Slow: call it outside of transactions."""
    return PASSWORDS.hash(_as_typed_anywhere(password_of(password, email)))


def sign_in(db: Session, email: str, password: str, address: str) -> Person:
    """Return the person with this email address and password, trying from the network ``address``. Commits.

    Raises Refused with the same words, after the same work, for a wrong password, an unknown address, someone
    who hasn't accepted their invitation and someone who left; TooManyTries without looking at the password.
    """
    account = clean(email).lower()[:LONGEST_EMAIL]
    tried = _count_try(db, account, address)
    person = members_queries.person_by_email(db, account)
    known = person.password_hash if person and person.is_active else None
    db.commit()
    right = _is_right(known or _nobodys_hash(), password)
    if not (person and known and right):
        raise Refused("That email address and password don't belong together. Check both, and try again.")
    newer = PASSWORDS.hash(_as_typed_anywhere(password)) if PASSWORDS.check_needs_rehash(known) else None
    _forget_tries(db, tried)
    if newer:
        db.execute(
            update(Person).where(Person.id == person.id, Person.password_hash == known).values(password_hash=newer)
        )
    return person


def change_password(db: Session, person: Person, current: str, new: str, address: str) -> None:
    """Give ``person`` the ``new`` password if ``current`` is right; their sessions elsewhere end. Commits."""
    password_of(new, person.email)
    tried = _count_try(db, person.email, address)
    if not _is_right(person.password_hash or _nobodys_hash(), current):
        raise Refused("The current password isn't right.")
    new_hash = hashed(new, person.email)
    _forget_tries(db, tried)
    set_password(db, person, new_hash)
    note(db, person, "changed the password of", person)


def end_sessions(db: Session, person: Person) -> None:
    """``person`` is signed out in every browser, and wherever someone has a copy of their session."""
    person.session_version += 1
    note(db, person, "signed out everywhere", person)


def _as_typed_anywhere(password: str) -> bytes:
    """Return the password's bytes; keyboards differ in how they compose é."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _is_right(known: str, password: str) -> bool:
    try:
        return PASSWORDS.verify(known, _as_typed_anywhere(password))
    except (VerificationError, InvalidHashError):
        return False


def _nobodys_hash() -> str:
    """Return a hash that no password fits and that takes as long to try as anyone's."""
    p = PASSWORDS
    salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (p.salt_len, p.hash_len))
    return f"$argon2id$v=19$m={p.memory_cost},t={p.time_cost},p={p.parallelism}${salt}${digest}"


def _count_try(db: Session, account: str, address: str) -> SignInTry:
    """Write a try down before it is made, so that many at once are counted too. Commits.

    Raises TooManyTries when there were too many; a try that is refused doesn't count.
    """
    now = clock.now()
    db.execute(delete(SignInTry).where(SignInTry.at < now - TRIES_WITHIN))
    tried = SignInTry(account=account, address=same_network(address), at=now)
    db.add(tried)
    db.commit()
    of_account, of_address = (
        select(func.count()).where(column == value).scalar_subquery()
        for column, value in ((SignInTry.account, tried.account), (SignInTry.address, tried.address))
    )
    by_account, by_address = db.execute(select(of_account, of_address)).one()
    if by_account > TRIES_PER_ACCOUNT or by_address > TRIES_PER_ADDRESS:
        db.delete(tried)
        db.commit()
        raise TooManyTries("Too many tries to sign in. Wait a quarter of an hour, then try again.")
    db.commit()
    return tried


def _forget_tries(db: Session, tried: SignInTry) -> None:
    """A right password makes good the wrong ones before it, from the same address."""
    db.execute(delete(SignInTry).where(SignInTry.account == tried.account, SignInTry.address == tried.address))


def set_password(db: Session, person: Person, password_hash: str) -> None:
    """Sessions that began with the old password end, and links that would set another lose their power."""
    person.password_hash = password_hash
    person.session_version += 1
    void_links(db, person)

"""Second factors: authenticator apps, recovery codes, and what happens when someone lost theirs.

Hashing ten recovery codes takes a second, so functions that do commit first, and say "Commits".
"""

import secrets
from collections.abc import Sequence
from typing import Any

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from hub.core import chosen_settings, clock
from hub.core.audit import HUB, Actor, note
from hub.core.dates import plural
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused, TooManyAttempts
from hub.mail import actions as mail_actions
from hub.mail.rules import LetterKind
from hub.members import credentials
from hub.members import letters as members_letters
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.actions.locks import flush_or, lock_account, lock_person
from hub.members.actions.signing_in import hashed_code, is_hash_of
from hub.members.actions.telling import tell_owner
from hub.members.actions.throttling import log_failure
from hub.members.models import AuthenticatorApp, FactorReset, Passkey, Person, RecoveryCode, SecondStepTry
from hub.members.rules.factors import (
    FREE_TRIES,
    RECOVERY_ALPHABET,
    RECOVERY_CODES,
    RECOVERY_LENGTH,
    REQUIRED_ROLES,
    REQUIRED_SINCE,
    RESET_DELAY,
    TRIES_KEPT,
    Factor,
    Factors,
    code_of,
    is_app_code,
    matching_step,
    required_roles,
    roles_text,
    wait_left,
    written_code,
)
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission, may
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Ending, Origin

USED_CODE = "That code was used already. Wait until your app shows the next one."
WRONG_CODE = "That code isn’t right. Enter the one that your app shows now, or a recovery code that you haven’t used."
NOT_CONFIRMED = "That code isn’t right. Check the time on your phone, then enter the code that the app shows now."


def begin_app(db: Session, person: Person) -> None:
    """Create the secret of an authenticator app, which counts once a first code was entered."""
    lock_account(db, person)
    app = db.get(AuthenticatorApp, person.id)
    if app and app.confirmed_at:
        raise Refused("You already have an authenticator app. Remove it before you set up another one.")
    if app:
        db.delete(app)
        db.flush()
    db.add(AuthenticatorApp(person_id=person.id, secret=pyotp.random_base32(), begun_at=clock.now(), last_step=0))


def confirm_app(db: Session, person: Person, code: str, origin: Origin) -> list[str]:
    """Turn the authenticator app on, given a first code, and return new recovery codes if there were none. Commits."""
    codes = _new_codes()
    hashes = _hashed(db, codes)
    lock_account(db, person)
    app = db.get(AuthenticatorApp, person.id, populate_existing=True)
    if app is None:
        raise Refused("This setup was canceled. Begin again.")
    step = matching_step(app.secret, code_of(code), clock.now(), app.last_step)
    if app.confirmed_at or step is None:
        raise Refused("Your authenticator app is set up already." if app.confirmed_at else NOT_CONFIRMED)
    app.confirmed_at, app.last_step = clock.now(), step
    note(db, person, "added an authenticator app for", person)
    tell_owner(db, person, SecurityChange.FACTOR_ADDED, origin, details="It is an authenticator app.")
    return add_first_codes(db, person, codes, hashes)


def remove_app(db: Session, person: Person, origin: Origin) -> None:
    """Remove the authenticator app of ``person``."""
    lock_account(db, person)
    app = db.get(AuthenticatorApp, person.id)
    if app is None:
        return
    if app.confirmed_at:
        factors = credentials.factors_of(db, person)
        check_removable(db, person, Factors(has_app=False, passkeys=factors.passkeys))
        note(db, person, "removed the authenticator app of", person)
        tell_owner(db, person, SecurityChange.FACTOR_REMOVED, origin, details="It was an authenticator app.")
    db.delete(app)
    db.flush()
    forget_codes(db, person)


def check_removable(db: Session, person: Person, remaining: Factors) -> None:
    """Raise Refused if the role of ``person`` needs a second factor, and none would remain."""
    if not remaining.any and person.role in required_roles(config_of(db).SECOND_FACTOR_ROLES):
        raise Refused("Your role needs a second factor. Add another one before you remove this one.")


def forget_codes(db: Session, person: Person) -> None:
    """Delete the recovery codes of a person without a second factor."""
    if not credentials.factors_of(db, person).any:
        db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def new_recovery_codes(db: Session, person: Person, origin: Origin) -> list[str]:
    """Replace the recovery codes of ``person`` and return the new ones, which are shown once. Commits."""
    codes = _new_codes()
    hashes = _hashed(db, codes)
    lock_account(db, person)
    if not credentials.factors_of(db, person).any:
        raise Refused("Set up a second factor first. Recovery codes replace it if you lose it.")
    _replace_codes(db, person, hashes)
    note(db, person, "created recovery codes for", person)
    tell_owner(db, person, SecurityChange.RECOVERY_CODES, origin, details="Earlier ones no longer work.")
    return [written_code(code) for code in codes]


def prepare_codes(db: Session) -> tuple[list[str], list[str]]:
    """Return new recovery codes and their hashes. Commits."""
    codes = _new_codes()
    return codes, _hashed(db, codes)


def add_first_codes(db: Session, person: Person, codes: Sequence[str], hashes: Sequence[str]) -> list[str]:
    """Store recovery codes for a person who has none, and return them as they are shown; otherwise an empty list."""
    if credentials.factors_of(db, person).codes_left:
        return []
    _replace_codes(db, person, hashes)
    return [written_code(code) for code in codes]


def _replace_codes(db: Session, person: Person, hashes: Sequence[str]) -> None:
    db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    db.add_all(RecoveryCode(person_id=person.id, code_hash=code_hash) for code_hash in hashes)
    db.flush()


def _new_codes() -> list[str]:
    return ["".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]


def _hashed(db: Session, codes: Sequence[str]) -> list[str]:
    db.commit()
    return [hashed_code(code) for code in codes]


def use_code(db: Session, person: Person, text: str, origin: Origin) -> Factor:
    """Return how ``person`` completes a sign-in with the code that they typed, which works once. Commits.

    Raises Refused for a wrong code, TooManyAttempts after several; the owner hears of those by email. A code that was
    used moments ago, as by a double click, is refused too, but is no wrong one.
    """
    code = code_of(text)
    try:
        tries = _count_try(db, person)
    except TooManyAttempts:
        log_failure("second step has to wait", person.id, origin)
        raise
    if _use_app_code(db, person, code) if is_app_code(code) else _use_recovery_code(db, person, code, origin):
        db.execute(delete(SecondStepTry).where(SecondStepTry.person_id == person.id))
        return Factor.APP if is_app_code(code) else Factor.RECOVERY_CODE
    if is_app_code(code) and _was_used(db, person, code):
        raise Refused(USED_CODE)
    note(db, person, "failed the second step for", person, browser=origin.browser, network=origin.network)
    log_failure("second step failed", person.id, origin)
    if tries == FREE_TRIES:
        details = "Someone entered the right password and then wrong codes."
        tell_owner(db, person, SecurityChange.MANY_TRIES, origin, details=details)
    db.commit()
    raise Refused(WRONG_CODE)


def _count_try(db: Session, person: Person) -> int:
    """Record a try before the code is checked, so that parallel ones count too, and return how many there were. Commits.

    Raises TooManyAttempts, and doesn't count, while the person has to wait.
    """
    lock_person(db, person.id)
    now = clock.now()  # tries before this one, which it waited for, were earlier
    of_person = SecondStepTry.person_id == person.id
    db.execute(delete(SecondStepTry).where(of_person, SecondStepTry.at < now - TRIES_KEPT))
    counted = select(func.count(), func.max(SecondStepTry.at)).select_from(SecondStepTry).where(of_person)
    tries, last = db.execute(counted).one()
    if last is not None and (wait := wait_left(tries, last, now)):
        minutes = -(-int(wait.total_seconds()) // 60) or 1
        db.rollback()
        raise TooManyAttempts(f"Too many wrong codes. Wait {plural(minutes, 'minute')}, then sign in again.")
    db.add(SecondStepTry(person_id=person.id, at=now))
    db.commit()
    return int(tries) + 1


def _use_app_code(db: Session, person: Person, code: str) -> bool:
    app = db.get(AuthenticatorApp, person.id, populate_existing=True)
    if app is None or app.confirmed_at is None:
        return False
    step = matching_step(app.secret, code, clock.now(), app.last_step)
    if step is None:
        return False
    unused = AuthenticatorApp.person_id == person.id, AuthenticatorApp.last_step < step
    result: Any = db.execute(update(AuthenticatorApp).where(*unused).values(last_step=step))
    return bool(result.rowcount == 1)


def _was_used(db: Session, person: Person, code: str) -> bool:
    """Return True if this was the latest code of the app, which signed the person in."""
    app = db.get(AuthenticatorApp, person.id, populate_existing=True)
    return app is not None and matching_step(app.secret, code, clock.now(), app.last_step - 1) == app.last_step


def _use_recovery_code(db: Session, person: Person, code: str, origin: Origin) -> bool:
    unused = RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None)
    rows = db.execute(select(RecoveryCode.id, RecoveryCode.code_hash).where(*unused).order_by(RecoveryCode.id)).all()
    db.commit()
    if len(code) != RECOVERY_LENGTH:
        return False
    match = next((row.id for row in rows if is_hash_of(row.code_hash, code)), None)
    result: Any = db.execute(update(RecoveryCode).where(RecoveryCode.id == match, *unused).values(used_at=clock.now()))
    if result.rowcount != 1:
        return False
    left = f"{plural(credentials.factors_of(db, person).codes_left, 'recovery code')} left."
    note(db, person, "used a recovery code for", person)
    tell_owner(db, person, SecurityChange.RECOVERY_CODE_USED, origin, details=left)
    return True


def ask_for_reset(db: Session, actor: Person, person: Person) -> FactorReset:
    """Remove the second factors of ``person`` in a day, unless they stop it by the link that they get by email."""
    if not may(actor, Permission.RESET_FACTORS, person):
        raise NotFound
    if actor.id == person.id:
        raise Refused("Use a recovery code, or ask another coordinator or the hub’s operator.")
    lock_account(db, person)
    if not credentials.factors_of(db, person).any:
        raise Refused(f"{person.name} has no second factor.")
    now, token = clock.now(), secrets.token_urlsafe(32)
    reset = FactorReset(
        person_id=person.id,
        asked_by=actor.name,
        asked_at=now,
        due_at=now + RESET_DELAY,
        token_hash=members_queries.token_hash(token),
    )
    db.add(reset)
    flush_or(db, f"The second factor of {person.name} is being reset already.")
    note(db, actor, "asked to remove the second factor of", person)
    mail_actions.post(
        db,
        members_letters.factor_reset(config_of(db), token, name=person.name, by=actor.name, due_at=reset.due_at),
        to=person.email,
        name=person.name,
        once=f"factor reset {reset.id}",
        kind=LetterKind.SECURITY,
        about=f"person {person.id}",
        person_id=person.id,
        sent_by_id=actor.id,
    )
    return reset


def stop_reset(db: Session, actor: Person, reset: FactorReset) -> None:
    """Stop that a second factor is removed, unless that was done or stopped already; ``actor``: its owner or a coordinator."""
    waiting = FactorReset.id == reset.id, FactorReset.settled_at.is_(None)
    stopped = update(FactorReset).where(*waiting).values(settled_at=clock.now(), stopped=True)
    result: Any = db.execute(stopped, execution_options={"synchronize_session": "fetch"})
    if result.rowcount == 1:
        note(db, actor, "stopped removing the second factor of", db.get_one(Person, reset.person_id))


def carry_out_resets(db: Session) -> int:
    """Remove the second factors whose day has come, and return the number of people."""
    due = select(FactorReset).where(FactorReset.settled_at.is_(None), FactorReset.due_at <= clock.now())
    query = due.options(joinedload(FactorReset.person)).order_by(FactorReset.id)
    resets = db.scalars(query.with_for_update(skip_locked=True, of=FactorReset)).all()
    for reset in resets:
        reset.settled_at = clock.now()
        remove_all(db, HUB, reset.person, by=reset.asked_by)
    return len(resets)


def remove_all(db: Session, actor: Actor | None, person: Person, *, by: str) -> None:
    """Remove all second factors of ``person``, end their sessions and tell them; ``by`` is who wanted it."""
    lock_person(db, person.id)
    for model in (AuthenticatorApp, Passkey, RecoveryCode, SecondStepTry):
        db.execute(delete(model).where(model.person_id == person.id))
    open_ones = FactorReset.person_id == person.id, FactorReset.settled_at.is_(None)
    db.execute(update(FactorReset).where(*open_ones).values(settled_at=clock.now()))
    sessions_actions.end_all(db, person, Ending.BY_COORDINATOR)
    note(db, actor, "removed the second factor of", person, by=by)
    details = "You sign in with your password alone until you set up another one."
    tell_owner(db, person, SecurityChange.FACTOR_REMOVED, by=by, details=details)


def require_factor(db: Session, actor: Person, roles: Sequence[Role]) -> None:
    """Require a second factor of everyone with one of ``roles``; for roles that are new, with days of grace."""
    if not may(actor, Permission.SET_UP):
        raise NotFound
    config = config_of(db)
    if REQUIRED_ROLES in config.given:
        raise Refused("The operator has set these roles. Ask them to change HUB_SECOND_FACTOR_ROLES.")
    before = required_roles(config.SECOND_FACTOR_ROLES)
    if frozenset(roles) == before:
        return
    if frozenset(roles) - before:
        chosen_settings.store(db, REQUIRED_SINCE, clock.now().isoformat())
    chosen_settings.store(db, REQUIRED_ROLES, roles_text(roles))
    details = {"roles": roles_text(roles), "before": roles_text(before)}
    note(db, actor, "set who needs a second factor for", actor.organization, **details)

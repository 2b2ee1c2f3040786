"""Queries for what people sign in with: passwords, accounts for single sign-on, and second factors."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from hub.core import chosen_settings, clock
from hub.core.db import config_of
from hub.core.sign_on_settings import SignOnProvider
from hub.members import queries as members_queries
from hub.members.models import AuthenticatorApp, FactorReset, Passkey, Person, RecoveryCode, RoleHeld, SignOnAccount
from hub.members.rules.factors import REQUIRED_SINCE, Factors, grace_ends, required_roles


def can_sign_in(providers: Iterable[SignOnProvider]) -> ColumnElement[bool]:
    """Return the condition for people who have a password, a passkey, or an account at one of ``providers``.

    ``providers`` are those in the settings: an account at any other, or one whose provider doesn't accept the domain of
    the person's address, signs no one in.
    """
    accepted = or_(false(), *(_is_accepted_by(provider) for provider in providers))
    return or_(
        Person.password_hash.is_not(None),
        exists().where(Passkey.person_id == Person.id),
        exists().where(SignOnAccount.person_id == Person.id, accepted),
    )


def _is_accepted_by(provider: SignOnProvider) -> ColumnElement[bool]:
    domains = [Person.email.iendswith(f"@{domain}", autoescape=True) for domain in sorted(provider.domains)]
    return and_(SignOnAccount.issuer == provider.issuer, or_(*domains) if domains else true())


def without_sign_in(db: Session, people: Collection[Person]) -> frozenset[int]:
    """Return the ids of those of ``people`` who were invited and can't sign in yet."""
    ids, providers = [person.id for person in people], config_of(db).sign_on_providers
    return frozenset(db.scalars(select(Person.id).where(Person.id.in_(ids), ~can_sign_in(providers))))


def sign_on_account(db: Session, issuer: str, subject: str) -> SignOnAccount | None:
    """Return the account at a provider of single sign-on, with its person; None if no one is linked with it."""
    where = (SignOnAccount.issuer == issuer, SignOnAccount.subject == subject)
    return db.scalar(select(SignOnAccount).where(*where))


def sign_on_accounts(db: Session, person: Person) -> Sequence[SignOnAccount]:
    """Return the accounts at providers of single sign-on that ``person`` is linked with, oldest first."""
    return db.scalars(
        select(SignOnAccount).where(SignOnAccount.person_id == person.id).order_by(SignOnAccount.id)
    ).all()


def factors_of(db: Session, person: Person) -> Factors:
    """Return the second factors that the person has set up."""
    app, passkeys, codes = (
        select(func.count()).where(model.person_id == person.id, *conditions).scalar_subquery()
        for model, conditions in (
            (AuthenticatorApp, [AuthenticatorApp.confirmed_at.is_not(None)]),
            (Passkey, []),
            (RecoveryCode, [RecoveryCode.used_at.is_(None)]),
        )
    )
    has_app, passkey_count, codes_left = db.execute(select(app, passkeys, codes)).one()
    return Factors(bool(has_app), passkey_count, codes_left)


def second_factor_due(db: Session, person: Person) -> datetime | None:
    """Return when the person needs a second factor that they don't have; None if they need no other than they have."""
    if person.role not in required_roles(config_of(db).SECOND_FACTOR_ROLES) or factors_of(db, person).any:
        return None
    held = RoleHeld.person_id == person.id, RoleHeld.until.is_(None)
    since = chosen_settings.stored(db, REQUIRED_SINCE)
    return grace_ends(
        datetime.fromisoformat(since) if since else None, db.scalar(select(func.max(RoleHeld.since)).where(*held))
    )


def passkeys_of(db: Session, person: Person) -> Sequence[Passkey]:
    """Return the passkeys of the person, oldest first."""
    return db.scalars(select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)).all()


def open_reset(db: Session, person: Person) -> FactorReset | None:
    """Return the request to remove the person's second factor that waits for its day; None if there is none."""
    waiting = FactorReset.person_id == person.id, FactorReset.settled_at.is_(None)
    return db.scalar(select(FactorReset).where(*waiting))


def reset_by_token(db: Session, token: str) -> FactorReset | None:
    """Return the request to remove a second factor whose link has this token, with its person; None: there is none."""
    query = select(FactorReset).where(FactorReset.token_hash == members_queries.token_hash(token))
    return db.scalar(query.options(joinedload(FactorReset.person)))


def has_due_resets(db: Session) -> bool:
    """Return True if the second factor of someone has to be removed now."""
    due = FactorReset.settled_at.is_(None), FactorReset.due_at <= clock.now()
    return db.scalar(select(FactorReset.id).where(*due).limit(1)) is not None

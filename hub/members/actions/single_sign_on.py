"""Single sign-on: the person whom a provider signed in, and the link between the two accounts."""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import VISITOR, note
from hub.core.db import add_unless, config_of
from hub.core.errors import NotFound
from hub.core.sign_on_settings import SignOnProvider
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions.telling import tell_owner
from hub.members.actions.tokens import void_links
from hub.members.models import Person, SignOnAccount
from hub.members.rules.permissions import may_manage
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin
from hub.members.rules.single_sign_on import (
    FACTOR,
    Identity,
    SignOnRefused,
    check_address,
    domain_of,
    is_single_sign_on,
    required_provider,
)

log = logging.getLogger("hub.sign_in")


def sign_on(db: Session, provider: SignOnProvider, identity: Identity, origin: Origin) -> tuple[Person, bool]:
    """Return the person whom the provider signed in, by the provider's ID of them, and whether they were linked now.

    The first time, the verified email address finds the person, and links the two accounts; an email tells them. No
    account is made here. Raises SignOnRefused for someone whom no one added to the hub, or who was deactivated.
    """
    account = credentials.sign_on_account(db, identity.issuer, identity.subject)
    is_new = account is None
    account = account or _link(db, provider, identity, origin)
    person = account.person
    if not person.is_active:
        sentence = "Your account at this hub was deactivated. Ask your representative or the coordinator."
        raise SignOnRefused(sentence, "deactivated", person.id)
    if not person.may_sign_in:
        sentence = f"{person.organization.name} has left the alliance. Ask the coordinator for its sharing log."
        raise SignOnRefused(sentence, "organization left", person.id)
    if provider.domains and domain_of(person.email) not in provider.domains:
        # Someone who moved to another organization: the former one no longer signs them in.
        sentence = f"{person.email} can’t sign in with {provider.name}. Use your password."
        raise SignOnRefused(sentence, "domain not accepted", person.id)
    account.used_at = clock.now()
    return person, is_new


def note_failure(db: Session, provider: SignOnProvider, error: SignOnRefused, origin: Origin) -> None:
    """Log that someone couldn't sign in with the provider, also in the audit log if it was about someone's account."""
    event = "single sign-on failed"
    extra = {"event": event, "person": error.person_id, "address": origin.network, "factor": FACTOR}
    log.info("%s: %s: %s", event, provider.key, error.reason, extra=extra)
    person = db.get(Person, error.person_id) if error.person_id else None
    if person:
        details = {"browser": origin.browser, "network": origin.network, "provider": provider.name}
        note(db, VISITOR, "failed to sign in to", person, factor=FACTOR, reason=error.reason, **details)


def note_exception(db: Session, person: Person, factor: str) -> None:
    """Log that a coordinator signed in without the single sign-on that their domain requires."""
    if not is_single_sign_on(factor) and required_provider(config_of(db).sign_on_providers, person.email):
        event = "signed in without required single sign-on"
        log.warning(event, extra={"event": event, "person": person.id})
        note(db, person, event, person)


def unlink(db: Session, actor: Person, person: Person, origin: Origin) -> None:
    """Remove the links of ``person`` to providers; the next verified sign-in makes a new one."""
    if actor.id != person.id and not may_manage(actor, person):
        raise NotFound
    for account in credentials.sign_on_accounts(db, person):
        note(db, actor, "unlinked single sign-on of", person, issuer=account.issuer)
        db.delete(account)
        tell_owner(
            db,
            person,
            SecurityChange.SINGLE_SIGN_ON_UNLINKED,
            origin,
            by="" if actor.id == person.id else actor.name,
            details=f"It was linked with {account.email} at {account.issuer}.",
        )


def _link(db: Session, provider: SignOnProvider, identity: Identity, origin: Origin) -> SignOnAccount:
    """Link the identity with the person who has its verified address; an invitation counts as accepted.

    Raises SignOnRefused when the person is linked with another identity of this provider: an address may have been
    given to someone else since.
    """
    check_address(provider, identity)
    person = members_queries.person_by_email(db, identity.email)
    if person is None or not person.is_active:
        sentence = (
            f"This hub has no account for {identity.email}. Ask your representative or the coordinator to invite this "
            "address, or sign in with another account."
        )
        raise SignOnRefused(sentence, "unknown person")
    now = clock.now()
    account = SignOnAccount(
        person_id=person.id,
        issuer=identity.issuer,
        subject=identity.subject,
        email=identity.email,
        linked_at=now,
        used_at=now,
        person=person,
    )
    of_person = (SignOnAccount.person_id == person.id, SignOnAccount.issuer == identity.issuer)
    if add_unless(db, account, select(SignOnAccount.id).where(*of_person)):
        if person.password_hash is None:
            void_links(db, person)
        note(db, person, "linked single sign-on to", person, provider=provider.name, email=identity.email)
        details = f"Its account at {provider.name} is {identity.email}."
        tell_owner(db, person, SecurityChange.SINGLE_SIGN_ON_LINKED, origin, details=details)
        return account
    linked = credentials.sign_on_account(db, identity.issuer, identity.subject)
    if linked is None:
        sentence = (
            f"{identity.email} is linked with another account at {provider.name}. Ask your representative or the "
            "coordinator to remove that link, then sign in again."
        )
        raise SignOnRefused(sentence, "linked with another account", person.id)
    return linked

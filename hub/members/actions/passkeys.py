"""Passkeys: what the browser is asked, and how its answer is checked.

The library `webauthn` takes 0.2 s to load, so only processes that use passkeys load it.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import Refused
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import factors as factors_actions
from hub.members.actions.locks import flush_or, lock_account
from hub.members.actions.telling import tell_owner
from hub.members.models import Passkey, Person, UsedChallenge
from hub.members.rules.factors import (
    CHALLENGE_LIFETIME,
    LONGEST_CREDENTIAL,
    MOST_PASSKEYS,
    NONCE_BYTES,
    Factors,
    RelyingParty,
    challenge,
    challenge_token,
    check_fresh,
    relying_party,
    user_handle,
)
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin

SIGN_IN = "sign in"
WAIT_FOR_BROWSER = 120_000  # milliseconds
UNKNOWN = "The hub doesn’t know this passkey. Sign in with your password, or use another passkey."
NOT_ACCEPTED = "The passkey wasn’t accepted. Try again, or use another way."
USED = "That answer was used already. Try the passkey again."


def second_step(person: Person) -> str:
    """Return the purpose of a challenge that completes the sign-in of ``person``, or confirms that it's them."""
    return f"second step {person.id}"


def _adding(person: Person) -> str:
    return f"add {person.id}"


def options_to_sign_in(db: Session, purpose: str, person: Person | None = None) -> dict[str, Any] | None:
    """Return what a form asks the browser for: ``token`` and ``options``; None if passkeys can't work at this address.

    With ``person`` it asks for one of their passkeys; without, for any that the browser knows, with a PIN or finger.
    """
    party = relying_party(config_of(db).BASE_URL)
    if party is None:
        return None
    token, asked = _new_challenge(db, purpose)
    passkeys = credentials.passkeys_of(db, person) if person else []
    # PublicKeyCredentialRequestOptions (WebAuthn, section 5.5). The library isn't loaded for every visitor of sign-in.
    options = {
        "challenge": urlsafe_b64encode(asked).decode().rstrip("="),
        "timeout": WAIT_FOR_BROWSER,
        "rpId": party.id,
        "allowCredentials": [{"type": "public-key", "id": passkey.credential_id} for passkey in passkeys],
        "userVerification": "preferred" if person else "required",
    }
    return {"token": token, "options": json.dumps(options)}


def options_to_add(db: Session, person: Person) -> dict[str, Any] | None:
    """Return what the form that adds a passkey asks the browser for; None if passkeys can't work at this address."""
    from webauthn import (  # noqa: PLC0415 - slow to load
        base64url_to_bytes,
        generate_registration_options,
        options_to_json,
    )
    from webauthn.helpers.structs import (  # noqa: PLC0415 - slow to load
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    config = config_of(db)
    party = relying_party(config.BASE_URL)
    if party is None:
        return None
    token, asked = _new_challenge(db, _adding(person))
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=config.HUB_NAME,
        user_id=user_handle(config.UNSUBSCRIBE_KEY, person.id),
        user_name=person.email,
        user_display_name=person.name,
        challenge=asked,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
            for passkey in credentials.passkeys_of(db, person)
        ],
        timeout=WAIT_FOR_BROWSER,
    )
    return {"token": token, "options": options_to_json(options)}


def _new_challenge(db: Session, purpose: str) -> tuple[str, bytes]:
    token = challenge_token(clock.now(), secrets.token_urlsafe(NONCE_BYTES))
    return token, challenge(config_of(db).SECRET_KEY, purpose, token)


def add_passkey(db: Session, person: Person, credential: str, token: str, origin: Origin) -> list[str]:
    """Add the passkey that a browser made, and return new recovery codes if there were none. Commits.

    Raises Refused when the answer of the browser isn't accepted.
    """
    from webauthn import verify_registration_response  # noqa: PLC0415 - slow to load
    from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415 - slow to load

    codes, hashes = factors_actions.prepare_codes(db)
    party, challenges = _asked(db, _adding(person), token)
    verify = partial(
        verify_registration_response,
        credential=_parsed(credential),
        expected_rp_id=party.id,
        expected_origin=party.origin,
    )
    made, asked = _verified(verify, challenges)
    lock_account(db, person)
    if credentials.factors_of(db, person).passkeys >= MOST_PASSKEYS:
        raise Refused(f"You have {MOST_PASSKEYS} passkeys already. Remove one first.")
    _mark_used(db, asked)
    passkey = Passkey(
        person_id=person.id,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=origin.browser[:100],
        added_at=clock.now(),
    )
    db.add(passkey)
    flush_or(db, "This passkey was added already.")
    note(db, person, "added a passkey for", person, browser=origin.browser)
    tell_owner(db, person, SecurityChange.PASSKEY_ADDED, origin)
    return factors_actions.add_first_codes(db, person, codes, hashes)


def remove_passkey(db: Session, person: Person, number: int, origin: Origin) -> None:
    """Remove one of the passkeys of ``person``; nothing happens if it is gone."""
    lock_account(db, person)
    passkey = db.scalar(select(Passkey).where(Passkey.id == number, Passkey.person_id == person.id))
    if passkey is None:
        return
    factors = credentials.factors_of(db, person)
    factors_actions.check_removable(db, person, Factors(factors.has_app, factors.passkeys - 1))
    db.delete(passkey)
    note(db, person, "removed a passkey of", person)
    tell_owner(db, person, SecurityChange.PASSKEY_REMOVED, origin, details=f"It was added in {passkey.name}.")
    db.flush()
    factors_actions.forget_codes(db, person)


def use_passkey(db: Session, credential: str, token: str, person: Person | None = None) -> Person:
    """Return the person whose passkey signed the challenge of ``token``, which works once.

    With ``person`` it must be one of theirs. Without, the passkey replaces the password, so it must have asked for a PIN,
    a finger or a face. Raises Refused when it isn't accepted.
    """
    from webauthn import verify_authentication_response  # noqa: PLC0415 - slow to load

    party, challenges = _asked(db, second_step(person) if person else SIGN_IN, token)
    answer = _parsed(credential)
    query = select(Passkey).where(Passkey.credential_id == str(answer.get("id", ""))[:1400])
    passkey = db.scalar(query.with_for_update())
    owner = db.get(Person, passkey.person_id, options=[joinedload(Person.organization)]) if passkey else None
    if passkey is None or owner is None or not owner.is_active or (person and owner.id != person.id):
        raise Refused(UNKNOWN)
    verify = partial(
        verify_authentication_response,
        credential=answer,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        credential_public_key=passkey.public_key,
        credential_current_sign_count=passkey.sign_count,
        require_user_verification=person is None,
    )
    verified, asked = _verified(verify, challenges)
    _mark_used(db, asked)
    passkey.sign_count, passkey.used_at = verified.new_sign_count, clock.now()
    return owner


def _asked(db: Session, purpose: str, token: str) -> tuple[RelyingParty, list[bytes]]:
    """Return the hub as passkeys know it, and the challenge of a token by each secret key.

    Raises Refused when the token is too old.
    """
    config = config_of(db)
    party = relying_party(config.BASE_URL)
    if party is None:
        raise Refused("Passkeys don’t work at this address.")
    check_fresh(token, clock.now())
    return party, [challenge(key, purpose, token) for key in config.secret_keys]


def _verified(verify: Callable[..., Any], challenges: Sequence[bytes]) -> tuple[Any, bytes]:
    """Return what ``verify`` returns for the challenge that was signed, and this challenge; raises Refused."""
    failure: Exception | None = None
    for asked in challenges:
        try:
            return verify(expected_challenge=asked), asked
        except Exception as error:  # noqa: BLE001 - the library parses a stranger's words, and raises many kinds
            failure = error
    raise Refused(NOT_ACCEPTED) from failure


def _parsed(credential: str) -> dict[str, Any]:
    try:
        answer = json.loads(credential) if len(credential) <= LONGEST_CREDENTIAL else None
    except (ValueError, RecursionError) as error:
        raise Refused(NOT_ACCEPTED) from error
    if not isinstance(answer, dict):
        raise Refused(NOT_ACCEPTED)
    return answer


def _mark_used(db: Session, asked: bytes) -> None:
    """Store that a challenge was used; raises Refused if it was used before."""
    db.execute(delete(UsedChallenge).where(UsedChallenge.at < clock.now() - CHALLENGE_LIFETIME - timedelta(minutes=1)))
    db.add(UsedChallenge(challenge_hash=members_queries.token_hash(asked.hex()), at=clock.now()))
    flush_or(db, USED)

"""The forms of accounts: second factors, passkeys, new addresses, hints, and what they need that the demo world lacks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy.orm import Session

from hub.core import clock
from hub.members.models import AuthenticatorApp, DismissedHint, EmailChange, FactorReset, Passkey, SignOnAccount
from hub.members.queries import token_hash
from tests.at_once.sending import Sending
from tests.demo_people import sender
from tests.members.authenticator import Authenticator, asked, encoded
from tests.versions import person_id

KEY = Authenticator(counts=False)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTORS = "/account/second-factor"


def add_app(db: Session, person_id: int, *, is_confirmed: bool = True) -> None:
    """Give someone an authenticator app."""
    now = clock.now()
    app = AuthenticatorApp(person_id=person_id, secret=SECRET, begun_at=now, last_step=0)
    app.confirmed_at = now if is_confirmed else None
    db.add(app)


def _with_app(address: str, *, is_confirmed: bool = True) -> Callable[[Session], str]:
    """Give the sender an authenticator app, which counts once it is confirmed."""

    def prepare(db: Session) -> str:
        add_app(db, sender(db).id, is_confirmed=is_confirmed)
        return address

    return prepare


def _code(_db: Session) -> dict[str, Any]:
    return {"code": [pyotp.TOTP(SECRET).at(clock.now())]}


def _with_passkey(address: str) -> Callable[[Session], str]:
    """Give the sender a passkey; ``{}`` in the address is its number."""

    def prepare(db: Session) -> str:
        passkey = Passkey(person_id=sender(db).id, name="Firefox", sign_count=0, added_at=clock.now())
        passkey.credential_id, passkey.public_key = encoded(KEY.credential_id), KEY.public_key
        db.add(passkey)
        db.flush()
        return address.format(passkey.id)

    return prepare


def _made(page: str) -> dict[str, Any]:
    _action, token, options = asked(page)
    return {"token": [token], "credential": [KEY.make(options)]}


def _signed(page: str) -> dict[str, Any]:
    _action, token, options = asked(page)
    return {"token": [token], "credential": [KEY.sign(options)]}


def _with_new_address(address: str) -> Callable[[Session], str]:
    """Let the sender ask for a new address."""

    def prepare(db: Session) -> str:
        change = EmailChange(email="new@elsewhere.example", token_hash=token_hash("new-address"), asked_at=clock.now())
        change.person_id, change.needs_sign_in = sender(db).id, False
        db.add(change)
        return address

    return prepare


def _add_reset(db: Session, person_id: int) -> None:
    """Let the second factor of someone be removed tomorrow."""
    now = clock.now()
    reset = FactorReset(person_id=person_id, asked_by="Ana", asked_at=now, due_at=now + timedelta(days=1))
    reset.token_hash = token_hash("keep-it")
    db.add(reset)


def _with_reset(address: str) -> Callable[[Session], str]:
    def prepare(db: Session) -> str:
        _add_reset(db, sender(db).id)
        return address

    return prepare


def _of_managed(words: str, add: Callable[[Session, int], None]) -> Callable[[Session], str]:
    """Return the address of a form about someone whom the sender manages."""

    def prepare(db: Session) -> str:
        number = person_id(db)
        add(db, number)
        return f"/people/{number}/{words}"

    return prepare


def _add_sign_on(db: Session, number: int) -> None:
    now = clock.now()
    account = SignOnAccount(person_id=number, issuer="https://id.example", subject="7", linked_at=now, used_at=now)
    account.email = "odette@copper.example"
    db.add(account)


def _dismissed(db: Session) -> str:
    db.add(DismissedHint(person_id=sender(db).id, name="behind"))
    return "/account/hints"


OF_ACCOUNTS = {
    "members.add_passkey": Sending(f"{FACTORS}/passkeys", opens=FACTORS, answer=_made),
    "members.authenticator_app": Sending(_with_app(f"{FACTORS}/app", is_confirmed=False), _code),
    "members.confirm_email": Sending(_with_new_address("/email/new-address")),
    "members.confirm_with_passkey": Sending(
        _with_passkey("/account/confirm/passkey"), opens="/account/confirm", answer=_signed
    ),
    "members.keep_factor": Sending(_with_reset("/second-factor/keep/keep-it")),
    "members.recovery_codes": Sending(_with_app(f"{FACTORS}/recovery-codes")),
    "members.remove_passkey": Sending(_with_passkey(f"{FACTORS}/passkeys/{{}}/remove")),
    "members.second_step": Sending(_with_app("/sign-in/second-step"), _code, is_half=True),
    "members.second_step_passkey": Sending(
        _with_passkey("/sign-in/second-step/passkey"), opens="/sign-in/second-step", answer=_signed, is_half=True
    ),
    "members.sign_in_with_passkey": Sending(_with_passkey("/sign-in/passkey"), opens="/sign-in", answer=_signed),
    "members.cancel_email_change": Sending(_with_new_address("/account/email/cancel")),
    "members.remove_app": Sending(_with_app(f"{FACTORS}/app/remove")),
    "members.stop_reset": Sending(_with_reset(f"{FACTORS}/keep")),
    "members.reset_factor": Sending(_of_managed("second-factor", add_app)),
    "members.cancel_reset": Sending(_of_managed("second-factor/keep", _add_reset)),
    "members.unlink_sign_on": Sending(_of_managed("sign-on/unlink", _add_sign_on)),
    "members.show_hints_again": Sending(_dismissed),
}

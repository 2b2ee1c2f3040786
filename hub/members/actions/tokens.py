"""One-time links and their tokens, which are stored only as hashes."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from hub.core import clock
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.members import queries as members_queries
from hub.members.models import LinkKind, OneTimeLink, Person
from hub.members.rules.signing_in import INVITATION_DAYS, RESET_HOURS

LINK_USED = "This link was already used, and it works only once. Sign in with the password that you set."

LINKS_SHOWN = 10  # the latest links to an account, on its page

LIFETIME = {
    LinkKind.INVITATION: timedelta(days=INVITATION_DAYS),
    LinkKind.PASSWORD_RESET: timedelta(hours=RESET_HOURS),
    LinkKind.FIRST_COORDINATOR: timedelta(days=INVITATION_DAYS),
}


class LinkUnusable(Refused):
    """The link was used, has expired, or was replaced."""


def usable_link(db: Session, token: str, *kinds: LinkKind) -> OneTimeLink:
    """Return the link with this token; raises NotFound, or LinkUnusable when it can no longer be used."""
    link = members_queries.link(db, token)
    if link is None or link.kind not in kinds or (link.person and not link.person.may_sign_in):
        raise NotFound
    if link.used_at:
        raise LinkUnusable(LINK_USED)
    if link.expires_at <= clock.now():
        raise LinkUnusable(
            "This link has expired or was replaced by a newer one. Ask the person who sent it for a new one."
        )
    return link


def new_link(
    db: Session,
    actor: Person | None,
    kind: LinkKind,
    person: Person | None,
    *,
    keep_older: bool = False,
    shown_to: str = "",
) -> str:
    """Return the token of a new link; voids older links of ``person`` unless ``keep_older``.

    ``shown_to`` is the name of someone other than ``person`` who sees the link.
    """
    if not keep_older:
        void_links(db, person)
    token, now = secrets.token_urlsafe(32), clock.now()
    link = OneTimeLink(
        kind=kind,
        token_hash=members_queries.token_hash(token),
        person_id=person.id if person else None,
        created_at=now,
        created_by_id=actor.id if actor else None,
        expires_at=now + LIFETIME[kind],
        mailed=config_of(db).mail_server is not None,
        shown_to=shown_to,
    )
    db.add(link)
    db.flush()
    return token


def void_links(db: Session, person: Person | None) -> None:
    """Expire the unused links of ``person``; None: those for the first coordinator."""
    owner = OneTimeLink.person_id == person.id if person else OneTimeLink.person_id.is_(None)
    now = clock.now()
    db.execute(
        update(OneTimeLink)
        .where(owner, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(expires_at=now)
    )


def mark_used(db: Session, link: OneTimeLink) -> None:
    """Mark the link as used; when two requests race, the second gets LinkUnusable."""
    used = update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
    result: Any = db.execute(used.values(used_at=clock.now()))
    if result.rowcount != 1:
        raise LinkUnusable(LINK_USED)


def links_of(db: Session, person: Person) -> Sequence[OneTimeLink]:
    """Return the latest links to the account of ``person``, newest first, with who created them."""
    links = select(OneTimeLink).where(OneTimeLink.person_id == person.id).options(joinedload(OneTimeLink.created_by))
    return db.scalars(links.order_by(OneTimeLink.id.desc()).limit(LINKS_SHOWN)).all()

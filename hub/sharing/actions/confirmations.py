"""Confirming a quarter."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.fingerprints import digest_of
from hub.core.quarters import Quarter
from hub.core.text import text_of
from hub.mail import actions as mail_actions
from hub.members.actions.locks import lock_roles
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.actions.entries import (
    ALREADY_SENT,
    AlreadySentError,
    actor_columns,
    add_once,
    checked_earlier,
    checked_people,
    checked_resources,
    digest,
)
from hub.sharing.models import Confirmation, ConfirmedResource
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.rules.standing import objection_to_confirming
from hub.sharing.rules.texts import LONGEST_NOTE


@dataclass(frozen=True)
class Statement:
    """The statement of a representative or alternate about a quarter; only ``reason`` if nothing was shared."""

    shared: bool
    resource_ids: tuple[int, ...] = ()
    with_whom: str = ""
    people: int | None = None
    note: str = ""
    reason: str = ""
    earlier: tuple[int, ...] = ()  # ids of resources that were added after the quarter, and shared earlier


def confirm(db: Session, person: Person, quarter: Quarter, statement: Statement, form_id: str = "") -> Confirmation:
    """Record the written confirmation of what the person's organization shared in ``quarter``, or that nothing was.

    It supersedes an earlier confirmation, which stays. Idempotent for the same ``form_id``. Raises NotFound if the
    person may not confirm, Refused with a sentence if the quarter or the statement is not acceptable.
    """
    organization = person.organization
    if not may(person, Permission.CONFIRM, organization):
        raise NotFound
    config = config_of(db)
    if objection := objection_to_confirming(
        quarter, clock.today(config.zone), organization.membership, config.records_begin
    ):
        raise Refused(objection)
    lock_roles(db, organization.id)  # until then, someone else may add the confirmation that this one supersedes
    confirmation = _confirmation(db, person, quarter, _checked(statement), form_id)
    if confirmation.once is None:
        db.add(confirmation)
    elif not add_once(db, confirmation):
        return _earlier_confirmation(db, confirmation, quarter, person)
    mail_actions.cancel(
        db, about=reminders_actions.about(organization, quarter)
    )  # reminders still in the outbox are obsolete now
    note(
        db,
        person,
        "signed the",
        confirmation,
        shared=statement.shared,
        resources=len(confirmation.items),
        digest=confirmation.digest,
    )
    return confirmation


def _confirmation(db: Session, person: Person, quarter: Quarter, statement: Statement, form_id: str) -> Confirmation:
    """Return the person's statement as a new confirmation with its digest; raises Refused."""
    resources = checked_resources(db, person, statement.resource_ids)
    titles = declarations_queries.visible_titles(db, person, resources)
    earlier = checked_earlier(db, resources, titles, quarter, statement.earlier)
    before = entries_queries.confirmations_of(db, person.organization, quarter)
    confirmation = Confirmation(
        **actor_columns(person, person.organization),
        quarter=str(quarter),
        role=person.role,
        confirmed_at=clock.now(),
        shared=statement.shared,
        with_whom=statement.with_whom,
        people=statement.people,
        note=statement.note,
        reason=statement.reason,
        once=f"confirm {person.id} {digest(form_id)}" if form_id else None,
        supersedes_id=before[0].id if before else None,
        items=[
            ConfirmedResource(resource_id=number, title=title, earlier=number in earlier)
            for number, title in titles.items()
        ],
    )
    confirmation.digest = digest_of(confirmation.canonical)
    return confirmation


def _checked(statement: Statement) -> Statement:
    """Return the statement with cleaned texts; raises Refused if something is missing."""
    if not statement.shared:
        return Statement(shared=False, reason=text_of(statement.reason, LONGEST_NOTE, "Say why nothing was shared."))
    with_whom = text_of(statement.with_whom, LONGEST_NOTE, "Say who you shared it with.")
    note_text = text_of(statement.note, LONGEST_NOTE)
    if not statement.resource_ids and not note_text:
        raise Refused("Check at least one resource, or describe in the note what you shared.")
    return Statement(
        shared=True,
        resource_ids=statement.resource_ids,
        with_whom=with_whom,
        people=checked_people(statement.people),
        note=note_text,
        earlier=tuple(statement.earlier),
    )


def _earlier_confirmation(db: Session, new: Confirmation, quarter: Quarter, person: Person) -> Confirmation:
    """Return the confirmation recorded from the same form; raises AlreadySentError if its contents have changed."""
    existing = entries_queries.confirmations_of(db, person.organization, quarter)
    same = next((confirmation for confirmation in existing if confirmation.once == new.once), None)
    if same is None or _content(same) != _content(new):
        raise AlreadySentError(ALREADY_SENT)
    return same


def _content(confirmation: Confirmation) -> tuple[object, ...]:
    return (
        confirmation.quarter,
        confirmation.shared,
        confirmation.with_whom,
        confirmation.people,
        confirmation.note,
        confirmation.reason,
        frozenset((item.resource_id, bool(item.earlier)) for item in confirmation.items),
    )

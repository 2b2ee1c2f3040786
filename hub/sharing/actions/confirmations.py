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
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.actions.entries import SENT_BEFORE, SentBeforeError, add_once, digest, named, people_of
from hub.sharing.models import Confirmation, ConfirmedResource
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.rules.standing import objection_to_confirming
from hub.sharing.rules.texts import LONGEST_NOTE


@dataclass(frozen=True)
class Statement:
    """What a representative or alternate says of a quarter; ``reason`` alone when nothing was shared."""

    shared: bool
    resource_ids: tuple[int, ...] = ()
    with_whom: str = ""
    people: int | None = None
    note: str = ""
    reason: str = ""


def confirm(db: Session, person: Person, quarter: Quarter, said: Statement, form_id: str = "") -> Confirmation:
    """Record in writing what the person's organization shared in ``quarter``, or that nothing was.

    An earlier confirmation stays and is superseded. A form that comes twice with the same ``form_id`` is recorded
    once. Raises NotFound when the person may not confirm, Refused with a sentence when it can't be so.
    """
    organization = person.organization
    if not may(person, Permission.CONFIRM, organization):
        raise NotFound
    if objection := objection_to_confirming(quarter, clock.today(config_of(db).zone), organization):
        raise Refused(objection)
    confirmation = _confirmation(db, person, quarter, _complete(said), form_id)
    if confirmation.once is None:
        db.add(confirmation)
    elif not add_once(db, confirmation):
        return _confirmed_before(db, confirmation, quarter, person)
    mail_actions.cancel(
        db, about=reminders_actions.about(organization, quarter)
    )  # what waits for the morning has no point any more
    note(
        db,
        person,
        "signed the",
        confirmation,
        shared=said.shared,
        resources=len(confirmation.items),
        digest=confirmation.digest,
    )
    return confirmation


def _confirmation(db: Session, person: Person, quarter: Quarter, said: Statement, form_id: str) -> Confirmation:
    """Return the person's statement as a new confirmation with its digest; raises Refused."""
    titles = declarations_queries.known_titles(db, person, named(db, person, said.resource_ids))
    before = entries_queries.confirmations_of(db, person.organization, quarter)
    confirmation = Confirmation(
        organization_id=person.organization_id,
        quarter=str(quarter),
        person_id=person.id,
        role=person.role,
        confirmed_at=clock.now(),
        shared=said.shared,
        with_whom=said.with_whom,
        people=said.people,
        note=said.note,
        reason=said.reason,
        once=f"confirm {person.id} {digest(form_id)}" if form_id else None,
        supersedes_id=before[0].id if before else None,
        items=[ConfirmedResource(resource_id=number, title=title) for number, title in titles.items()],
    )
    confirmation.digest = digest_of(confirmation.canonical)
    return confirmation


def _complete(said: Statement) -> Statement:
    """Return the statement as it is kept; raises Refused when something is missing."""
    if not said.shared:
        return Statement(shared=False, reason=text_of(said.reason, LONGEST_NOTE, "Say why nothing was shared."))
    with_whom = text_of(said.with_whom, LONGEST_NOTE, "Say with whom you shared it.")
    words = text_of(said.note, LONGEST_NOTE)
    if not said.resource_ids and not words:
        raise Refused("Tick at least one resource, or say in the note what you shared.")
    return Statement(
        shared=True, resource_ids=said.resource_ids, with_whom=with_whom, people=people_of(said.people), note=words
    )


def _confirmed_before(db: Session, new: Confirmation, quarter: Quarter, person: Person) -> Confirmation:
    """Return the confirmation that the same form made; raises SentBeforeError when it says something else now."""
    made = entries_queries.confirmations_of(db, person.organization, quarter)
    same = next((one for one in made if one.once == new.once), None)
    if same is None or _statement(same) != _statement(new):
        raise SentBeforeError(SENT_BEFORE)
    return same


def _statement(one: Confirmation) -> tuple[object, ...]:
    named = frozenset(item.resource_id for item in one.items)
    return (one.quarter, one.shared, one.with_whom, one.people, one.note, one.reason, named)

"""Actions on stakeholders: add, change, import, remove, unsubscribe."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from hub.core import clock, dates, set_aside
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.mail import actions as mail_actions
from hub.mail import rules as mail_rules
from hub.mail.delivery import forgetting
from hub.mail.models import OutboxMessage
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.outreach.models import Pack, PackLink, PackPerson, PackTrace, Stakeholder, StakeholderGroup, Unsubscribe
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.rules.packs import PackState
from hub.outreach.rules.stakeholders import (
    MOST_STAKEHOLDERS,
    Change,
    Entry,
    Line,
    Planned,
    entry_of,
    key_name,
    parse_unsubscribe_token,
    unsubscribe_token,
    with_known_spelling,
)

KIND = mail_rules.LetterKind.PACK  # of outbox messages that stakeholders can unsubscribe from


def import_list(db: Session, person: Person, text: str, group: str = "") -> list[Planned]:
    """Import a list into the stakeholders of the person's organization and return the result of each line.

    Raises Refused if the list is too long, and NotFound if the person may not manage the stakeholders.
    """
    planned = stakeholders_queries.plan_import(db, person, text, group)
    last = {plan.entry.email: plan.entry for plan in planned if plan.entry is not None}
    listed = {
        stakeholder.email: stakeholder for stakeholder in stakeholders_queries.all_stakeholders(db, person.organization)
    }
    _add_all(db, person.organization, [entry for email, entry in last.items() if email not in listed])
    for email, entry in last.items():
        if email in listed:
            _write(listed[email], entry)
    counts = {change.value: sum(plan.change is change for plan in planned) for change in Change}
    note(db, person, "imported stakeholders of", person.organization, **counts)
    return planned


def _add_all(db: Session, organization: Organization, entries: Sequence[Entry]) -> None:
    """Insert new stakeholders and their groups, in two statements for any number."""
    if not entries:
        return
    now = clock.now()
    rows = [
        {
            "organization_id": organization.id,
            "email": entry.email,
            "address_hash": stakeholders_queries.hash_of(db, entry.email),
            "name": entry.name,
            "affiliation": entry.affiliation,
            "created_at": now,
        }
        for entry in entries
    ]
    db.execute(insert(Stakeholder), rows)
    of_organization = select(Stakeholder.email, Stakeholder.id).where(Stakeholder.organization_id == organization.id)
    ids = dict(db.execute(of_organization).all())
    groups = [{"stakeholder_id": ids[entry.email], "name": name} for entry in entries for name in entry.groups]
    if groups:
        db.execute(insert(StakeholderGroup), groups)


def _write(stakeholder: Stakeholder, entry: Entry) -> None:
    """Copy the entry's values to the row."""
    stakeholder.name, stakeholder.affiliation = entry.name, entry.affiliation
    groups = {group.name: group for group in stakeholder.groups}
    stakeholder.groups[:] = [groups.get(name) or StakeholderGroup(name=name) for name in entry.groups]


def add_stakeholder(db: Session, person: Person, email: str, name: str, affiliation: str, groups: str) -> Stakeholder:
    """Add a stakeholder; raise Refused if the address is invalid, unsubscribed or already on the list."""
    organization = person.organization
    if not may(person, Permission.KEEP_STAKEHOLDERS, organization):
        raise NotFound
    entry = _entry(db, organization, email, name, affiliation, groups)
    _refuse_unavailable_address(db, organization, entry.email)
    if _count(db, organization) >= MOST_STAKEHOLDERS:
        raise Refused(f"Your list is full: it has {dates.number(MOST_STAKEHOLDERS)} people.")
    stakeholder = Stakeholder(
        organization_id=organization.id,
        email=entry.email,
        address_hash=stakeholders_queries.hash_of(db, entry.email),
        created_at=clock.now(),
        groups=[],
    )
    _write(stakeholder, entry)
    db.add(stakeholder)
    note(db, person, "added the", stakeholder)
    return stakeholder


def change_stakeholder(
    db: Session, person: Person, stakeholder: Stakeholder, email: str, name: str, affiliation: str, groups: str
) -> None:
    """Change a stakeholder's details; raise Refused if they are invalid."""
    entry = _entry(db, person.organization, email, name, affiliation, groups)
    if entry.email != stakeholder.email:
        _refuse_unavailable_address(db, person.organization, entry.email)
        stakeholder.email = entry.email
        stakeholder.address_hash = stakeholders_queries.hash_of(db, entry.email)
    _write(stakeholder, entry)
    note(db, person, "changed the", stakeholder)


def _entry(db: Session, organization: Organization, email: str, name: str, affiliation: str, groups: str) -> Entry:
    """Return the typed entry, with groups capitalized as in the list; raise Refused if it is invalid."""
    line = Line(1, "", entry_of(email, name, affiliation, groups))
    [spelled] = with_known_spelling([line], stakeholders_queries.group_names(db, organization))
    return spelled.entry or entry_of(email)


def _count(db: Session, organization: Organization) -> int:
    return db.scalar(select(func.count(Stakeholder.id)).where(Stakeholder.organization_id == organization.id)) or 0


def _refuse_unavailable_address(db: Session, organization: Organization, email: str) -> None:
    same_address = select(Stakeholder.id).where(
        Stakeholder.organization_id == organization.id, Stakeholder.email == email
    )
    if db.scalar(same_address) is not None:
        raise Refused(f"{email} is already on your list.")
    hashed = stakeholders_queries.hash_of(db, email)
    if stakeholders_queries.unsubscribe_of(db, organization.id, hashed) or stakeholders_queries.unsubscribe_of(
        db, None, hashed
    ):
        raise Refused(f"{email} has unsubscribed from your email.")


def remove_stakeholders(db: Session, person: Person, ids: Iterable[int]) -> int:
    """Remove stakeholders and return their number. Deletes their addresses, from sent emails too; counts stay."""
    stakeholder_ids = [stakeholder.id for stakeholder in stakeholders_queries.stakeholders_by_id(db, person, ids)]
    if not stakeholder_ids:
        return 0
    erase_stakeholders(db, stakeholder_ids)
    note(db, person, "removed stakeholders of", person.organization, count=len(stakeholder_ids))
    return len(stakeholder_ids)


def erase_stakeholders(db: Session, stakeholder_ids: Sequence[int]) -> None:
    """Delete the stakeholders with these ids, of any organization, and their addresses from sent emails; counts stay."""
    links = select(PackLink.id).where(PackLink.stakeholder_id.in_(stakeholder_ids))
    messages = select(PackLink.message_id).where(PackLink.id.in_(links), PackLink.message_id.is_not(None))
    forgetting.forget_messages(db, [number for number in db.scalars(messages) if number is not None])
    db.execute(update(PackTrace).where(PackTrace.link_id.in_(links)).values(words=""))
    db.execute(update(PackLink).where(PackLink.stakeholder_id.in_(stakeholder_ids)).values(stakeholder_id=None))
    db.execute(delete(StakeholderGroup).where(StakeholderGroup.stakeholder_id.in_(stakeholder_ids)))
    db.execute(delete(PackPerson).where(PackPerson.stakeholder_id.in_(stakeholder_ids)))
    db.execute(delete(Stakeholder).where(Stakeholder.id.in_(stakeholder_ids)))
    set_aside.delete_about(db, Stakeholder.__name__, stakeholder_ids)


def token_of(db: Session, organization_id: int, hashed: str) -> str:
    """Return the token of the URL where a recipient unsubscribes from the organization."""
    return unsubscribe_token(config_of(db).UNSUBSCRIBE_KEY, organization_id, hashed)


def recipient_of(db: Session, token: str) -> tuple[Organization, str]:
    """Return the organization and the address hash of an unsubscribe token; raise NotFound if it isn't genuine."""
    parsed = parse_unsubscribe_token(config_of(db).UNSUBSCRIBE_KEY, token)
    organization = db.get(Organization, parsed[0]) if parsed else None
    if parsed is None or organization is None:
        raise NotFound
    return organization, parsed[1]


def unsubscribe(db: Session, token: str, *, everyone: bool = False) -> None:
    """Unsubscribe the token's address from its organization, or from all with ``everyone``. Idempotent.

    Cancels the pack emails that wait for the address in the outbox.
    """
    organization, hashed = recipient_of(db, token)
    organization_id = None if everyone else organization.id
    if stakeholders_queries.unsubscribe_of(db, organization_id, hashed) is None:
        key = config_of(db).UNSUBSCRIBE_KEY
        through_id = organization.id if everyone else None
        db.add(
            Unsubscribe(
                address_hash=hashed,
                organization_id=organization_id,
                through_id=through_id,
                key_name=key_name(key),
                at=clock.now(),
            )
        )
        db.flush()
    _cancel_waiting(db, token, organization_id, hashed)


def _cancel_waiting(db: Session, token: str, organization_id: int | None, hashed: str) -> None:
    """Cancel waiting pack emails for the address: the organization's, or all if ``organization_id`` is None."""
    # A worker that is writing emails right now may not have seen the unsubscribe, so wait for it to finish.
    sending = select(Pack.id).where(Pack.state == PackState.SENDING).order_by(Pack.id).with_for_update()
    if organization_id is not None:
        sending = sending.where(Pack.organization_id == organization_id)
    db.scalars(sending).all()
    url = OutboxMessage.unsubscribe
    for_address = url.contains(f"-{hashed}-") if organization_id is None else url.endswith(f"/stop/{token}")
    is_waiting = (OutboxMessage.state == mail_rules.State.WAITING, OutboxMessage.kind == KIND, for_address)
    mail_actions.cancel(db, once=db.scalars(select(OutboxMessage.once).where(*is_waiting)).all())


def refuse_if_stopped(db: Session, message: OutboxMessage) -> None:
    """Raise Refused if the message belongs to a pack and its recipient has unsubscribed."""
    if message.kind != KIND or not message.unsubscribe:
        return
    parsed = parse_unsubscribe_token(config_of(db).UNSUBSCRIBE_KEY, message.unsubscribe.rpartition("/")[2])
    if parsed is None:
        raise Refused(
            "The hub’s unsubscribe key was changed, so it can’t tell who has unsubscribed. Restore the old key."
        )
    if any(stakeholders_queries.unsubscribe_of(db, scope, parsed[1]) for scope in (parsed[0], None)):
        raise Refused("The recipient has unsubscribed, so this email can’t be sent again.")


def resubscribe(db: Session, token: str, *, everyone: bool = False) -> None:
    """Undo the unsubscribe of the token's address from the organization, or from all if ``everyone``.

    The two are separate, so that no one gets email that they didn't ask for. Only emails to that address have the
    token. Raises Refused if they unsubscribed from all through another organization's email.
    """
    organization, hashed = recipient_of(db, token)
    if (other := stakeholders_queries.stopped_through_another(db, organization, hashed)) is not None:
        raise Refused(
            f"You unsubscribed through an email from {other.name}. To resubscribe, use the unsubscribe link in an email "
            "from them."
        )
    row = stakeholders_queries.unsubscribe_of(db, None if everyone else organization.id, hashed)
    if row is not None:
        db.delete(row)

"""Keeping the list of stakeholders, and stopping mail for ever."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from hub.core import clock, dates
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.mail import actions as mail_actions
from hub.mail import rules as mail_rules
from hub.mail.delivery import keeping
from hub.mail.models import OutboxMessage
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.outreach.models import Pack, PackLink, PackTrace, Stakeholder, StakeholderGroup, Unsubscribe
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
    spelled_as,
    stop_token,
    stopped_by,
)

KIND = "pack"  # of the messages that carry an address by which stakeholders unsubscribe


def take_in(db: Session, person: Person, text: str, group: str = "") -> list[Planned]:
    """Bring the lines of a list into that of the person's organization; answers what became of each line.

    Raises Refused when the text can't be a list, NotFound when the person may not keep the stakeholders.
    """
    planned = stakeholders_queries.plan_of(db, person, text, group)
    last = {one.entry.email: one.entry for one in planned if one.entry is not None}
    known = {one.email: one for one in stakeholders_queries.whole_list(db, person.organization)}
    _add_all(db, person.organization, [entry for email, entry in last.items() if email not in known])
    for email, entry in last.items():
        if email in known:
            _write(known[email], entry)
    counts = {change.value: sum(one.change is change for one in planned) for change in Change}
    note(db, person, "imported stakeholders of", person.organization, **counts)
    return planned


def _add_all(db: Session, organization: Organization, entries: Sequence[Entry]) -> None:
    """New stakeholders with their groups: two statements for however many."""
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


def _write(one: Stakeholder, entry: Entry) -> None:
    """Let the row say what the entry says."""
    one.name, one.affiliation = entry.name, entry.affiliation
    there = {group.name: group for group in one.groups}
    one.groups[:] = [there.get(name) or StakeholderGroup(name=name) for name in entry.groups]


def add_stakeholder(db: Session, person: Person, email: str, name: str, affiliation: str, groups: str) -> Stakeholder:
    """Put one person on the list; raises Refused when the address is there, unsubscribed, or can't be one."""
    organization = person.organization
    if not may(person, Permission.KEEP_STAKEHOLDERS, organization):
        raise NotFound
    entry = _entry(db, organization, email, name, affiliation, groups)
    _refuse_unless_free(db, organization, entry.email)
    if (_count(db, organization)) >= MOST_STAKEHOLDERS:
        raise Refused(f"Your list is full: it has {dates.number(MOST_STAKEHOLDERS)} people.")
    one = Stakeholder(
        organization_id=organization.id,
        email=entry.email,
        address_hash=stakeholders_queries.hash_of(db, entry.email),
        created_at=clock.now(),
        groups=[],
    )
    _write(one, entry)
    db.add(one)
    note(db, person, "added the", one)
    return one


def change_stakeholder(
    db: Session, person: Person, one: Stakeholder, email: str, name: str, affiliation: str, groups: str
) -> None:
    """Change what the list says of someone; raises Refused."""
    entry = _entry(db, person.organization, email, name, affiliation, groups)
    if entry.email != one.email:
        _refuse_unless_free(db, person.organization, entry.email)
        one.email, one.address_hash = entry.email, stakeholders_queries.hash_of(db, entry.email)
    _write(one, entry)
    note(db, person, "changed the", one)


def _entry(db: Session, organization: Organization, email: str, name: str, affiliation: str, groups: str) -> Entry:
    """Return what was typed, its groups written as the list writes them; raises Refused."""
    line = Line(1, "", entry_of(email, name, affiliation, groups))
    [spelled] = spelled_as([line], stakeholders_queries.group_names(db, organization))
    return spelled.entry or entry_of(email)


def _count(db: Session, organization: Organization) -> int:
    return db.scalar(select(func.count(Stakeholder.id)).where(Stakeholder.organization_id == organization.id)) or 0


def _refuse_unless_free(db: Session, organization: Organization, email: str) -> None:
    there = select(Stakeholder.id).where(Stakeholder.organization_id == organization.id, Stakeholder.email == email)
    if db.scalar(there) is not None:
        raise Refused(f"{email} is already on your list.")
    hashed = stakeholders_queries.hash_of(db, email)
    if stakeholders_queries.unsubscribe_of(db, organization.id, hashed) or stakeholders_queries.unsubscribe_of(
        db, None, hashed
    ):
        raise Refused(f"{email} has unsubscribed from your email.")


def remove_stakeholders(db: Session, person: Person, ids: Iterable[int]) -> int:
    """Take people off the list; answers how many. Their addresses go, from sent messages too; counts stay."""
    numbers = [one.id for one in stakeholders_queries.some_stakeholders(db, person, ids)]
    if not numbers:
        return 0
    links = select(PackLink.id).where(PackLink.stakeholder_id.in_(numbers))
    _forget_messages(db, numbers)
    db.execute(update(PackTrace).where(PackTrace.link_id.in_(links)).values(words=""))
    db.execute(update(PackLink).where(PackLink.stakeholder_id.in_(numbers)).values(stakeholder_id=None))
    db.execute(delete(StakeholderGroup).where(StakeholderGroup.stakeholder_id.in_(numbers)))
    db.execute(delete(Stakeholder).where(Stakeholder.id.in_(numbers)))
    note(db, person, "removed stakeholders of", person.organization, count=len(numbers))
    return len(numbers)


def _forget_messages(db: Session, stakeholder_ids: Sequence[int]) -> None:
    """Take back what still waits for them, and let go of the address, name and text of what went out."""
    mailed = select(PackLink.message_id).where(
        PackLink.stakeholder_id.in_(stakeholder_ids), PackLink.message_id.is_not(None)
    )
    message_ids = db.scalars(mailed).all()
    once = db.scalars(select(OutboxMessage.once).where(OutboxMessage.id.in_(message_ids))).all()
    mail_actions.cancel(db, once=once)
    settled = (OutboxMessage.id.in_(message_ids), OutboxMessage.state.in_(mail_rules.SETTLED))
    db.execute(update(OutboxMessage).where(*settled).values(**mail_actions.FORGOTTEN))
    for message_id in message_ids:
        keeping.drop(config_of(db), message_id or 0)


def token_of(db: Session, organization_id: int, hashed: str) -> str:
    """Return the word in the address by which a recipient unsubscribes from the organization's mail."""
    return stop_token(config_of(db).UNSUBSCRIBE_KEY, organization_id, hashed)


def whom_it_stops(db: Session, token: str) -> tuple[Organization, str]:
    """Return the organization whose mail the token stops, and to which address (its hash); raises NotFound."""
    found = stopped_by(config_of(db).UNSUBSCRIBE_KEY, token)
    organization = db.get(Organization, found[0]) if found else None
    if found is None or organization is None:
        raise NotFound
    return organization, found[1]


def stop(db: Session, token: str, *, everyone: bool = False) -> None:
    """No more mail to the token's address from its organization, or from any through this hub. Twice is once.

    What waits for it in the outbox is taken back.
    """
    organization, hashed = whom_it_stops(db, token)
    whose = None if everyone else organization.id
    if stakeholders_queries.unsubscribe_of(db, whose, hashed) is None:
        key = config_of(db).UNSUBSCRIBE_KEY
        through = organization.id if everyone else None
        db.add(
            Unsubscribe(
                address_hash=hashed,
                organization_id=whose,
                through_id=through,
                key_name=key_name(key),
                at=clock.now(),
            )
        )
        db.flush()
    _take_back(db, token, None if everyone else organization.id, hashed)


def _take_back(db: Session, token: str, organization_id: int | None, hashed: str) -> None:
    """Take back what packs of the organization, or of all (None), have in the outbox for the address."""
    # A worker that writes messages at this moment may not know of the unsubscribe: it is waited for.
    sending = select(Pack.id).where(Pack.state == PackState.SENDING).order_by(Pack.id).with_for_update()
    if organization_id is not None:
        sending = sending.where(Pack.organization_id == organization_id)
    db.scalars(sending).all()
    stops = OutboxMessage.unsubscribe
    theirs = stops.contains(f"-{hashed}-") if organization_id is None else stops.endswith(f"/stop/{token}")
    waits = (OutboxMessage.state == mail_rules.State.WAITING, OutboxMessage.kind == KIND, theirs)
    mail_actions.cancel(db, once=db.scalars(select(OutboxMessage.once).where(*waits)).all())


def refuse_if_stopped(db: Session, message: OutboxMessage) -> None:
    """Raises Refused when the message is a pack's and its recipient wants no more of them."""
    if message.kind != KIND or not message.unsubscribe:
        return
    found = stopped_by(config_of(db).UNSUBSCRIBE_KEY, message.unsubscribe.rpartition("/")[2])
    if found is None:
        raise Refused(
            "The hub’s unsubscribe key was changed, so it can’t tell who has unsubscribed. Restore the old key."
        )
    if any(stakeholders_queries.unsubscribe_of(db, whose, found[1]) for whose in (found[0], None)):
        raise Refused("The recipient has unsubscribed, so this email can’t be sent again.")


def start_again(db: Session, token: str) -> None:
    """The recipient wants the organization's mail again: only they can say so, by the link in a message to them.

    Raises Refused when they stopped everyone's mail by another organization's message.
    """
    organization, hashed = whom_it_stops(db, token)
    if (other := stakeholders_queries.stopped_through_another(db, organization, hashed)) is not None:
        raise Refused(
            f"You unsubscribed through an email from {other.name}. To resubscribe, use the unsubscribe link in an email "
            "from them."
        )
    for whose in (organization.id, None):
        found = stakeholders_queries.unsubscribe_of(db, whose, hashed)
        if found is not None:
            db.delete(found)

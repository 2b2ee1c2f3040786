"""Queries for applications, their evidence and votes. Permission is checked here, where applications are loaded."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core.db import config_of
from hub.core.errors import NotAllowed, NotFound
from hub.joining.models import Application, Evidence, EvidencePage, Vote
from hub.joining.rules import (
    CRITERIA,
    Ballot,
    Conflict,
    Criterion,
    Decision,
    Invitation,
    Party,
    Progress,
    Tally,
    application_of_mailed,
    conflict_of,
    mailed_token,
    sees_votes,
    tally,
)
from hub.mail.models import OutboxMessage
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.members.queries import token_hash
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import MAY, Permission, may

APPLICATIONS_PER_PAGE = 50


@dataclass(frozen=True)
class Document:
    """A file of evidence with the page to read: the one that the applicant named, or the first."""

    evidence: Evidence
    page: EvidencePage | None


@dataclass(frozen=True)
class Part:
    """A criterion of an application, with its statement and evidence."""

    criterion: Criterion
    statement: str
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Votes:
    """The votes of the current round that a person may see."""

    own: Vote | None
    cast: int  # their number, which everyone who sees the application may see
    visible: tuple[Vote, ...]  # empty while they are hidden from this person
    tally: Tally | None  # None while they are hidden
    former: frozenset[int]  # the people among them who no longer vote


def _select_applications() -> Select[Application]:
    return select(Application).options(
        selectinload(Application.statements),
        selectinload(Application.evidence),
        selectinload(Application.votes).joinedload(Vote.person),
        joinedload(Application.organization),
    )


def select_locked(application_id: int) -> Select[Application]:
    """Return the query that locks an application and loads its current state again, also what was loaded before."""
    query = _select_applications().where(Application.id == application_id)
    return query.with_for_update(of=Application).execution_options(populate_existing=True)


def application_by_token(db: Session, token: str) -> Application:
    """Return the application of an applicant's link, shown or emailed; raises NotFound."""
    mailed_id = application_of_mailed(token)
    its = Application.id == mailed_id if mailed_id else Application.token_hash == token_hash(token)
    application = db.scalar(_select_applications().where(its))
    if application is None or (mailed_id and not address_of_link(db, application, token)):
        raise NotFound
    return application


def address_of_link(db: Session, application: Application, token: str) -> str:
    """Return the address to which this link was emailed, if it is the contact's or was; empty for the link that was shown."""
    key = config_of(db).UNSUBSCRIBE_KEY
    return next(
        (
            address
            for address in (application.contact_email, application.answered_email)
            if address and hmac.compare_digest(mailed_token(key, application.id, address).encode(), token.encode())
        ),
        "",
    )


def unconfirmed(db: Session, address: str) -> Sequence[Application]:
    """Return the applications that aren't over and whose contact has this address and hasn't confirmed it, by id."""
    has_contact = func.lower(Application.contact_email) == address.lower()
    query = select(Application).where(
        has_contact, Application.progress.in_([state for state in Progress if not state.is_over])
    )
    return [each for each in db.scalars(query.order_by(Application.id)) if address and not each.has_answered]


def application_for(db: Session, person: Person, application_id: int) -> Application:
    """Return a submitted application; raises NotFound for drafts, NotAllowed unless ``person`` may see any."""
    application = db.scalar(
        _select_applications().where(Application.id == application_id, Application.submitted_at.is_not(None))
    )
    if not may(person, Permission.SEE_APPLICATIONS):
        raise NotAllowed(Permission.SEE_APPLICATIONS)
    if application is None:
        raise NotFound
    return application


def evidence_of(application: Application, evidence_id: int) -> Evidence:
    """Return a file of this application; raises NotFound."""
    match = next((evidence for evidence in application.evidence if evidence.id == evidence_id), None)
    if match is None:
        raise NotFound
    return match


def applications(
    db: Session, person: Person, progress: Progress | None, page: int
) -> tuple[Sequence[Application], int]:
    """Return a page of submitted applications, those with the board first, and the total; ``progress`` filters them."""
    if not may(person, Permission.SEE_APPLICATIONS):
        raise NotFound
    status = true() if progress is None else Application.progress == progress
    conditions = (Application.submitted_at.is_not(None), status)
    total = db.scalar(select(func.count(Application.id)).where(*conditions)) or 0
    with_board_first = Application.progress != Progress.SUBMITTED
    query = select(Application).where(*conditions).order_by(with_board_first, Application.submitted_at.desc())
    return db.scalars(query.offset((page - 1) * APPLICATIONS_PER_PAGE).limit(APPLICATIONS_PER_PAGE)).all(), total


def waiting_for(db: Session, person: Person) -> Sequence[Application]:
    """Return the applications that need the vote of ``person``, oldest first; empty for people who don't vote."""
    if not may(person, Permission.VOTE):
        return []
    voted = (
        select(Vote.id)
        .where(Vote.application_id == Application.id, Vote.round == Application.round, Vote.person_id == person.id)
        .exists()
    )
    waiting = select(Application).where(Application.progress == Progress.SUBMITTED, ~voted)
    return db.scalars(waiting.order_by(Application.submitted_at)).all()


def link_letter_of(application: Application) -> str:
    """Return the key by which the outbox knows the email with the application's link."""
    return f"link of application {application.id}"


def is_link_mailed(db: Session, application: Application) -> bool:
    """Return True if the application's link is emailed; only the first one of a day is, for each address."""
    letter = select(OutboxMessage.id).where(OutboxMessage.about == link_letter_of(application))
    return db.scalar(letter.limit(1)) is not None


def has_link_of(db: Session, once: str) -> bool:
    """Return True if the email with this idempotency key is in the outbox."""
    return db.scalar(select(OutboxMessage.id).where(OutboxMessage.once == once)) is not None


def links_mailed(db: Session, application: Application, since: datetime) -> int:
    """Return the number of emails with the application's link since a moment."""
    letters = select(func.count(OutboxMessage.id)).where(OutboxMessage.about == link_letter_of(application))
    return db.scalar(letters.where(OutboxMessage.posted_at > since)) or 0


def voters(db: Session) -> Sequence[Person]:
    """Return the active people who may vote, by name."""
    roles = [role for role in Role if MAY[Permission.VOTE].get(role) is not None]
    return db.scalars(
        select(Person).where(Person.role.in_(roles), members_queries.takes_part(db)).order_by(Person.name)
    ).all()


def parts_of(db: Session, application: Application) -> list[Part]:
    """Return the parts of the application in the order of its criteria."""
    statements = {statement.criterion: statement.text for statement in application.statements}
    pages = _pages_to_read(db, application.evidence)
    return [
        Part(
            criterion,
            statements.get(criterion, ""),
            tuple(
                Document(evidence, pages.get(evidence.id))
                for evidence in application.evidence
                if evidence.criterion is criterion
            ),
        )
        for criterion in CRITERIA[application.kind]
    ]


def _pages_to_read(db: Session, files: Iterable[Evidence]) -> dict[int, EvidencePage]:
    page_numbers = {evidence.id: evidence.page_number or 1 for evidence in files}
    numbers = sorted(set(page_numbers.values()))
    pages = db.scalars(
        select(EvidencePage).where(EvidencePage.evidence_id.in_(page_numbers), EvidencePage.number.in_(numbers))
    )
    return {page.evidence_id: page for page in pages if page_numbers[page.evidence_id] == page.number}


def current_votes(application: Application) -> list[Vote]:
    """Return the last vote of each person in the current round, in the order they were cast."""
    last = {vote.person_id: vote for vote in application.votes if vote.round == application.round}
    return sorted(last.values(), key=lambda vote: vote.id or 0)


def tallies_of(application: Application) -> tuple[Tally, Tally]:
    """Return the tally of the current votes, and one that also counts votes with a conflict that the hub saw.

    A vote counts if it was cast by someone on the board, even if they left it later: changing roles can't change the
    result.
    """
    votes = current_votes(application)
    counting = tally(Ballot.CONFLICT if vote.conflict else vote.ballot for vote in votes)
    return counting, tally(vote.ballot for vote in votes)


def conflict_for(person: Person, application: Application) -> Conflict | None:
    """Return the conflict of interest between a voter and the applicant that the hub can see, or None."""
    named = (application.contact_email, application.representative_email, application.alternate_email)
    return conflict_of(
        Party(frozenset({person.email}), person.organization.name, person.organization.website),
        Party(frozenset(named) - {""}, application.name, application.website),
    )


def decision_of(application: Application) -> Decision | None:
    """Return the decision on the application with the vote at the time; None before, and if it was withdrawn."""
    if application.progress not in {Progress.APPROVED, Progress.DECLINED}:
        return None
    votes, _ = tallies_of(application)
    return Decision(
        approved=application.progress is Progress.APPROVED,
        votes=votes,
        quorum=application.quorum,
        departure=application.departure,
        by=application.decided_by_name,
    )


def invitations_of(application: Application) -> list[Invitation]:
    """Return what the hub did on approval for each person that the application names."""
    people = (
        (application.representative_name, application.representative_email, application.representative_invited),
        (application.alternate_name, application.alternate_email, application.alternate_invited),
    )
    return [Invitation(name or email, email, invited) for name, email, invited in people if invited]


def votes_for(person: Person, application: Application, quorum: int) -> Votes:
    """Return the votes that ``person`` may see; others' votes are hidden until `sees_votes` allows them."""
    votes = current_votes(application)
    own = next((vote for vote in votes if vote.person_id == person.id), None)
    total, _ = tallies_of(application)
    visible = sees_votes(
        own=own.ballot if own else None,
        votes=may(person, Permission.VOTE),
        has_quorum=total.counted >= quorum,
        is_over=application.progress.is_over,
    )
    former = frozenset(
        vote.person_id for vote in votes if not (vote.person.is_active and may(vote.person, Permission.VOTE))
    )
    return Votes(own, len(votes), tuple(votes) if visible else (), total if visible else None, former)

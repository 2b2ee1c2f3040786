"""Queries for applications, their evidence and votes. Permission is checked here, where applications are loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core.errors import NotFound
from hub.joining.models import Application, Evidence, EvidencePage, Vote
from hub.joining.rules import CRITERIA, Criterion, Progress, Tally, sees_votes, tally
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


def _select_applications() -> Select[Application]:
    return select(Application).options(
        selectinload(Application.statements),
        selectinload(Application.evidence),
        selectinload(Application.votes).joinedload(Vote.person),
        joinedload(Application.decided_by),
        joinedload(Application.organization),
    )


def application_by_token(db: Session, token: str) -> Application:
    """Return the application of an applicant's link; raises NotFound."""
    application = db.scalar(_select_applications().where(Application.token_hash == token_hash(token)))
    if application is None:
        raise NotFound
    return application


def application_for(db: Session, person: Person, application_id: int) -> Application:
    """Return a submitted application; raises NotFound for drafts, and unless ``person`` may see applications."""
    application = db.scalar(
        _select_applications().where(Application.id == application_id, Application.submitted_at.is_not(None))
    )
    if application is None or not may(person, Permission.SEE_APPLICATIONS):
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


def voters(db: Session) -> Sequence[Person]:
    """Return the active people who may vote, by name."""
    roles = [role for role in Role if MAY[Permission.VOTE].get(role) is not None]
    return db.scalars(
        select(Person).where(Person.role.in_(roles), Person.left_at.is_(None)).order_by(Person.name)
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


def tally_of(votes: Iterable[Vote]) -> Tally:
    """Return the tally of ``votes``."""
    return tally(vote.ballot for vote in votes)


def votes_for(person: Person, application: Application, quorum: int) -> Votes:
    """Return the votes that ``person`` may see; others' votes are hidden until `sees_votes` allows them."""
    votes = current_votes(application)
    own = next((vote for vote in votes if vote.person_id == person.id), None)
    total = tally_of(votes)
    visible = sees_votes(
        own=own.ballot if own else None,
        votes=may(person, Permission.VOTE),
        has_quorum=total.counted >= quorum,
        is_over=application.progress.is_over,
    )
    return Votes(own, len(votes), tuple(votes) if visible else (), total if visible else None)

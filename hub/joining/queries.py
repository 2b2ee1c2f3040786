"""Applications to join, for their applicants and for the board. Permission is checked here, where they are loaded."""

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
class Shown:
    """A file of evidence with the page to look at: the one that the applicant named, or the first."""

    evidence: Evidence
    page: EvidencePage | None


@dataclass(frozen=True)
class Part:
    """A criterion of an application, what was said on it, and what shows it."""

    criterion: Criterion
    statement: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Votes:
    """The votes of the present round as someone may see them."""

    own: Vote | None
    cast: int  # how many there are, which everyone sees who sees the application
    standing: tuple[Vote, ...]  # empty while they are hidden from this person
    tally: Tally | None  # None while they are hidden


def _whole() -> Select[Application]:
    return select(Application).options(
        selectinload(Application.statements),
        selectinload(Application.evidence),
        selectinload(Application.votes).joinedload(Vote.person),
        joinedload(Application.decided_by),
        joinedload(Application.organization),
    )


def application_by_token(db: Session, token: str) -> Application:
    """Return the application that an applicant's link opens; raises NotFound."""
    application = db.scalar(_whole().where(Application.token_hash == token_hash(token)))
    if application is None:
        raise NotFound
    return application


def application_for(db: Session, person: Person, application_id: int) -> Application:
    """Return a submitted application, if ``person`` may see applications; a draft is its applicant's alone. Raises NotFound."""
    application = db.scalar(_whole().where(Application.id == application_id, Application.submitted_at.is_not(None)))
    if application is None or not may(person, Permission.SEE_APPLICATIONS):
        raise NotFound
    return application


def evidence_of(application: Application, evidence_id: int) -> Evidence:
    """Return a file of this application; raises NotFound."""
    found = next((one for one in application.evidence if one.id == evidence_id), None)
    if found is None:
        raise NotFound
    return found


def applications(
    db: Session, person: Person, progress: Progress | None, page: int
) -> tuple[Sequence[Application], int]:
    """Return a page of the applications that were ever submitted, what waits for the board first; and how many there are."""
    if not may(person, Permission.SEE_APPLICATIONS):
        raise NotFound
    standing = true() if progress is None else Application.progress == progress
    conditions = (Application.submitted_at.is_not(None), standing)
    total = db.scalar(select(func.count(Application.id)).where(*conditions)) or 0
    waits_first = Application.progress != Progress.SUBMITTED
    found = select(Application).where(*conditions).order_by(waits_first, Application.submitted_at.desc())
    return db.scalars(found.offset((page - 1) * APPLICATIONS_PER_PAGE).limit(APPLICATIONS_PER_PAGE)).all(), total


def waiting_for(db: Session, person: Person) -> Sequence[Application]:
    """Return the applications before the board that ``person`` has yet to vote on; empty for who doesn't vote."""
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
    """Everybody who may vote, by name."""
    roles = [role for role in Role if MAY[Permission.VOTE].get(role) is not None]
    return db.scalars(
        select(Person).where(Person.role.in_(roles), Person.left_at.is_(None)).order_by(Person.name)
    ).all()


def parts_of(db: Session, application: Application) -> list[Part]:
    """Return what the application shows, criterion by criterion, each file with the page to look at."""
    said = {one.criterion: one.text for one in application.statements}
    pages = _pages_to_look_at(db, application.evidence)
    return [
        Part(
            criterion,
            said.get(criterion, ""),
            tuple(Shown(one, pages.get(one.id)) for one in application.evidence if one.criterion is criterion),
        )
        for criterion in CRITERIA[application.kind]
    ]


def _pages_to_look_at(db: Session, evidence: Iterable[Evidence]) -> dict[int, EvidencePage]:
    wanted = {one.id: one.page_number or 1 for one in evidence}
    numbers = sorted(set(wanted.values()))
    found = db.scalars(
        select(EvidencePage).where(EvidencePage.evidence_id.in_(wanted), EvidencePage.number.in_(numbers))
    )
    return {page.evidence_id: page for page in found if wanted[page.evidence_id] == page.number}


def standing_votes(application: Application) -> list[Vote]:
    """Return the last vote of each person in the present round, in the order in which they were cast."""
    last = {vote.person_id: vote for vote in application.votes if vote.round == application.round}
    return sorted(last.values(), key=lambda vote: vote.id or 0)


def tally_of(votes: Iterable[Vote]) -> Tally:
    """Return what votes add up to."""
    return tally(vote.ballot for vote in votes)


def votes_for(person: Person, application: Application, quorum: int) -> Votes:
    """Return the votes as ``person`` may see them: hidden until they cast their own."""
    standing = standing_votes(application)
    own = next((vote for vote in standing if vote.person_id == person.id), None)
    added = tally_of(standing)
    visible = sees_votes(
        own=own.ballot if own else None,
        votes=may(person, Permission.VOTE),
        has_quorum=added.counted >= quorum,
        is_over=application.progress.is_over,
    )
    return Votes(own, len(standing), tuple(standing) if visible else (), added if visible else None)

"""Applying to join: drafts, evidence, votes, the decision. Permission of people is checked here; an applicant's
permission is the secret link that loaded the application.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused, TooManyTries
from hub.core.text import clean, text_of
from hub.joining import letters as joining_letters
from hub.joining import queries as joining_queries
from hub.joining.models import Application, Evidence, Statement, Vote
from hub.joining.rules import (
    CRITERIA,
    LONGEST_INTEREST,
    LONGEST_REASON,
    LONGEST_STATEMENT,
    MOST_EVIDENCE,
    Ballot,
    Criterion,
    Progress,
    lacking,
    objection_to_deciding,
)
from hub.library import actions as library_actions
from hub.library.files.originals import StoredFile
from hub.library.rules import LARGEST
from hub.mail import actions as mail_actions
from hub.mail.letters import Letter
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.queries import token_hash
from hub.members.rules.fields import email_of, name_of, website_of
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission, may
from hub.members.rules.signing_in import same_network

# Whoever wants to flood the board needs many networks: more from one in a day is no honest interest.
MOST_A_DAY = 5
DAY = timedelta(days=1)
NOT_OPEN = "This application can't be changed now. Its page says where it stands."


@dataclass(frozen=True)
class Applicant:
    """Who acts with an application's secret link: someone without an account, known by their address."""

    email: str
    id: int = 0  # no one's: the audit names the address


@dataclass(frozen=True)
class Interest:
    """What someone says who would like to join."""

    kind: OrganizationKind
    name: str
    contact_name: str
    contact_email: str
    region: str = ""
    website: str = ""
    interest: str = ""


@dataclass(frozen=True)
class Draft:
    """What an application says; the evidence comes by itself."""

    interest: Interest
    statements: Mapping[Criterion, str]
    representative_name: str = ""
    representative_email: str = ""
    alternate_name: str = ""
    alternate_email: str = ""


def express_interest(db: Session, said: Interest, address: str) -> tuple[Application, str]:
    """Return a new draft, and the token of the link that opens it: shown now and mailed, kept nowhere.

    Raises Refused with what to change, TooManyTries when a network sent many today.
    """
    network, now = same_network(address), clock.now()
    lately = (Application.from_network == network, Application.created_at > now - DAY)
    if (db.scalar(select(func.count(Application.id)).where(*lately)) or 0) >= MOST_A_DAY:
        raise TooManyTries("Several applications came from here today. Write to the coordinator, or try tomorrow.")
    token = secrets.token_urlsafe(24)
    application = Application(token_hash=token_hash(token), from_network=network, created_at=now, changed_at=now)
    application.statements, application.evidence, application.votes = [], [], []
    _say_interest(application, said)
    db.add(application)
    note(db, _applicant(application), "began", application)
    _write_to_applicant(
        db,
        application,
        "link",
        joining_letters.link(application.name, application.contact_name, f"{config_of(db).BASE_URL}/join/{token}"),
        secret=True,
    )
    return application, token


def save(application: Application, said: Draft) -> None:
    """Keep what was written so far; raises Refused when it is not open any more or a text can't be kept."""
    _must_be_open(application)
    _say_interest(application, said.interest)
    application.representative_name, application.representative_email = _contact(
        said.representative_name, said.representative_email, "representative"
    )
    application.alternate_name, application.alternate_email = _contact(
        said.alternate_name, said.alternate_email, "alternate"
    )
    if application.alternate_email and application.alternate_email == application.representative_email:
        raise Refused("Representative and alternate are two people: give each an email address of their own.")
    known = {one.criterion: one for one in application.statements}
    for criterion in CRITERIA[application.kind]:
        text = text_of(said.statements.get(criterion, ""), LONGEST_STATEMENT)
        if criterion in known:
            known[criterion].text = text
        elif text:
            application.statements.append(Statement(criterion=criterion, text=text))
    application.changed_at = clock.now()


def check_room(application: Application, count: int) -> None:
    """Raises Refused when the application doesn't take so many more files."""
    _must_be_open(application)
    if len(application.evidence) + count > MOST_EVIDENCE:
        raise Refused(f"An application holds {MOST_EVIDENCE} files at most. Remove one that says less.")


def attach(
    db: Session, application: Application, criterion: Criterion, stored: StoredFile, file_name: str, page: int | None
) -> Evidence:
    """Add a stored file as evidence; ``page`` is where the board should look. Raises Refused."""
    check_room(application, 1)
    if criterion not in CRITERIA[application.kind]:
        raise Refused("This application doesn't ask for that. Choose one of its criteria.")
    if page is not None and not 1 <= page <= LARGEST:
        raise Refused("The page is a number from 1.")
    evidence = Evidence(
        criterion=criterion,
        sha256=stored.sha256,
        size=stored.size,
        file_name=clean(file_name),
        page_number=page,
        added_at=clock.now(),
    )
    application.evidence.append(evidence)
    application.changed_at = clock.now()
    db.flush()
    library_actions.keep_file(db, stored, _holder(evidence), file_name)
    note(db, _applicant(application), "added evidence to", application, file=evidence.file_name, shows=criterion)
    return evidence


def remove(db: Session, application: Application, evidence: Evidence) -> None:
    """Take a file out of an open application."""
    _must_be_open(application)
    library_actions.let_file_go(db, _holder(evidence))
    application.evidence.remove(evidence)
    db.delete(evidence)
    note(db, _applicant(application), "removed evidence from", application, file=evidence.file_name)


def submit(db: Session, application: Application) -> None:
    """Bring the application before the board. Raises Refused with all that is still missing."""
    _must_be_open(application)
    said = {one.criterion: one.text for one in application.statements}
    shown = {one.criterion for one in application.evidence}
    missing = lacking(application.kind, said, shown, application.representative_email)
    if missing:
        raise Refused(" ".join(missing))
    if application.progress is Progress.CHANGES_ASKED:
        application.round += 1
    application.progress, application.submitted_at, application.asked = Progress.SUBMITTED, clock.now(), ""
    note(db, _applicant(application), "submitted", application, round=application.round)
    for person in joining_queries.voters(db):
        mail_actions.post(
            db,
            joining_letters.submitted(
                application.name,
                application.kind.label,
                person.name,
                f"{config_of(db).BASE_URL}/applications/{application.id}",
            ),
            to=person.email,
            name=person.name,
            person_id=person.id,
            kind="application",
            once=f"application {application.id} round {application.round} person {person.id}",
        )


def withdraw(db: Session, application: Application, reason: str) -> None:
    """The applicant no longer wants to join."""
    if application.progress.is_over:
        raise Refused(NOT_OPEN)
    application.progress, application.reason = Progress.WITHDRAWN, text_of(reason, LONGEST_REASON)
    application.decided_at = clock.now()
    note(db, _applicant(application), "withdrew", application)


def vote(db: Session, person: Person, application: Application, ballot: Ballot, reason: str) -> None:
    """Cast or change one's vote while the application is before the board."""
    if not may(person, Permission.VOTE):
        raise NotFound
    if application.progress is not Progress.SUBMITTED:
        raise Refused(f"This application is not before the Advisory Board: {application.progress.label.lower()}.")
    why = text_of(reason, LONGEST_REASON)
    if ballot is Ballot.DECLINE and not why:
        raise Refused("Say in a few words why you would decline.")
    cast = Vote(round=application.round, person_id=person.id, ballot=ballot, reason=why, cast_at=clock.now())
    cast.person = person
    application.votes.append(cast)
    note(db, person, "voted on", application, round=application.round)  # how is between the board's members


def ask_for_changes(db: Session, person: Person, application: Application, what: str) -> None:
    """Give the application back to its applicant, with what to change; votes begin anew when it comes again."""
    if not (may(person, Permission.VOTE) or may(person, Permission.DECIDE_APPLICATIONS)):
        raise NotFound
    if application.progress is not Progress.SUBMITTED:
        raise Refused(f"This application is not before the Advisory Board: {application.progress.label.lower()}.")
    application.asked = text_of(what, LONGEST_REASON, "Say what the applicant should change.")
    application.progress, application.changed_at = Progress.CHANGES_ASKED, clock.now()
    note(db, person, "asked for changes in", application, what=application.asked)
    _write_to_applicant(
        db,
        application,
        f"changes {application.round}",
        joining_letters.changes_asked(application.name, application.contact_name, application.asked),
    )


def decide(db: Session, person: Person, application: Application, reason: str, *, approve: bool) -> list[Person]:
    """Enter the board's decision with its reason; on approval the organization and its people are made.

    Answers the new people, who are to be invited. Raises Refused when there is no quorum yet, or when what the
    applicant gave can't be an organization or its people (an email address that is taken, say).
    """
    if not may(person, Permission.DECIDE_APPLICATIONS):
        raise NotFound
    votes = joining_queries.standing_votes(application)
    objection = objection_to_deciding(
        application.progress, joining_queries.tally_of(votes), config_of(db).APPLICATION_QUORUM
    )
    if objection:
        raise Refused(objection)
    application.reason = text_of(reason, LONGEST_REASON, "Give the reason; the applicant reads it.")
    application.progress = Progress.APPROVED if approve else Progress.DECLINED
    application.decided_at, application.decided_by_id = clock.now(), person.id
    people: list[Person] = []
    if approve:
        organization, people = _let_in(db, person, application)
        application.organization_id = organization.id
    note(db, person, "approved" if approve else "declined", application, reason=application.reason)
    letter = joining_letters.decision(application.name, application.contact_name, application.reason, approved=approve)
    _write_to_applicant(db, application, "decision", letter)
    return people


def _let_in(db: Session, person: Person, application: Application) -> tuple[Organization, list[Person]]:
    """Return the organization that the application becomes, with its representative and alternate."""
    organization = organizations_actions.add_organization(
        db,
        person,
        name=application.name,
        kind=application.kind,
        region=application.region,
        website=application.website,
    )
    named = [
        (application.representative_name, application.representative_email, Role.REPRESENTATIVE),
        (application.alternate_name, application.alternate_email, Role.ALTERNATE),
    ]
    people = [
        people_actions.add_person(db, person, organization, email=email, name=name or email, role=role)
        for name, email, role in named
        if email
    ]
    return organization, people


def _write_to_applicant(
    db: Session, application: Application, what: str, letter: Letter, *, secret: bool = False
) -> None:
    db.flush()
    mail_actions.post(
        db,
        letter,
        to=application.contact_email,
        name=application.contact_name,
        kind="application",
        once=f"application {application.id} {what}",
        secret=secret,
    )


def _say_interest(application: Application, said: Interest) -> None:
    if said.kind not in CRITERIA:
        raise Refused("Choose whether you apply as a member or as a BFF.")
    application.kind, application.name = said.kind, name_of(said.name, "name of your organization")
    application.region = name_of(said.region, "region") if said.region.strip() else ""
    application.website, application.interest = website_of(said.website), text_of(said.interest, LONGEST_INTEREST)
    application.contact_name = name_of(said.contact_name, "name of someone whom we can ask")
    application.contact_email = email_of(said.contact_email)


def _contact(name: str, email: str, what: str) -> tuple[str, str]:
    """Somebody who is named with an address, or no one."""
    if not name.strip() and not email.strip():
        return "", ""
    return name_of(name, f"name of the {what}"), email_of(email)


def _must_be_open(application: Application) -> None:
    if not application.progress.is_open:
        raise Refused(NOT_OPEN)


def _applicant(application: Application) -> Applicant:
    return Applicant(f"{application.contact_email} (applicant)")


def _holder(evidence: Evidence) -> str:
    return f"evidence {evidence.id}"

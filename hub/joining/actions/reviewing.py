"""Applications to join, for the Advisory Board: votes, requested changes, decisions.

People's permissions are checked here. Each action locks the application first, so that a vote, a withdrawal and two
decisions can't cross each other.
"""

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import text_of
from hub.joining import letters as joining_letters
from hub.joining import queries as joining_queries
from hub.joining.actions import contacting as contacting_actions
from hub.joining.actions.locks import lock
from hub.joining.models import Application, Vote
from hub.joining.rules import (
    LONGEST_REASON,
    Ballot,
    Decision,
    Invited,
    Progress,
    departure_of,
    missing_reason_message,
    not_with_board_message,
    objection_to_deciding,
)
from hub.members import queries as members_queries
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission, may


def vote(db: Session, person: Person, application: Application, ballot: Ballot, reason: str) -> Vote:
    """Cast or change the vote of ``person`` while the application is with the board, and return it.

    A conflict of interest that the hub can see is stored with the vote, which then doesn't count.
    """
    if not may(person, Permission.VOTE):
        raise NotFound
    lock(db, application)
    if application.progress is not Progress.SUBMITTED:
        raise Refused(not_with_board_message(application.progress))
    reason = text_of(reason, LONGEST_REASON)
    if ballot is Ballot.DECLINE and not reason:
        raise Refused("Enter a reason for declining.")
    new_vote = Vote(
        round=application.round,
        person_id=person.id,
        voter_name=person.name,
        ballot=ballot,
        reason=reason,
        conflict=joining_queries.conflict_for(person, application),
        cast_at=clock.now(),
    )
    new_vote.person = person
    application.votes.append(new_vote)
    note(db, person, "voted on", application, round=application.round)  # the ballot stays between the board's members
    return new_vote


def ask_for_changes(db: Session, person: Person, application: Application, changes: str) -> None:
    """Return the application to its applicant with changes to make; voting restarts when it is resubmitted."""
    if not (may(person, Permission.VOTE) or may(person, Permission.DECIDE_APPLICATIONS)):
        raise NotFound
    lock(db, application)
    if application.progress is not Progress.SUBMITTED:
        raise Refused(not_with_board_message(application.progress))
    application.asked = text_of(changes, LONGEST_REASON, "Enter the changes to make.")
    application.asked_by_role = person.role
    application.progress, application.changed_at = Progress.CHANGES_ASKED, clock.now()
    note(db, person, "requested changes to", application, what=application.asked)
    letter = joining_letters.changes_asked(application.name, application.contact_name, application.asked, person.role)
    contacting_actions.post_to_applicant(db, application, f"changes {application.round}", letter)


def decide(
    db: Session, person: Person, application: Application, reason: str, exception: str = "", *, approve: bool
) -> list[tuple[Person, str | None]]:
    """Record a decision with its reason; approval adds the organization and invites its people, in one transaction.

    ``exception`` is the reason for departing from the board's vote, which only the board reads. Returns the new people
    with the tokens of their invitation links (None: emailed). Raises Refused when the application was decided already, when the
    decision departs from the vote without an ``exception`` or has one without departing, or when the organization can't
    be added.
    """
    if not may(person, Permission.DECIDE_APPLICATIONS):
        raise NotFound
    lock(db, application)
    if objection := objection_to_deciding(application.progress):
        raise Refused(objection)
    application.reason = text_of(reason, LONGEST_REASON, "Enter a reason. The applicant will read it.")
    decision = _decision(db, person, application, text_of(exception, LONGEST_REASON), approve=approve)
    application.progress = Progress.APPROVED if approve else Progress.DECLINED
    application.decided_at, application.decided_by_id = clock.now(), person.id
    application.decided_by_name = person.name
    added = _add_organization(db, person, application) if approve else []
    _note_decision(db, person, application, decision)
    contacting_actions.post_to_applicant(
        db,
        application,
        "decision",
        joining_letters.decision(
            application.name,
            application.contact_name,
            application.reason,
            decision,
            joining_queries.invitations_of(application),
        ),
    )
    contacting_actions.post_to_board(
        db,
        application,
        "decided",
        lambda voter, address: joining_letters.decided(
            application.name, voter, address, decision, application.departure_reason
        ),
    )
    return added


def _decision(db: Session, person: Person, application: Application, exception: str, *, approve: bool) -> Decision:
    """Store how the decision departs from the vote, and why, and return it. Raises Refused."""
    votes, with_conflicts = joining_queries.tallies_of(application)
    quorum = config_of(db).APPLICATION_QUORUM
    departure = departure_of(votes, with_conflicts, quorum, approve=approve)
    if departure and not exception:
        raise Refused(missing_reason_message(departure, votes, quorum, approve=approve))
    if exception and not departure:
        raise Refused(
            f"The Advisory Board’s vote is {votes.words}, so this decision follows it. Clear the reason for the exception."
        )
    application.quorum, application.departure, application.departure_reason = quorum, departure, exception
    return Decision(approve, votes, quorum, departure, person.name)


def _note_decision(db: Session, person: Person, application: Application, decision: Decision) -> None:
    """Add the decision to the audit log, marked if it departs from the vote."""
    verb = "approved" if decision.approved else "declined"
    details = {"reason": application.reason, "votes": decision.votes.words, "quorum": decision.quorum}
    if decision.departure is None:
        note(db, person, verb, application, **details)
        return
    action = f"{verb} {decision.departure.label.lower()}:"
    note(db, person, action, application, **details, reason_for_the_exception=application.departure_reason)


def _add_organization(db: Session, person: Person, application: Application) -> list[tuple[Person, str | None]]:
    """Add the organization of the application, and return its new people with the tokens of their invitations."""
    organization = organizations_actions.add_organization(
        db,
        person,
        name=application.name,
        kind=application.kind,
        region=application.region,
        website=application.website,
    )
    application.organization_id = organization.id
    application.representative_invited, representative = _invite(
        db, person, organization, application.representative_name, application.representative_email, Role.REPRESENTATIVE
    )
    application.alternate_invited, alternate = _invite(
        db, person, organization, application.alternate_name, application.alternate_email, Role.ALTERNATE
    )
    return [added for added in (representative, alternate) if added]


def _invite(
    db: Session, actor: Person, organization: Organization, name: str, email: str, role: Role
) -> tuple[Invited | None, tuple[Person, str | None] | None]:
    """Add and invite a person that the application names; return what was done, and the person with their token.

    An address that has an account stays where it is: only the coordinator moves people between organizations.
    """
    if not email:
        return None, None
    if members_queries.person_by_email(db, email):
        return Invited.HAS_ACCOUNT, None
    added = people_actions.add_person(db, actor, organization, email=email, name=name or email, role=role)
    token = invitations_actions.invite(db, actor, added)
    return (Invited.MAILED if config_of(db).mail_server else Invited.LINK), (added, token)

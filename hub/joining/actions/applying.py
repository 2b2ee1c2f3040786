"""Applications to join, for applicants: drafts, evidence, submitting, withdrawing.

Applicants have no account: their secret link loaded the application.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import Refused, TooManyAttempts
from hub.core.text import one_line, text_of
from hub.joining import letters as joining_letters
from hub.joining import queries as joining_queries
from hub.joining.actions import contacting as contacting_actions
from hub.joining.actions.locks import lock
from hub.joining.models import Application, Evidence, Statement
from hub.joining.rules import (
    CRITERIA,
    LONGEST_INTEREST,
    LONGEST_REASON,
    LONGEST_STATEMENT,
    MOST_EVIDENCE,
    Criterion,
    Progress,
    missing_parts,
)
from hub.library import actions as library_actions
from hub.library.files.originals import StoredFile
from hub.library.rules import LARGEST
from hub.members.queries import token_hash
from hub.members.rules.fields import email_of, name_of, website_of
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.signing_in import same_network

# Applications from one network, so that no one floods the board.
MOST_PER_DAY = 5
DAY = timedelta(days=1)
NOT_OPEN = "This application can’t be changed now. Check its status on its page."


@dataclass(frozen=True)
class Applicant:
    """The actor with an application's secret link: a person without an account, known by their email address."""

    email: str
    id: int = 0  # no person's id; the audit log names the address


@dataclass(frozen=True)
class Interest:
    """An organization's interest in joining, and its contact."""

    kind: OrganizationKind
    name: str
    contact_name: str
    contact_email: str
    region: str = ""
    website: str = ""
    interest: str = ""


@dataclass(frozen=True)
class Draft:
    """The content of an application, except its evidence."""

    interest: Interest
    statements: Mapping[Criterion, str]
    representative_name: str = ""
    representative_email: str = ""
    alternate_name: str = ""
    alternate_email: str = ""


def express_interest(db: Session, interest: Interest, address: str) -> tuple[Application, str]:
    """Create a draft, and return it with the token of its secret link, of which only the hash is stored.

    Raises Refused if a value is invalid, TooManyAttempts if too many drafts came from the network of ``address`` today.
    """
    network, now = same_network(address), clock.now()
    recent = (Application.from_network == network, Application.created_at > now - DAY)
    if (db.scalar(select(func.count(Application.id)).where(*recent)) or 0) >= MOST_PER_DAY:
        raise TooManyAttempts(
            "Several applications were started from your network today. Try again tomorrow, or contact the coordinator."
        )
    token = secrets.token_urlsafe(24)
    application = Application(token_hash=token_hash(token), from_network=network, created_at=now, changed_at=now)
    application.statements, application.evidence, application.votes = [], [], []
    _set_interest(application, interest)
    db.add(application)
    note(db, _applicant(application), "started", application)
    contacting_actions.post_link(db, application)
    return application, token


def answer(db: Session, application: Application, token: str) -> bool:
    """Record that the owner of an address confirmed it, with the link that was emailed there.

    Returns False if nothing changed: it was confirmed before, or ``token`` is that of the link that was shown.
    """
    lock(db, application)
    address = joining_queries.address_of_link(db, application, token)
    if not address or address != application.contact_email or application.has_answered:
        return False
    application.answered_email = address
    note(db, _applicant(application), "confirmed the email address of", application)
    return True


def answer_all(db: Session, application: Application, token: str) -> None:
    """Record that the owner of an address confirmed it, for each application with that contact.

    An address gets one email a day, so only one of the applications that were started that day has its link in one.
    """
    address = joining_queries.address_of_link(db, application, token)
    if not address or address != application.contact_email:
        return
    waiting = {application, *joining_queries.unconfirmed(db, address)}
    for each in sorted(waiting, key=lambda each: each.id):
        lock(db, each)
        if each.contact_email == address and not each.has_answered:
            each.answered_email = address
            note(db, _applicant(each), "confirmed the email address of", each)


def save(db: Session, application: Application, draft: Draft) -> None:
    """Save the draft; raises Refused if the application is closed or a value is invalid."""
    lock(db, application)
    _check_open(application)
    former = application.contact_email
    _set_interest(application, draft.interest)
    if application.contact_email != former and not application.has_answered:
        contacting_actions.post_link_to_new_address(db, application)
    application.representative_name, application.representative_email = _contact(
        draft.representative_name, draft.representative_email, "representative"
    )
    application.alternate_name, application.alternate_email = _contact(
        draft.alternate_name, draft.alternate_email, "alternate"
    )
    if application.alternate_email and application.alternate_email == application.representative_email:
        raise Refused(
            "The representative and the alternate have the same email address. Enter a different one for each."
        )
    statements = {statement.criterion: statement for statement in application.statements}
    for criterion in CRITERIA[application.kind]:
        text = text_of(draft.statements.get(criterion, ""), LONGEST_STATEMENT)
        if criterion in statements:
            statements[criterion].text = text
        elif text:
            application.statements.append(Statement(criterion=criterion, text=text))
    application.changed_at = clock.now()


def check_capacity(application: Application, count: int) -> None:
    """Raise Refused when the application can't hold ``count`` more files."""
    _check_open(application)
    if len(application.evidence) + count > MOST_EVIDENCE:
        raise Refused(f"An application can have up to {MOST_EVIDENCE} files. Remove one first.")


def attach(
    db: Session, application: Application, criterion: Criterion, stored: StoredFile, file_name: str, page: int | None
) -> Evidence:
    """Add a stored file as evidence; ``page`` is the page for the board to read. Raises Refused."""
    lock(db, application)
    check_capacity(application, 1)
    if criterion not in CRITERIA[application.kind]:
        raise Refused("This application doesn’t need that document. Add it to one of the listed requirements.")
    if page is not None and not 1 <= page <= LARGEST:
        raise Refused("Enter a page number of 1 or more.")
    evidence = Evidence(
        criterion=criterion,
        sha256=stored.sha256,
        size=stored.size,
        file_name=one_line(file_name),
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
    """Remove a file from an open application."""
    lock(db, application)
    _check_open(application)
    library_actions.release_file(db, _holder(evidence))
    application.evidence.remove(evidence)
    db.delete(evidence)
    note(db, _applicant(application), "removed evidence from", application, file=evidence.file_name)


def submit(db: Session, application: Application) -> None:
    """Submit the application to the board. Raises Refused with a list of the missing parts."""
    lock(db, application)
    _check_open(application)
    statements = {statement.criterion: statement.text for statement in application.statements}
    documented = {evidence.criterion for evidence in application.evidence}
    missing = missing_parts(application.kind, statements, documented, application.representative_email)
    if missing:
        raise Refused(" ".join(missing))
    if application.progress is Progress.CHANGES_ASKED:
        application.round += 1
    application.progress, application.submitted_at, application.asked = Progress.SUBMITTED, clock.now(), ""
    application.asked_by_role = None
    note(db, _applicant(application), "submitted", application, round=application.round)
    contacting_actions.post_to_board(
        db,
        application,
        f"round {application.round}",
        lambda voter, address: joining_letters.submitted(application.name, application.kind.noun, voter, address),
    )


def withdraw(db: Session, application: Application, reason: str) -> None:
    """Withdraw the application, for its applicant."""
    lock(db, application)
    if application.progress.is_over:
        raise Refused(NOT_OPEN)
    application.progress, application.reason = Progress.WITHDRAWN, text_of(reason, LONGEST_REASON)
    application.decided_at = clock.now()
    note(db, _applicant(application), "withdrew", application)


def _set_interest(application: Application, interest: Interest) -> None:
    if interest.kind not in CRITERIA:
        raise Refused("Choose whether to apply as a member or as a BFF.")
    application.kind, application.name = interest.kind, name_of(interest.name, "name of your organization")
    application.region = name_of(interest.region, "region") if interest.region.strip() else ""
    application.website = website_of(interest.website)
    application.interest = text_of(interest.interest, LONGEST_INTEREST)
    application.contact_name = name_of(interest.contact_name, "name of a contact")
    application.contact_email = email_of(interest.contact_email)


def _contact(name: str, email: str, role: str) -> tuple[str, str]:
    """Return the checked name and email address of a person, or empty texts."""
    if not name.strip() and not email.strip():
        return "", ""
    return name_of(name, f"name of the {role}"), email_of(email)


def _check_open(application: Application) -> None:
    if not application.progress.is_open:
        raise Refused(NOT_OPEN)


def _applicant(application: Application) -> Applicant:
    return Applicant(f"{application.contact_email} (applicant)")


def _holder(evidence: Evidence) -> str:
    return f"evidence {evidence.id}"

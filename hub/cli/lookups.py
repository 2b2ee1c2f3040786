"""Look-ups of what a command line names."""

from sqlalchemy.orm import Session

from hub.core.errors import NotFound, Refused
from hub.members import queries as members_queries
from hub.members.models import Organization, Person


def organization_by_slug(db: Session, slug: str) -> Organization:
    """Return the organization with this slug; raises Refused if there is none."""
    try:
        return members_queries.organization_of(db, slug)
    except NotFound as missing:
        message = f"There is no organization {slug!r}. Add it first with: hub organization add NAME --kind member"
        raise Refused(message) from missing


def person_with_email(db: Session, email: str) -> Person:
    """Return the person with this email address; raises Refused if there is none."""
    person = members_queries.person_by_email(db, email.strip().lower())
    if person is None:
        message = f"There is no person with the email address {email!r}."
        raise Refused(message)
    return person

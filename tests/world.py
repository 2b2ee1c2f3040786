"""Builders for test data (they add and flush; the caller commits), a test clock, and worker steps."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.library.extract.version import READER_VERSION
from hub.library.models import Page, Resource, Revision, Topic
from hub.library.rules import Audience, Kind, PageKind, Source, State
from hub.mail.models import OutboxMessage
from hub.members.models import MembershipPeriod, Organization, Person, RoleHeld
from hub.members.rules.organizations import OrganizationKind, Role, slug_of

SignIn = Callable[[str], FlaskClient]

PASSWORD = "welcome-to-the-hub"
NAUGHTY = "<script>alert(1)</script> \"quotes\" & 'more' \u202egnp.exe 🦊 مرحبا"
LONG_AGO = datetime(2020, 1, 2, tzinfo=UTC)
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_numbers = itertools.count(1)


@dataclass
class FrozenClock:
    """The frozen_clock of a stopped clock."""

    at: datetime

    def advance(self, **by: float) -> None:
        """Move the clock forward, for example by ``days=1``."""
        self.at += timedelta(**by)


def an_organization(
    db: Session,
    name: str = "",
    kind: OrganizationKind = OrganizationKind.MEMBER,
    joined_on: date = date(2020, 1, 1),
    left_on: date | None = None,
    postal_address: str = "1 Test Street\nErie, PA 16501",
    **others: Any,
) -> Organization:
    """Add an organization that joined years ago, and return it."""
    name = name or f"Community {next(_numbers)}"
    organization = Organization(
        slug=slug_of(name),
        name=name,
        kind=kind,
        periods=[MembershipPeriod(kind=kind, joined_on=joined_on, left_on=left_on)],
        postal_address=postal_address,
        **others,
    )
    db.add(organization)
    db.flush()
    return organization


def a_person(
    db: Session, organization: Organization, role: Role = Role.CONTRIBUTOR, email: str = "", name: str = "Ana Peña"
) -> Person:
    """Add a person who can sign in with PASSWORD, and return them."""
    person = Person(
        email=email or f"person{next(_numbers)}@{organization.slug}.example",
        name=name,
        organization_id=organization.id,
        role=role,
        password_hash=_HASH,
        created_at=clock.now(),
        organization=organization,
    )
    db.add(person)
    db.flush()
    db.add(RoleHeld(person_id=person.id, organization_id=organization.id, role=role, since=clock.now()))
    db.flush()
    return person


def a_resource(
    db: Session,
    organization: Organization,
    title: str = "Toolkit",
    pages: Sequence[str] = ("One page of text.",),
    kind: Kind = Kind.RESOURCE,
    audience: Audience = Audience.NETWORK,
    topics: Sequence[str] = (),
    published_on: date | None = None,
    page_kind: PageKind = PageKind.PAGE,
    created_by: Person | None = None,
    created_at: datetime | None = None,
    **others: Any,
) -> Resource:
    """Add a resource from text that has been read already, with its pages, and return it; it was added now."""
    now = clock.now()
    resource = Resource(
        title=title,
        kind=kind,
        audience=audience,
        organization_id=organization.id,
        published_on=published_on or now.date() - timedelta(days=1),
        created_at=created_at or now,
        created_by_id=created_by.id if created_by else None,
        revision_number=1,
        topics=[Topic(name=name) for name in topics],
        **others,
    )
    db.add(resource)
    db.flush()
    _add_revision(db, resource, pages, page_kind)
    return resource


def _add_revision(db: Session, resource: Resource, pages: Sequence[str], page_kind: PageKind) -> None:
    """Add the first revision of the resource, with its pages."""
    revision = Revision(
        resource_id=resource.id,
        number=1,
        source=Source.TEXT,
        body="\n\n".join(pages),
        created_at=resource.created_at,
        state=State.OK,
        reader_version=READER_VERSION,
        page_count=len(pages),
    )
    db.add(revision)
    db.flush()
    db.add_all(
        Page(revision_id=revision.id, number=number, kind=page_kind, title=f"Part {number}", text=text)
        for number, text in enumerate(pages, 1)
    )
    db.flush()


def posted_by(step: str, database: Database) -> Sequence[OutboxMessage]:
    """Run this step of the worker twice, and return the messages in the outbox, oldest first."""
    for _ in range(2):
        worker.STEPS[step](database, None)  # type: ignore[arg-type]
    with database.reading() as db:
        return db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def find_text(pattern: str, page: str) -> str:
    """Return the text of the last group of ``pattern`` in the page; fails if it doesn't match."""
    match = re.search(pattern, page, re.DOTALL)
    assert match, page
    return match[match.re.groups]

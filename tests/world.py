"""Small builders of what a test needs; each adds and flushes, the caller commits."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from hub.core import clock
from hub.library.extract import READER_VERSION
from hub.library.models import Page, Resource, Revision, Topic
from hub.library.rules import Audience, Kind, PageKind, Source, State
from hub.members.models import Organization, Person, RoleHeld
from hub.members.rules import OrganizationKind, Role, slug_of

PASSWORD = "welcome-to-the-hub"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_numbers = itertools.count(1)


def an_organization(
    db: Session,
    name: str = "",
    kind: OrganizationKind = OrganizationKind.MEMBER,
    joined_on: date = date(2020, 1, 1),
    left_on: date | None = None,
    **others: Any,
) -> Organization:
    """An organization that joined long ago."""
    name = name or f"Community {next(_numbers)}"
    organization = Organization(
        slug=slug_of(name), name=name, kind=kind, joined_on=joined_on, left_on=left_on, **others
    )
    db.add(organization)
    db.flush()
    return organization


def a_person(
    db: Session, organization: Organization, role: Role = Role.CONTRIBUTOR, email: str = "", name: str = "Ana Peña"
) -> Person:
    """Somebody who may sign in with PASSWORD."""
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
    **others: Any,
) -> Resource:
    """A resource that was typed in and has been read: its pages are there."""
    now = clock.now()
    resource = Resource(
        title=title,
        kind=kind,
        audience=audience,
        organization_id=organization.id,
        published_on=published_on or now.date() - timedelta(days=1),
        created_at=now,
        created_by_id=created_by.id if created_by else None,
        revision_number=1,
        topics=[Topic(name=name) for name in topics],
        **others,
    )
    db.add(resource)
    db.flush()
    revision = Revision(
        resource_id=resource.id,
        number=1,
        source=Source.TEXT,
        body="\n\n".join(pages),
        created_at=now,
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
    return resource

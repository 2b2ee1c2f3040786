"""Adding and changing organizations."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.members import queries as members_queries
from hub.members.actions.locks import flush_or, lock_roles
from hub.members.models import Designation, Organization, Person
from hub.members.rules.fields import name_of, website_of
from hub.members.rules.organizations import ROLES_OF_KIND, DesignationFacts, OrganizationKind, slug_of
from hub.members.rules.permissions import Permission, may

RESERVED_SLUGS = frozenset({"new"})  # /organizations/new is a page


def add_organization(
    db: Session,
    actor: Person | None,
    *,
    name: str,
    kind: OrganizationKind,
    joined_on: date | None = None,
    slug: str = "",
    region: str = "",
    website: str = "",
    left_on: date | None = None,
    designations: Iterable[DesignationFacts] = (),
) -> Organization:
    """Add an organization and return it; ``slug`` defaults to one from its name, ``joined_on`` to today.

    Raises Refused with what to correct.
    """
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS):
        raise NotFound
    organization = Organization(
        **_facts(name, kind, region, website, joined_on or clock.today(config_of(db).zone), left_on),
        slug=_free_slug(db, slug, name),
        designations=_designations(designations),
    )
    db.add(organization)
    flush_or(db, "Someone else just added an organization with this name. Check the list, then try again.")
    note(db, actor, "added", organization)
    return organization


def change_organization(
    db: Session,
    actor: Person | None,
    organization: Organization,
    *,
    name: str,
    kind: OrganizationKind,
    joined_on: date,
    region: str = "",
    website: str = "",
    left_on: date | None = None,
    designations: Iterable[DesignationFacts] = (),
) -> None:
    """Replace the details and designations of ``organization``; its slug stays. Raises Refused with what to correct."""
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS, organization):
        raise NotFound
    facts = _facts(name, kind, region, website, joined_on, left_on)
    stated = _designations(designations)
    organization = members_queries.organization_of(db, organization.slug)
    lock_roles(db, organization.id)
    _check_roles_fit(db, organization, kind)
    changed = {key: _plain(value) for key, value in facts.items() if getattr(organization, key) != value}
    for key, value in facts.items():
        setattr(organization, key, value)
    if {_identity(d) for d in stated} != {_identity(d) for d in organization.designations}:
        changed["designations"] = [d.name for d in stated]
        organization.designations = stated
    if changed:
        note(db, actor, "changed", organization, **changed)


def _facts(
    name: str, kind: OrganizationKind, region: str, website: str, joined_on: date, left_on: date | None
) -> dict[str, Any]:
    """Return the checked details of an organization by column; raises Refused."""
    if left_on and left_on < joined_on:
        raise Refused("The last day is before the date it joined. Correct one of them.")
    return {
        "name": name_of(name),
        "kind": kind,
        "region": name_of(region, "region") if region.strip() else "",
        "website": website_of(website),
        "joined_on": joined_on,
        "left_on": left_on,
    }


def _designations(stated: Iterable[DesignationFacts]) -> list[Designation]:
    rows = []
    for facts in stated:
        if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
            raise Refused(f"The designation {facts.name} ends before it starts. Correct one of the dates.")
        name = name_of(facts.name, "designation")
        rows.append(Designation(name=name, status=facts.status, starts_on=facts.starts_on, ends_on=facts.ends_on))
    return rows


def _identity(designation: Designation) -> tuple[Any, ...]:
    return designation.name, designation.status, designation.starts_on, designation.ends_on


def _plain(value: object) -> object:
    """Return ``value`` as JSON for the audit log."""
    return value.isoformat() if isinstance(value, date) else value


def _free_slug(db: Session, wanted: str, name: str) -> str:
    """Return ``wanted`` if it is free and valid, or raise Refused; without it, a free slug from ``name``."""
    taken = {*db.scalars(select(Organization.slug)), *RESERVED_SLUGS}
    if wanted:
        if wanted != slug_of(wanted):
            raise Refused(f"A short name has lowercase letters, digits and hyphens, like {slug_of(wanted)}.")
        if wanted in taken:
            raise Refused(f"The short name {wanted} is taken. Choose another one.")
        return wanted
    slug, number = slug_of(name), 1
    while slug in taken:
        number += 1
        slug = f"{slug_of(name)[:55].rstrip('-')}-{number}"
    return slug


def _check_roles_fit(db: Session, organization: Organization, kind: OrganizationKind) -> None:
    """Raise Refused when a person's role doesn't exist in an organization of ``kind``."""
    for person in members_queries.people_of(db, organization):
        if person.role not in ROLES_OF_KIND[kind]:
            raise Refused(
                f"{person.name} has the role {person.role.label}, which people at a {kind.noun} can’t have. "
                "Change their role first."
            )

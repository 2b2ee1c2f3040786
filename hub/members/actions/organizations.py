"""Adding and changing organizations."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import chosen_settings, clock
from hub.core.audit import note
from hub.core.chosen_settings import RECORDS_BEGIN
from hub.core.dates import with_year
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import text_of
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.actions.locks import flush_or, lock_roles
from hub.members.models import Designation, MembershipPeriod, Organization, Person
from hub.members.rules.fields import name_of, postal_address_of, website_of
from hub.members.rules.membership import Access, Period, in_order, objection_to_periods
from hub.members.rules.organizations import ROLES_OF_KIND, DesignationFacts, OrganizationKind, slug_of
from hub.members.rules.permissions import Permission, may

LONGEST_REASON = 500  # of leaving, in characters
# In the audit log, a change of an organization's details, but not of its membership.
DETAILS_LOGGED_AS = tuple(f"changed:{name}" for name in ("name", "region", "website", "postal_address", "designations"))

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
    postal_address: str = "",
    periods: Sequence[Period] = (),
    designations: Iterable[DesignationFacts] = (),
) -> Organization:
    """Add an organization and return it; ``slug`` defaults to one from its name, ``joined_on`` to today.

    ``periods`` replaces ``joined_on`` for an organization that left, or came back. The day on which the host is added
    is the day on which the hub's records begin, unless that is already set. Raises Refused with what to correct.
    """
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS):
        raise NotFound
    today = clock.today(config_of(db).zone)
    rows = _periods(periods or [Period(kind, joined_on or today)])
    organization = Organization(
        **_facts(name, region, website, postal_address),
        kind=rows[-1].kind,
        periods=rows,
        slug=_free_slug(db, slug, name),
        designations=_designations(designations),
    )
    db.add(organization)
    flush_or(db, "Someone else just added an organization with this name. Check the list, then try again.")
    note(db, actor, "added", organization)
    if kind is OrganizationKind.HOST and not chosen_settings.stored(db, RECORDS_BEGIN):
        chosen_settings.store(db, RECORDS_BEGIN, today.isoformat())
    return organization


def change_organization(
    db: Session,
    actor: Person | None,
    organization: Organization,
    *,
    name: str,
    region: str = "",
    website: str = "",
    postal_address: str | None = None,
    designations: Iterable[DesignationFacts] = (),
) -> None:
    """Replace the details and designations of ``organization``; its slug stays. Raises Refused with what to correct.

    Without ``postal_address``, that stays too.
    """
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS, organization):
        raise NotFound
    kept = organization.postal_address if postal_address is None else postal_address
    facts = _facts(name, region, website, kept)
    stated = _designations(designations)
    organization = members_queries.organization_of(db, organization.slug)
    changed = {key: value for key, value in facts.items() if getattr(organization, key) != value}
    for key, value in facts.items():
        setattr(organization, key, value)
    if {_identity(d) for d in stated} != {_identity(d) for d in organization.designations}:
        changed["designations"] = [d.name for d in stated]
        organization.designations = stated
    if changed:
        note(db, actor, "changed", organization, **changed)


def change_postal_address(db: Session, actor: Person, organization: Organization, postal_address: str) -> None:
    """Set the postal address that the organization's bulk email shows. Raises Refused if it is missing or invalid."""
    if not may(actor, Permission.EDIT_POSTAL_ADDRESS, organization):
        raise NotFound
    address = postal_address_of(postal_address)
    if not address:
        raise Refused("Enter the postal address.")
    if organization.postal_address != address:
        organization.postal_address = address
        note(db, actor, "changed", organization, postal_address=address)


def check_periods(
    db: Session, actor: Person | None, organization: Organization, periods: Sequence[Period]
) -> list[MembershipPeriod]:
    """Return ``periods`` as rows if they can be the membership of ``organization``; changes nothing.

    Locks the organization until the end of the transaction. Raises Refused with what to correct.
    """
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS, organization):
        raise NotFound
    lock_roles(db, organization.id)
    db.refresh(organization, ["kind", "periods"])
    rows = _periods(periods)
    if (organization.kind is OrganizationKind.HOST) != (rows[-1].kind is OrganizationKind.HOST):
        raise Refused("The host stays the host, and a member or BFF can’t become the host.")
    _check_roles_fit(db, organization, rows[-1].kind)
    return rows


def change_membership(db: Session, actor: Person | None, organization: Organization, periods: Sequence[Period]) -> None:
    """Replace the periods of membership of ``organization``, and its kind with that of the last one.

    Raises Refused with what to correct.
    """
    rows = check_periods(db, actor, organization, periods)
    if tuple(row.facts for row in rows) == organization.membership.periods:
        return
    before = [_stated(period) for period in organization.membership.periods]
    organization.periods, organization.kind = rows, rows[-1].kind
    note(db, actor, "changed", organization, periods=[_stated(row.facts) for row in rows], periods_before=before)
    if organization.membership.access_on(clock.today(config_of(db).zone)) is Access.NONE:
        sessions_actions.end_of_organization(db, organization)  # or they would work again if it comes back


def _periods(periods: Sequence[Period]) -> list[MembershipPeriod]:
    """Return the checked periods of an organization as rows, in order; raises Refused."""
    ordered = in_order(periods)
    if objection := objection_to_periods(ordered):
        raise Refused(objection)
    return [
        MembershipPeriod(
            kind=period.kind,
            joined_on=period.joined_on,
            left_on=period.left_on,
            reason=text_of(period.reason, LONGEST_REASON),
        )
        for period in ordered
    ]


def _stated(period: Period) -> str:
    """Return a period as one line for the audit log."""
    joined = with_year(period.joined_on)
    days = f"from {joined} to {with_year(period.left_on)}" if period.left_on else f"since {joined}"
    return f"{period.kind.noun} {days}" + (f": {period.reason}" if period.reason else "")


def _facts(name: str, region: str, website: str, postal_address: str) -> dict[str, Any]:
    """Return the checked details of an organization by column; raises Refused."""
    return {
        "name": name_of(name),
        "region": name_of(region, "region") if region.strip() else "",
        "website": website_of(website),
        "postal_address": postal_address_of(postal_address),
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

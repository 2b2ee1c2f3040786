"""Who takes part, and who may do what: one table. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol


class OrganizationKind(StrEnum):
    """Two categories of organization take part, and a third runs the hub."""

    MEMBER = "member"
    BFF = "bff"
    HOST = "host"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return {"member": "Member", "bff": "BFF", "host": "Host"}[self.value]


class Role(StrEnum):
    """What a person is in their organization."""

    COORDINATOR = "coordinator"
    BOARD = "board"
    REPRESENTATIVE = "representative"
    ALTERNATE = "alternate"
    CONTRIBUTOR = "contributor"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return "Advisory Board" if self is Role.BOARD else self.value.capitalize()


# Each organization has one of each at a time; naming a new one makes the old one a contributor.
SINGLE_ROLES = frozenset({Role.REPRESENTATIVE, Role.ALTERNATE})

# The host's people are coordinators or sit on the board; the board may come from any organization.
ROLES_OF_KIND = {
    OrganizationKind.HOST: (Role.COORDINATOR, Role.BOARD),
    OrganizationKind.MEMBER: (Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR, Role.BOARD),
    OrganizationKind.BFF: (Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR, Role.BOARD),
}


class DesignationStatus(StrEnum):
    """Where a federal designation of a community stands."""

    APPLIED = "applied"
    ACTIVE = "active"
    ENDED = "ended"


class Permission(StrEnum):
    """Everything that somebody may or may not do."""

    READ = "read"
    ADD = "add"
    CHANGE = "change"
    FORWARD = "forward"
    DECLARE = "declare"
    CONFIRM = "confirm"
    SEE_RECORD = "see the record"
    SEE_BOARD = "see the board"
    SEE_MEMBERS = "see the members"
    SEE_PEOPLE = "see the people"
    MANAGE_PEOPLE = "manage the people"
    MANAGE_ORGANIZATIONS = "manage organizations"
    GIVE_HOST_ROLES = "give the roles coordinator and board"
    SEE_AUDIT = "see the audit"


class Scope(StrEnum):
    """How far a permission reaches."""

    OWN = "own"  # what belongs to the person's organization
    NETWORK = "network"  # that, and what has the audience network or public
    ALL = "all"


OWN, NETWORK, ALL = Scope.OWN, Scope.NETWORK, Scope.ALL

# Who may what. A role that a row does not name may not. domain.md's table of people is the source.
MAY: Mapping[Permission, Mapping[Role, Scope]] = {
    p: dict(zip((Role.COORDINATOR, Role.BOARD, Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR), row, strict=True))
    for p, row in {
        # permission                     coordinator  board    representative  alternate  contributor
        Permission.READ: (ALL, NETWORK, NETWORK, NETWORK, NETWORK),
        Permission.ADD: (ALL, OWN, OWN, OWN, OWN),
        Permission.CHANGE: (ALL, OWN, OWN, OWN, OWN),
        Permission.FORWARD: (ALL, NETWORK, NETWORK, NETWORK, NETWORK),
        Permission.DECLARE: (OWN, OWN, OWN, OWN, OWN),
        Permission.CONFIRM: (None, None, OWN, OWN, None),
        Permission.SEE_RECORD: (ALL, ALL, OWN, OWN, OWN),
        Permission.SEE_BOARD: (ALL, ALL, None, None, None),
        Permission.SEE_MEMBERS: (ALL, ALL, ALL, ALL, ALL),
        Permission.SEE_PEOPLE: (ALL, ALL, OWN, OWN, OWN),
        Permission.MANAGE_PEOPLE: (ALL, None, OWN, OWN, None),
        Permission.MANAGE_ORGANIZATIONS: (ALL, None, None, None, None),
        Permission.GIVE_HOST_ROLES: (ALL, None, None, None, None),
        Permission.SEE_AUDIT: (ALL, None, None, None, None),
    }.items()
}


class SomePerson(Protocol):
    """What the table needs to know of a person."""

    @property
    def role(self) -> Role: ...
    @property
    def organization_id(self) -> int: ...


class Thing(Protocol):
    """Something that belongs to an organization: a resource, a record, a person."""

    @property
    def organization_id(self) -> int: ...


def may(person: SomePerson | None, permission: Permission, subject: Thing | None = None) -> bool:
    """Whether ``person`` (None: a visitor) may do ``permission`` to ``subject``.

    ``subject`` is None for what belongs to nobody (the board, the audit) and for the person's own organization.
    """
    audience = getattr(subject, "audience", None)
    if person is None:
        return permission is Permission.READ and audience == "public"
    scope = MAY[permission].get(person.role)
    if scope is None:
        return False
    if scope is ALL or subject is None or subject.organization_id == person.organization_id:
        return True
    return scope is NETWORK and audience in {"public", "network"}


def slug_of(name: str) -> str:
    """The name as it stands in addresses: ``Lakeshore Forge & Foundry`` is ``lakeshore-forge-foundry``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "organization"


# Signing in and out.
SHORTEST_PASSWORD = 10  # NIST SP 800-63B asks for 8 at least and no rules of composition
LONGEST_PASSWORD = 200  # argon2 takes any; this keeps a request small
INVITATION_DAYS = 14
RESET_HOURS = 24
# Ten wrong tries in a quarter of an hour stop an account or an address; a person who forgot needs fewer.
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 30
TRIES_WITHIN = timedelta(minutes=15)


def is_due_on(joined_on: date, left_on: date | None, first_day: date, last_day: date) -> bool:
    """Whether an organization belonged to the alliance in a period: joined by its last day, not gone before its first."""
    return joined_on <= last_day and (left_on is None or left_on >= first_day)

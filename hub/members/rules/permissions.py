"""Who may do what: one table. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hub.members.rules.organizations import HOST_ROLES, ROLES_OF_KIND, OrganizationKind, Role


class Permission(StrEnum):
    """Everything that someone may or may not do."""

    READ = "read"
    ADD = "add"
    CHANGE = "change"
    FORWARD = "forward"
    DECLARE = "declare"
    CONFIRM = "confirm"
    KEEP_STAKEHOLDERS = "keep the stakeholders"
    SEND_PACKS = "send packs"
    SEE_RECORD = "see the record"
    SEE_BOARD = "see the board"
    SEE_MEMBERS = "see the members"
    SEE_PEOPLE = "see the people"
    MANAGE_PEOPLE = "manage the people"
    MANAGE_ORGANIZATIONS = "manage organizations"
    GIVE_HOST_ROLES = "give the roles coordinator and board"
    SEE_AUDIT = "see the audit"
    MAKE_PACKET = "make an audit packet"
    SEE_REACH = "see how far a resource reached"
    RUN_MAIL = "see and steer the mail"
    EDIT_GLOSSARY = "edit the glossary"
    SEE_CALLS = "see the calls"
    TAKE_PART_IN_CALLS = "take part in calls"  # check in, ask, propose a presentation
    SEE_ATTENDANCE = "see who was on a call"
    RUN_CALLS = "run the calls"
    SEE_APPLICATIONS = "see the applications to join"
    VOTE = "vote on an application"
    DECIDE_APPLICATIONS = "decide on an application"
    SET_UP = "set up the hub"
    SEE_STYLEGUIDE = "see the style guide"


class Scope(StrEnum):
    """How far a permission reaches."""

    OWN = "own"  # what belongs to the person's organization
    NETWORK = "network"  # that, and what has the audience network or public
    ALL = "all"


OWN, NETWORK, ALL = Scope.OWN, Scope.NETWORK, Scope.ALL

# Who may what. A role that a row does not name may not.
MAY: Mapping[Permission, Mapping[Role, Scope | None]] = {
    p: dict(
        zip((Role.COORDINATOR, Role.BOARD, Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR), row, strict=True)
    )
    for p, row in {
        # permission                     coordinator  board    representative  alternate  contributor
        Permission.READ: (ALL, NETWORK, NETWORK, NETWORK, NETWORK),
        Permission.ADD: (ALL, OWN, OWN, OWN, OWN),
        Permission.CHANGE: (ALL, OWN, OWN, OWN, OWN),
        Permission.FORWARD: (ALL, NETWORK, NETWORK, NETWORK, NETWORK),
        Permission.DECLARE: (OWN, OWN, OWN, OWN, OWN),
        Permission.CONFIRM: (None, None, OWN, OWN, None),
        # An organization's stakeholders are no one else's business, not even the coordinator's.
        Permission.KEEP_STAKEHOLDERS: (OWN, OWN, OWN, OWN, OWN),
        Permission.SEND_PACKS: (OWN, OWN, OWN, OWN, OWN),
        Permission.SEE_RECORD: (ALL, ALL, OWN, OWN, OWN),
        Permission.SEE_BOARD: (ALL, ALL, None, None, None),
        Permission.SEE_MEMBERS: (ALL, ALL, ALL, ALL, ALL),
        Permission.SEE_PEOPLE: (ALL, ALL, OWN, OWN, OWN),
        Permission.MANAGE_PEOPLE: (ALL, None, OWN, OWN, None),
        Permission.MANAGE_ORGANIZATIONS: (ALL, None, None, None, None),
        Permission.GIVE_HOST_ROLES: (ALL, None, None, None, None),
        Permission.SEE_AUDIT: (ALL, None, None, None, None),
        Permission.MAKE_PACKET: (ALL, None, OWN, OWN, None),
        Permission.SEE_REACH: (ALL, OWN, OWN, OWN, OWN),
        Permission.RUN_MAIL: (ALL, None, None, None, None),
        Permission.EDIT_GLOSSARY: (ALL, None, None, None, None),
        Permission.SEE_CALLS: (ALL, ALL, ALL, ALL, ALL),
        Permission.TAKE_PART_IN_CALLS: (ALL, OWN, OWN, OWN, OWN),
        Permission.SEE_ATTENDANCE: (ALL, ALL, OWN, OWN, OWN),
        Permission.RUN_CALLS: (ALL, None, None, None, None),
        Permission.SEE_APPLICATIONS: (ALL, ALL, None, None, None),
        Permission.VOTE: (None, ALL, None, None, None),
        Permission.DECIDE_APPLICATIONS: (ALL, None, None, None, None),
        Permission.SET_UP: (ALL, None, None, None, None),
        Permission.SEE_STYLEGUIDE: (ALL, None, None, None, None),
    }.items()
}


class SomePerson(Protocol):
    """What the table needs to know of a person."""

    @property
    def role(self) -> Role:
        """What the person is."""

    @property
    def organization_id(self) -> int:
        """Where the person belongs."""


class Thing(Protocol):
    """Something that belongs to an organization: a resource, a record, a person."""

    @property
    def organization_id(self) -> int:
        """Whose it is."""


@dataclass(frozen=True)
class Operator:
    """Whoever runs commands on the hub's own machine: reads what a coordinator reads, belongs to no one."""

    role: Role = Role.COORDINATOR
    organization_id: int = 0


OPERATOR = Operator()


def may(person: SomePerson | None, permission: Permission, subject: Thing | None = None) -> bool:
    """Return whether ``person`` (None: a visitor) may do ``permission`` to ``subject``.

    ``subject`` is None for what belongs to no one (the board, the audit) and for the person's own organization.
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


def may_manage(actor: SomePerson | None, person: SomePerson) -> bool:
    """Return whether ``actor`` may change ``person``, their role and their links.

    Someone with a role of the alliance (coordinator, board) is managed by whoever gives those roles: a
    representative who could make a reset link for a board member could sign in as one.
    """
    allowed = may(actor, Permission.MANAGE_PEOPLE, person)
    return allowed and (person.role not in HOST_ROLES or may(actor, Permission.GIVE_HOST_ROLES, person))


def roles_to_give(actor: SomePerson | None, kind: OrganizationKind) -> tuple[Role, ...]:
    """Return the roles that ``actor`` may give in an organization of ``kind``."""
    all_roles = may(actor, Permission.GIVE_HOST_ROLES)
    return tuple(role for role in ROLES_OF_KIND[kind] if all_roles or role not in HOST_ROLES)

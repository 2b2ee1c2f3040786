"""The table of permissions by role, and the functions that read it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hub.members.rules.membership import Access
from hub.members.rules.organizations import HOST_ROLES, ROLES_OF_KIND, OrganizationKind, Role


class Permission(StrEnum):
    """A permission; the value says what it allows."""

    READ = "read"
    ADD = "add"
    CHANGE = "edit this"
    FORWARD = "forward"
    DECLARE = "report sharing"
    CONFIRM = "confirm a quarter"
    KEEP_STAKEHOLDERS = "manage stakeholders"
    SEND_PACKS = "send packs"
    SEE_RECORD = "see the sharing log"
    SEE_BOARD = "see the board"
    SEE_MEMBERS = "see organizations"
    SEE_PEOPLE = "see people"
    MANAGE_PEOPLE = "manage people"
    ERASE_PEOPLE = "erase people"
    MANAGE_ORGANIZATIONS = "manage organizations"
    EDIT_POSTAL_ADDRESS = "edit the postal address"
    ASSIGN_HOST_ROLES = "assign the roles coordinator and board"
    END_SESSIONS = "sign people out"
    SEE_AUDIT = "see the audit log"
    MAKE_PACKET = "create audit packets"
    SEE_REACH = "see the reach of a resource"
    RUN_MAIL = "manage mail"
    EDIT_GLOSSARY = "edit the glossary"
    EDIT_TOPICS = "edit topic pages"
    SEE_CALLS = "see calls"
    TAKE_PART_IN_CALLS = "take part in calls"  # check in, ask questions, propose a presentation
    SEE_ATTENDANCE = "see attendance"
    RUN_CALLS = "schedule and run calls"
    SEE_APPLICATIONS = "see applications"
    VOTE = "vote on applications"
    DECIDE_APPLICATIONS = "decide on applications"
    SET_UP = "set up the hub"
    SEE_STORAGE = "see the hub’s storage"
    SEE_STYLEGUIDE = "see the style guide"
    RESET_FACTORS = "reset a second factor"
    SEE_LINKS = "see links to sign in"  # only where no mail server can send them


class Scope(StrEnum):
    """The scope of a permission."""

    OWN = "own"  # what belongs to the person's organization
    NETWORK = "network"  # that, and what has the audience network or public
    SHARED = "shared"  # what has the audience network or public, and nothing that is for one organization only
    ALL = "all"
    PUBLIC = "public"  # what has the audience public: for visitors


OWN, NETWORK, SHARED, ALL = Scope.OWN, Scope.NETWORK, Scope.SHARED, Scope.ALL

# What people of an organization that left keep for 60 days, in any role: its own record.
AFTER_LEAVING = frozenset({Permission.SEE_RECORD, Permission.CONFIRM})

# The scope of each permission by role; None: not allowed.
MAY: Mapping[Permission, Mapping[Role, Scope | None]] = {
    p: dict(
        zip((Role.COORDINATOR, Role.BOARD, Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR), row, strict=True)
    )
    for p, row in {
        # permission                     coordinator  board    representative  alternate  contributor
        Permission.READ: (ALL, NETWORK, NETWORK, NETWORK, NETWORK),
        Permission.ADD: (ALL, OWN, OWN, OWN, OWN),
        Permission.CHANGE: (ALL, OWN, OWN, OWN, OWN),
        # What is for one organization only is never opened to outsiders, not even by its own people.
        Permission.FORWARD: (SHARED, SHARED, SHARED, SHARED, SHARED),
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
        Permission.ERASE_PEOPLE: (ALL, None, None, None, None),
        Permission.MANAGE_ORGANIZATIONS: (ALL, None, None, None, None),
        Permission.EDIT_POSTAL_ADDRESS: (ALL, None, OWN, OWN, None),
        Permission.ASSIGN_HOST_ROLES: (ALL, None, None, None, None),
        Permission.END_SESSIONS: (ALL, None, None, None, None),
        Permission.SEE_AUDIT: (ALL, None, None, None, None),
        Permission.MAKE_PACKET: (ALL, None, OWN, OWN, None),
        Permission.SEE_REACH: (ALL, OWN, OWN, OWN, OWN),
        Permission.RUN_MAIL: (ALL, None, None, None, None),
        Permission.EDIT_GLOSSARY: (ALL, None, None, None, None),
        Permission.EDIT_TOPICS: (ALL, None, None, None, None),
        Permission.SEE_CALLS: (ALL, ALL, ALL, ALL, ALL),
        Permission.TAKE_PART_IN_CALLS: (ALL, OWN, OWN, OWN, OWN),
        Permission.SEE_ATTENDANCE: (ALL, ALL, OWN, OWN, OWN),
        Permission.RUN_CALLS: (ALL, None, None, None, None),
        Permission.SEE_APPLICATIONS: (ALL, ALL, None, None, None),
        Permission.VOTE: (None, ALL, None, None, None),
        Permission.DECIDE_APPLICATIONS: (ALL, None, None, None, None),
        Permission.SET_UP: (ALL, None, None, None, None),
        Permission.SEE_STORAGE: (ALL, None, None, None, None),
        Permission.SEE_STYLEGUIDE: (ALL, None, None, None, None),
        Permission.RESET_FACTORS: (ALL, None, None, None, None),
        Permission.SEE_LINKS: (ALL, None, None, None, None),
    }.items()
}


class PermissionHolder(Protocol):
    """The part of a person that the table needs."""

    @property
    def role(self) -> Role:
        """The person's role."""

    @property
    def organization_id(self) -> int:
        """The id of the person's organization."""

    @property
    def access(self) -> Access:
        """What their organization's membership gives them today."""


class PermissionSubject(Protocol):
    """Something that belongs to an organization: a resource, a record, a person."""

    @property
    def organization_id(self) -> int:
        """The id of the organization that it belongs to."""


@dataclass(frozen=True)
class Operator:
    """The operator at the command line, who reads what a coordinator reads and belongs to no organization."""

    role: Role = Role.COORDINATOR
    organization_id: int = 0
    access: Access = Access.FULL


OPERATOR = Operator()


def may(person: PermissionHolder | None, permission: Permission, subject: PermissionSubject | None = None) -> bool:
    """Return True if ``person`` (None: a visitor) has ``permission`` for ``subject``.

    ``subject`` is None for what belongs to no organization (the board, the audit log) and for the person's own.
    """
    audience = getattr(subject, "audience", None)
    scope = scope_of(person, permission)
    if scope is Scope.PUBLIC:
        return audience == "public"
    if person is None or scope is None:
        return False
    if scope is SHARED:
        return audience in {"public", "network"}
    if scope is ALL or subject is None or subject.organization_id == person.organization_id:
        return True
    return scope is NETWORK and audience in {"public", "network"}


def scope_of(person: PermissionHolder | None, permission: Permission) -> Scope | None:
    """Return for what ``person`` (None: a visitor) has ``permission`` today; None if for nothing.

    People of an organization that left read what visitors read, and for 60 days its own record.
    """
    if person is not None and person.access is Access.FULL:
        return MAY[permission].get(person.role)
    if permission is Permission.READ:
        return Scope.PUBLIC
    if person is None or person.access is Access.NONE or permission not in AFTER_LEAVING:
        return None
    return None if MAY[permission].get(person.role) is None else OWN


def may_manage(actor: PermissionHolder | None, person: PermissionHolder) -> bool:
    """Return True if ``actor`` may change ``person``, their role and their links.

    Only those who assign the roles coordinator and board manage people who have them: a representative who could
    create a password link for a board member could sign in as one.
    """
    allowed = may(actor, Permission.MANAGE_PEOPLE, person)
    return allowed and (person.role not in HOST_ROLES or may(actor, Permission.ASSIGN_HOST_ROLES, person))


def assignable_roles(actor: PermissionHolder | None, kind: OrganizationKind) -> tuple[Role, ...]:
    """Return the roles that ``actor`` may assign in an organization of ``kind``."""
    all_roles = may(actor, Permission.ASSIGN_HOST_ROLES)
    return tuple(role for role in ROLES_OF_KIND[kind] if all_roles or role not in HOST_ROLES)


_OF_ORGANIZATIONS = (Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR)


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that have ``permission`` in some scope."""
    return tuple(role for role, scope in MAY[permission].items() if scope is not None)


def who_may(permission: Permission, asked: Sequence[str], *, of: str = "", of_own: bool = True) -> str:
    """Return a sentence that tells a person without ``permission`` who has it.

    ``asked`` are names of people who have it, ``of`` is the name of the organization that it takes, and ``of_own`` is
    False for the host's people, whose organization has no representative.
    """
    roles, names = roles_with(permission), " or ".join(asked)
    if of and set(_OF_ORGANIZATIONS) & set(roles):
        *most, last = [
            f"people at {of}",
            *(f"the {_OF_HOST[role]}" for role in _OF_HOST if MAY[permission][role] is ALL),
        ]
        return f"Only {', '.join(most)} and {last} can {permission}."
    if Role.REPRESENTATIVE in roles:
        who = "Your representative or alternate" if of_own else "Only an organization’s representative or alternate"
        return f"{who} can {permission}: {names}." if asked else f"{who} can {permission}."
    whom = " and ".join(label for role, label in _OF_HOST.items() if role in roles)
    return f"Only the {whom} can {permission}." + (f" Ask {names}." if asked else "")


_OF_HOST = {Role.COORDINATOR: "coordinator", Role.BOARD: "Advisory Board"}

"""Who takes part, and who may do what: one table. Pure."""

import hmac
import ipaddress
import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from hub.core.errors import Refused
from hub.core.text import clean, one_line


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

# Roles of the alliance as a whole: only the coordinator gives them, and manages who has them.
HOST_ROLES = frozenset({Role.COORDINATOR, Role.BOARD})

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

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return self.value.capitalize()


@dataclass(frozen=True)
class DesignationFacts:
    """A designation as somebody states it."""

    name: str
    status: DesignationStatus
    starts_on: date | None = None
    ends_on: date | None = None


class Permission(StrEnum):
    """Everything that somebody may or may not do."""

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

# Who may what. A role that a row does not name may not. domain.md's table of people is the source.
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
        # An organization's stakeholders are nobody else's business, not even the coordinator's.
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
    """Whoever runs commands on the hub's own machine: reads what a coordinator reads, belongs to nobody."""

    role: Role = Role.COORDINATOR
    organization_id: int = 0


OPERATOR = Operator()


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


def may_manage(actor: SomePerson | None, person: SomePerson) -> bool:
    """Whether ``actor`` may change ``person``, their role and their links.

    Somebody with a role of the alliance (coordinator, board) is managed by whoever gives those roles: a
    representative who could make a reset link for a board member could sign in as one.
    """
    allowed = may(actor, Permission.MANAGE_PEOPLE, person)
    return allowed and (person.role not in HOST_ROLES or may(actor, Permission.GIVE_HOST_ROLES, person))


def roles_to_give(actor: SomePerson | None, kind: OrganizationKind) -> tuple[Role, ...]:
    """The roles that ``actor`` may give in an organization of ``kind``."""
    all_roles = may(actor, Permission.GIVE_HOST_ROLES)
    return tuple(role for role in ROLES_OF_KIND[kind] if all_roles or role not in HOST_ROLES)


def slug_of(name: str) -> str:
    """The name as it stands in addresses: ``Lakeshore Forge & Foundry`` is ``lakeshore-forge-foundry``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "organization"


class MailKind(StrEnum):
    """Mail that the hub sends by itself and that a person may do without."""

    REMINDER = "reminder"
    DIGEST = "digest"
    NOTICE = "notice"
    CALL = "call"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return _MAIL_LABELS[self.value]


# When nobody wants mail who didn't say otherwise: from eight in the evening to seven in the morning.
USUAL_NIGHT = (time(20), time(7))

_MAIL_LABELS = {
    "reminder": "Reminders when the quarter ends and nothing was shared yet (representative and alternate)",
    "digest": "Once a week: new resources on topics that you follow and for searches that you saved",
    "notice": "What the hub logged from mail that you copied to it",
    "call": "Calls: invitations and changes, what you missed, and a week before you present (representative and alternate)",
}


def stop_token(key: str, person_id: int, kind: MailKind) -> str:
    """What stands in the address that ends a kind of mail for somebody: only the hub can make it, with its ``key``."""
    named = f"{person_id}-{kind.value}"
    mark = hmac.new(key.encode(), f"stop:{named}".encode(), sha256).digest()[:18]
    return f"{named}-{urlsafe_b64encode(mark).decode()}"


def whose_stop(key: str, token: str) -> tuple[int, MailKind] | None:
    """The person and the kind of mail that the token is about; None unless the hub made it."""
    number, _, rest = token.partition("-")
    kind = next((one for one in MailKind if rest.startswith(f"{one.value}-")), None)
    if kind is None or not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - more than rows can have
        return None
    known = stop_token(key, int(number), kind)
    return (int(number), kind) if hmac.compare_digest(known.encode(), token.encode()) else None


# Signing in and out.
SHORTEST_PASSWORD = 10  # NIST SP 800-63B asks for 8 at least and no rules of composition
LONGEST_PASSWORD = 200  # argon2 takes any; this keeps a request small
INVITATION_DAYS = 14
RESET_HOURS = 24
# Ten wrong tries in a quarter of an hour stop an account or an address; a person who forgot needs fewer.
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 30
TRIES_WITHIN = timedelta(minutes=15)
# Who forgot a password asks once or twice; more would only fill the mailbox of somebody else.
REQUESTS_PER_ACCOUNT = 3
REQUESTS_PER_ADDRESS = 20
REQUESTS_WITHIN = timedelta(hours=1)


def is_due_on(joined_on: date, left_on: date | None, first_day: date, last_day: date) -> bool:
    """Whether an organization belonged to the alliance in a period: joined by its last day, not gone before its first."""
    return joined_on <= last_day and (left_on is None or left_on >= first_day)


def has_left(left_on: date | None, today: date) -> bool:
    """Whether an organization is gone: its last day is over."""
    return left_on is not None and left_on < today


# What people type about themselves and their organizations.
LONGEST_NAME = 200
LONGEST_EMAIL = 254  # RFC 5321's limit of a path, less its brackets
LONGEST_WEBSITE = 500


def name_of(text: str, what: str = "name") -> str:
    """The name that somebody typed, on one line; raises Refused when it is empty or too long."""
    name = one_line(text)
    if not name:
        raise Refused(f"Enter the {what}.")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The {what} is too long: it may have up to {LONGEST_NAME} characters.")
    return name


def email_of(text: str) -> str:
    """The e-mail address that somebody typed, in lower case; raises Refused when it can't be one."""
    try:
        email = validate_email(clean(text), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Refused("Enter an e-mail address such as name@example.org.") from error
    if len(email) > LONGEST_EMAIL:
        raise Refused(f"The e-mail address is too long: it may have up to {LONGEST_EMAIL} characters.")
    return email


def website_of(text: str) -> str:
    """The web address that somebody typed, or nothing; raises Refused unless it is one of http or https."""
    website = clean(text)
    if not website:
        return ""
    if len(website) > LONGEST_WEBSITE:
        raise Refused(f"The website's address is too long: it may have up to {LONGEST_WEBSITE} characters.")
    if not _is_web_address(website):
        raise Refused("Enter the website with https:// or http:// in front, for example https://www.example.org.")
    return website


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s|\\", text)


def password_of(text: str, email: str = "") -> str:
    """The new password that somebody typed; raises Refused when it is too short, too long, or their address."""
    if len(text) < SHORTEST_PASSWORD:
        raise Refused(f"Use a password of at least {SHORTEST_PASSWORD} characters; a few words are easy to remember.")
    if len(text) > LONGEST_PASSWORD:
        raise Refused(f"The password is too long: it may have up to {LONGEST_PASSWORD} characters.")
    if email and text.strip().lower() == email:
        raise Refused("Use a password that isn't your e-mail address.")
    return text


def same_network(address: str) -> str:
    """What tries are counted by: an IPv4 address, or the /64 network that one IPv6 customer has whole."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known.packed, 64), strict=False))
    return str(known)

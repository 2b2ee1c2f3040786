"""Kinds of organizations, the roles of their people, and when an organization takes part. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
    """A designation as someone states it."""

    name: str
    status: DesignationStatus
    starts_on: date | None = None
    ends_on: date | None = None


def slug_of(name: str) -> str:
    """Return the name as it stands in addresses: ``Lakeshore Forge & Foundry`` is ``lakeshore-forge-foundry``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "organization"


def is_due_on(joined_on: date, left_on: date | None, first_day: date, last_day: date) -> bool:
    """Return whether an organization belonged to the alliance in a period: joined by its last day, not gone before its first."""
    return joined_on <= last_day and (left_on is None or left_on >= first_day)


def has_left(left_on: date | None, today: date) -> bool:
    """Return whether an organization is gone: its last day is over."""
    return left_on is not None and left_on < today

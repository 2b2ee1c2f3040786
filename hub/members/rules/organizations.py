"""Kinds of organizations, roles, designations and slugs. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class OrganizationKind(StrEnum):
    """The kind of an organization: members and BFFs take part, and the host runs the hub."""

    MEMBER = "member"
    BFF = "bff"
    HOST = "host"

    @property
    def label(self) -> str:
        """Its name on screens."""
        return {"member": "Member", "bff": "BFF", "host": "Host"}[self.value]

    @property
    def noun(self) -> str:
        """Its name in a sentence."""
        return "BFF" if self is OrganizationKind.BFF else self.value


class Role(StrEnum):
    """The role of a person in their organization."""

    COORDINATOR = "coordinator"
    BOARD = "board"
    REPRESENTATIVE = "representative"
    ALTERNATE = "alternate"
    CONTRIBUTOR = "contributor"

    @property
    def label(self) -> str:
        """Its name on screens."""
        return "Advisory Board" if self is Role.BOARD else self.value.capitalize()


# Each organization has one of each at a time; naming a new one makes the current one a contributor.
SINGLE_ROLES = frozenset({Role.REPRESENTATIVE, Role.ALTERNATE})

# Roles in the alliance as a whole: only the coordinator assigns them, and manages the people who have them.
HOST_ROLES = frozenset({Role.COORDINATOR, Role.BOARD})

# The host's people are coordinators or sit on the board; the board may come from any organization.
ROLES_OF_KIND = {
    OrganizationKind.HOST: (Role.COORDINATOR, Role.BOARD),
    OrganizationKind.MEMBER: (Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR, Role.BOARD),
    OrganizationKind.BFF: (Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR, Role.BOARD),
}


class DesignationStatus(StrEnum):
    """The status of a federal designation."""

    APPLIED = "applied"
    ACTIVE = "active"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """Its name on screens."""
        return self.value.capitalize()


@dataclass(frozen=True)
class DesignationFacts:
    """A designation as it was entered."""

    name: str
    status: DesignationStatus
    starts_on: date | None = None
    ends_on: date | None = None


def slug_of(name: str) -> str:
    """Return the slug of a name: ``lakeshore-forge-foundry`` for ``Lakeshore Forge & Foundry``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "organization"

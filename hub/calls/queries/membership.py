"""Which organizations belonged to the alliance on the day of a call."""

from datetime import date

from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind


def took_part_on(organization: Organization, day: date) -> bool:
    """Return True if a member or BFF belonged to the alliance on a day; the host always did."""
    return organization.kind is OrganizationKind.HOST or organization.membership.includes(day)

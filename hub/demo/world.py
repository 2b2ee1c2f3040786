"""A small, believable alliance: all demo resources and the organizations that published them."""

from itertools import chain

from hub.demo.organizations import ORGANIZATIONS
from hub.demo.shapes import DemoOrganization, DemoResource
from hub.demo.texts import (
    capital,
    cyber,
    cyber_tools,
    energy,
    hiring,
    network,
    new_markets,
    sites,
    supply_chain,
    technology,
    trade,
    updates,
    workforce,
)

_THEMES = (
    network,
    updates,
    workforce,
    hiring,
    supply_chain,
    new_markets,
    cyber,
    cyber_tools,
    sites,
    trade,
    capital,
    energy,
    technology,
)

RESOURCES: tuple[DemoResource, ...] = tuple(chain.from_iterable(theme.RESOURCES for theme in _THEMES))

_ORGANIZATIONS = {organization.slug: organization for organization in ORGANIZATIONS}


def organization_of(resource: DemoResource) -> DemoOrganization:
    """Return the organization that published ``resource``."""
    return _ORGANIZATIONS[resource.organization]

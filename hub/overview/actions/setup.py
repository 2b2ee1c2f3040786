"""What the guide of the first run does: the hub's name and time zone, many organizations at once, invitations."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from config import is_zone
from hub.core import settings
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.members.actions import links as links_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.fields import name_of
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission, may
from hub.overview.queries import setup as setup_queries
from hub.overview.rules.lists import Line

LONGEST_HUB_NAME = 60  # it stands at the top of every page


def name_hub(db: Session, actor: Person, name: str, zone: str) -> None:
    """Choose the hub's name and time zone; what the operator gave in the environment stays.

    Raises Refused when the zone decides quarters already: shares would move from one quarter to another.
    """
    _may_set_up(actor)
    config = config_of(db)
    if "HUB_NAME" not in config.given:
        name = name_of(name, "hub's name")
        if len(name) > LONGEST_HUB_NAME:
            raise Refused(f"The hub's name is too long: it may have up to {LONGEST_HUB_NAME} characters.")
        settings.keep(db, "HUB_NAME", name)
    if "TIME_ZONE" not in config.given and zone != config.TIME_ZONE:
        if not is_zone(zone):
            raise Refused("Choose the time zone from the list.")
        if setup_queries.zone_is_settled(db):
            raise Refused(
                "Something has been shared already, and the time zone decides which quarter it counts for. "
                "It can’t be changed any more."
            )
        settings.keep(db, "TIME_ZONE", zone)
    note(db, actor, "named the hub", actor.organization, name=name, zone=zone)
    finish_step(db, actor, "hub")


def add_listed(db: Session, actor: Person, lines: Iterable[Line]) -> list[Organization]:
    """Add the organizations of the lines that are right, each with its representative where the list names one."""
    _may_set_up(actor)
    added = []
    for line in lines:
        if line.problem:
            continue
        organization = organizations_actions.add_organization(
            db,
            actor,
            name=line.name,
            kind=line.kind,
            region=line.region,
            website=line.website,
            joined_on=line.joined_on,
        )
        if line.email:
            people_actions.add_person(
                db, actor, organization, email=line.email, name=line.representative, role=Role.REPRESENTATIVE
            )
        added.append(organization)
    return added


def invite_all(db: Session, actor: Person) -> list[tuple[Person, str]]:
    """Everybody who has no password yet, each with the token of a new invitation; older links lose their power."""
    _may_set_up(actor)
    return [(person, links_actions.invite(db, actor, person)) for person in setup_queries.uninvited(db)]


def finish_step(db: Session, actor: Person, step: str) -> None:
    """Remember that a step of the guide is done, or was left out on purpose."""
    _may_set_up(actor)
    done = setup_queries.steps_done(db)
    settings.keep(db, setup_queries.GUIDE, " ".join(sorted({*done, step})))


def _may_set_up(actor: Person) -> None:
    if not may(actor, Permission.SET_UP):
        raise NotFound

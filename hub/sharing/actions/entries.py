"""Helpers for adding log entries: checked input, and idempotent inserts."""

import hmac
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.dates import number
from hub.core.db import add_unless, config_of
from hub.core.errors import Refused
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization, Person
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.rules.earlier import objection_to_earlier
from hub.sharing.rules.standing import Act
from hub.sharing.rules.texts import MOST_PEOPLE, MOST_RESOURCES

ALREADY_SENT = (
    "You already sent this form, and the earlier version is recorded. Send it again to record this version too, "
    "or correct the earlier entry in your sharing log."
)


class AlreadySentError(Refused):
    """The same form was sent again with different contents, so the person must decide what to record."""


def new_event(db: Session, act: Act, resource: Resource, title: str = "", **columns: object) -> SharingEvent:
    """Return a new event dated now, not yet added to the session; ``title`` defaults to the current one."""
    now = clock.now()
    today = now.astimezone(config_of(db).zone).date()
    return SharingEvent(
        act=act,
        resource_id=resource.id,
        title=title or resource.title,
        happened_on=today,
        quarter=str(Quarter.of(today)),
        recorded_at=now,
        **columns,
    )


def actor_columns(person: Person | None, organization: Organization | None) -> dict[str, Any]:
    """Return the columns of an entry or a confirmation that say who acted, with their names at this time."""
    return {
        "person_id": person.id if person else None,
        "person_name": person.name if person else "",
        "organization_id": organization.id if organization else None,
        "organization_name": organization.name if organization else "",
    }


def add_once(db: Session, row: SharingEvent | Confirmation) -> bool:
    """Add the row unless one with the same ``once`` exists, even one that a concurrent request adds."""
    return add_unless(db, row, select(type(row).id).where(type(row).once == row.once))


def digest(token: str) -> str:
    """Return a hash of a form's or browser's token, short enough for a column."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()[:32]


def network_mark(db: Session, key: str, network: str) -> str:
    """Return a keyed hash of a visitor's network, different for each ``key``, so that no one can follow a network."""
    secret = config_of(db).SECRET_KEY.encode()
    return hmac.new(secret, f"network: {key} {network}".encode(), sha256).hexdigest()[:24]


def checked_earlier(
    db: Session, resources: Iterable[Resource], titles: Mapping[int, str], quarter: Quarter, answered: Collection[int]
) -> tuple[int, ...]:
    """Return the ids of resources that were added after the quarter; raises Refused unless ``answered`` has them all."""
    added_on = declarations_queries.added_after(db, resources, quarter)
    if objection := objection_to_earlier(added_on, titles, answered, quarter):
        raise Refused(objection)
    return tuple(added_on)


def checked_people(count: int | None) -> int | None:
    """Return the number of people, or None if it isn't known; raises Refused if it is out of range."""
    if count is not None and not 0 < count <= MOST_PEOPLE:
        raise Refused(f"Enter a number of people from 1 to {number(MOST_PEOPLE)}, or leave it blank.")
    return count


def checked_resources(db: Session, person: Person, resource_ids: Iterable[int]) -> list[Resource]:
    """Return the resources; raises Refused if there are too many, or if the person may not name all of them."""
    ids = set(resource_ids)
    if len(ids) > MOST_RESOURCES:
        raise Refused(f"One entry can have up to {number(MOST_RESOURCES)} resources. Choose fewer.")
    resources = declarations_queries.declarable(db, person, sorted(ids))
    if len(resources) < len(ids):
        raise Refused("One of the resources is no longer available. Review the list and choose again.")
    return resources

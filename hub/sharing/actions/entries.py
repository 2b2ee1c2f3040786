"""What every entry of the log is made with: checked texts, and once however often it is sent."""

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import add_unless, config_of
from hub.core.errors import Refused
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Person
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.rules.standing import Act
from hub.sharing.rules.texts import MOST_PEOPLE, MOST_RESOURCES

SENT_BEFORE = (
    "This form was sent before, and what it said then is on record. Send it again to record this too, "
    "or correct the entry in your record."
)


class SentBeforeError(Refused):
    """A form came again with other words than the first time; the person decides which they meant."""


def event_now(db: Session, act: Act, resource: Resource, title: str = "", **others: object) -> SharingEvent:
    """Return an event of this moment; ``title`` is what the organization knows the resource as, if not as it is called now."""
    now = clock.now()
    today = now.astimezone(config_of(db).zone).date()
    return SharingEvent(
        act=act,
        resource_id=resource.id,
        title=title or resource.title,
        happened_on=today,
        quarter=str(Quarter.of(today)),
        recorded_at=now,
        **others,
    )


def add_once(db: Session, row: SharingEvent | Confirmation) -> bool:
    """Add the row unless one with the same ``once`` is there, even one that another request adds right now."""
    return add_unless(db, row, select(type(row).id).where(type(row).once == row.once))


def digest(word: str) -> str:
    """Return a word of a form or a browser in a length that fits, whatever it was."""
    return sha256(word.encode("utf-8", "replace")).hexdigest()[:32]


def people_of(number: int | None) -> int | None:
    """About how many people, if anyone knows; raises Refused when it can't be."""
    if number is not None and not 0 < number <= MOST_PEOPLE:
        raise Refused(f"About how many people is a number from 1 to {MOST_PEOPLE:,}; leave it empty if no one knows.")
    return number


def named(db: Session, person: Person, resource_ids: Iterable[int]) -> list[Resource]:
    """Return the resources, if the person may name every one; raises Refused."""
    ids = set(resource_ids)
    if len(ids) > MOST_RESOURCES:
        raise Refused(f"Up to {MOST_RESOURCES:,} resources fit in one entry. Choose fewer.")
    resources = declarations_queries.nameable(db, person, sorted(ids))
    if len(resources) < len(ids):
        raise Refused("One of the resources isn't there any more. Look at the list again and choose anew.")
    return resources

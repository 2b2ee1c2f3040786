"""Resources of which something wasn't read, so that someone should look at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from hub.core.errors import NotFound
from hub.core.remembered import remembered
from hub.library.models import Resource, Revision
from hub.library.rules import State
from hub.members.models import Organization
from hub.members.rules.permissions import Permission, PermissionHolder, Scope, scope_of

PER_PAGE = 50
# States in which all is well, or nothing is known yet.
FINE = (State.OK, State.WAITING)


@dataclass(frozen=True)
class Unread:
    """A resource whose current revision wasn't read in full: its state, and a sentence for each part that wasn't read."""

    resource: int
    title: str
    state: State
    sentences: Sequence[str]
    organization: str
    added_at: datetime


def unread(
    db: Session, person: PermissionHolder, state: State | None = None, page: int = 1, per_page: int = PER_PAGE
) -> Sequence[Unread]:
    """Return the resources that ``person`` may change and that weren't read in full, newest first; 0: all of them."""
    rows = select(Resource, Revision, Organization.name).join(Resource.organization).join(*_current())
    rows = rows.where(_needs_attention(person), true() if state is None else Revision.state == state)
    rows = rows.order_by(Revision.id.desc())
    if per_page:
        rows = rows.offset((page - 1) * per_page).limit(per_page)
    return [
        Unread(
            resource.id,
            resource.title,
            revision.state,
            (revision.unread or revision.state_detail).split("\n"),
            organization,
            revision.created_at,
        )
        for resource, revision, organization in db.execute(rows)
    ]


def counts(db: Session, person: PermissionHolder) -> dict[State, int]:
    """Return how many resources in each state need attention, of those that ``person`` may change."""
    key = ("attention", scope_of(person, Permission.CHANGE), person.organization_id)
    return dict(remembered(db, key, lambda: _counts(db, person)))


def _counts(db: Session, person: PermissionHolder) -> dict[State, int]:
    rows = select(Revision.state, func.count()).join(Resource, _current()[1]).where(_needs_attention(person))
    return {row[0]: row[1] for row in db.execute(rows.group_by(Revision.state).order_by(func.count().desc()))}


def as_json(entries: Sequence[Unread]) -> list[dict[str, Any]]:
    """Return the list as `hub attention --json` prints it."""
    return [
        {"resource": entry.resource, "title": entry.title, "state": entry.state.value, "unread": list(entry.sentences)}
        for entry in entries
    ]


def _current() -> tuple[type[Revision], ColumnElement[bool]]:
    return Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number)


def _needs_attention(person: PermissionHolder) -> ColumnElement[bool]:
    """Return the SQL condition for resources that ``person`` may change and that weren't read in full."""
    scope = scope_of(person, Permission.CHANGE)
    if scope is None:
        raise NotFound
    changeable: ColumnElement[bool] = false()
    if scope is Scope.ALL:
        changeable = true()
    elif scope is Scope.OWN:
        changeable = Resource.organization_id == person.organization_id
    return and_(
        changeable,
        Resource.withdrawn_at.is_(None),
        Revision.reader_version > 0,
        or_(Revision.state.not_in(FINE), Revision.unread != ""),
    )

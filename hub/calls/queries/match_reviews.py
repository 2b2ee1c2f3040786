"""Matches to review: stronger evidence appeared after a participant was matched, and speaks for someone else.

What a participant was matched by is compared with what the hub knows now:

- Their address belongs to a person of another organization.
- Their address or name was later matched with another organization, and that is remembered.
- They were matched by name, and on another call someone of that name had an address that told another organization.
- They were matched by name against an address, before the hub gave addresses precedence.
- Their organization, which wasn't in the alliance on the day of the call, was after all: its periods were corrected.

The coordinator's own decision is listed only for evidence that is newer than it. Deciding again settles the review.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from hub.calls.models import Alias, Call, Guest, GuestState
from hub.calls.queries.attendance_reports import has_spoken
from hub.calls.queries.membership import took_part_on
from hub.calls.rules.matching import How
from hub.core.dates import with_year
from hub.members import queries as members_queries
from hub.members.models import Organization, Person

Namesake = aliased(Guest, name="namesake")
_BY_NAME = (How.REMEMBERED, How.NAME)
_SETTLED = (GuestState.MATCHED, GuestState.OUTSIDE, GuestState.NOT_MEMBER)


def _differs(column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return the SQL condition for another organization than the participant's; none is one of its own."""
    return func.coalesce(column, 0) != func.coalesce(Guest.organization_id, 0)


def _of_someone_else() -> ColumnElement[bool]:
    """Return the SQL condition: the participant's address is that of a person of another organization."""
    is_newer = or_(Guest.how != How.DECIDED, Person.created_at > Guest.decided_at)
    return and_(Guest.email != "", Person.email == Guest.email, _differs(Person.organization_id), is_newer)


def _remembered_differently() -> ColumnElement[bool]:
    """Return the SQL condition: the participant's address or name was later matched with another organization."""
    return and_(
        Guest.how != How.ADDRESS,
        Alias.key == Guest.key,
        _differs(Alias.organization_id),
        Alias.decided_at > Guest.decided_at,
    )


def _is_by_name() -> ColumnElement[bool]:
    """Return the SQL condition for participants whose match says nothing about an address."""
    is_decided = and_(Guest.how == How.DECIDED, Guest.email == "")
    return and_(Guest.name_key != "", or_(Guest.how.in_(_BY_NAME), is_decided))


def _namesake_told_otherwise() -> ColumnElement[bool]:
    """Return the SQL condition: on another call, an address told another organization for someone of this name."""
    is_newer = or_(Guest.how.in_(_BY_NAME), Namesake.decided_at > Guest.decided_at)
    return and_(
        _is_by_name(),
        Namesake.name_key == Guest.name_key,
        Namesake.id != Guest.id,
        has_spoken(Namesake),
        _differs(Namesake.organization_id),
        is_newer,
    )


def _was_member_after_all() -> ColumnElement[bool]:
    """Return the SQL condition: the participant's organization was in the alliance on the day of the call."""
    was_member = and_(Organization.id == Guest.organization_id, members_queries.was_member_on(Call.day))
    return and_(Guest.state == GuestState.NOT_MEMBER, exists(select(Organization.id).where(was_member)))


def needs_review() -> ColumnElement[bool]:
    """Return the SQL condition for matches that stronger evidence contradicts; joined with their calls."""
    return and_(
        Guest.state.in_(_SETTLED),
        or_(
            Guest.decided_at.is_(None),
            _was_member_after_all(),
            exists(select(Person.id).where(_of_someone_else())),
            exists(select(Alias.id).where(_remembered_differently())),
            # The first condition spares the search for namesakes.
            and_(_is_by_name(), exists(select(Namesake.id).where(_namesake_told_otherwise()))),
        ),
    )


def reviews_of(db: Session, call: Call, guests: Sequence[Guest]) -> dict[int, str]:
    """Return the reason for each of the call's matches to review, by participant ID."""
    reasons: dict[int, str] = {}
    of_call = and_(Guest.call_id == call.id, Guest.state.in_(_SETTLED))
    for guest in guests:
        if guest.state in _SETTLED and guest.decided_at is None:
            reasons[guest.id] = "It was matched by name, but the address is from another organization."
        elif guest.state is GuestState.NOT_MEMBER and guest.organization and took_part_on(guest.organization, call.day):
            reasons[guest.id] = f"{guest.organization.name} was in the alliance on that day after all."
    for number, target in db.execute(
        select(Guest.id, Organization.name)
        .join(Alias, _remembered_differently())
        .outerjoin(Organization, Organization.id == Alias.organization_id)
        .where(of_call)
    ):
        reasons[number] = f"Later, you matched this participant with {target or 'no one in the alliance'}."
    for number, day, name, email, target in db.execute(
        select(Guest.id, Call.day, Namesake.name, Namesake.email, Organization.name)
        .join(Namesake, _namesake_told_otherwise())
        .join(Call, Call.id == Namesake.call_id)
        .outerjoin(Organization, Organization.id == Namesake.organization_id)
        .where(of_call)
        .order_by(Namesake.id)
    ):
        reasons[number] = (
            f"On {with_year(day)}, “{name}” joined with {email}, an address of {target or 'no one in the alliance'}."
        )
    for number, email, name, target in db.execute(
        select(Guest.id, Person.email, Person.name, Organization.name)
        .join(Person, _of_someone_else())
        .join(Organization, Organization.id == Person.organization_id)
        .where(of_call)
    ):
        reasons[number] = f"The address {email} belongs to {name}, {target}."
    return reasons


def calls_with_reviews(db: Session) -> list[tuple[Call, int]]:
    """Return the calls with matches to review and their number, newest first."""
    rows = db.execute(
        select(Call, func.count(Guest.id))
        .join(Guest, Guest.call_id == Call.id)
        .where(needs_review())
        .group_by(Call.id)
        .order_by(Call.day.desc())
    )
    return [(row[0], row[1]) for row in rows]

"""Queries for calls and calendar links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from config import Config
from hub.calls.models import Ask, Attendance, CalendarFeed, Call, Presentation
from hub.calls.rules.calendars import CalendarEvent
from hub.calls.rules.series import CallState, Series
from hub.core.dates import parse_time
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.core.setting_checks import WEEKDAYS
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.members.rules.permissions import PermissionHolder

CALLS_PER_PAGE = 30
FEED_HISTORY = timedelta(days=400)  # how far back calendars go


def series_of(config: Config) -> Series:
    """Return the weekly call from the settings."""
    weekday = WEEKDAYS.index(config.CALL_WEEKDAY)
    return Series(weekday, parse_time(config.CALL_TIME), config.CALL_MINUTES, config.zone)


def is_held_call(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for calls that were held, like `is_held`."""
    return and_(Call.state == CallState.PLANNED, Call.ends_at <= now)


def is_upcoming_call(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for calls that are scheduled and not over, like `is_upcoming`."""
    return and_(Call.state == CallState.PLANNED, Call.ends_at > now)


def in_year(year: int) -> ColumnElement[bool]:
    """Return the SQL condition for calls in a calendar year."""
    return Call.day.between(date(year, 1, 1), date(year, 12, 31))


def call_on(db: Session, day: date) -> Call:
    """Return the call on a day, with its presentations and asks; raises NotFound if there is none."""
    call = db.scalar(
        select(Call)
        .where(Call.day == day)
        .options(
            selectinload(Call.presentations).joinedload(Presentation.organization),
            selectinload(Call.presentations).joinedload(Presentation.resource),
            selectinload(Call.asks).joinedload(Ask.organization),
        )
    )
    if call is None:
        raise NotFound
    return call


def moved_from(db: Session, day: date) -> Call | None:
    """Return the call that was moved from ``day``, if any."""
    return db.scalar(select(Call).where(Call.series_day == day, Call.day != day))


def has_call(db: Session, day: date) -> bool:
    """Return True if the day has a call page, including a call that was moved from it."""
    return db.scalar(select(Call.id).where(or_(Call.day == day, Call.series_day == day)).limit(1)) is not None


@dataclass(frozen=True)
class CallFilter:
    """A filter for calls: past or upcoming (None: both), year, state."""

    past: bool | None = None
    year: int | None = None
    state: CallState | None = None


def calls(db: Session, filters: CallFilter, now: datetime, page: int = 1) -> tuple[Sequence[Call], int]:
    """Return a page of calls with their presentations, and the number of all calls that match.

    Upcoming calls are sorted soonest first, others newest first.
    """
    query = select(Call)
    if filters.past is not None:
        query = query.where(Call.ends_at <= now if filters.past else Call.ends_at > now)
    if filters.year:
        query = query.where(in_year(filters.year))
    if filters.state:
        query = query.where(Call.state == filters.state)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Call.day if filters.past is False else Call.day.desc())
    shown = ordered.options(selectinload(Call.presentations).joinedload(Presentation.organization))
    return db.scalars(shown.offset((page - 1) * CALLS_PER_PAGE).limit(CALLS_PER_PAGE)).all(), total


def all_upcoming(db: Session, now: datetime) -> Sequence[Call]:
    """Return all upcoming calls, including holidays, canceled, and skipped ones, soonest first."""
    return db.scalars(select(Call).where(Call.starts_at > now).order_by(Call.day)).all()


def lock_upcoming(db: Session, now: datetime) -> None:
    """Lock upcoming calls, and load them again: someone else may be moving or canceling one at the same moment."""
    query = select(Call).where(Call.starts_at > now).order_by(Call.id)
    db.execute(query.with_for_update().execution_options(populate_existing=True)).all()


def calls_at_old_time(db: Session, now: datetime) -> list[Call]:
    """Return upcoming calls of the series that differ from the day and time in the settings, and can move there.

    Excludes calls that someone moved or canceled, and those whose new day already has a call.
    """
    series, since = series_of(config_of(db)), now.date() - timedelta(days=7)
    nearby = select(Call.day, Call.series_day).where(or_(Call.day >= since, Call.series_day >= since))
    taken = {day for row in db.execute(nearby) for day in row}
    return [
        call
        for call in all_upcoming(db, now)
        if _is_at_old_time(call, series, now)
        and (series.in_week_of(call.day) == call.day or series.in_week_of(call.day) not in taken)
    ]


def _is_at_old_time(call: Call, series: Series, now: datetime) -> bool:
    is_untouched = call.state is CallState.HOLIDAY or (call.state is CallState.PLANNED and not call.reason)
    if not is_untouched or call.day != call.series_day:
        return False
    span = series.span(series.in_week_of(call.day))
    return span != (call.starts_at, call.ends_at) and span[0] > now


def call_of(db: Session, entry: Attendance) -> Call:
    """Return the call of an attendance entry."""
    return db.scalars(select(Call).where(Call.id == entry.call_id)).one()


def years(db: Session) -> list[int]:
    """Return the years that have calls, newest first."""
    first, last = db.execute(select(func.min(Call.day), func.max(Call.day))).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def _select_with_presentations() -> Select[Call]:
    return select(Call).options(selectinload(Call.presentations).joinedload(Presentation.organization))


def resources_of(db: Session, person: PermissionHolder | None, call: Call) -> Sequence[Resource]:
    """Return the resources of the call's day that ``person`` may read, with their organizations, notes first."""
    return db.scalars(
        select(Resource)
        .where(Resource.call_on == call.day, visible_to(person))
        .options(joinedload(Resource.organization))
        .order_by(Resource.kind, Resource.id)
    ).all()


def calendar_event(config: Config, call: Call) -> CalendarEvent:
    """Return the calendar data of a call."""
    return CalendarEvent(
        uid=call.uid,
        title=call.title,
        starts_at=call.starts_at,
        ends_at=call.ends_at,
        changed_at=call.changed_at,
        sequence=call.sequence,
        cancelled=call.state is not CallState.PLANNED,
        address=f"{config.BASE_URL}/calls/{call.day}",
        joining_link=call.joining_link,
        reason=call.reason,
    )


def calendar_events(db: Session, now: datetime) -> list[CalendarEvent]:
    """Return the calendar events of scheduled and formerly scheduled calls, oldest first."""
    announced = db.scalars(
        select(Call)
        .where(or_(Call.state == CallState.PLANNED, Call.sequence > 0), Call.ends_at > now - FEED_HISTORY)
        .order_by(Call.day)
    )
    return [calendar_event(config_of(db), call) for call in announced]


def feed_of(db: Session, person: Person) -> CalendarFeed | None:
    """Return the person's calendar link, or None."""
    return db.scalar(
        select(CalendarFeed)
        .where(CalendarFeed.person_id == person.id, CalendarFeed.ended_at.is_(None))
        .order_by(CalendarFeed.id.desc())
        .limit(1)
    )


def feed(db: Session, token: str) -> CalendarFeed:
    """Return the calendar link with this token; raises NotFound if it's off or its person no longer takes part."""
    calendar_feed = db.scalar(
        select(CalendarFeed)
        .join(CalendarFeed.person)
        .where(CalendarFeed.token == token, CalendarFeed.ended_at.is_(None), members_queries.takes_part(db))
    )
    if calendar_feed is None:
        raise NotFound
    return calendar_feed

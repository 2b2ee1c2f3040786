"""Which calls there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from config import WEEKDAYS, Config
from hub.calls.models import Ask, Attendance, CalendarFeed, Call, Presentation
from hub.calls.rules.calendars import Occasion
from hub.calls.rules.series import CHECK_IN_AFTER, CHECK_IN_BEFORE, CallState, Series
from hub.core.dates import parse_time
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.members.models import Person
from hub.members.rules.permissions import SomePerson

CALLS_PER_PAGE = 30
BEFORE_IN_FEED = timedelta(days=400)  # how far back a calendar reaches


def series_of(config: Config) -> Series:
    """Return the weekly call as the settings have it."""
    weekday = WEEKDAYS.index(config.CALL_WEEKDAY)
    return Series(weekday, parse_time(config.CALL_TIME), config.CALL_MINUTES, config.zone)


def held(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a call that was held: `is_held` in SQL."""
    return and_(Call.state == CallState.PLANNED, Call.ends_at <= now)


def coming(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a call that is planned and not over."""
    return and_(Call.state == CallState.PLANNED, Call.ends_at > now)


def in_year(year: int) -> ColumnElement[bool]:
    """Return the condition of a call of a calendar year."""
    return Call.day.between(date(year, 1, 1), date(year, 12, 31))


def call_on(db: Session, day: date) -> Call:
    """Return the call of a day with its presentations and asks; raises NotFound."""
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
    """Return the call that the series had on ``day`` and that was moved from there, if that is so."""
    return db.scalar(select(Call).where(Call.series_day == day, Call.day != day))


def is_there_a_call(db: Session, day: date) -> bool:
    """Return whether the day has a page among the calls."""
    return db.scalar(select(Call.id).where(or_(Call.day == day, Call.series_day == day)).limit(1)) is not None


@dataclass(frozen=True)
class Which:
    """Which calls a list shows: those to come or those past (None: both), of a year, in a state."""

    past: bool | None = None
    year: int | None = None
    state: CallState | None = None


def calls(db: Session, which: Which, now: datetime, page: int = 1) -> tuple[Sequence[Call], int]:
    """Return a page of the calls, with their presentations, and how many there are; to come: soonest first, else newest first."""
    query = select(Call)
    if which.past is not None:
        query = query.where(Call.ends_at <= now if which.past else Call.ends_at > now)
    if which.year:
        query = query.where(in_year(which.year))
    if which.state:
        query = query.where(Call.state == which.state)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Call.day if which.past is False else Call.day.desc())
    shown = ordered.options(selectinload(Call.presentations).joinedload(Presentation.organization))
    return db.scalars(shown.offset((page - 1) * CALLS_PER_PAGE).limit(CALLS_PER_PAGE)).all(), total


def all_coming(db: Session, now: datetime) -> Sequence[Call]:
    """Return every day of the series and every other call to come, holidays and those called off too, soonest first."""
    return db.scalars(select(Call).where(Call.starts_at > now).order_by(Call.day)).all()


def behind_settings(db: Session, now: datetime) -> list[Call]:
    """Calls to come of the series that aren't when the settings have them now, and can be put there.

    Not those that someone moved or called off, nor those whose new day has another call.
    """
    series, since = series_of(config_of(db)), now.date() - timedelta(days=7)
    near = select(Call.day, Call.series_day).where(or_(Call.day >= since, Call.series_day >= since))
    taken = {day for row in db.execute(near) for day in row}
    return [
        call
        for call in all_coming(db, now)
        if _is_behind(call, series, now)
        and (series.in_week_of(call.day) == call.day or series.in_week_of(call.day) not in taken)
    ]


def _is_behind(call: Call, series: Series, now: datetime) -> bool:
    is_untouched = call.state is CallState.HOLIDAY or (call.state is CallState.PLANNED and not call.reason)
    if not is_untouched or call.day != call.series_day:
        return False
    span = series.span(series.in_week_of(call.day))
    return span != (call.starts_at, call.ends_at) and span[0] > now


def call_of(db: Session, entry: Attendance) -> Call:
    """Return the call that an entry of the attendance is about."""
    return db.scalars(select(Call).where(Call.id == entry.call_id)).one()


def years(db: Session) -> list[int]:
    """Return the years that have calls, newest first."""
    first, last = db.execute(select(func.min(Call.day), func.max(Call.day))).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def next_call(db: Session, now: datetime) -> Call | None:
    """Return the call that is going on or comes next."""
    return db.scalar(_with_slots().where(coming(now)).order_by(Call.starts_at).limit(1))


def call_to_check_in(db: Session, now: datetime) -> Call | None:
    """Return the newest call on which someone can say now that they were there: `takes_check_ins` in SQL."""
    return db.scalar(
        select(Call)
        .where(
            Call.state == CallState.PLANNED,
            Call.starts_at <= now + CHECK_IN_BEFORE,
            Call.ends_at >= now - CHECK_IN_AFTER,
        )
        .order_by(Call.starts_at.desc())
        .limit(1)
    )


def _with_slots() -> Select[Call]:
    return select(Call).options(selectinload(Call.presentations).joinedload(Presentation.organization))


def resources_of(db: Session, person: SomePerson | None, call: Call) -> Sequence[Resource]:
    """Return the resources of the call's day that ``person`` may read, notes first, with their organizations."""
    return db.scalars(
        select(Resource)
        .where(Resource.call_on == call.day, visible_to(person))
        .options(joinedload(Resource.organization))
        .order_by(Resource.kind, Resource.id)
    ).all()


def occasion(config: Config, call: Call) -> Occasion:
    """Return the call as calendars hold it."""
    return Occasion(
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


def occasions(db: Session, now: datetime) -> list[Occasion]:
    """Return every call that calendars hold or held, oldest first: a day that was never announced is not among them."""
    found = db.scalars(
        select(Call)
        .where(or_(Call.state == CallState.PLANNED, Call.sequence > 0), Call.ends_at > now - BEFORE_IN_FEED)
        .order_by(Call.day)
    )
    return [occasion(config_of(db), call) for call in found]


def feed_of(db: Session, person: Person) -> CalendarFeed | None:
    """Return the person's calendar address, if they have one."""
    return db.scalar(
        select(CalendarFeed)
        .where(CalendarFeed.person_id == person.id, CalendarFeed.ended_at.is_(None))
        .order_by(CalendarFeed.id.desc())
        .limit(1)
    )


def feed(db: Session, token: str) -> CalendarFeed:
    """Return the calendar address with this token, while its person belongs to the alliance; else raises NotFound."""
    found = db.scalar(
        select(CalendarFeed)
        .join(CalendarFeed.person)
        .where(CalendarFeed.token == token, CalendarFeed.ended_at.is_(None), Person.left_at.is_(None))
    )
    if found is None:
        raise NotFound
    return found

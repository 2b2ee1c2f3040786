"""Planning calls: the series a year ahead, and each call changed, moved, called off with a reason."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.calls.actions.mailing import remind_of_decks, tell_of_change
from hub.calls.models import Call
from hub.calls.queries import mailing as mailing_queries
from hub.calls.queries import series as series_queries
from hub.calls.rules.holidays import holiday_on
from hub.calls.rules.series import (
    AHEAD,
    LONGEST,
    LONGEST_LINK,
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_TITLE,
    SHORTEST,
    CallState,
    monday_of,
    span,
)
from hub.core import clock
from hub.core.audit import note
from hub.core.dates import month_day
from hub.core.db import Database, config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.library import actions as library_actions
from hub.library.rules import is_web_address
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may


def catch_up(database: Database) -> int:
    """Make the series a year ahead, and remind of decks that are missing; answers how much was done.

    Does nothing in a hub without people.
    """
    today = clock.today(database.config.zone)
    with database.reading() as db:
        lacks_days = bool(members_queries.has_people(db) and missing_days(db, today, today + AHEAD))
        lacks_decks = bool(mailing_queries.decks_missing(db, clock.now()))
    if not lacks_days and not lacks_decks:
        return 0
    with database.writing() as db:
        made = len(make_series(db, None, today, today + AHEAD)) if lacks_days else 0
        return made + remind_of_decks(db)


def missing_days(db: Session, first: date, last: date) -> list[date]:
    """Return the days of the series in a period whose week has no call of it yet, neither as planned nor moved from there."""
    days = series_queries.series_of(config_of(db)).days(first, last)
    week = timedelta(days=7)
    near = select(Call.day, Call.series_day).where(
        or_(Call.day.in_(days), Call.series_day.between(first - week, last + week))
    )
    there = db.execute(near).all()
    taken = {day for day, _series_day in there}
    weeks = {monday_of(series_day) for _day, series_day in there if series_day}
    return [day for day in days if day not in taken and monday_of(day) not in weeks]


def make_series(db: Session, person: Person | None, first: date, last: date) -> list[Call]:
    """Add the days of the series that are missing in a period; a federal holiday is marked as such.

    Run twice it adds nothing the second time. ``person`` None is the worker.
    """
    _may_run(person)
    config = config_of(db)
    series = series_queries.series_of(config)
    made = []
    for day in missing_days(db, first, last):
        call = _new_call(db, day, *series.span(day))
        call.series_day = day
        if name := holiday_on(day):
            call.state, call.reason = CallState.HOLIDAY, name
        made.append(call)
    db.add_all(made)
    db.flush()
    if made and person:
        note(db, person, "planned the series up to the", made[-1], calls=len(made))
    return made


def follow_settings(db: Session, person: Person) -> int:
    """Put the calls to come of the series where the settings have them now; answers how many.

    Calls that someone moved or called off stay, and those whose new day has another call already.
    """
    _may_run(person)
    series, followed = series_queries.series_of(config_of(db)), 0
    for call in series_queries.behind_settings(db, clock.now()):
        old_day, new_day = call.day, series.in_week_of(call.day)
        if new_day != old_day:
            library_actions.follow_call(db, old_day, new_day)
        call.day = call.series_day = new_day
        call.starts_at, call.ends_at = series.span(new_day)
        holiday = holiday_on(new_day)
        call.state, call.reason = (CallState.HOLIDAY, holiday) if holiday else (CallState.PLANNED, "")
        _count_up(call)
        tell_of_change(db, person, call)
        followed += 1
    if followed:
        note(db, person, "put calls where the settings have them, up to the", call, calls=followed)
    return followed


def _new_call(db: Session, day: date, starts_at: datetime, ends_at: datetime) -> Call:
    config = config_of(db)
    host = urlsplit(config.BASE_URL).hostname
    return Call(
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        state=CallState.PLANNED,
        title=config.CALL_TITLE,
        joining_link=config.CALL_LINK,
        uid=f"{secrets.token_hex(16)}@{host}",
        sequence=0,
        changed_at=clock.now().replace(microsecond=0),
    )


@dataclass(frozen=True)
class When:
    """A day, and from when to when on the clocks of the hub's time zone."""

    day: date
    at: time
    minutes: int


def add_call(db: Session, person: Person, when: When, title: str) -> Call:
    """Plan a call beside the series."""
    _may_run(person)
    _refuse_taken(db, when.day)
    call = _new_call(db, when.day, *_span(db, when))
    call.title = _text(title, LONGEST_TITLE, "title") or call.title
    db.add(call)
    note(db, person, "planned the", call)
    return call


@dataclass(frozen=True)
class Facts:
    """What the coordinator says of a call."""

    title: str
    agenda: str
    joining_link: str
    recording_link: str


def change(db: Session, person: Person, call: Call, facts: Facts) -> None:
    """Change what a call's page says; what calendars hold of it counts up."""
    _may_run(person)
    new = {
        "title": _text(facts.title, LONGEST_TITLE, "title") or call.title,
        "agenda": _text(facts.agenda, LONGEST_TEXT, "agenda"),
        "joining_link": _link(facts.joining_link),
        "recording_link": _link(facts.recording_link),
    }
    changed = [name for name, value in new.items() if getattr(call, name) != value]
    for name in changed:
        setattr(call, name, new[name])
    if {"title", "joining_link"} & set(changed):
        _count_up(call)
        tell_of_change(db, person, call)
    if changed:
        note(db, person, "changed the", call, changed=", ".join(changed))


def move(db: Session, person: Person, call: Call, when: When, reason: str) -> None:
    """Put a call on another day or time; resources of its old day follow it."""
    _may_run(person)
    reason = _reason(reason, "moved")
    starts_at, ends_at = _span(db, when)
    if (starts_at, ends_at) == (call.starts_at, call.ends_at):
        raise Refused("The call is on that day and at that time already.")
    if call.state is not CallState.PLANNED:
        raise Refused("There is no call on that day to be moved. Plan it again first.")
    old_day = call.day
    if when.day != old_day:
        _refuse_taken(db, when.day)
        library_actions.follow_call(db, old_day, when.day)
    call.day, call.starts_at, call.ends_at, call.reason = when.day, starts_at, ends_at, reason
    _count_up(call)
    tell_of_change(db, person, call)
    note(db, person, "moved the", call, before=str(old_day), reason=reason)


def cancel(db: Session, person: Person, call: Call, reason: str) -> None:
    """Call a call off; it counts nowhere from now on, even when someone checked in."""
    _may_run(person)
    reason = _reason(reason, "cancelled")
    if call.state is not CallState.PLANNED:
        raise Refused("There is no call on that day that could be canceled.")
    call.state, call.reason = CallState.CANCELLED, reason
    _count_up(call)
    tell_of_change(db, person, call)
    note(db, person, "cancelled the", call, reason=reason)


def plan_again(db: Session, person: Person, call: Call) -> None:
    """Hold a call after all: one that was canceled or skipped, or one on a holiday."""
    _may_run(person)
    if call.state is CallState.PLANNED:
        return
    note(db, person, "planned again the", call, before=call.state.value, reason=call.reason)
    call.state, call.reason = CallState.PLANNED, ""
    _count_up(call)
    tell_of_change(db, person, call)


def skip(db: Session, person: Person, days: Collection[date], reason: str) -> int:
    """Leave out planned calls to come, all for one reason; answers how many."""
    _may_run(person)
    reason = _reason(reason, "left out")
    coming = select(Call).where(Call.day.in_(days), Call.state == CallState.PLANNED, Call.starts_at > clock.now())
    found = db.scalars(coming).all()
    for call in found:
        call.state, call.reason = CallState.SKIPPED, reason
        _count_up(call)
        tell_of_change(db, person, call)
        note(db, person, "left out the", call, reason=reason)
    return len(found)


def _may_run(person: Person | None) -> None:
    if person is not None and not may(person, Permission.RUN_CALLS):
        raise NotFound


def _count_up(call: Call) -> None:
    """Calendars that have the call will take the new state for it."""
    call.sequence += 1
    call.changed_at = clock.now().replace(microsecond=0)


def _refuse_taken(db: Session, day: date) -> None:
    if taken := db.scalar(select(Call).where(Call.day == day)):
        what = "There is a call on that day already." if taken.state is CallState.PLANNED else ""
        raise Refused(what or f"The {month_day(day)} call stands as “{taken.state.label}”. Open it, and plan it again.")


def _span(db: Session, when: When) -> tuple[datetime, datetime]:
    if not SHORTEST <= when.minutes <= LONGEST:
        raise Refused(f"A call lasts from {SHORTEST} to {LONGEST} minutes.")
    if abs(when.day.year - clock.now().year) > 2:  # noqa: PLR2004 - years; a slip of the keyboard is farther off
        raise Refused("The day must lie within two years.")
    return span(when.day, when.at, when.minutes, config_of(db).zone)


def _text(typed: str, longest: int, what: str) -> str:
    text = clean(typed)
    if len(text) > longest:
        raise Refused(f"The {what} is too long: up to {longest:,} characters fit.")
    return text


def _reason(typed: str, done: str) -> str:
    if not (reason := _text(typed, LONGEST_REASON, "reason")):
        raise Refused(f"Say in a few words why it is {done}: it stands in everyone's calendar.")
    return reason


def _link(typed: str) -> str:
    link = clean(typed)
    if link and (not is_web_address(link) or len(link) > LONGEST_LINK):
        raise Refused("Give a link that begins with https:// or http://, or leave it empty.")
    return link

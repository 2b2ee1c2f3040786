"""Scheduling calls: the weekly series a year ahead; editing, moving, canceling, and skipping calls."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.calls.actions.mailing import announce_change, remind_of_decks
from hub.calls.models import Call
from hub.calls.queries import mailing as mailing_queries
from hub.calls.queries import presentations as presentations_queries
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
from hub.core.dates import month_day, number
from hub.core.db import Database, config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import clean, one_line
from hub.library import actions as library_actions
from hub.library.rules import is_url
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may


def catch_up(database: Database) -> int:
    """Schedule the series a year ahead and send deck reminders; returns the number of calls and reminders.

    Does nothing in a hub without people.
    """
    today = clock.today(database.config.zone)
    with database.reading() as db:
        lacks_days = bool(members_queries.has_people(db) and missing_days(db, today, today + AHEAD))
        lacks_decks = bool(mailing_queries.presentations_without_deck(db, clock.now()))
    if not lacks_days and not lacks_decks:
        return 0
    with database.writing() as db:
        added = len(make_series(db, None, today, today + AHEAD)) if lacks_days else 0
        return added + remind_of_decks(db)


def missing_days(db: Session, first: date, last: date) -> list[date]:
    """Return the days of the series in a period whose week has no call of the series, whether on its day or moved."""
    days = series_queries.series_of(config_of(db)).days(first, last)
    week = timedelta(days=7)
    nearby = select(Call.day, Call.series_day).where(
        or_(Call.day.in_(days), Call.series_day.between(first - week, last + week))
    )
    calls = db.execute(nearby).all()
    taken = {day for day, _series_day in calls}
    weeks = {monday_of(series_day) for _day, series_day in calls if series_day}
    return [day for day in days if day not in taken and monday_of(day) not in weeks]


def make_series(db: Session, person: Person | None, first: date, last: date) -> list[Call]:
    """Add the missing days of the series in a period and return them; federal holidays are marked as such.

    Idempotent. ``person`` is None for the worker.
    """
    _may_run(person)
    config = config_of(db)
    series = series_queries.series_of(config)
    added = []
    for day in missing_days(db, first, last):
        call = _new_call(db, day, *series.span(day))
        call.series_day = day
        if name := holiday_on(day):
            call.state, call.reason = CallState.HOLIDAY, name
        added.append(call)
    db.add_all(added)
    db.flush()
    if added and person:
        note(db, person, "scheduled weekly calls up to the", added[-1], calls=len(added))
    return added


def follow_settings(db: Session, person: Person) -> int:
    """Move upcoming calls of the series to the day and time in the settings; returns the number of moved calls.

    Calls that someone moved or canceled stay, and so do those whose new day already has a call.
    """
    _may_run(person)
    series, moved = series_queries.series_of(config_of(db)), 0
    series_queries.lock_upcoming(db, clock.now())
    for call in series_queries.calls_at_old_time(db, clock.now()):
        old_day, new_day = call.day, series.in_week_of(call.day)
        if new_day != old_day:
            library_actions.move_call_resources(db, old_day, new_day)
        call.day = call.series_day = new_day
        call.starts_at, call.ends_at = series.span(new_day)
        holiday = holiday_on(new_day)
        call.state, call.reason = (CallState.HOLIDAY, holiday) if holiday else (CallState.PLANNED, "")
        _increment_sequence(call)
        announce_change(db, person, call)
        moved += 1
    if moved:
        note(db, person, "moved calls to the new weekly time, up to the", call, calls=moved)
    return moved


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
    """The date, local start time, and length of a call."""

    day: date
    at: time
    minutes: int


def add_call(db: Session, person: Person, when: When, title: str) -> Call:
    """Schedule an extra call, outside the series; raises Refused if the day already has a call."""
    _may_run(person)
    _refuse_taken(db, when.day)
    call = _new_call(db, when.day, *_span(db, when))
    call.title = _text(one_line(title), LONGEST_TITLE, "title") or call.title
    db.add(call)
    note(db, person, "scheduled the", call)
    return call


@dataclass(frozen=True)
class Facts:
    """The title, agenda, and links of a call."""

    title: str
    agenda: str
    joining_link: str
    recording_link: str


def change(db: Session, person: Person, call: Call, facts: Facts) -> None:
    """Edit a call; calendars are updated when its title or meeting link changes."""
    _may_run(person)
    new = {
        "title": _text(one_line(facts.title), LONGEST_TITLE, "title") or call.title,
        "agenda": _text(facts.agenda, LONGEST_TEXT, "agenda"),
        "joining_link": _link(facts.joining_link),
        "recording_link": _link(facts.recording_link),
    }
    changed = [name for name, value in new.items() if getattr(call, name) != value]
    for name in changed:
        setattr(call, name, new[name])
    if {"title", "joining_link"} & set(changed):
        _increment_sequence(call)
        announce_change(db, person, call)
    if changed:
        note(db, person, "edited the", call, changed=", ".join(changed))


def move(db: Session, person: Person, call: Call, when: When, reason: str) -> None:
    """Move a call to another day or time, with the resources of its old day."""
    _may_run(person)
    reason = _reason(reason)
    starts_at, ends_at = _span(db, when)
    if (starts_at, ends_at) == (call.starts_at, call.ends_at):
        raise Refused("The call is already at that date and time. Enter a different one.")
    if call.state is not CallState.PLANNED:
        raise Refused("This call isn’t scheduled, so it can’t be moved. Choose “Hold call anyway” first.")
    if starts_at > clock.now() and presentations_queries.has_outcomes(db, call):
        raise Refused("You already said which presentations were given on this call, so it can’t move to the future.")
    old_day = call.day
    if when.day != old_day:
        _refuse_taken(db, when.day)
        library_actions.move_call_resources(db, old_day, when.day)
    call.day, call.starts_at, call.ends_at, call.reason = when.day, starts_at, ends_at, reason
    _increment_sequence(call)
    announce_change(db, person, call)
    note(db, person, "moved the", call, before=str(old_day), reason=reason)


def cancel(db: Session, person: Person, call: Call, reason: str) -> None:
    """Cancel a call; it no longer counts, even if people checked in."""
    _may_run(person)
    reason = _reason(reason)
    if call.state is not CallState.PLANNED:
        raise Refused("This call isn’t scheduled, so there is nothing to cancel.")
    call.state, call.reason = CallState.CANCELLED, reason
    _increment_sequence(call)
    announce_change(db, person, call)
    note(db, person, "canceled the", call, reason=reason)


def reinstate(db: Session, person: Person, call: Call) -> None:
    """Put a canceled, skipped, or holiday call back on the schedule."""
    _may_run(person)
    if call.state is CallState.PLANNED:
        return
    note(db, person, "reinstated the", call, before=call.state.value, reason=call.reason)
    call.state, call.reason = CallState.PLANNED, ""
    _increment_sequence(call)
    announce_change(db, person, call)


def skip(db: Session, person: Person, days: Collection[date], reason: str) -> int:
    """Skip upcoming calls, all for one reason; returns the number of calls."""
    _may_run(person)
    reason = _reason(reason)
    series_queries.lock_upcoming(db, clock.now())
    upcoming = select(Call).where(Call.day.in_(days), Call.state == CallState.PLANNED, Call.starts_at > clock.now())
    calls = db.scalars(upcoming).all()
    for call in calls:
        call.state, call.reason = CallState.SKIPPED, reason
        _increment_sequence(call)
        announce_change(db, person, call)
        note(db, person, "skipped the", call, reason=reason)
    return len(calls)


def _may_run(person: Person | None) -> None:
    if person is not None and not may(person, Permission.RUN_CALLS):
        raise NotFound


def _increment_sequence(call: Call) -> None:
    """Increment the call's SEQUENCE, so that calendars accept the update."""
    call.sequence += 1
    call.changed_at = clock.now().replace(microsecond=0)


def _refuse_taken(db: Session, day: date) -> None:
    if taken := db.scalar(select(Call).where(Call.day == day)):
        if taken.state is CallState.PLANNED:
            raise Refused("There’s already a call on that date. Choose another date.")
        raise Refused(
            f"There’s already a {month_day(day)} call, marked “{taken.state.label}.” Open it and choose “Hold call anyway.”"
        )


def _span(db: Session, when: When) -> tuple[datetime, datetime]:
    if not SHORTEST <= when.minutes <= LONGEST:
        raise Refused(f"A call can be {SHORTEST} to {LONGEST} minutes long.")
    if abs(when.day.year - clock.now().year) > 2:  # noqa: PLR2004 - years; catches typos
        raise Refused("That date is more than two years away. Enter a closer one.")
    return span(when.day, when.at, when.minutes, config_of(db).zone)


def _text(typed: str, longest: int, what: str) -> str:
    text = clean(typed)
    if len(text) > longest:
        raise Refused(f"The {what} is too long. Use up to {number(longest)} characters.")
    return text


def _reason(typed: str) -> str:
    if not (reason := _text(typed, LONGEST_REASON, "reason")):
        raise Refused("Enter a reason. Everyone sees it in their calendar.")
    return reason


def _link(typed: str) -> str:
    link = clean(typed)
    if link and (not is_url(link) or len(link) > LONGEST_LINK):
        raise Refused(
            "That link isn’t valid. Enter one that starts with https:// or http://, or leave the field empty."
        )
    return link

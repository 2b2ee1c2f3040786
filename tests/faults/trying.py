"""Tries an action with one of its calls failing, and says what was lost, half done or answered wrongly."""

import random
import re
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, Dialect, Table, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from hub.core import later
from hub.core.db import Base, Database
from hub.library.derive import page_texts
from tests.at_once.sendings import EACH_TIME
from tests.at_once.worlds import Worlds, signed_in_now
from tests.faults import on_server
from tests.faults.injecting import FAULTS, Injector, name_of

NOT_EFFECTS = frozenset(
    {"worker_pulse", "sign_in_try", "sign_in_tries", "second_step_try", "last_visit", "recent_search", "sent_form"}
)
FIRST_REFUSAL, FIRST_FAULT = 400, 500  # statuses
FOR_NOW = frozenset({503, 507})  # statuses of what the hub can't do now, but will
TROUBLES = ("lost", "hung", "half", "wrong")
LONGEST = 60  # seconds that an action may take before it counts as hung
State = dict[str, list[tuple[Any, ...]]]  # the rows of each table, in the order of their keys
Mask = frozenset[tuple[str, str]]  # tables and columns that aren't compared
# Columns that two runs may have the same by chance: kept in whole seconds, as calendars want them, set only after a
# while, the half minute of a code, and a compressed file's size, which depends on the minute that it contains.
BY_CHANCE: Mask = frozenset(
    {
        ("weekly_call", "changed_at"),
        ("sign_in_session", "used_at"),
        ("authenticator_app", "last_step"),
        ("audit_packet", "size"),
    }
)
# What an item that is tried again keeps of its first try.
OF_TRIES: Mask = frozenset({("outbox_message", name) for name in ("tries", "trouble", "due_at", "lease_until")})


@dataclass(frozen=True)
class Answer:
    """The answer to an action: a status as of HTTP, and its words."""

    status: int
    words: str = ""


Act = Callable[[], Answer]
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d [ap]\.m\.")
_DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}  # type: ignore[no-untyped-call]
_TABLES = [table for table in Base.metadata.sorted_tables if table.name not in NOT_EFFECTS]


@dataclass(frozen=True)
class Place:
    """A hub of its own, in a folder of its own; ``copy`` is its database on a PostgreSQL server."""

    worlds: Worlds
    database: Database
    folder: Path
    copy: on_server.Copy | None = None


@dataclass(frozen=True)
class Doing:
    """An action. ``prepare`` changes the world if necessary, and returns what can be done, and done again.

    ``in_items``: what is to be done has items, and each is done or not. ``differs``: columns that say how it went.
    """

    name: str
    prepare: Callable[[Place], Act]
    in_items: bool = False
    differs: Mask = frozenset()


@dataclass(frozen=True)
class Trial:
    """What one fault did. ``trouble`` begins with lost, half, hung or wrong; it is empty if all went well."""

    doing: str
    call: str
    number: int
    fault: str
    trouble: str = ""
    was_reached: bool = True


@dataclass(frozen=True)
class Expected:
    """What an action calls, and the rows that it leaves, but for the columns of ``mask``, which differ each time.

    ``each_time``: it has an effect each time, as it shall.
    """

    calls: list[str]
    after: State
    mask: Mask
    in_items: bool
    each_time: bool
    server: on_server.Server | None = None


class HungError(BaseException):
    """An action took too long. It isn't an Exception, so that no handler of the hub keeps it."""


@contextmanager
def _in_time(seconds: int) -> Iterator[None]:
    """Raise HungError after this many seconds."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise HungError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def place_of(worlds: Worlds, server: on_server.Server | None) -> Iterator[Place]:
    """Make a copy of the world, on SQLite or on a PostgreSQL server."""
    with tempfile.TemporaryDirectory(dir=worlds.folder.parent) as name, ExitStack() as stack:
        folder = Path(shutil.copytree(worlds.folder, Path(name) / "hub"))
        copy = stack.enter_context(closing(server.copy())) if server else None
        url = copy.url if copy else f"sqlite:///{folder / 'hub.sqlite3'}"
        database = Database(
            replace(worlds.config, INSTANCE=folder, UPLOADS=folder / "uploads", DATABASE_URL=url, RESERVE_MB=0)
        )
        with database.writing() as db:
            signed_in_now(db)
        worlds.app.extensions["hub-database"] = database
        yield Place(worlds, stack.enter_context(closing(database)), folder, copy)


def expected_of(worlds: Worlds, doing: Doing, server: on_server.Server | None = None) -> Expected:
    """Do it twice without a fault, each time in a world of its own, on SQLite or on a PostgreSQL server."""
    (calls, first), (_calls, second) = _done(worlds, doing, server), _done(worlds, doing, server)
    mask = (
        BY_CHANCE
        | doing.differs
        | (OF_TRIES if doing.in_items else frozenset())
        | {
            (table.name, column)
            for table in _TABLES
            for row, again in zip(first[table.name], second[table.name], strict=False)
            for column, value, differing in zip(_columns(table), row, again, strict=True)
            if value != differing
        }
    )
    after = {table.name: [_without(table, mask, row) for row in first[table.name]] for table in _TABLES}
    return Expected(calls, after, frozenset(mask), doing.in_items, doing.name in EACH_TIME, server)


def _done(worlds: Worlds, doing: Doing, server: on_server.Server | None) -> tuple[list[str], State]:
    with place_of(worlds, server) as place:
        act, injector = _prepared(doing, place), Injector(place.folder, place.copy)
        with injector.installed():
            answer = act()
        assert answer.status < FIRST_REFUSAL, f"{doing.name} can't be done: {answer}"
        return injector.calls, _rows(place)


def _prepared(doing: Doing, place: Place) -> Act:
    act = doing.prepare(place)
    if place.copy:
        place.copy.committed()
    return act


def faults_of(expected: Expected) -> list[tuple[int, int | str]]:
    """Return each fault that the calls can meet: the number of the call, from 1, and the fault.

    On PostgreSQL only the database fails: other calls don't depend on it.
    """
    faults = on_server.FAULTS if expected.server else FAULTS
    return [(number, fault) for number, kind in enumerate(expected.calls, 1) for fault in faults.get(kind, ())]


def tried(worlds: Worlds, doing: Doing, expected: Expected, number: int, fault: int | str) -> Trial:
    """Do it with this call failing, and do it again."""
    with place_of(worlds, expected.server) as place:
        kind = expected.calls[number - 1]
        act, fails = _prepared(doing, place), expected.calls[:number].count(kind)
        injector = Injector(place.folder, place.copy, kind, fails, fault)
        before = _rows(place, expected.mask)
        problems = set(page_texts.file_problems(place.database))
        try:
            with _in_time(LONGEST):
                with injector.installed():
                    answer = act()
                trouble = _trouble(place, expected, before, answer)
                if not trouble and answer.status >= FIRST_REFUSAL:
                    trouble = _trouble_again(place, expected, act)
        except HungError:
            trouble = f"hung: no answer in {LONGEST} seconds"
        if new := set(page_texts.file_problems(place.database)) - problems:
            trouble = f"half: {new}"
        return Trial(doing.name, kind, number, name_of(fault), trouble, was_reached=injector.has_failed)


def _trouble(place: Place, expected: Expected, before: State, answer: Answer) -> str:
    later.write_waiting(place.database)
    now = _rows(place, expected.mask)
    if answer.status < FIRST_REFUSAL and now != expected.after:
        return f"lost: {_differences(now, expected.after, expected.mask)}"
    if now not in (before, expected.after) and not expected.in_items:
        return f"half: {_differences(now, before, expected.mask)}"
    if answer.status >= FIRST_FAULT and answer.status not in FOR_NOW:
        return f"wrong: {answer.status} {_text(answer)[-300:]}"
    if answer.status >= FIRST_REFUSAL and "alert-success" in answer.words:
        return f"wrong: {answer.status}, and yet it says that it was done"
    if "Traceback" in answer.words or (answer.status >= FIRST_REFUSAL and not re.search(r"[.!?](\s|$)", _text(answer))):
        return f"wrong: {answer.status} {_text(answer)[-300:]}"
    return ""


def _trouble_again(place: Place, expected: Expected, act: Act) -> str:
    was_done = _rows(place, expected.mask) == expected.after
    answer = act()
    if answer.status >= (FIRST_FAULT if was_done else FIRST_REFUSAL):
        return f"wrong: done again, {answer.status} {_text(answer)[-300:]}"
    now = _rows(place, expected.mask)
    if was_done and expected.each_time:
        return ""
    return "" if now == expected.after else f"half: done again, {_differences(now, expected.after, expected.mask)}"


def _text(answer: Answer) -> str:
    words = re.sub(r"(?s)<(script|style|head|header|nav|footer).*?</\1>|<[^>]*>", " ", answer.words)
    return " ".join(words.split())


def _columns(table: Table, mask: Mask = frozenset()) -> list[str]:
    return [column.name for column in table.columns if (table.name, column.name) not in mask]


def _without(table: Table, mask: Mask, row: tuple[Any, ...]) -> tuple[Any, ...]:
    named = zip(_columns(table), row, strict=True)
    return tuple(value for column, value in named if (table.name, column) not in mask)


def _rows(place: Place, mask: Mask = frozenset()) -> State:
    """Read the rows by a connection of its own, without SQLAlchemy, which takes a quarter of a second for all of them."""
    if place.copy:
        rows = place.copy.rows(_TABLES, lambda table: _query_of(table, mask, "postgresql"))
    else:
        with closing(sqlite3.connect(place.database.config.INSTANCE / "hub.sqlite3")) as connection:
            rows = {table.name: connection.execute(_query_of(table, mask, "sqlite")).fetchall() for table in _TABLES}
    rows["outbox_message"] = [tuple(map(_without_time, row)) for row in rows["outbox_message"]]
    return rows | {table.name: [()] * len(rows[table.name]) for table in _TABLES if not _columns(table, mask)}


def _without_time(value: object) -> object:
    """Return the text of an email without the time of day, such as that of a new password."""
    return _TIME_OF_DAY.sub("", value) if isinstance(value, str) else value


@cache
def _query_of(table: Table, mask: Mask, database: str) -> str:
    columns: list[ColumnElement[Any]] = [table.columns[name] for name in _columns(table, mask)] or [literal_column("1")]
    query = select(*columns).select_from(table).order_by(*table.primary_key.columns)
    return str(query.compile(dialect=_DIALECTS[database]))


def _differences(left: State, right: State, mask: Mask) -> str:
    """Return how many rows each table has, and in which columns rows that are in both differ."""
    described = []
    for table in _TABLES:
        rows, others = left[table.name], right[table.name]
        if rows != others:
            values = zip(zip(*rows, strict=True), zip(*others, strict=True), strict=False)
            columns = [
                name for name, (value, other) in zip(_columns(table, mask), values, strict=False) if value != other
            ]
            counts = f"{table.name} has {len(rows)} rows for {len(others)}"
            described.append(f"{counts}, which differ in {', '.join(columns)}" if len(rows) == len(others) else counts)
    return "; ".join(described)


def read(
    browser: FlaskClient, method: str, address: str, data: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send a request, and read its whole answer."""
    try:
        with browser.open(address, method=method, data=data, headers=headers, buffered=True) as response:
            return Answer(response.status_code, response.get_data().decode(errors="replace"))
    except OSError:  # a file that can't be read to its end: the web server closes the connection, which browsers report
        return Answer(503, "The connection was closed.")


def some_of(faults: list[tuple[int, int | str]], count: int, name: str) -> list[tuple[int, int | str]]:
    """Return ``count`` of these faults, always the same for a name; all of them for 0."""
    if not count or count >= len(faults):
        return faults
    return sorted(random.Random(name).sample(faults, count), key=lambda fault: fault[0])

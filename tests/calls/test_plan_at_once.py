"""Someone plans calls while someone else changes one of them."""

import re
from threading import Event, Thread, current_thread

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from hub.calls.actions import series as series_actions
from hub.calls.models import Call
from hub.calls.rules.series import CallState
from hub.core.db import Database
from hub.core.writers import WriterLine
from hub.members.models import Person
from tests.serving import TIMEOUT

pytestmark = pytest.mark.usefixtures("alliance")


def _coordinator(db: Session) -> Person:
    return db.scalars(select(Person).where(Person.email == "cora@amcc.example")).one()


@pytest.mark.both_databases
def test_a_call_that_is_canceled_at_the_same_moment_is_not_skipped(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, counts = Event(), list[int]()
    join = WriterLine.join

    def watch(_connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        if current_thread().name == "skips" and re.search("FOR UPDATE|^UPDATE", statement):
            waits.set()

    def watched_join(
        line: WriterLine, *patience: float
    ) -> None:  # SQLite: writers wait in line before they send a statement
        if current_thread().name == "skips":
            waits.set()
        join(line, *patience)

    monkeypatch.setattr(WriterLine, "join", watched_join)

    def skip(call: Call) -> None:
        with database.writing() as db:
            counts.append(series_actions.skip(db, _coordinator(db), [call.day], "Nothing to discuss"))

    event.listen(database.engine, "before_cursor_execute", watch)
    with database.writing() as db:
        call = db.scalars(select(Call).where(Call.state == CallState.PLANNED).order_by(Call.day.desc())).all()[0]
        series_actions.cancel(db, _coordinator(db), call, "A storm")
        db.flush()
        thread = Thread(target=skip, name="skips", args=(call,))
        thread.start()
        assert waits.wait(TIMEOUT)
    thread.join(TIMEOUT)
    assert counts == [0]
    with database.reading() as db:
        assert db.get_one(Call, call.id).reason == "A storm"

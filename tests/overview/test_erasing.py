"""Erasing a person while mail about them is waiting or being sent, and next to people with a similar name or address."""

from datetime import timedelta
from html import escape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import audit, clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail import actions as mail_actions
from hub.mail.delivery import delivering, keeping, leases
from hub.mail.letters import Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from hub.members.models import FactorReset, Person
from hub.overview import actions as overview_actions
from tests.world import a_person, an_organization

ANA, FORMER = "ana@x.example", "a former contributor of Lakeshore"


def ana_of(db: Session) -> Person:
    return a_person(db, an_organization(db, "Lakeshore"), email=ANA, name="Ana Peña")


def post(db: Session, once: str, *, to: str = "z@y.example", words: str = "Hello", sender: Person | None = None) -> int:
    return mail_actions.post(
        db,
        Letter(words, (Paragraph(words),), "You are a test."),
        to=to,
        once=once,
        kind=LetterKind.QUESTION,
        sent_by_id=sender.id if sender else None,
        sender_name=sender.name if sender else "",
        reply_to=sender.email if sender else "",
    )


def erase(database: Database, number: int) -> None:
    with database.writing() as db:
        assert overview_actions.erase_person(db, None, db.get_one(Person, number)) == FORMER


def message_of(database: Database, number: int) -> OutboxMessage:
    with database.reading() as db:
        return db.get_one(OutboxMessage, number)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("outcome", "then"), [(State.SENT, State.SENT), (State.WAITING, State.CANCELLED), (State.UNKNOWN, State.UNKNOWN)]
)
def test_a_message_that_is_being_sent_to_an_erased_person_keeps_no_text_and_never_waits_again(
    database: Database, outcome: State, then: State
) -> None:
    with database.writing() as db:
        number, message_id = ana_of(db).id, post(db, "a", to=ANA)
    [message] = leases.claim(database)
    assert leases.mark_sending(database, message)
    erase(database, number)
    with database.writing() as db:
        assert leases.settle(db, message, outcome, f"451 {ANA} is busy" if outcome is State.UNKNOWN else "")
    row = message_of(database, message_id)
    assert (row.state, row.to, row.text, row.html) == (then, "", "", "")
    assert row.settled_at


def test_the_file_of_a_message_to_an_erased_person_is_deleted_however_the_address_was_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        number, message_id, other_id = ana_of(db).id, post(db, "a", to="Ana@X.example"), post(db, "b")
    delivering.catch_up(database)
    file, others = (keeping.path_of(database.config, each) for each in (message_id, other_id))
    with database.writer() as db:
        overview_actions.erase_person(db, None, db.get_one(Person, number))
        db.rollback()  # as when the disk is full
    assert delivering.catch_up(database) == 0
    assert ANA.encode() in file.read_bytes().lower(), "no one was erased"
    erase(database, number)
    minute = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: minute)
    assert delivering.catch_up(database) == 1
    assert not file.exists()
    assert others.exists()
    assert delivering.catch_up(database) == 0
    row = message_of(database, message_id)
    assert (row.state, row.to, row.text) == (State.KEPT, "", "")


@pytest.mark.both_databases
def test_waiting_mail_from_an_erased_person_is_sent_without_their_name_and_mail_of_others_stays(
    database: Database,
) -> None:
    with database.writing() as db:
        ana = ana_of(db)
        longer = a_person(db, ana.organization, email=f"li.{ANA}", name="Li")
        words = f"Ana Peña shares this. Reply to {ANA} or to li.{ANA}."
        own = post(db, "own", words=words, sender=ana)
        other = post(db, "other", sender=longer)
        number = ana.id
    erase(database, number)
    row = message_of(database, own)
    assert (row.state, row.sender_name, row.reply_to) == (State.WAITING, FORMER, "")
    expected = f"{FORMER} shares this. Reply to {FORMER} or to li.{ANA}."
    assert row.subject == expected
    assert expected in " ".join(row.text.split())
    assert expected in row.html
    kept = message_of(database, other)
    assert (kept.sender_name, kept.reply_to) == ("Li", f"li.{ANA}")


def test_waiting_mail_stays_html_if_a_name_has_the_signs_of_html(database: Database) -> None:
    with database.writing() as db:
        ana = a_person(db, an_organization(db, "Bolt & <b>Sons</b>"), email=ANA, name="Ana O'Brien")
        number, message_id = ana.id, post(db, "own", words="Ana O'Brien shares this.", sender=ana)
    former = "a former contributor of Bolt & <b>Sons</b>"
    with database.writing() as db:
        assert overview_actions.erase_person(db, None, db.get_one(Person, number)) == former
    row = message_of(database, message_id)
    assert row.subject == f"{former} shares this."
    assert f"{escape(former)} shares this." in row.html
    assert "<b>" not in row.html
    assert "Brien" not in row.html + row.text


@pytest.mark.both_databases
@pytest.mark.parametrize("other", ["Ana Peña", "Ana Peña Ortiz", "Bo"])
def test_the_audit_log_forgets_the_name_and_every_address_but_not_those_of_others(
    database: Database, other: str
) -> None:
    with database.writing() as db:
        ana = ana_of(db)
        number = ana.id
        other_one = a_person(db, ana.organization, email=f"li.{ANA}", name=other)
        audit.note(db, ana, "changed", ana, email=ANA, before="ana@former.example", name="Ana Peña")
        audit.note(db, other_one, "changed", other_one, name=other, told=["ana@former.example", ANA])
    erase(database, number)
    with database.reading() as db:
        own, others = db.scalars(select(Entry).where(Entry.action == "changed").order_by(Entry.id)).all()
    assert own.details == {"email": FORMER, "before": FORMER, "name": FORMER}
    assert (own.actor, others.actor) == (FORMER, f"li.{ANA}")
    assert others.details == {"name": other, "told": [FORMER, FORMER]}


def test_a_person_whom_two_erase_at_once_is_erased_once(database: Database) -> None:
    with database.writing() as db:
        number = ana_of(db).id
    with database.reading() as db:
        stale = db.get_one(Person, number)
        assert stale.organization
    erase(database, number)
    with database.writing() as db:
        db.add(stale)
        with pytest.raises(Refused, match="already erased"):
            overview_actions.erase_person(db, None, stale)
    with database.reading() as db:
        assert db.scalars(select(Entry.action).where(Entry.action == "erased")).all() == ["erased"]


def test_a_request_to_remove_a_second_factor_does_not_name_an_erased_person(database: Database) -> None:
    with database.writing() as db:
        ana, now = ana_of(db), clock.now()
        other = a_person(db, ana.organization, name="Bo")
        db.add(FactorReset(person_id=other.id, asked_by=ana.name, asked_at=now, due_at=now, token_hash="a" * 64))
        number = ana.id
    erase(database, number)
    with database.reading() as db:
        assert db.scalars(select(FactorReset.asked_by)).all() == [FORMER]

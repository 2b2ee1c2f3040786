"""The version of a form: what counts as a newer one, races, and the texts that were set aside."""

import re
from datetime import date, time
from threading import Event, Thread, current_thread
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event, func, select
from werkzeug.test import TestResponse
from wtforms import BooleanField, FieldList, Form, FormField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from hub.core import set_aside
from hub.core.audit import note
from hub.core.db import Database
from hub.core.fields import DayField, TimeOfDayField
from hub.core.set_aside import SetAside
from hub.core.versions import EditForm, Part
from hub.core.writers import WriterLine
from hub.library import actions as library_actions
from hub.library.models import Resource
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search.models import GlossaryEntry
from hub.worker import STEPS
from tests.client import Browser
from tests.forms import opened
from tests.serving import TIMEOUT
from tests.world import FrozenClock, SignIn, a_person, a_resource, an_organization

ANA, BO = "ana@lakeshore.example", "bo@lakeshore.example"


@pytest.fixture
def toolkit(database: Database) -> int:
    """A resource of Lakeshore, where Ana and Bo are."""
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore")
        a_person(db, lakeshore, Role.REPRESENTATIVE, ANA)
        a_person(db, lakeshore, email=BO, name="Bo Lund")
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "cora@amcc.example", "Cora")
        a_person(db, an_organization(db, "Ridgeline"), email="cy@ridgeline.example", name="Cy Hall")
        return a_resource(db, lakeshore, "Toolkit").id


class Row(Form):  # type: ignore[misc]
    name = StringField("Name")
    since = DayField("Since")


class Everything(EditForm):
    """A form with a field of each type."""

    NOTES = frozenset({"reason"})

    class Meta:
        csrf = False

    title = StringField("Title", filters=[lambda text: (text or "").strip()])
    day = DayField("Day")
    at = TimeOfDayField("Time")
    topics = SelectMultipleField(
        "Topics", choices=[SelectChoice(*pair) for pair in (("a", "Alpha"), ("b", "Beta"), ("c", "Gamma"))]
    )
    yes = BooleanField("Yes")
    rows = FieldList(FormField(Row), min_entries=2)
    reason = StringField("Reason")


SAVED = {
    "title": "Toolkit",
    "day": date(2026, 11, 9),
    "at": time(15, 5),
    "topics": ["b", "a"],
    "yes": True,
    "rows": [{"name": "IMCP", "since": date(2014, 5, 1)}],
}
AS_SENT = {
    "title": " Toolkit ",
    "day": "Nov 9, 2026",
    "at": "3:05 p.m.",
    "topics": ["a", "b"],
    "yes": "y",
    "rows-0-name": "IMCP",
    "rows-0-since": "2014-05-01",
    "rows-1-name": "",
    "rows-1-since": "",
    "reason": "Because",
}


def _parts(app: Flask, saved: dict[str, Any], sent: dict[str, Any]) -> dict[str, Part]:
    with app.test_request_context("/", method="POST", data=sent):
        form = Everything(data=saved)
        form.edits("a test")
        assert form.edit
        return {part.label: part for part in form.edit.parts}


def test_what_a_browser_sends_back_unchanged_is_no_change(app: Flask) -> None:
    parts = _parts(app, SAVED, AS_SENT)
    assert [part.label for part in parts.values() if part.differs] == []
    assert "Reason" not in parts, "a reason isn't part of what is saved"


@pytest.mark.parametrize(("name", "value", "label", "shown"), [
    ("title", "Toolbox", "Title", ("Toolkit", "Toolbox")),
    ("title", "", "Title", ("Toolkit", "")),
    ("day", "Nov 10, 2026", "Day", ("Nov 9, 2026", "Nov 10, 2026")),
    ("day", "Novemb 10", "Day", ("Nov 9, 2026", "Novemb 10")),
    ("at", "4 p.m.", "Time", ("3:05 p.m.", "4:00 p.m.")),
    ("topics", ["a", "c"], "Topics", ("Beta, Alpha", "Alpha, Gamma")),
    ("topics", [], "Topics", ("Beta, Alpha", "")),
    ("yes", None, "Yes", ("Yes", "No")),
    ("rows-0-since", "2015-05-01", "Rows", ("IMCP, May 1, 2014", "IMCP, May 1, 2015")),
    ("rows-1-name", "BBBRC", "Rows", ("IMCP, May 1, 2014", "IMCP, May 1, 2014\nBBBRC")),
])  # fmt: skip
def test_a_change_of_any_field_is_shown_as_people_read_it(
    app: Flask, name: str, value: Any, label: str, shown: tuple[str, str]
) -> None:
    sent = {key: text for key, text in (AS_SENT | {name: value}).items() if text is not None}
    parts = _parts(app, SAVED, sent)
    assert [part.label for part in parts.values() if part.differs] == [label]
    assert (parts[label].saved, parts[label].typed) == shown


@given(st.text(max_size=30), st.text(max_size=30))
def test_texts_differ_exactly_if_something_other_than_line_ends_and_outer_space_does(saved: str, typed: str) -> None:
    def words(text: str) -> str:
        return text.replace("\r\n", "\n").strip()

    assert Part.of_texts("Text", saved, typed).differs == (words(saved) != words(typed))
    if "\r" not in saved:
        assert not Part.of_texts("Text", saved, saved.replace("\n", "\r\n")).differs


@pytest.mark.both_databases
def test_only_one_of_two_simultaneous_saves_is_accepted(
    sign_in: SignIn, database: Database, toolkit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request arrives while the first one is between its check and its commit."""
    is_saving, second_waits = Event(), Event()
    change = library_actions.change

    def slow_change(*args: Any, **named: Any) -> None:
        is_saving.set()
        if current_thread().name == "first":
            assert second_waits.wait(TIMEOUT)
        change(*args, **named)

    def watch(_connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        if current_thread().name == "second" and re.search("FOR NO KEY UPDATE|pg_advisory", statement):
            second_waits.set()

    def watched_join(line: WriterLine, *patience: float) -> None:  # SQLite: writers wait in line before any statement
        if current_thread().name == "second":
            second_waits.set()
        join(line, *patience)

    join = WriterLine.join
    monkeypatch.setattr(WriterLine, "join", watched_join)
    monkeypatch.setattr(library_actions, "change", slow_change)
    event.listen(database.engine, "before_cursor_execute", watch)
    answers: dict[str, TestResponse] = {}

    def save(name: str, browser: Any, values: dict[str, list[str]]) -> None:
        answers[name] = browser.post(f"/resources/{toolkit}/edit", data=values)

    threads = []
    for name, email in (("first", ANA), ("second", BO)):
        browser = sign_in(email)
        values = opened(browser, f"/resources/{toolkit}/edit").filled(summary=f"By the {name}")
        threads.append(Thread(target=save, name=name, args=(name, browser, values)))
    threads[0].start()
    assert is_saving.wait(TIMEOUT)
    threads[1].start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert {name: answer.status_code for name, answer in answers.items()} == {"first": 302, "second": 409}
    assert "By the first" in answers["second"].text
    with database.reading() as db:
        assert db.scalars(select(Resource.summary)).one() == "By the first"


def _conflict(sign_in: SignIn, toolkit: int) -> tuple[Browser, str, dict[str, list[str]]]:
    """Let Ana save while Bo's form is open; return Bo's browser, the address and Bo's form after the conflict."""
    ana, bo, address = sign_in(ANA), sign_in(BO), f"/resources/{toolkit}/edit"
    forms = [opened(browser, address) for browser in (ana, bo)]
    assert ana.post(address, data=forms[0].filled(summary="Ana’s summary")).status_code == 302
    answer = bo.post(address, data=forms[1].filled(summary="Bo’s summary"))
    assert answer.status_code == 409
    assert ANA in answer.text, "the page says who saved the other version"
    version = re.search(r'name="version" value="([^"]+!)"', answer.text)
    assert version
    return bo, address, forms[1].filled(summary="Bo’s summary", version=version[1])  # type: ignore[return-value]


def test_sending_the_same_form_twice_is_no_conflict(sign_in: SignIn, toolkit: int) -> None:
    ana = sign_in(ANA)
    form = opened(ana, f"/resources/{toolkit}/edit")
    for _ in range(2):
        assert ana.post(form.address, data=form.filled(summary="A new summary")).status_code == 302


def test_after_a_conflict_a_third_version_is_not_erased_either(sign_in: SignIn, toolkit: int) -> None:
    bo, address, values = _conflict(sign_in, toolkit)
    ana = sign_in(ANA)
    assert ana.post(address, data=opened(ana, address).filled(summary="Ana’s second")).status_code == 302
    answer = bo.post(address, data=values)
    assert answer.status_code == 409
    assert "Ana’s second" in answer.text


def test_a_refused_save_keeps_the_version_and_sets_nothing_aside(
    sign_in: SignIn, toolkit: int, database: Database
) -> None:
    bo, address, values = _conflict(sign_in, toolkit)
    answer = bo.post(address, data=values | {"published_on": "1850-01-01"})
    assert answer.status_code == 422
    assert "is set aside" not in answer.text
    assert f'name="version" value="{values["version"][0]}"' in answer.text, "it still sets the other text aside"
    with database.reading() as db:
        assert db.scalars(select(SetAside)).all() == []


def test_only_the_two_people_can_read_what_was_set_aside(sign_in: SignIn, toolkit: int, database: Database) -> None:
    bo, address, values = _conflict(sign_in, toolkit)
    assert bo.post(address, data=values).status_code == 302
    with database.reading() as db:
        row = db.scalars(select(SetAside)).one()
    assert (row.was_saved, row.texts) == (True, [["Summary", "Ana’s summary"]])
    for email, status in ((BO, 200), (ANA, 200), ("cy@ridgeline.example", 404)):
        browser = sign_in(email)
        assert browser.get(f"/account/set-aside/{row.id}").status_code == status
        assert ("Toolkit" in browser.get("/account/set-aside").text) == (status == 200)


def test_a_person_who_moves_keeps_their_own_texts_and_no_longer_reads_those_of_former_colleagues(
    sign_in: SignIn, toolkit: int, database: Database
) -> None:
    bo, address, values = _conflict(sign_in, toolkit)
    assert bo.post(address, data=values | {"resolve": "saved"}).status_code == 302
    assert bo.post(address, data=values).status_code == 302
    with database.writing() as db:
        people = {person.email: person for person in db.scalars(select(Person))}
        ridgeline = db.scalars(select(Organization).where(Organization.name == "Ridgeline")).one()
        people_actions.move(db, people["cora@amcc.example"], people[BO], ridgeline, Role.CONTRIBUTOR)
        own, of_ana = db.scalars(select(SetAside.id).order_by(SetAside.id))
    moved, ana = sign_in(BO), sign_in(ANA)
    assert [moved.get(f"/account/set-aside/{number}").status_code for number in (own, of_ana)] == [200, 404]
    assert [ana.get(f"/account/set-aside/{number}").status_code for number in (own, of_ana)] == [404, 200]


def test_texts_are_set_aside_for_90_days(
    sign_in: SignIn, toolkit: int, database: Database, frozen_clock: FrozenClock
) -> None:
    bo, address, values = _conflict(sign_in, toolkit)
    assert bo.post(address, data=values).status_code == 302
    for days, left in ((90, 1), (1, 0)):
        frozen_clock.advance(days=days)
        STEPS["set-aside"](database, None)  # type: ignore[arg-type]
        with database.reading() as db:
            assert len(db.scalars(select(SetAside)).all()) == left


def test_the_last_change_of_something_that_is_not_audited_is_unknown(database: Database) -> None:
    with database.reading() as db:
        assert set_aside.last_change(db, "Hub settings", ["edited the"]) is None


def test_someone_who_did_something_else_later_neither_counts_as_the_author_nor_reads_the_text(
    sign_in: SignIn, toolkit: int, database: Database
) -> None:
    bo, address, values = _conflict(sign_in, toolkit)
    with database.writing() as db:
        cy = db.scalars(select(Person).where(Person.name == "Cy Hall")).one()
        note(db, cy, "checked in to the", db.get_one(Resource, toolkit))
    stale = bo.post(address, data=values | {"version": "0"})
    assert ANA in stale.text
    assert "cy@ridgeline.example" not in stale.text
    assert bo.post(address, data=values).status_code == 302
    with database.reading() as db:
        number = db.scalars(select(SetAside.id)).one()
    assert sign_in("cy@ridgeline.example").get(f"/account/set-aside/{number}").status_code == 404
    assert sign_in(ANA).get(f"/account/set-aside/{number}").status_code == 200


def test_a_detail_tells_which_form_saved_something(database: Database) -> None:
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore")
        ana, bo = (a_person(db, lakeshore, email=email) for email in (ANA, BO))
        note(db, ana, "changed", lakeshore, periods=[])
        note(db, bo, "changed", lakeshore, postal_address="1 Main Street")
        for detail, actor in (("periods", ana), ("postal_address", bo)):
            entry = set_aside.last_change(db, lakeshore, [f"changed:{detail}"])
            assert entry
            assert entry.actor_id == actor.id
        assert set_aside.last_change(db, lakeshore, []) is None


def test_what_was_typed_about_something_deleted_or_no_longer_allowed_can_still_be_read(
    sign_in: SignIn, toolkit: int, database: Database
) -> None:
    cora = sign_in("cora@amcc.example")
    assert cora.post("/glossary/new", data={"name": "ZZ", "meaning": "Zigzag"}).status_code == 302
    with database.reading() as db:
        number = db.scalars(select(func.max(GlossaryEntry.id))).one()
    entry = opened(cora, f"/glossary/{number}/edit")
    assert cora.post(f"/glossary/{number}/remove").status_code == 302
    answer = cora.post(entry.address, data=entry.filled(meaning="A <call> for proposals", name="Z"))
    assert answer.status_code == 404
    typed = [box.get_text() for box in BeautifulSoup(answer.text, "lxml").select(".stored")]
    assert {"A <call> for proposals", "Z"} <= {*typed}
    assert entry.values["version"][0] not in answer.text

    bo = sign_in(BO)
    form = opened(bo, f"/resources/{toolkit}/edit")
    with database.writing() as db:
        moved = db.scalars(select(Person).where(Person.email == BO)).one()
        moved.organization = db.scalars(select(Organization).where(Organization.name == "Ridgeline")).one()
    answer = bo.post(form.address, data=form.filled(summary="What Bo wrote"))
    assert answer.status_code == 403
    assert "What Bo wrote" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache", "or Back would lose it"


@pytest.mark.usefixtures("toolkit")
def test_an_error_page_shows_no_password_nothing_from_another_site_and_no_choices(sign_in: SignIn) -> None:
    ana = sign_in(ANA)
    for address, typed in (
        ("/stop/nothing", {"text": "words of another site", "version": "1"}),
        ("/nowhere", {"text": "words of another site", "version": "1"}),
        ("/resources/99/edit", {"text": "some words", "password": "a secret phrase", "version": "1"}),
        ("/resources/99/restore", {"choice": "network"}),
    ):
        answer = ana.post(address, data=typed)
        assert answer.status_code == 404
        assert not any(value in answer.text for value in [*typed.values()][:2] if value != "1"), address

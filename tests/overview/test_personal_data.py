"""What the hub has about a person can be exported, and they can be erased without making a record untrue."""

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, Text, cast, select
from sqlalchemy.orm import Session

from hub.cli.base import main
from hub.core import audit
from hub.core.db import Base, Database
from hub.core.errors import Refused
from hub.mail.models import OutboxMessage
from hub.members import queries as members_queries
from hub.members.actions import email_changes as email_changes_actions
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.sessions import Origin
from hub.overview import actions as overview_actions
from hub.overview.queries import personal_data as personal_data_queries
from hub.overview.rules.personal_data import HELD, SECRETS, replaced_in
from hub.sharing.models import AuditPacket, Confirmation
from hub.sharing.queries.checking import altered_records
from hub.worker import STEPS
from tests.world import PASSWORD, FrozenClock, a_person, an_organization

REPRESENTATIVE = "representative@demo.example"
# Columns that look like a person's, and aren't: where a row's own person is named elsewhere, or no person is meant.
NOT_PEOPLE = {
    "outbox_message.sent_by_id": "who sent a message to someone else; it is the recipient's",
    "outbox_message.to_hash": "a keyed hash",
    "outbox_message.reply_to": "part of a message",
    "organization.name": "an organization",
}
# Where the name of an erased person may still be read: docs/operating.md says so.
IN_TEXTS = {
    "audit_packet.manifest",  # sealed
    "outbox_message.text",  # email to others, until its text is deleted
    "outbox_message.html",
    "outbox_message.subject",
}
PERSONAL_WORDS = ("person", "author_id", "actor_id", "_by_id", "email", "account")


@pytest.fixture
def hub(own_demo: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``hub …`` on a copy of the demo world."""
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(own_demo.config, name)))

    def run(*words: str, stdin: str = "") -> Result:
        return CliRunner().invoke(main, words, input=stdin)

    return run


def _mentions(db: Session, *words: str) -> set[str]:
    """Return the columns of all tables in which one of these texts occurs, in any case."""
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for word in words
        if isinstance(column.type, String | Text) or column.name in {"details", "texts", "message"}
        if db.scalar(select(1).where(cast(column, Text).icontains(word, autoescape=True)).limit(1))
    }


def test_every_column_that_names_a_person_is_in_the_table_of_personal_data() -> None:
    missing = []
    for table in Base.metadata.sorted_tables:
        held = HELD.get(table.name)
        known = {*held.people, *held.addresses, *held.names} if held else set()
        for column in table.columns:
            refers = any(key.column.table.name == "person" for key in column.foreign_keys)
            looks = any(word in column.name for word in PERSONAL_WORDS) and not column.name.endswith("hash")
            is_named = column.name in known or f"{table.name}.{column.name}" in NOT_PEOPLE
            if (refers or looks) and not is_named and not (table.name == "person" and column.name == "email"):
                missing.append(f"{table.name}.{column.name}")
    assert missing == []


def test_every_table_and_column_of_personal_data_exists() -> None:
    for name, held in HELD.items():
        columns = Base.metadata.tables[name].c.keys()
        named = {*held.people, *held.addresses, *held.names, *held.names.values(), *held.only}
        named |= {*held.typed, *held.typed.values()}
        assert named <= set(columns), name


def test_the_command_alone_knows_every_table_of_personal_data() -> None:
    """The tests import all rooms; a shell imports only the modules of the command that is called."""
    program = (
        "import hub.cli.exporting\n"
        "from hub.core.db import Base\n"
        "from hub.overview.rules.personal_data import HELD\n"
        "print(sorted(HELD.keys() - Base.metadata.tables.keys()))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"


def test_an_export_has_what_a_person_did_and_no_secret(hub: Any, own_demo: Database, tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    answer = hub("export", "--person", REPRESENTATIVE, str(file))
    assert answer.exit_code == 0, answer.output
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        held = json.loads(archive.read("person.json"))
        assert "secrets" in archive.read("README.txt").decode()
    assert held["person"]["rows"][0]["email"] == REPRESENTATIVE
    assert len(held["sharing_event"]["rows"]) > 3
    assert len(held["confirmation"]["rows"]) > 0
    assert not SECRETS & {column for each in held.values() for row in each["rows"] for column in row}
    with own_demo.reading() as db:
        others = db.scalars(select(Person.email).where(Person.email != REPRESENTATIVE)).all()
    assert [email for email in others if email in json.dumps(held.get("share_link", {}))] == []


def test_an_export_replaces_no_file(hub: Any, tmp_path: Path) -> None:
    file = tmp_path / "kept.zip"
    file.write_text("something else")
    answer = hub("export", "--person", REPRESENTATIVE, str(file))
    assert answer.exit_code == 1
    assert "exists already" in answer.stderr
    assert file.read_text() == "something else"


def test_an_export_of_someone_unknown_says_so(hub: Any, tmp_path: Path) -> None:
    answer = hub("export", "--person", "nobody@nowhere.example", str(tmp_path / "export.zip"))
    assert (answer.exit_code, "There is no person" in answer.stderr) == (1, True)
    assert not (tmp_path / "export.zip").exists()


def test_an_erased_person_is_named_nowhere_but_in_sealed_packets_and_texts(own_demo: Database) -> None:
    with own_demo.writing() as db:
        person = members_queries.person_by_email(db, REPRESENTATIVE)
        assert person
        name, before = person.name, _mentions(db, REPRESENTATIVE, person.name)
        assert {"sharing_event.person_name", "confirmation.person_name", "audit_entry.actor"} <= before
        former = overview_actions.erase_person(db, None, person)
    assert former == "a former representative of Lakeshore Forge & Foundry Collaborative"
    with own_demo.reading() as db:
        assert _mentions(db, REPRESENTATIVE, name) <= IN_TEXTS
        confirmations = db.scalars(select(Confirmation).where(Confirmation.person_id == person.id)).all()
        assert {each.person_name for each in confirmations} == {former}


def test_the_organizations_record_can_still_be_proved(own_demo: Database) -> None:
    with own_demo.writing() as db:
        person = members_queries.person_by_email(db, REPRESENTATIVE)
        assert person
        overview_actions.erase_person(db, None, person)
    with own_demo.reading() as db:
        assert altered_records(db) == []
        assert db.scalars(select(AuditPacket.id)).all()


def test_an_erased_person_cannot_sign_in_and_is_not_erased_twice(own_demo: Database) -> None:
    with own_demo.writing() as db:
        person = members_queries.person_by_email(db, REPRESENTATIVE)
        assert person
        overview_actions.erase_person(db, None, person)
        assert (person.is_active, person.password_hash) == (False, None)
        with pytest.raises(Refused, match="already erased"):
            overview_actions.erase_person(db, None, person)


def test_the_last_coordinator_is_not_erased(database: Database) -> None:
    with database.writing() as db:
        host = an_organization(db, "Secretariat", kind=OrganizationKind.HOST)
        last = a_person(db, host, role=Role.COORDINATOR)
        with pytest.raises(Refused, match="coordinator"):
            overview_actions.erase_person(db, None, last)


def test_erasing_asks_first(hub: Any, own_demo: Database) -> None:
    answer = hub("person", "erase", REPRESENTATIVE, stdin="n\n")
    assert (answer.exit_code, "can't be undone" in answer.stderr) == (1, True)
    with own_demo.reading() as db:
        assert members_queries.person_by_email(db, REPRESENTATIVE)


@pytest.mark.both_databases
def test_what_colleagues_did_keeps_their_names(database: Database) -> None:
    with database.writing() as db:
        member = an_organization(db, "Lakeshore")
        ana, ben = (
            a_person(db, member, email="ana@lakeshore.example"),
            a_person(db, member, email="ben@lakeshore.example"),
        )
        overview_actions.erase_person(db, None, ana)
        assert ben.email == "ben@lakeshore.example"
        held = {name for name, _about, _rows in personal_data_queries.held_of(db, ben)}
    assert {"person"} <= held


@given(st.text(), st.lists(st.text()))
def test_texts_without_the_name_stay_as_they_are(text: str, more: list[str]) -> None:
    former = {"\U0001f5ff": "someone"}
    value = {
        "text": text.replace("\U0001f5ff", ""),
        "more": [each.replace("\U0001f5ff", "") for each in more],
        "count": 3,
    }
    assert replaced_in(value, former) == value


def test_only_whole_names_are_replaced() -> None:
    assert replaced_in({"by": "Ana Li, Ana Lister"}, {"Ana Li": "someone"}) == {"by": "someone, Ana Lister"}


def test_each_person_downloads_their_own_data(own_demo: Database, app: Flask) -> None:
    app.extensions["hub-database"] = own_demo
    browser = app.test_client()
    browser.post("/sign-in", data={"email": REPRESENTATIVE, "password": PASSWORD})
    answer = browser.get("/account/data")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        assert json.loads(archive.read("person.json"))["person"]["rows"][0]["email"] == REPRESENTATIVE


def test_an_export_lacks_the_private_links_in_email(own_demo: Database) -> None:
    """Such as the link that shows that a new address is theirs, which only mail to that address has."""
    with own_demo.writing() as db:
        person = members_queries.person_by_email(db, REPRESENTATIVE)
        assert person
        email_changes_actions.change_email(db, person, person, "rosa@elsewhere.example", Origin())
        db.flush()
        held = {name: rows for name, _, rows in personal_data_queries.held_of(db, person)}
        message = db.scalars(select(OutboxMessage).where(OutboxMessage.to == "rosa@elsewhere.example")).one()
        assert "/email/" in message.text
    shown = next(row for row in held["outbox_message"] if row["id"] == message.id)
    assert (shown["to"], shown["text"], shown["html"]) == ("rosa@elsewhere.example", "", "")
    assert all(row["text"] for row in held["outbox_message"] if not row["secret"])


def test_the_coordinator_sees_what_erasing_does_and_erases_the_person(own_demo: Database, app: Flask) -> None:
    app.extensions["hub-database"] = own_demo
    browser = app.test_client()
    browser.post("/sign-in", data={"email": "coordinator@demo.example", "password": PASSWORD})
    with own_demo.reading() as db:
        person = members_queries.person_by_email(db, REPRESENTATIVE)
        assert person
    page = browser.get(f"/people/{person.id}/erase").text
    assert "Confirmations" in page
    assert "Stays, without the name" in page
    assert "“a former representative of Lakeshore Forge &amp; Foundry Collaborative.”" in page
    answer = browser.post(f"/people/{person.id}/erase", follow_redirects=True).text
    assert "The hub now calls them “a former representative of Lakeshore" in answer
    assert person.name not in browser.get("/people").text


@pytest.mark.both_databases
def test_old_entries_of_the_audit_log_are_deleted_only_if_a_setting_says_so(
    database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as db:
        an_organization(db, "Lakeshore")
        audit.note(db, None, "added", a_person(db, an_organization(db, "Erie")))
    frozen_clock.at += timedelta(days=366)
    STEPS["audit"](database, None)  # type: ignore[arg-type]
    with database.reading() as db:
        assert db.scalars(select(audit.Entry.id)).all()
    database.config = replace(database.config, AUDIT_KEEP_DAYS=365)
    STEPS["audit"](database, None)  # type: ignore[arg-type]
    with database.reading() as db:
        assert db.scalars(select(audit.Entry.id)).all() == []

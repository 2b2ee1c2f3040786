"""Files are checked by a real virus scanner: waiting, clean, infected, too large; and again with new signatures."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from hub import worker
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library import queries as library_queries
from hub.library import scanning
from hub.library.actions import Facts, File, add, keep_file
from hub.library.derive import page_texts
from hub.library.derive.previews import shelf
from hub.library.files import originals, scanner
from hub.library.models import FileScan, Page, Revision
from hub.library.rules import Audience, Kind, ScanState, State
from hub.mail.models import OutboxMessage
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission
from hub.operations.queries import backups as backups_queries
from hub.outreach.actions import links as links_actions
from tests import clamav
from tests.world import SignIn, a_person, an_organization

CLEAN, INFECTED = b"Apprenticeship toolkit for foundries", b"Free toolkit: " + clamav.MARK
LATER = b"Words and " + clamav.OTHER_MARK
UPLOADER, COLLEAGUE, COORDINATOR = "rosa@lakeshore.example", "carl@prairie.example", "cora@host.example"


@pytest.fixture
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[clamav.Scanner]:
    with clamav.a_scanner(tmp_path_factory.mktemp("clamav")) as daemon:
        yield daemon


def use(database: Database, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Have the hub use a scanner."""
    object.__setattr__(database.config, "CLAMD", address)


@pytest.fixture
def scanned(database: Database, clamd: clamav.Scanner, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A hub with a scanner, a coordinator, and people of two organizations."""
    use(database, monkeypatch, clamd.address)
    with database.writing() as db:
        host = an_organization(db, "Host", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, COORDINATOR)
        a_person(db, an_organization(db, "Lakeshore"), Role.REPRESENTATIVE, UPLOADER)
        a_person(db, an_organization(db, "Prairie"), Role.REPRESENTATIVE, COLLEAGUE)
    return database


def add_file(database: Database, content: bytes, name: str = "toolkit.txt") -> int:
    """Add a public file of Lakeshore's representative; returns the resource's id."""
    stored = originals.store(database.config, BytesIO(content))
    with database.writing() as db:
        person = next(p for p in db.scalars(select(Person)) if p.email == UPLOADER)
        facts = Facts(Kind.RESOURCE, "Toolkit", audience=Audience.PUBLIC)
        return add(db, person, person.organization, facts, File(stored, name)).id


def revision_of(database: Database, resource: int) -> Revision:
    with database.reading() as db:
        return db.scalars(select(Revision).where(Revision.resource_id == resource)).one()


def test_a_file_waits_for_its_check_and_can_then_be_read_and_downloaded(scanned: Database, sign_in: SignIn) -> None:
    resource = add_file(scanned, CLEAN)
    client = sign_in(COLLEAGUE)
    assert page_texts.catch_up(scanned) == 0
    answer = client.get(f"/resources/{resource}/download")
    assert answer.status_code == 422
    assert "waiting for the virus check" in answer.text
    page = client.get(f"/resources/{resource}").text
    assert "waiting for the virus check" in page
    assert f"/resources/{resource}/download" not in page.split("Revisions")[0]
    assert scanning.catch_up(scanned) == 1
    assert page_texts.catch_up(scanned) == 1
    with client.get(f"/resources/{resource}/download") as given:
        assert given.data == CLEAN
    assert scanning.catch_up(scanned) == 0


@pytest.mark.both_databases
def test_an_infected_file_is_kept_apart_and_its_people_are_told(scanned: Database, sign_in: SignIn) -> None:
    resource = add_file(scanned, INFECTED)
    worker.catch_up(scanned)
    revision = revision_of(scanned, resource)
    assert (revision.state, revision.page_count) == (State.INFECTED, 0)
    assert "Test.Own.UNOFFICIAL" in revision.state_detail
    assert not originals.path_of(scanned.config, revision.sha256 or "").exists()
    assert originals.quarantine_of(scanned.config, revision.sha256 or "").read_bytes() == INFECTED
    for email in (UPLOADER, COLLEAGUE, COORDINATOR):
        client = sign_in(email)
        assert client.get(f"/resources/{resource}/download").status_code == 422
        assert "The virus scanner found Test.Own.UNOFFICIAL in this file" in client.get(f"/resources/{resource}").text
    with scanned.reading() as db:
        letters = {letter.to for letter in db.scalars(select(OutboxMessage).where(OutboxMessage.kind == "virus"))}
        assert ("the hub", "quarantined an infected file of") in db.execute(select(Entry.actor, Entry.action)).all()
    assert letters == {UPLOADER, COORDINATOR}
    assert page_texts.file_problems(scanned) == []


def test_an_infected_file_stays_closed_when_the_scanner_is_turned_off(
    scanned: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = add_file(scanned, INFECTED)
    scanning.catch_up(scanned)
    use(scanned, monkeypatch, "")
    worker.catch_up(scanned)
    assert sign_in(COLLEAGUE).get(f"/resources/{resource}/download").status_code == 422
    assert revision_of(scanned, resource).state is State.INFECTED


def test_a_link_and_a_pack_do_not_give_an_infected_file(
    scanned: Database, client: FlaskClient, sign_in: SignIn
) -> None:
    resource = add_file(scanned, LATER)
    worker.catch_up(scanned)
    with scanned.writing() as db:
        person = db.scalars(select(Person).where(Person.email == UPLOADER)).one()
        link = links_actions.make_link(
            db, person, library_queries.get_for(db, person, resource, Permission.FORWARD), None, 9
        )
    with client.post(f"/s/{link.token}/download") as given:
        assert given.data == LATER
    with scanned.writing() as db:
        verdict = scanner.Verdict(ScanState.INFECTED, "Test.Later")
        scanning.settle(db, revision_of(scanned, resource).sha256 or "", verdict, "1")
    answer = client.post(f"/s/{link.token}/download")
    assert answer.status_code == 422
    assert LATER not in answer.data


@pytest.mark.both_databases
def test_files_are_checked_again_when_signatures_change(scanned: Database, clamd: clamav.Scanner) -> None:
    resource = add_file(scanned, LATER)
    worker.catch_up(scanned)
    sha256 = revision_of(scanned, resource).sha256 or ""
    shelf.write(shelf.folder_of(scanned.config, sha256) / shelf.TEXT, b"words")
    with scanned.reading() as db:
        assert db.scalars(select(Page.text)).all() == [LATER.decode()]
    clamd.learn("Later", clamav.OTHER_MARK)
    with scanned.writing() as db:  # signatures of the tests' own have no version, so the one before is changed
        db.execute(update(FileScan).values(scanner="ClamAV 1.4.6/27000"))
    assert scanning.catch_up(scanned) == 1
    assert revision_of(scanned, resource).state is State.INFECTED
    assert not shelf.folder_of(scanned.config, sha256).exists()
    with scanned.reading() as db:
        assert db.scalars(select(Page.text)).all() == []
    assert scanning.catch_up(scanned) == 0


def test_a_false_alarm_ends_with_the_next_signatures(scanned: Database) -> None:
    resource = add_file(scanned, CLEAN)
    sha256 = revision_of(scanned, resource).sha256 or ""
    with scanned.writing() as db:
        scanning.settle(db, sha256, scanner.Verdict(ScanState.INFECTED, "Test.False"), "older")
    assert not originals.path_of(scanned.config, sha256).exists()
    worker.catch_up(scanned)
    assert revision_of(scanned, resource).state is State.OK
    assert originals.path_of(scanned.config, sha256).read_bytes() == CLEAN


def test_a_file_over_the_scanners_limit_is_not_given_out(scanned: Database, sign_in: SignIn) -> None:
    resource = add_file(scanned, b"words " * clamav.STREAM_LIMIT)
    worker.catch_up(scanned)
    with scanned.reading() as db:
        assert db.scalars(select(FileScan.state)).one() is ScanState.TOO_LARGE
    answer = sign_in(COLLEAGUE).get(f"/resources/{resource}/download")
    assert answer.status_code == 422
    assert "larger than the virus scanner accepts" in answer.text


def test_files_wait_while_the_scanner_is_down(
    scanned: Database, clamd: clamav.Scanner, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = add_file(scanned, CLEAN)
    use(scanned, monkeypatch, f"unix:{tmp_path}/nothing")
    assert scanning.catch_up(scanned) + page_texts.catch_up(scanned) == 0
    client = sign_in(COLLEAGUE)
    assert "the virus scanner isn’t responding" in client.get(f"/resources/{resource}").text
    for address in ("/", "/storage"):
        assert "The virus scanner isn’t responding." in sign_in(COORDINATOR).get(address).text
    assert client.get(f"/resources/{resource}/download").status_code == 422
    use(scanned, monkeypatch, clamd.address)
    worker.catch_up(scanned)
    with client.get(f"/resources/{resource}/download") as given:
        assert given.status_code == 200


def test_an_infected_file_is_not_accepted_again(scanned: Database) -> None:
    add_file(scanned, INFECTED)
    worker.catch_up(scanned)
    with pytest.raises(Refused, match=r"found Test\.Own\.UNOFFICIAL in “toolkit\.txt”"):
        add_file(scanned, INFECTED)


def test_a_copy_that_was_added_while_its_bytes_were_checked_is_closed_too(
    scanned: Database, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    add_file(scanned, INFECTED)
    worker.catch_up(scanned)
    monkeypatch.setattr("hub.library.actions._check_known_virus", lambda *_given: None)
    again = add_file(scanned, INFECTED)
    worker.catch_up(scanned)
    revision = revision_of(scanned, again)
    assert revision.state is State.INFECTED
    assert not originals.path_of(scanned.config, revision.sha256 or "").exists()
    assert sign_in(COLLEAGUE).get(f"/resources/{again}/download").status_code == 422


def test_a_file_that_an_application_needs_is_checked_too(scanned: Database) -> None:
    stored = originals.store(scanned.config, BytesIO(INFECTED))
    with scanned.writing() as db:
        keep_file(db, stored, "evidence 12", "plan.pdf")
    scanning.catch_up(scanned)
    with scanned.reading() as db:
        assert library_queries.scan_objection(db, stored.sha256)
        assert [letter.to for letter in db.scalars(select(OutboxMessage))] == [COORDINATOR]
    assert page_texts.file_problems(scanned) == []


def test_a_missing_file_does_not_hold_up_the_others(scanned: Database) -> None:
    missing = add_file(scanned, b"gone")
    originals.path_of(scanned.config, revision_of(scanned, missing).sha256 or "").unlink()
    other = add_file(scanned, CLEAN)
    worker.catch_up(scanned)
    assert revision_of(scanned, other).state is State.OK
    assert scanning.catch_up(scanned) == 0


@pytest.mark.parametrize("answer", [b"stream: OK", b"stream: Eicar FOUND\0", b"INSTREAM size limit exceeded. ERROR\0"])
def test_the_scanners_answers_are_understood(answer: bytes) -> None:
    states = {b"stream: OK": ScanState.CLEAN, b"stream: Eicar FOUND\0": ScanState.INFECTED}
    assert scanner._verdict(answer.rstrip(b"\0").decode()).state is states.get(answer, ScanState.TOO_LARGE)


@pytest.mark.parametrize("answer", ["", "stream: ERROR", "UNKNOWN COMMAND", "stream: Can't allocate memory ERROR"])
def test_an_answer_that_is_no_verdict_leaves_a_file_waiting(answer: str) -> None:
    with pytest.raises(scanner.ScannerDown):
        scanner._verdict(answer)


def test_a_file_that_the_scanner_could_not_check_in_full_is_not_clean() -> None:
    assert scanner._verdict("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND").state is ScanState.TOO_LARGE


@pytest.mark.parametrize(
    ("address", "target"),
    [("unix:/run/c.ctl", "/run/c.ctl"), ("127.0.0.1:3310", ("127.0.0.1", 3310)), ("tcp://[::1]:3310", ("::1", 3310))],
)
def test_the_address_of_the_scanner_is_understood(address: str, target: object) -> None:
    assert scanner.parsed(address)[1] == target


def test_a_restored_hub_lacks_its_infected_files_and_keeps_them_closed(scanned: Database, sign_in: SignIn) -> None:
    resource = add_file(scanned, INFECTED)
    worker.catch_up(scanned)
    sha256 = revision_of(scanned, resource).sha256 or ""
    with scanned.engine.connect() as connection:
        assert sha256 not in backups_queries.stored_hashes(connection, {"revision", "kept_file", "file_scan"})
    originals.quarantine_of(scanned.config, sha256).unlink()
    with scanned.writing() as db:
        db.execute(update(FileScan).values(scanner="older"))
    scanning.catch_up(scanned)
    assert page_texts.file_problems(scanned) == []
    assert "found Test.Own.UNOFFICIAL" in sign_in(UPLOADER).get(f"/resources/{resource}/download").text

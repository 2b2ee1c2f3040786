"""Applications, their evidence, votes and decisions, from interest to the first sign-in."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from config import Config
from hub.core import set_aside
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.set_aside import SetAside
from hub.joining import evidence_reading
from hub.joining.models import Application, Evidence
from hub.joining.rules import (
    CRITERIA,
    Criterion,
    Progress,
)
from hub.library import scanning
from hub.library.derive import page_texts
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.files.scanner import Verdict
from hub.library.rules import ScanState
from hub.mail.models import OutboxMessage
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from tests.client import Browser
from tests.forms import form_on, opened
from tests.joining.deciding import mailed_link
from tests.library.documents import pdf
from tests.world import SignIn

INTEREST = {
    "kind": "member",
    "name": "Copper Basin Partnership",
    "region": "Copper Basin",
    "contact_name": "Odette Marchbanks",
    "contact_email": "odette@copper.example",
}
STATEMENTS = {
    f"statement_{criterion.value.replace('-', '_')}": f"Words on {criterion.value}."
    for criterion in CRITERIA[OrganizationKind.MEMBER]
}
PEOPLE = {"representative_name": "Odette Marchbanks", "representative_email": "odette@copper.example"}


def _start(browser: FlaskClient, **changes: str) -> str:
    """Start an application and return the path of its link."""
    answer = browser.post("/join", data=INTEREST | changes)
    assert answer.status_code == 200, answer.text
    field = BeautifulSoup(answer.text, "lxml").select_one("input#link")
    assert field is not None
    return str(field["value"]).removeprefix("http://127.0.0.1:8000")


def _complete(tmp_path: Path) -> dict[str, object]:
    """Return a complete form, with a two-page document for each criterion that needs one."""
    content = pdf(tmp_path / "plan.pdf", "Cover", "Manufacturing is the second chapter").read_bytes()
    files: dict[str, object] = {
        f"file-{criterion.value}": (BytesIO(content), f"{criterion.value}.pdf")
        for criterion in (Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN)
    }
    return INTEREST | STATEMENTS | PEOPLE | {"page_statement_plan": "2", "submit": "1"} | files


def _send(applicant: FlaskClient, link: str, data: dict[str, object], **options: Any) -> TestResponse:
    """Send the form of an application that was opened just before; its files are stored with the first request."""
    version = opened(applicant, link).values["version"]
    return applicant.post(link, data=data | {"version": version}, content_type="multipart/form-data", **options)


def _application(database: Database) -> Application:
    with database.reading() as db:
        return db.scalars(select(Application)).one()


def _read_and_approve(member: FlaskClient, number: int) -> None:
    """Read an application with its evidence as a board member, and vote for it."""
    page = member.get(f"/applications/{number}").text
    assert "Manufacturing is the second chapter" in page
    picture = BeautifulSoup(page, "lxml").select("img.evidence-page")[-1]
    drawn = member.get(str(picture["src"]))
    assert drawn.mimetype == "image/webp", drawn.text
    voted = member.post(f"/applications/{number}/vote", data={"ballot": "approve", "reason": "Substance"})
    assert voted.status_code == 302


def _new_representative(database: Database, number: int) -> Person:
    """Return the representative of the approved organization; check that the audit log and the outbox have each step."""
    with database.reading() as db:
        organization = db.scalars(select(Organization).where(Organization.name == INTEREST["name"])).one()
        person = db.scalars(select(Person).where(Person.organization_id == organization.id)).one()
        assert (organization.kind, person.role) == (OrganizationKind.MEMBER, Role.REPRESENTATIVE)
        actions = {entry.action for entry in db.scalars(select(Entry).where(Entry.subject_kind == "Application"))}
        confirmed = "confirmed the email address of"
        assert actions == {"started", "added evidence to", confirmed, "submitted", "voted on", "approved"}
        mailed = {
            message.once for message in db.scalars(select(OutboxMessage).where(OutboxMessage.kind == "application"))
        }
        assert f"application {number} decision" in mailed
        assert any(once.startswith("application link ") for once in mailed)
        return person


@pytest.mark.both_databases
def test_an_application_from_interest_to_the_first_sign_in(
    app: Flask, alliance: None, sign_in: SignIn, database: Database, config: Config, tmp_path: Path
) -> None:
    applicant = app.test_client()
    _start(applicant)
    with database.reading() as db:
        link = mailed_link(db, db.scalars(select(Application)).one())
    submitted = _send(applicant, link, _complete(tmp_path), follow_redirects=True)
    assert "With the Advisory Board" in submitted.text
    with Reader() as reader:
        assert evidence_reading.catch_up(database, reader) == 3
        assert evidence_reading.catch_up(database, reader) == 0
    number = _application(database).id

    _read_and_approve(sign_in("walter@amcc.example"), number)
    ruth = sign_in("ruth@lakeshore.example")
    before_voting = ruth.get(f"/applications/{number}").text
    assert "1 vote cast" in before_voting
    assert "Substance" not in before_voting

    coordinator = sign_in("coordinator@amcc.example")
    early = coordinator.post(f"/applications/{number}/decide", data={"decision": "approve", "reason": "Welcome"})
    assert early.status_code == 422
    assert "1 of 2 votes needed" in early.text
    assert "Substance" not in early.text
    ruth.post(f"/applications/{number}/vote", data={"ballot": "abstain"})
    assert "Substance" in ruth.get(f"/applications/{number}").text
    decided = coordinator.post(
        f"/applications/{number}/decide", data={"decision": "approve", "reason": "Welcome aboard"}
    )
    field = BeautifulSoup(decided.text, "lxml").select_one("input[id^=link-]")
    assert field is not None, decided.text

    assert "Welcome aboard" in applicant.get(link).text
    _new_representative(database, number)
    newcomer = app.test_client()
    words = {"password": "copper and sand", "repeated": "copper and sand"}
    assert newcomer.post(str(field["value"]).removeprefix("http://127.0.0.1:8000"), data=words).location == "/"
    assert "Odette" in newcomer.get("/").text


def test_missing_parts_are_listed_at_once_and_nothing_is_lost(app: Flask, alliance: None, database: Database) -> None:
    applicant = app.test_client()
    link = _start(applicant)
    sent = {
        **INTEREST,
        "statement_swot": "We are strong.",
        "file-swot": (BytesIO(b"# SWOT\n\nwords"), "swot.md"),
        "submit": "1",
    }
    answer = applicant.post(link, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    for words in ("Written agreement", "write a short statement", "enter your representative’s name"):
        assert words in answer.text
    saved = applicant.get(link).text
    assert "swot.md" in saved
    applicant.post(link, data={**INTEREST, "statement_swot": "We are strong."}, content_type="multipart/form-data")
    assert "We are strong." in applicant.get(link).text
    assert _application(database).progress is Progress.DRAFT


def test_a_file_of_a_wrong_kind_or_size_is_refused_with_the_reason(app: Flask, alliance: None) -> None:
    applicant = app.test_client()
    assert isinstance(applicant, Browser)
    link = _start(applicant)
    for content, name, words in (
        (b"MZ", "setup.exe", "doesn’t accept the file type"),
        (b"", "empty.pdf", "file is empty"),
    ):
        sent = {**INTEREST, "file-plan": (BytesIO(content), name)}
        answer = applicant.post(link, data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert words in answer.text
    huge = {
        **INTEREST,
        "csrf_token": applicant._csrf_token(),
        "file-plan": FileStorage(BytesIO(b"x" * 26_000_000), "plan.txt"),
    }
    boundary, body = encode_multipart(huge)
    answer = applicant.post(link, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert "The limit is 25 MB" in answer.text


@pytest.mark.both_databases
def test_requested_changes_restart_voting(
    app: Flask, alliance: None, sign_in: SignIn, database: Database, tmp_path: Path
) -> None:
    applicant, walter = app.test_client(), sign_in("walter@amcc.example")
    link = _start(applicant)
    _send(applicant, link, _complete(tmp_path))
    number = _application(database).id
    walter.post(f"/applications/{number}/vote", data={"ballot": "decline", "reason": "No plan"})
    walter.post(f"/applications/{number}/ask", data={"what": "Show the jobs in the plan."})
    assert "Show the jobs in the plan." in applicant.get(link).text
    resubmission = {**INTEREST, **STATEMENTS, **PEOPLE, "submit": "1"}
    applicant.post(link, data=resubmission, content_type="multipart/form-data")
    page = walter.get(f"/applications/{number}").text
    assert "0 votes cast" in page
    assert "submission 2" in page
    late = applicant.post(link, data=resubmission, content_type="multipart/form-data")
    assert late.status_code == 302
    assert "This application can" in applicant.get(link).text


def test_only_the_board_and_the_coordinator_see_applications(
    app: Flask, alliance: None, sign_in: SignIn, database: Database, tmp_path: Path
) -> None:
    applicant, rosa = app.test_client(), sign_in("rosa@lakeshore.example")
    link = _start(applicant)
    walter = sign_in("walter@amcc.example")
    number = _application(database).id
    assert walter.get(f"/applications/{number}").status_code == 404, "only the applicant sees a draft"
    _send(applicant, link, _complete(tmp_path))
    with database.reading() as db:
        application = db.scalars(select(Application)).one()
    paths = [
        "/applications",
        f"/applications/{number}",
        f"/applications/{number}/evidence/1/download",
        f"/applications/{number}/evidence/1/image",
    ]
    for path in paths:
        assert rosa.get(path).status_code == 403, path
        with walter.get(path) as answer:
            assert answer.status_code == 200 or "image" in path, path
    for path, data in (
        ("vote", {"ballot": "approve"}),
        ("ask", {"what": "x"}),
        ("decide", {"decision": "approve", "reason": "x"}),
    ):
        assert rosa.post(f"/applications/{application.id}/{path}", data=data).status_code == 403
    assert (
        sign_in("coordinator@amcc.example").post(f"/applications/{number}/vote", data={"ballot": "approve"}).status_code
        == 403
    )
    assert walter.post(f"/applications/{number}/decide", data={"decision": "approve", "reason": "x"}).status_code == 403
    assert app.test_client().get("/join/unknown").status_code == 404
    assert rosa.get("/search?q=Manufacturing").text.count("plan.pdf") == 0


@pytest.mark.both_databases
def test_the_sweep_keeps_evidence_and_deletes_removed_evidence(
    app: Flask, alliance: None, database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    applicant = app.test_client()
    link = _start(applicant)
    for name in ("kept.md", "removed.md"):
        sent = {**INTEREST, "file-plan": (BytesIO(name.encode()), name)}
        applicant.post(link, data=sent, content_type="multipart/form-data")
    with database.reading() as db:
        kept, removed = db.scalars(select(Evidence.sha256).order_by(Evidence.id))
    applicant.post(link, data={**INTEREST, "remove": "2"}, content_type="multipart/form-data")
    monkeypatch.setattr("hub.library.files.sweeping.STALE_AFTER", -60)
    page_texts.sweep_orphans(database)
    assert originals.path_of(config, kept).exists()
    assert not originals.path_of(config, removed).exists()
    assert page_texts.file_problems(database) == []


def test_an_infected_document_is_given_to_no_one(app: Flask, alliance: None, database: Database) -> None:
    applicant = app.test_client()
    link = _start(applicant)
    _send(applicant, link, {**INTEREST, "file-plan": (BytesIO(b"a plan"), "plan.md")})
    with database.writing() as db:
        sha256 = db.scalars(select(Evidence.sha256)).one()
        scanning.settle(db, sha256, Verdict(ScanState.INFECTED, "Eicar-Test"), "ClamAV")
    with Reader() as reader:
        evidence_reading.catch_up(database, reader)
    answer = applicant.get(f"{link}/evidence/1/download")
    assert answer.status_code == 422
    assert b"a plan" not in answer.data
    assert "found Eicar-Test in this file" in applicant.get(link).text
    again = _send(applicant, link, {**INTEREST, "file-plan": (BytesIO(b"a plan"), "again.md")})
    assert "the hub doesn’t accept it" in again.text


def test_an_old_form_removes_no_file_and_removing_a_file_twice_loses_nothing(
    app: Flask, alliance: None, database: Database
) -> None:
    applicant = app.test_client()
    link = _start(applicant)
    for name in ("first.md", "second.md"):
        _send(applicant, link, {**INTEREST, "file-plan": (BytesIO(name.encode()), name)})
    old = opened(applicant, link).values["version"]
    assert _send(applicant, link, {**INTEREST, "interest": "Newer words"}).status_code == 302
    stale = applicant.post(link, data={**INTEREST, "interest": "Old words", "remove": "1", "version": old})
    assert stale.status_code == 409
    assert "Old words" in stale.text
    assert [file.file_name for file in _files(database)] == ["first.md", "second.md"]
    for words in ("Removed", "Removed again"):
        assert _send(applicant, link, {**INTEREST, "interest": words, "remove": "1"}).status_code == 302
        assert [file.file_name for file in _files(database)] == ["second.md"]
        assert opened(applicant, link).values["interest"] == [words]


def test_a_conflict_names_no_one_who_voted_or_asked_for_changes(
    app: Flask, alliance: None, sign_in: SignIn, database: Database, tmp_path: Path
) -> None:
    applicant, walter = app.test_client(), sign_in("walter@amcc.example")
    link = _start(applicant)
    _send(applicant, link, _complete(tmp_path))
    number = _application(database).id
    walter.post(f"/applications/{number}/vote", data={"ballot": "decline", "reason": "No plan"})
    walter.post(f"/applications/{number}/ask", data={"what": "Show the jobs in the plan."})
    old = opened(applicant, link).values["version"]
    assert _send(applicant, link, {**INTEREST, "interest": "Newer words"}).status_code == 302
    stale = applicant.post(link, data={**INTEREST, "interest": "Old words", "version": old})
    assert stale.status_code == 409
    assert "Another version was saved" in stale.text
    assert "walter@amcc.example" not in stale.text
    assert "The latest change was made by" not in stale.text
    version = form_on(stale).values["version"]
    assert applicant.post(link, data={**INTEREST, "interest": "Old words", "version": version}).status_code == 302
    assert "No versions have been set aside" in walter.get("/account/set-aside").text


def test_what_was_typed_for_a_closed_application_is_set_aside(
    app: Flask, alliance: None, database: Database, tmp_path: Path
) -> None:
    applicant = app.test_client()
    link = _start(applicant)
    _send(applicant, link, _complete(tmp_path))
    for invalid in ({}, {"representative_email": "nowhere"}):
        typed = {**INTEREST, "interest": "Too late", "remove": "1", **invalid}
        answer = applicant.post(link, data=typed, follow_redirects=True)
        assert "is set aside for 90 days" in answer.text
        kept = BeautifulSoup(answer.text, "lxml").find("a", string="Read it")
        assert kept
        assert "Too late" in applicant.get(str(kept["href"])).text
    assert len(_files(database)) == 3


def test_the_reason_for_withdrawing_an_application_that_was_withdrawn_already_is_set_aside(
    app: Flask, alliance: None
) -> None:
    applicant = app.test_client()
    link = _start(applicant)
    assert applicant.post(f"{link}/withdraw", data={"reason": "First"}).status_code == 302
    answer = applicant.post(f"{link}/withdraw", data={"reason": "We join next year"}, follow_redirects=True)
    kept = BeautifulSoup(answer.text, "lxml").find("a", string="Read it")
    assert kept
    assert "We join next year" in applicant.get(str(kept["href"])).text
    assert "First" in applicant.get(link).text


def test_visitors_cannot_fill_the_disk_with_texts_for_a_closed_application(
    app: Flask, alliance: None, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_aside, "MOST_KEPT", 3)
    applicant = app.test_client()
    link = _start(applicant)
    assert applicant.post(f"{link}/withdraw").status_code == 302
    for number in range(5):
        assert applicant.post(link, data={**INTEREST, "interest": f"Words {number}"}).status_code == 302
    with database.reading() as db:
        texts = [
            dict(texts)["Why you’re interested, in a few sentences"]
            for texts in db.scalars(select(SetAside.texts).order_by(SetAside.id))
        ]
    assert texts == ["Words 2", "Words 3", "Words 4"]


def _files(database: Database) -> Sequence[Evidence]:
    with database.reading() as db:
        return db.scalars(select(Evidence).order_by(Evidence.id)).all()


@pytest.mark.both_databases
def test_one_network_starts_at_most_five_applications_a_day(app: Flask, alliance: None) -> None:
    applicant = app.test_client()
    for _ in range(5):
        _start(applicant)
    answer = applicant.post("/join", data=INTEREST)
    assert answer.status_code == 422
    assert "Several applications were started from your network today" in answer.text


def test_a_withdrawn_application_is_closed(app: Flask, alliance: None, database: Database) -> None:
    applicant = app.test_client()
    link = _start(applicant, kind="bff")
    applicant.post(f"{link}/withdraw", data={"reason": "Another time"})
    assert "Another time" in applicant.get(link).text
    assert _application(database).progress is Progress.WITHDRAWN
    assert applicant.post(f"{link}/withdraw", data={}).status_code == 422

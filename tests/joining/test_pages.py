"""From interest to the first sign-in: applications, their evidence, the board's votes, the decision."""

from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from config import Config
from hub.core.audit import Entry
from hub.core.db import Database
from hub.joining import evidence_reading
from hub.joining.models import Application, Evidence
from hub.joining.rules import CRITERIA, Ballot, Criterion, Progress, lacking, objection_to_deciding, sees_votes, tally
from hub.library.derive import page_texts
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.mail.models import OutboxMessage
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from tests.conftest import Browser
from tests.library.documents import pdf
from tests.world import SignIn, a_person, an_organization

INTEREST = {
    "kind": "member",
    "name": "Copper Basin Partnership",
    "region": "Copper Basin",
    "contact_name": "Odette Marchbanks",
    "contact_email": "odette@copper.example",
}
WORDS = {
    f"statement_{one.value.replace('-', '_')}": f"Words on {one.value}." for one in CRITERIA[OrganizationKind.MEMBER]
}
PEOPLE = {"representative_name": "Odette Marchbanks", "representative_email": "odette@copper.example"}


# The rules


def test_a_member_shows_four_things_and_a_bff_its_value() -> None:
    assert len(CRITERIA[OrganizationKind.MEMBER]) == 4
    assert CRITERIA[OrganizationKind.BFF] == (Criterion.OPEN_VALUE,)
    assert len(lacking(OrganizationKind.MEMBER, {}, set(), "")) == 4 + 3 + 1
    said = dict.fromkeys(CRITERIA[OrganizationKind.MEMBER], "words")
    shown = {Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN}
    assert lacking(OrganizationKind.MEMBER, said, shown, "a@b.example") == []
    assert lacking(OrganizationKind.BFF, {Criterion.OPEN_VALUE: "words"}, set(), "a@b.example") == []


@given(st.lists(st.sampled_from(Ballot)), st.integers(1, 10))
def test_a_conflict_of_interest_never_makes_a_quorum(ballots: list[Ballot], quorum: int) -> None:
    added = tally(ballots)
    assert added.counted == len([one for one in ballots if one is not Ballot.CONFLICT])
    objection = objection_to_deciding(Progress.SUBMITTED, added, quorum)
    assert (objection is None) == (added.counted >= quorum)
    assert objection_to_deciding(Progress.DRAFT, added, 1) is not None


@pytest.mark.parametrize("progress", [one for one in Progress if one is not Progress.SUBMITTED])
def test_only_what_is_before_the_board_is_decided(progress: Progress) -> None:
    votes = tally([Ballot.APPROVE] * 3)
    assert objection_to_deciding(Progress.SUBMITTED, votes, 3) is None
    assert "not before the Advisory Board" in (objection_to_deciding(progress, votes, 3) or "")


def test_votes_are_hidden_until_ones_own_is_cast() -> None:
    assert not sees_votes(own=None, votes=True, has_quorum=True, is_over=False)
    assert sees_votes(own=Ballot.ABSTAIN, votes=True, has_quorum=False, is_over=False)
    assert not sees_votes(own=None, votes=False, has_quorum=False, is_over=False)
    assert sees_votes(own=None, votes=False, has_quorum=True, is_over=False)
    assert sees_votes(own=None, votes=True, has_quorum=False, is_over=True)


# Through the pages


@pytest.fixture
def alliance(database: Database) -> None:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        member = an_organization(db, "Lakeshore")
        a_person(db, host, Role.COORDINATOR, "coordinator@amcc.example", "Marguerite")
        a_person(db, host, Role.BOARD, "walter@amcc.example", "Walter")
        a_person(db, member, Role.BOARD, "ruth@lakeshore.example", "Ruth")
        a_person(db, member, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa")


def _begin(browser: FlaskClient, **said: str) -> str:
    """Express interest; answers the path of the application's link."""
    answer = browser.post("/join", data=INTEREST | said)
    assert answer.status_code == 200, answer.text
    field = BeautifulSoup(answer.text, "lxml").select_one("input#link")
    assert field is not None
    return str(field["value"]).removeprefix("http://127.0.0.1:8000")


def _whole(tmp_path: Path) -> dict[str, object]:
    """Return all that an application needs, with a document of two pages for each criterion that is shown by one."""
    content = pdf(tmp_path / "plan.pdf", "Cover", "Manufacturing is the second chapter").read_bytes()
    sent: dict[str, object] = {
        f"file-{one.value}": (BytesIO(content), f"{one.value}.pdf")
        for one in (Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN)
    }
    return INTEREST | WORDS | PEOPLE | {"page_statement_plan": "2", "submit": "1"} | sent


def _application(database: Database) -> Application:
    with database.reading() as db:
        return db.scalars(select(Application)).one()


@pytest.mark.both_databases
def _read_and_approve(member: FlaskClient, number: int) -> None:
    """A member of the board reads an application with its evidence and votes for it."""
    dossier = member.get(f"/applications/{number}").text
    assert "Manufacturing is the second chapter" in dossier
    picture = BeautifulSoup(dossier, "lxml").select("img.evidence-page")[-1]
    drawn = member.get(str(picture["src"]))
    assert drawn.mimetype == "image/webp", drawn.text
    voted = member.post(f"/applications/{number}/vote", data={"ballot": "approve", "reason": "Substance"})
    assert voted.status_code == 302


def _new_representative(database: Database, number: int) -> Person:
    """Whom an approved application made representative; the audit log and the outbox know of every step."""
    with database.reading() as db:
        organization = db.scalars(select(Organization).where(Organization.name == INTEREST["name"])).one()
        person = db.scalars(select(Person).where(Person.organization_id == organization.id)).one()
        assert (organization.kind, person.role) == (OrganizationKind.MEMBER, Role.REPRESENTATIVE)
        actions = {entry.action for entry in db.scalars(select(Entry).where(Entry.subject_kind == "Application"))}
        assert actions == {"began", "added evidence to", "submitted", "voted on", "approved"}
        mailed = {
            message.once for message in db.scalars(select(OutboxMessage).where(OutboxMessage.kind == "application"))
        }
        assert {f"application {number} link", f"application {number} decision"} <= mailed
        return person


def test_a_whole_application_from_interest_to_the_first_sign_in(
    app: Flask, alliance: None, sign_in: SignIn, database: Database, config: Config, tmp_path: Path
) -> None:
    applicant = app.test_client()
    link = _begin(applicant)
    submitted = applicant.post(link, data=_whole(tmp_path), content_type="multipart/form-data", follow_redirects=True)
    assert "With the Advisory Board" in submitted.text
    with Reader() as reader:
        assert evidence_reading.catch_up(database, reader) == 3
        assert evidence_reading.catch_up(database, reader) == 0
    number = _application(database).id

    _read_and_approve(sign_in("walter@amcc.example"), number)
    ruth = sign_in("ruth@lakeshore.example")
    hidden = ruth.get(f"/applications/{number}").text
    assert "1 vote cast" in hidden
    assert "Substance" not in hidden

    coordinator = sign_in("coordinator@amcc.example")
    early = coordinator.post(f"/applications/{number}/decide", data={"decision": "approve", "reason": "Welcome"})
    assert early.status_code == 422
    assert "1 of 2 votes" in early.text
    assert "Substance" not in early.text
    ruth.post(f"/applications/{number}/vote", data={"ballot": "abstain"})
    assert "Substance" in ruth.get(f"/applications/{number}").text
    coordinator.post(f"/applications/{number}/decide", data={"decision": "approve", "reason": "Welcome aboard"})

    assert "Welcome aboard" in applicant.get(link).text
    person = _new_representative(database, number)
    invitation = coordinator.post(f"/people/{person.id}/link")
    field = BeautifulSoup(invitation.text, "lxml").select_one("input#link")
    assert field is not None
    newcomer = app.test_client()
    words = {"password": "copper and sand", "repeated": "copper and sand"}
    assert newcomer.post(str(field["value"]).removeprefix("http://127.0.0.1:8000"), data=words).location == "/"
    assert "Odette" in newcomer.get("/").text


def test_what_is_missing_is_said_at_once_and_nothing_is_lost(app: Flask, alliance: None, database: Database) -> None:
    applicant = app.test_client()
    link = _begin(applicant)
    sent = {
        **INTEREST,
        "statement_swot": "We are strong.",
        "file-swot": (BytesIO(b"# SWOT\n\nwords"), "swot.md"),
        "submit": "1",
    }
    answer = applicant.post(link, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    for words in ("Written agreement", "write a short statement", "Name the person"):
        assert words in answer.text
    kept = applicant.get(link).text
    assert "swot.md" in kept
    applicant.post(link, data={**INTEREST, "statement_swot": "We are strong."}, content_type="multipart/form-data")
    assert "We are strong." in applicant.get(link).text
    assert _application(database).progress is Progress.DRAFT


def test_a_file_that_the_hub_does_not_take_or_that_is_too_large_is_said(app: Flask, alliance: None) -> None:
    applicant = app.test_client()
    assert isinstance(applicant, Browser)
    link = _begin(applicant)
    for content, name, words in ((b"MZ", "setup.exe", "kind that the hub"), (b"", "empty.pdf", "file is empty")):
        sent = {**INTEREST, "file-plan": (BytesIO(content), name)}
        answer = applicant.post(link, data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert words in answer.text
    huge = {
        **INTEREST,
        "csrf_token": applicant._csrf_token(),
        "file-plan": FileStorage(BytesIO(b"x" * 26_000_000), "plan.txt"),
    }
    edge, body = encode_multipart(huge)
    answer = applicant.post(link, data=body, content_type=f"multipart/form-data; boundary={edge}")
    assert "larger than the 25 MB" in answer.text


@pytest.mark.both_databases
def test_changes_are_asked_for_and_votes_begin_anew(
    app: Flask, alliance: None, sign_in: SignIn, database: Database, tmp_path: Path
) -> None:
    applicant, walter = app.test_client(), sign_in("walter@amcc.example")
    link = _begin(applicant)
    applicant.post(link, data=_whole(tmp_path), content_type="multipart/form-data")
    number = _application(database).id
    walter.post(f"/applications/{number}/vote", data={"ballot": "decline", "reason": "No plan"})
    walter.post(f"/applications/{number}/ask", data={"what": "Show the jobs in the plan."})
    assert "Show the jobs in the plan." in applicant.get(link).text
    again = {**INTEREST, **WORDS, **PEOPLE, "submit": "1"}
    applicant.post(link, data=again, content_type="multipart/form-data")
    dossier = walter.get(f"/applications/{number}").text
    assert "0 votes cast" in dossier
    assert "for the 2. time" in dossier
    late = applicant.post(link, data=again, content_type="multipart/form-data")
    assert late.status_code == 422
    assert "This application can" in late.text


def test_applications_are_the_boards_and_the_coordinators_alone(
    app: Flask, alliance: None, sign_in: SignIn, database: Database, tmp_path: Path
) -> None:
    applicant, rosa = app.test_client(), sign_in("rosa@lakeshore.example")
    link = _begin(applicant)
    walter = sign_in("walter@amcc.example")
    number = _application(database).id
    assert walter.get(f"/applications/{number}").status_code == 404, "a draft is its applicant's alone"
    applicant.post(link, data=_whole(tmp_path), content_type="multipart/form-data")
    with database.reading() as db:
        application = db.scalars(select(Application)).one()
    paths = [
        "/applications",
        f"/applications/{number}",
        f"/applications/{number}/evidence/1/download",
        f"/applications/{number}/evidence/1/image",
    ]
    for path in paths:
        assert rosa.get(path).status_code == 404, path
        with walter.get(path) as answer:
            assert answer.status_code == 200 or "image" in path, path
    for path, data in (
        ("vote", {"ballot": "approve"}),
        ("ask", {"what": "x"}),
        ("decide", {"decision": "approve", "reason": "x"}),
    ):
        assert rosa.post(f"/applications/{application.id}/{path}", data=data).status_code == 404
    assert (
        sign_in("coordinator@amcc.example").post(f"/applications/{number}/vote", data={"ballot": "approve"}).status_code
        == 404
    )
    assert walter.post(f"/applications/{number}/decide", data={"decision": "approve", "reason": "x"}).status_code == 404
    assert app.test_client().get("/join/unknown").status_code == 404
    assert rosa.get("/search?q=Manufacturing").text.count("plan.pdf") == 0


@pytest.mark.both_databases
def test_evidence_outlives_the_sweep_and_a_removed_one_does_not(
    app: Flask, alliance: None, database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    applicant = app.test_client()
    link = _begin(applicant)
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
    assert page_texts.what_is_off(database) == []


@pytest.mark.both_databases
def test_one_network_begins_a_handful_of_applications_a_day(app: Flask, alliance: None) -> None:
    applicant = app.test_client()
    for _ in range(5):
        _begin(applicant)
    answer = applicant.post("/join", data=INTEREST)
    assert answer.status_code == 422
    assert "Several applications came from here today" in answer.text


def test_a_withdrawn_application_is_over(app: Flask, alliance: None, database: Database) -> None:
    applicant = app.test_client()
    link = _begin(applicant, kind="bff")
    applicant.post(f"{link}/withdraw", data={"reason": "Another time"})
    assert "Another time" in applicant.get(link).text
    assert _application(database).progress is Progress.WITHDRAWN
    assert applicant.post(f"{link}/withdraw", data={}).status_code == 422

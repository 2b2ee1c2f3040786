"""Decisions on applications: the vote, exceptions to it, and what the board and the applicant are told."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.joining.models import Vote
from hub.joining.rules import Conflict, Departure, Progress
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from tests.joining.deciding import (
    COORDINATOR,
    REASON,
    RUTH,
    WALTER,
    application_of,
    decide,
    letter_of,
    letters,
    page_of,
    submit,
    vote,
    words_of,
)
from tests.world import SignIn


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("ballots", "decision", "departure", "label", "sentence"),
    [
        (
            ("decline", "decline"), "approve", Departure.AGAINST_VOTES, "Against the votes",
            ("Marguerite, the coordinator, approved your application, although the Advisory Board’s vote was 0 for and "
            "2 against."),
        ),
        (
            ("approve", "approve"), "decline", Departure.AGAINST_VOTES, "Against the votes",
            ("Marguerite, the coordinator, declined your application, although the Advisory Board’s vote was 2 for and "
            "0 against."),
        ),
        (
            ("approve", "decline"), "approve", Departure.AGAINST_VOTES, "Against the votes",
            ("Marguerite, the coordinator, approved your application, although the Advisory Board’s vote was 1 for and "
            "1 against."),
        ),
        (
            ("approve", "conflict"), "approve", Departure.NO_QUORUM, "Without a quorum",
            ("Marguerite, the coordinator, approved your application before the Advisory Board had a quorum: 1 vote of the "
            "2 needed."),
        ),
    ],
)  # fmt: skip
def test_a_decision_that_does_not_follow_the_vote_needs_a_reason_and_is_marked(
    link: str,
    app: Flask,
    sign_in: SignIn,
    database: Database,
    ballots: tuple[str, str],
    decision: str,
    departure: Departure,
    label: str,
    sentence: str,
) -> None:
    page, coordinator = page_of(database), sign_in(COORDINATOR)
    for email, ballot in zip((WALTER, RUTH), ballots, strict=True):
        vote(sign_in(email), page, ballot)
    refused = decide(coordinator, page, decision)
    assert refused.status_code == 422
    assert "enter a reason for the exception" in refused.text.lower()
    assert REASON in refused.text, "what was typed is still there"
    assert application_of(database).progress is Progress.SUBMITTED
    assert not letters(database, "decision")

    assert decide(coordinator, page, decision, "The board asked me to.").status_code in {200, 302}
    application = application_of(database)
    assert (application.departure, application.departure_reason) == (departure, "The board asked me to.")
    with database.reading() as db:
        entry = db.scalars(select(Entry).where(Entry.action.startswith(application.progress))).one()
    assert entry.action == f"{application.progress} {label.lower()}:"
    assert entry.details["reason_for_the_exception"] == "The board asked me to."
    board = sign_in(WALTER)
    for path in (page, "/applications"):
        assert label in words_of(board.get(path).text), path
    assert "The board asked me to." in board.get(page).text
    to_board = letters(database, "decided")
    assert set(to_board) == {WALTER, RUTH}
    for message in to_board.values():
        assert label.lower() in message.subject
        assert "The board asked me to." in message.text
    for words in (letter_of(letters(database, "decision").values()), words_of(app.test_client().get(link).text)):
        assert sentence in words
        assert "Board approved" not in words
        assert "Board voted to" not in words
        assert "The board asked me to." not in words, "only the board reads the reason for the exception"


@pytest.mark.parametrize(
    ("ballots", "decision", "sentence"),
    [
        (
            ("approve", "approve"),
            "approve",
            "The Advisory Board voted to approve your application: 2 for and 0 against.",
        ),
        (
            ("approve", "abstain"),
            "approve",
            "The Advisory Board voted to approve your application: 1 for and 0 against, with 1 abstention.",
        ),
        (
            ("decline", "decline"),
            "decline",
            "The Advisory Board voted to decline your application: 0 for and 2 against.",
        ),
        (
            ("approve", "decline"),
            "decline",
            (
                "The Advisory Board’s vote on your application was a tie: 1 for and 1 against. A tie isn’t an approval, so the "
                "application was declined."
            ),
        ),
    ],
)
def test_a_decision_that_follows_the_vote_says_how_the_board_voted(
    link: str, app: Flask, sign_in: SignIn, database: Database, ballots: tuple[str, str], decision: str, sentence: str
) -> None:
    page, coordinator = page_of(database), sign_in(COORDINATOR)
    for email, ballot in zip((WALTER, RUTH), ballots, strict=True):
        vote(sign_in(email), page, ballot)
    needless = decide(coordinator, page, decision, "Because.")
    assert needless.status_code == 422
    assert "so this decision follows it" in needless.text
    assert decide(coordinator, page, decision).status_code in {200, 302}
    assert application_of(database).departure is None
    for words in (letter_of(letters(database, "decision").values()), words_of(app.test_client().get(link).text)):
        assert sentence in words
        assert REASON in words
    assert set(letters(database, "decided")) == {WALTER, RUTH}
    assert "exception" not in words_of(sign_in(WALTER).get(page).text)


def test_a_vote_of_someone_named_in_the_application_does_not_count(
    alliance: None, app: Flask, sign_in: SignIn, database: Database
) -> None:
    with database.writing() as db:
        submit(db, alternate=RUTH)
    page, coordinator, ruth = page_of(database), sign_in(COORDINATOR), sign_in(RUTH)
    assert "named in the application, so your vote won’t count" in ruth.get(page).text
    assert "It doesn’t count" in vote(ruth, page, "approve")
    assert "Doesn’t count: named in the application" in words_of(ruth.get(page).text)
    vote(sign_in(WALTER), page, "approve")
    refused = decide(coordinator, page, "approve")
    assert "Only votes with a conflict of interest support this decision" in refused.text
    decide(coordinator, page, "approve", "No one else is left to vote.")
    application = application_of(database)
    assert application.departure is Departure.CONFLICT
    assert "1 for and 0 against, not counting members with a conflict of interest" in letter_of(
        letters(database, "decision").values()
    )


def test_a_conflict_is_judged_when_the_vote_is_cast(link: str, sign_in: SignIn, database: Database) -> None:
    page = page_of(database)
    with database.writing() as db:
        person = db.scalars(select(Person).where(Person.email == RUTH)).one()
        person.organization.website = "https://www.fixtures.example"
    vote(sign_in(RUTH), page, "approve")
    with database.writing() as db:
        db.scalars(select(Organization).where(Organization.name == "Lakeshore")).one().website = ""
    with database.reading() as db:
        assert db.scalars(select(Vote.conflict)).one() is Conflict.ORGANIZATION
    vote(sign_in(WALTER), page, "approve")
    assert "1 of 2 votes needed" in decide(sign_in(COORDINATOR), page, "approve").text


def test_the_last_vote_of_each_person_counts(link: str, sign_in: SignIn, database: Database) -> None:
    page, walter = page_of(database), sign_in(WALTER)
    for ballot in ("approve", "decline", "decline"):
        vote(walter, page, ballot)
    coordinator = sign_in(COORDINATOR)
    assert "1 of 2 votes needed" in decide(coordinator, page, "decline").text, "one person has one vote"
    vote(sign_in(RUTH), page, "decline")
    assert decide(coordinator, page, "decline").status_code == 302
    assert "0 for and 2 against" in letter_of(letters(database, "decision").values())


def test_a_vote_counts_after_its_voter_left_the_board(link: str, sign_in: SignIn, database: Database) -> None:
    page = page_of(database)
    for email in (WALTER, RUTH):
        vote(sign_in(email), page, "decline")
    with database.writing() as db:
        people = {person.email: person for person in db.scalars(select(Person))}
        people_actions.deactivate(db, people[COORDINATOR], people[WALTER])
        people_actions.change_role(db, people[COORDINATOR], people[RUTH], Role.CONTRIBUTOR)
    coordinator = sign_in(COORDINATOR)
    words = words_of(coordinator.get(page).text)
    assert words.count("Left the board; an earlier vote stays valid") == 2
    assert "which isn’t an approval" in decide(coordinator, page, "approve").text
    assert decide(coordinator, page, "decline").status_code == 302


@pytest.mark.both_databases
def test_no_vote_is_cast_after_the_decision(link: str, sign_in: SignIn, database: Database) -> None:
    page, walter = page_of(database), sign_in(WALTER)
    for browser in (walter, sign_in(RUTH)):
        vote(browser, page, "decline")
    decide(sign_in(COORDINATOR), page, "decline")
    late = walter.post(f"{page}/vote", data={"ballot": "approve", "reason": "I found the license."})
    assert late.status_code == 422
    assert "Its status: declined" in late.text
    assert "I found the license." in late.text, "what was typed is still there, although the form is gone"
    with database.reading() as db:
        assert len(db.scalars(select(Vote)).all()) == 2


def test_the_quorum_of_the_day_of_the_decision_counts_and_is_kept(
    link: str, app: Flask, sign_in: SignIn, database: Database
) -> None:
    page, coordinator = page_of(database), sign_in(COORDINATOR)
    for email in (WALTER, RUTH):
        vote(sign_in(email), page, "approve")
    database.config = replace(database.config, APPLICATION_QUORUM=3)
    assert "2 of 3 votes needed" in decide(coordinator, page, "approve").text
    decide(coordinator, page, "approve", "The third member is ill.")
    database.config = replace(database.config, APPLICATION_QUORUM=1)
    assert application_of(database).quorum == 3
    assert "2 votes of the 3 needed" in words_of(coordinator.get(page).text)
    assert "2 votes of the 3 needed" in words_of(app.test_client().get(link).text)


def test_the_page_says_before_the_decision_which_one_is_an_exception(
    link: str, sign_in: SignIn, database: Database
) -> None:
    page, coordinator = page_of(database), sign_in(COORDINATOR)
    assert "has cast 0 of 2 votes needed" in words_of(coordinator.get(page).text)
    walter, ruth = sign_in(WALTER), sign_in(RUTH)
    for ballots, words in (
        (("approve", "approve"), "The vote is to approve: 2 for and 0 against. Declining needs a reason"),
        (("approve", "decline"), "The vote is a tie: 1 for and 1 against. A tie isn’t an approval"),
        (("decline", "decline"), "The vote is to decline: 0 for and 2 against. Approving needs a reason"),
    ):
        for browser, ballot in zip((walter, ruth), ballots, strict=True):
            vote(browser, page, ballot)
        assert words in words_of(coordinator.get(page).text)
    assert "A vote with a conflict of interest doesn’t count" in words_of(walter.get(page).text)


def test_the_record_keeps_the_names_of_voters_and_of_who_decided(
    link: str, sign_in: SignIn, database: Database
) -> None:
    page, coordinator = page_of(database), sign_in(COORDINATOR)
    for email in (WALTER, RUTH):
        vote(sign_in(email), page, "decline")
    decide(coordinator, page, "decline")
    with database.writing() as db:
        for person in db.scalars(select(Person)):
            person.name = f"Renamed {person.id}"
    words = words_of(sign_in(WALTER).get(page).text)
    assert "by Marguerite" in words
    votes = words.partition("Votes")[2]
    assert "Walter" in votes
    assert "Renamed" not in votes

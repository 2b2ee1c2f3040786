"""The rules of an application, and of a vote on it: quorum, majority, ties, conflicts of interest, and what a decision needs."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.joining.rules import (
    CRITERIA,
    Ballot,
    Conflict,
    Criterion,
    Decision,
    Departure,
    Outcome,
    Party,
    Progress,
    conflict_of,
    departure_of,
    missing_parts,
    missing_reason_message,
    objection_to_deciding,
    outcome_of,
    sees_votes,
    tally,
)
from hub.members.rules.organizations import OrganizationKind

YES, NO, ABSTAIN, CONFLICT = Ballot.APPROVE, Ballot.DECLINE, Ballot.ABSTAIN, Ballot.CONFLICT
BALLOTS = st.lists(st.sampled_from(Ballot), max_size=9)
QUORUMS = st.integers(1, 6)


@pytest.mark.parametrize(
    ("ballots", "outcome"),
    [
        ([], Outcome.NO_QUORUM),
        ([YES], Outcome.NO_QUORUM),
        ([YES, YES], Outcome.APPROVED),
        ([NO, NO], Outcome.REFUSED),
        ([YES, NO], Outcome.TIE),
        ([YES, YES, NO], Outcome.APPROVED),
        ([YES, NO, NO], Outcome.REFUSED),
        ([YES, ABSTAIN], Outcome.APPROVED),  # an abstention counts toward the quorum, not the majority
        ([NO, ABSTAIN], Outcome.REFUSED),
        ([ABSTAIN, ABSTAIN], Outcome.TIE),
        ([YES, CONFLICT], Outcome.NO_QUORUM),
        ([YES, NO, CONFLICT, CONFLICT], Outcome.TIE),
    ],
)
def test_two_votes_and_more_for_than_against_approve(ballots: list[Ballot], outcome: Outcome) -> None:
    assert outcome_of(tally(ballots), 2) is outcome


@given(BALLOTS, QUORUMS)
def test_a_conflict_of_interest_never_counts(ballots: list[Ballot], quorum: int) -> None:
    without = [ballot for ballot in ballots if ballot is not CONFLICT]
    assert tally(ballots).counted == len(without)
    assert outcome_of(tally(ballots), quorum) is outcome_of(tally(without), quorum)
    assert tally(ballots).words == tally(without).words


@given(BALLOTS, QUORUMS)
def test_no_quorum_depends_only_on_how_many_voted(ballots: list[Ballot], quorum: int) -> None:
    few = sum(ballot is not CONFLICT for ballot in ballots) < quorum
    assert (outcome_of(tally(ballots), quorum) is Outcome.NO_QUORUM) == few


@given(BALLOTS, QUORUMS)
def test_at_most_one_decision_follows_the_vote(ballots: list[Ballot], quorum: int) -> None:
    votes = tally(ballots)
    follows = {approve: departure_of(votes, votes, quorum, approve=approve) is None for approve in (True, False)}
    outcome = outcome_of(votes, quorum)
    assert follows[True] == (outcome is Outcome.APPROVED)
    assert follows[False] == (outcome in {Outcome.REFUSED, Outcome.TIE})


@given(BALLOTS, st.lists(st.sampled_from([YES, NO, ABSTAIN]), max_size=4), QUORUMS, st.booleans())
def test_votes_with_a_conflict_never_make_a_decision_follow_the_vote(
    ballots: list[Ballot], conflicted: list[Ballot], quorum: int, approve: bool
) -> None:
    votes = tally([*ballots, *[CONFLICT] * len(conflicted)])
    departure = departure_of(votes, tally([*ballots, *conflicted]), quorum, approve=approve)
    assert (departure is None) == (departure_of(votes, votes, quorum, approve=approve) is None)
    if not conflicted:
        assert departure is not Departure.CONFLICT


@pytest.mark.parametrize(
    ("ballots", "conflicted", "approve", "departure"),
    [
        ([NO, NO], [], True, Departure.AGAINST_VOTES),
        ([YES, YES], [], False, Departure.AGAINST_VOTES),
        ([YES, NO], [], True, Departure.AGAINST_VOTES),
        ([YES, NO], [], False, None),
        ([YES], [], True, Departure.NO_QUORUM),
        ([YES], [], False, Departure.NO_QUORUM),
        ([], [], True, Departure.NO_QUORUM),
        ([YES], [YES], True, Departure.CONFLICT),
        ([YES, NO], [YES], True, Departure.CONFLICT),
        ([NO], [NO], False, Departure.CONFLICT),
        ([NO], [NO], True, Departure.NO_QUORUM),
        ([NO, NO], [YES], True, Departure.AGAINST_VOTES),
        ([YES, YES], [NO], True, None),
    ],
)
def test_a_decision_that_does_not_follow_the_vote_is_named(
    ballots: list[Ballot], conflicted: list[Ballot], approve: bool, departure: Departure | None
) -> None:
    votes = tally([*ballots, *[CONFLICT] * len(conflicted)])
    assert departure_of(votes, tally([*ballots, *conflicted]), 2, approve=approve) is departure
    if departure:
        message = missing_reason_message(departure, votes, 2, approve=approve)
        assert "enter a reason for the exception" in message.lower()


@given(BALLOTS, QUORUMS, st.booleans(), st.sampled_from([None, *Departure]))
def test_a_decision_says_that_the_board_decided_only_if_its_vote_did(
    ballots: list[Ballot], quorum: int, approved: bool, departure: Departure | None
) -> None:
    votes = tally(ballots)
    if departure is None and departure_of(votes, votes, quorum, approve=approved):
        return
    sentences = Decision(approved, votes, quorum, departure, "Marguerite").sentences()
    verb = "approve" if approved else "decline"
    assert (f"The Advisory Board voted to {verb}" in sentences) == (
        departure is None and outcome_of(votes, quorum) is not Outcome.TIE
    )
    assert ("Marguerite, the coordinator," in sentences) == (departure is not None)


def test_a_count_names_abstentions_only_if_there_are_any() -> None:
    assert tally([YES, YES, NO]).words == "2 for and 1 against"
    assert tally([YES, ABSTAIN]).words == "1 for and 0 against, with 1 abstention"
    assert tally([ABSTAIN] * 2).words == "0 for and 0 against, with 2 abstentions"
    assert tally([]).counts == Counter()


APPLICANT = Party(frozenset({"odette@copper.example", "ray@gmail.com"}), "Copper Basin", "https://www.copper.example/")


@pytest.mark.parametrize(
    ("voter", "conflict"),
    [
        (Party(frozenset({"odette@copper.example"}), "AMCC"), Conflict.NAMED),
        (Party(frozenset({"ray@gmail.com"}), "AMCC"), Conflict.NAMED),
        (Party(frozenset({"lin@copper.example"}), "AMCC"), Conflict.ORGANIZATION),
        (Party(frozenset({"lin@mail.example"}), "COPPER basin"), Conflict.ORGANIZATION),
        (Party(frozenset({"lin@mail.example"}), "Copper", "https://www.copper.example"), Conflict.ORGANIZATION),
        (Party(frozenset({"lin@gmail.com"}), "AMCC", "https://amcc.example"), None),
        (Party(frozenset({"lin@lakeshore.example"}), "Lakeshore"), None),
        (Party(frozenset({"lin@lakeshore.example"}), "Lakeshore", "https://lakeshore.example"), None),
    ],
)
def test_the_hub_sees_a_conflict_of_people_and_organizations_of_an_application(
    voter: Party, conflict: Conflict | None
) -> None:
    assert conflict_of(voter, APPLICANT) is conflict


def test_two_organizations_without_a_website_have_nothing_in_common() -> None:
    first, second = Party(frozenset({"a@one.example"}), "One"), Party(frozenset({"b@two.example"}), "Two")
    assert conflict_of(first, second) is None
    at_one_host = [
        Party(party.emails, party.organization, f"https://pages.example/{party.organization}")
        for party in (first, second)
    ]
    assert conflict_of(*at_one_host) is None


def test_a_member_has_four_requirements_and_a_bff_one() -> None:
    assert len(CRITERIA[OrganizationKind.MEMBER]) == 4
    assert CRITERIA[OrganizationKind.BFF] == (Criterion.OPEN_VALUE,)
    assert len(missing_parts(OrganizationKind.MEMBER, {}, set(), "")) == 4 + 3 + 1
    statements = dict.fromkeys(CRITERIA[OrganizationKind.MEMBER], "words")
    documented = {Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN}
    assert missing_parts(OrganizationKind.MEMBER, statements, documented, "a@b.example") == []
    assert missing_parts(OrganizationKind.BFF, {Criterion.OPEN_VALUE: "words"}, set(), "a@b.example") == []


@pytest.mark.parametrize("progress", [progress for progress in Progress if progress is not Progress.SUBMITTED])
def test_only_an_application_with_the_board_can_be_decided(progress: Progress) -> None:
    assert objection_to_deciding(Progress.SUBMITTED) is None
    assert "isn’t with the Advisory Board" in (objection_to_deciding(progress) or "")


def test_votes_are_hidden_until_the_voter_has_voted() -> None:
    assert not sees_votes(own=None, votes=True, has_quorum=True, is_over=False)
    assert sees_votes(own=Ballot.ABSTAIN, votes=True, has_quorum=False, is_over=False)
    assert not sees_votes(own=None, votes=False, has_quorum=False, is_over=False)
    assert sees_votes(own=None, votes=False, has_quorum=True, is_over=False)
    assert sees_votes(own=None, votes=True, has_quorum=False, is_over=True)

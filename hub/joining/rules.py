"""Rules for joining: an application's requirements and status, votes, the quorum, and what a decision needs. Pure.

A member meets four requirements; a BFF is admitted because the Advisory Board deems it important for American
manufacturing.
"""

import hmac
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit

from hub.core.dates import number, plural
from hub.members.rules.organizations import OrganizationKind, slug_of

LONGEST_STATEMENT = 4_000  # characters; a short statement, not the plan itself
LONGEST_INTEREST = 2_000
LONGEST_REASON = 2_000
MOST_EVIDENCE = 10  # files of one application


MOST_LINKS = 3  # emails with the link of one application in a day, to different addresses


def mailed_token(key: str, application_id: int, address: str) -> str:
    """Return the token of the link that is emailed to ``address``: the person who has it reads email there.

    It is signed with a ``key`` that never changes, so it needs no row, and works as long as the address is the contact's.
    """
    mark = hmac.new(key.encode(), f"application {application_id} {address.lower()}".encode(), sha256).hexdigest()
    return f"{application_id}-{mark[:40]}"


def application_of_mailed(token: str) -> int | None:
    """Return the application's id in the token of an emailed link; None for the link that was shown at the start."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})-[0-9a-f]{40}", token)
    return int(match[1]) if match else None


class Progress(StrEnum):
    """The status of an application."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_ASKED = "changes_asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Its name on screens."""
        return PROGRESS_LABELS[self]

    @property
    def is_open(self) -> bool:
        """True if the applicant can change it."""
        return self in {Progress.DRAFT, Progress.CHANGES_ASKED}

    @property
    def is_over(self) -> bool:
        """True if its status is final."""
        return self in {Progress.APPROVED, Progress.DECLINED, Progress.WITHDRAWN}


PROGRESS_LABELS = {
    Progress.DRAFT: "Draft",
    Progress.SUBMITTED: "With the Advisory Board",
    Progress.CHANGES_ASKED: "Changes requested",
    Progress.APPROVED: "Approved",
    Progress.DECLINED: "Declined",
    Progress.WITHDRAWN: "Withdrawn",
}


class Criterion(StrEnum):
    """A requirement of an application."""

    AGREEMENT = "agreement"
    SWOT = "swot"
    PLAN = "plan"
    INCLUSION = "inclusion"
    OPEN_VALUE = "open-value"

    @property
    def label(self) -> str:
        """Its name on screens."""
        return CRITERION_LABELS[self]

    @property
    def ask(self) -> str:
        """The instruction for the applicant."""
        return CRITERION_ASKS[self]

    @property
    def needs_file(self) -> bool:
        """True if it needs a document in addition to the statement."""
        return self in {Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN}


CRITERION_LABELS = {
    Criterion.AGREEMENT: "Written agreement of the collaboration",
    Criterion.SWOT: "SWOT analysis",
    Criterion.PLAN: "Regional economic development plan",
    Criterion.INCLUSION: "Inclusion and environmental sustainability",
    Criterion.OPEN_VALUE: "Open-source value for communities",
}
CRITERION_ASKS = {
    Criterion.AGREEMENT: "Which public and private partners work together, and where they agreed to it in writing.",
    Criterion.SWOT: "The strengths, weaknesses, opportunities and threats that inform your plan.",
    Criterion.PLAN: "Your plan, and where it makes manufacturing an important component.",
    Criterion.INCLUSION: "How diversity, equity, inclusion and environmental sustainability are part of your work.",
    Criterion.OPEN_VALUE: "What you offer that any manufacturing community can use.",
}
CRITERIA: Mapping[OrganizationKind, tuple[Criterion, ...]] = {
    OrganizationKind.MEMBER: (Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN, Criterion.INCLUSION),
    OrganizationKind.BFF: (Criterion.OPEN_VALUE,),
}


class Ballot(StrEnum):
    """A vote of a member of the Advisory Board."""

    APPROVE = "approve"
    DECLINE = "decline"
    ABSTAIN = "abstain"
    CONFLICT = "conflict"

    @property
    def label(self) -> str:
        """Its name on screens."""
        return {"conflict": "Conflict of interest"}.get(self.value, self.value.capitalize())


class Conflict(StrEnum):
    """A conflict of interest that the hub can see without being told."""

    NAMED = "named"
    ORGANIZATION = "organization"

    @property
    def label(self) -> str:
        """Its name on screens, after the voter's name."""
        return {"named": "named in the application", "organization": "from the applicant’s organization"}[self.value]


@dataclass(frozen=True)
class Party:
    """A voter or an applicant, as far as a conflict of interest shows: email addresses, organization and website."""

    emails: frozenset[str]
    organization: str
    website: str = ""


def conflict_of(voter: Party, applicant: Party) -> Conflict | None:
    """Return the conflict of interest of ``voter`` that the hub can see, or None.

    A voter is in conflict if the application names them, or if it comes from their organization: the same name, the
    same website, or email addresses of one at the website of the other. Two mailboxes at the same place don't tell,
    because strangers share a mail provider. Anything else, such as having supported the application, only the voter
    can declare.
    """
    if voter.emails & applicant.emails:
        return Conflict.NAMED
    is_same = slug_of(voter.organization) == slug_of(applicant.organization) or (
        voter.website.strip("/") == applicant.website.strip("/") != ""
    )
    is_mailed_there = _host(voter.website) in _domains(applicant) or _host(applicant.website) in _domains(voter)
    return Conflict.ORGANIZATION if is_same or is_mailed_there else None


def _host(website: str) -> str:
    return (urlsplit(website).hostname or "no website").removeprefix("www.")


def _domains(party: Party) -> set[str]:
    return {email.rpartition("@")[2] for email in party.emails}


@dataclass(frozen=True)
class Tally:
    """The number of votes of each kind; a vote with a conflict of interest is only a conflict of interest."""

    counts: Counter[Ballot]

    @property
    def counted(self) -> int:
        """The votes that count toward the quorum: abstentions do, conflicts of interest don't."""
        return self.counts.total() - self.counts[Ballot.CONFLICT]

    @property
    def words(self) -> str:
        """The votes for and against in words: ``2 for and 1 against, with 1 abstention``."""
        words = f"{number(self.counts[Ballot.APPROVE])} for and {number(self.counts[Ballot.DECLINE])} against"
        abstained = self.counts[Ballot.ABSTAIN]
        return f"{words}, with {plural(abstained, 'abstention')}" if abstained else words


def tally(ballots: Iterable[Ballot]) -> Tally:
    """Return the tally of ``ballots``, one per person."""
    return Tally(Counter(ballots))


class Outcome(StrEnum):
    """The result of a vote."""

    APPROVED = "approved"
    REFUSED = "refused"
    TIE = "tie"
    NO_QUORUM = "no_quorum"


def outcome_of(votes: Tally, quorum: int) -> Outcome:
    """Return the result of ``votes``.

    Abstentions count toward the ``quorum`` and not toward the majority; conflicts of interest count toward neither.
    Equal numbers for and against are a tie, also none and none.
    """
    if votes.counted < quorum:
        return Outcome.NO_QUORUM
    lead = votes.counts[Ballot.APPROVE] - votes.counts[Ballot.DECLINE]
    if lead == 0:
        return Outcome.TIE
    return Outcome.APPROVED if lead > 0 else Outcome.REFUSED


class Departure(StrEnum):
    """How a decision departs from the board's vote. It then needs a reason of its own, and is marked."""

    AGAINST_VOTES = "against_votes"
    NO_QUORUM = "no_quorum"
    CONFLICT = "conflict"

    @property
    def label(self) -> str:
        """Its name on screens."""
        return DEPARTURE_LABELS[self]


DEPARTURE_LABELS = {
    Departure.AGAINST_VOTES: "Against the votes",
    Departure.NO_QUORUM: "Without a quorum",
    Departure.CONFLICT: "Over a conflict of interest",
}


def departure_of(votes: Tally, with_conflicts: Tally, quorum: int, *, approve: bool) -> Departure | None:
    """Return how a decision departs from ``votes``, or None if it follows them.

    A tie isn't an approval: only declining follows it. A decision that only the votes ``with_conflicts`` support, which
    counts what members with a conflict of interest voted, is one over a conflict of interest.
    """
    outcome = outcome_of(votes, quorum)
    if _supports(outcome, approve=approve):
        return None
    if _supports(outcome_of(with_conflicts, quorum), approve=approve):
        return Departure.CONFLICT
    return Departure.NO_QUORUM if outcome is Outcome.NO_QUORUM else Departure.AGAINST_VOTES


def _supports(outcome: Outcome, *, approve: bool) -> bool:
    return outcome is Outcome.APPROVED if approve else outcome in {Outcome.REFUSED, Outcome.TIE}


@dataclass(frozen=True)
class Decision:
    """A decision with the vote at the time. ``quorum`` is None for decisions from before the hub stored it."""

    approved: bool
    votes: Tally
    quorum: int | None
    departure: Departure | None
    by: str

    def sentences(self, application: str = "your application") -> str:
        """Return who decided about ``application`` and how the board voted, in one or two sentences."""
        verb = "approve" if self.approved else "decline"
        coordinator = f"{self.by}, the coordinator," if self.by else "The coordinator"
        decided = f"{coordinator} {verb}d {application}"
        match self.departure:
            case Departure.AGAINST_VOTES:
                return f"{decided}, although the Advisory Board’s vote was {self.votes.words}."
            case Departure.NO_QUORUM:
                needed = "the number needed" if self.quorum is None else f"the {number(self.quorum)} needed"
                return f"{decided} before the Advisory Board had a quorum: {plural(self.votes.counted, 'vote')} of {needed}."
            case Departure.CONFLICT:
                return (
                    f"{decided}. The Advisory Board’s vote was {self.votes.words}, not counting members with a conflict "
                    "of interest."
                )
        lead = self.votes.counts[Ballot.APPROVE] - self.votes.counts[Ballot.DECLINE]
        if lead == 0:
            return (
                f"The Advisory Board’s vote on {application} was a tie: {self.votes.words}. A tie isn’t an approval, so "
                "the application was declined."
            )
        return f"The Advisory Board voted to {verb} {application}: {self.votes.words}."


class Invited(StrEnum):
    """What the hub did, on approval, for a person that the application names."""

    MAILED = "mailed"
    LINK = "link"
    HAS_ACCOUNT = "has_account"


@dataclass(frozen=True)
class Invitation:
    """A person that an approved application names, and what the hub did for them."""

    name: str
    email: str
    invited: Invited


def missing_parts(
    kind: OrganizationKind, statements: Mapping[Criterion, str], documented: Collection[Criterion], representative: str
) -> list[str]:
    """Return a sentence for each part that an application still needs before it can be submitted.

    ``documented`` are the criteria that have a file, ``representative`` is the representative's email address.
    """
    sentences = []
    for criterion in CRITERIA[kind]:
        if not statements.get(criterion, "").strip():
            sentences.append(f"{criterion.label}: write a short statement.")
        if criterion.needs_file and criterion not in documented:
            sentences.append(f"{criterion.label}: add a supporting document.")
    if not representative.strip():
        sentences.append("Your people: enter your representative’s name and email address.")
    return sentences


def sees_votes(*, own: Ballot | None, votes: bool, has_quorum: bool, is_over: bool) -> bool:
    """Return True if a person sees how others voted.

    Voters see it once their own vote is cast, so that votes are independent; people who don't vote (``votes`` is False,
    such as the coordinator) see it once there is a quorum.
    """
    return is_over or own is not None or (not votes and has_quorum)


def not_with_board_message(progress: Progress) -> str:
    """Return the error for an application that isn't with the Advisory Board, with its status."""
    return f"This application isn’t with the Advisory Board. Its status: {progress.label.lower()}."


def objection_to_deciding(progress: Progress) -> str | None:
    """Return a sentence that says why an application can't be decided now; None when it can."""
    if progress is not Progress.SUBMITTED:
        return not_with_board_message(progress)
    return None


def advice_on_deciding(votes: Tally, quorum: int) -> str:
    """Return a sentence for the person who decides: how the board voted, and which decision is an exception."""
    words = votes.words
    match outcome_of(votes, quorum):
        case Outcome.APPROVED:
            return f"The vote is to approve: {words}. Declining needs a reason for the exception."
        case Outcome.REFUSED:
            return f"The vote is to decline: {words}. Approving needs a reason for the exception."
        case Outcome.TIE:
            return f"The vote is a tie: {words}. A tie isn’t an approval; approving needs a reason for the exception."
    return f"{_too_few(votes, quorum)} Ask its members to vote first; deciding now needs a reason for the exception."


def missing_reason_message(departure: Departure, votes: Tally, quorum: int, *, approve: bool) -> str:
    """Return the error for a decision that departs from the vote without a reason of its own."""
    match departure:
        case Departure.NO_QUORUM:
            return f"{_too_few(votes, quorum)} Ask its members to vote first, or enter a reason for the exception."
        case Departure.CONFLICT:
            return (
                "Only votes with a conflict of interest support this decision, and they don’t count. Ask other members "
                "to vote first, or enter a reason for the exception."
            )
    result = "isn’t an approval" if approve else "is an approval"
    return (
        f"The Advisory Board’s vote was {votes.words}, which {result}. Enter a reason for the exception, or change the "
        "decision."
    )


def _too_few(votes: Tally, quorum: int) -> str:
    return f"The Advisory Board has cast {number(votes.counted)} of {plural(quorum, 'vote')} needed for a decision."

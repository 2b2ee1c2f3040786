"""Rules for joining: an application's requirements and status, votes and the quorum. Pure.

A member meets four requirements; a BFF is admitted because the Advisory Board deems it important for American
manufacturing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.members.rules.organizations import OrganizationKind

LONGEST_STATEMENT = 4_000  # characters; a short statement, not the plan itself
LONGEST_INTEREST = 2_000
LONGEST_REASON = 2_000
MOST_EVIDENCE = 10  # files of one application


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


@dataclass(frozen=True)
class Tally:
    """The number of votes of each kind."""

    counts: Counter[Ballot]

    @property
    def counted(self) -> int:
        """The votes that count toward the quorum: all but conflicts of interest."""
        return self.counts.total() - self.counts[Ballot.CONFLICT]


def tally(ballots: Iterable[Ballot]) -> Tally:
    """Return the tally of ``ballots``, one per person."""
    return Tally(Counter(ballots))


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


def objection_to_deciding(progress: Progress, votes: Tally, quorum: int) -> str | None:
    """Return a sentence that says why an application can't be decided now; None when it can."""
    if progress is not Progress.SUBMITTED:
        return not_with_board_message(progress)
    if votes.counted < quorum:
        return (
            f"The Advisory Board has cast {votes.counted} of {quorum} votes needed for a decision. "
            "Ask its members to vote first."
        )
    return None

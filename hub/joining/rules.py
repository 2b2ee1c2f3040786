"""How an organization comes into the alliance: what it shows, how the board votes, when it is decided. Pure.

A member shows four things, a BFF is admitted because the
Advisory Board deems it important for American manufacturing.
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
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_ASKED = "changes_asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return PROGRESS_LABELS[self]

    @property
    def is_open(self) -> bool:
        """Whether the applicant may still change it."""
        return self in {Progress.DRAFT, Progress.CHANGES_ASKED}

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self in {Progress.APPROVED, Progress.DECLINED, Progress.WITHDRAWN}


PROGRESS_LABELS = {
    Progress.DRAFT: "Draft",
    Progress.SUBMITTED: "With the Advisory Board",
    Progress.CHANGES_ASKED: "Changes asked for",
    Progress.APPROVED: "Approved",
    Progress.DECLINED: "Declined",
    Progress.WITHDRAWN: "Withdrawn",
}


class Criterion(StrEnum):
    """What an applicant shows."""

    AGREEMENT = "agreement"
    SWOT = "swot"
    PLAN = "plan"
    INCLUSION = "inclusion"
    OPEN_VALUE = "open-value"

    @property
    def label(self) -> str:
        """Its name."""
        return CRITERION_LABELS[self]

    @property
    def ask(self) -> str:
        """What the applicant is asked for."""
        return CRITERION_ASKS[self]

    @property
    def needs_file(self) -> bool:
        """Whether it is shown by a document and not by words alone."""
        return self in {Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN}


CRITERION_LABELS = {
    Criterion.AGREEMENT: "Written agreement of the collaboration",
    Criterion.SWOT: "SWOT analysis",
    Criterion.PLAN: "Regional economic development plan",
    Criterion.INCLUSION: "Inclusion and environmental sustainability",
    Criterion.OPEN_VALUE: "Open-source value for communities",
}
CRITERION_ASKS = {
    Criterion.AGREEMENT: "Who works together, public and private, and where that is agreed in writing.",
    Criterion.SWOT: "The strengths, weaknesses, opportunities and threats that inform your plan.",
    Criterion.PLAN: "Your plan, and where in it manufacturing is an important component.",
    Criterion.INCLUSION: "How diversity, equity, inclusion and environmental sustainability enter what you do.",
    Criterion.OPEN_VALUE: "What you give to manufacturing communities that any of them can use.",
}
CRITERIA: Mapping[OrganizationKind, tuple[Criterion, ...]] = {
    OrganizationKind.MEMBER: (Criterion.AGREEMENT, Criterion.SWOT, Criterion.PLAN, Criterion.INCLUSION),
    OrganizationKind.BFF: (Criterion.OPEN_VALUE,),
}


class Ballot(StrEnum):
    """How someone of the Advisory Board votes."""

    APPROVE = "approve"
    DECLINE = "decline"
    ABSTAIN = "abstain"
    CONFLICT = "conflict"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"conflict": "Conflict of interest"}.get(self.value, self.value.capitalize())


@dataclass(frozen=True)
class Tally:
    """What the votes add up to."""

    counts: Counter[Ballot]

    @property
    def counted(self) -> int:
        """Votes that count toward the quorum: whoever has a conflict of interest takes no part."""
        return self.counts.total() - self.counts[Ballot.CONFLICT]


def tally(ballots: Iterable[Ballot]) -> Tally:
    """Add the votes up, one of each person."""
    return Tally(Counter(ballots))


def lacking(
    kind: OrganizationKind, statements: Mapping[Criterion, str], shown: Collection[Criterion], representative: str
) -> list[str]:
    """Return what must still be given before an application can be submitted, a sentence each; empty when it is whole.

    ``shown`` are the criteria that have a file, ``representative`` the email address of who would represent it.
    """
    sentences = []
    for criterion in CRITERIA[kind]:
        if not statements.get(criterion, "").strip():
            sentences.append(f"{criterion.label}: write a short statement.")
        if criterion.needs_file and criterion not in shown:
            sentences.append(f"{criterion.label}: add the document that shows it.")
    if not representative.strip():
        sentences.append("Name the person who would represent you, with their email address.")
    return sentences


def sees_votes(*, own: Ballot | None, votes: bool, has_quorum: bool, is_over: bool) -> bool:
    """Return whether someone sees how others voted.

    Who votes sees it once their own vote is cast, so that no one follows another; who doesn't vote (``votes`` is
    False: the coordinator) sees it once there is a quorum.
    """
    return is_over or own is not None or (not votes and has_quorum)


def objection_to_deciding(progress: Progress, votes: Tally, quorum: int) -> str | None:
    """Why an application can't be decided now, if so, as a sentence to act on."""
    if progress is not Progress.SUBMITTED:
        return f"This application is not before the Advisory Board: {progress.label.lower()}."
    if votes.counted < quorum:
        return (
            f"{votes.counted} of {quorum} votes that a decision needs are cast. "
            "Ask the members of the Advisory Board to vote first."
        )
    return None

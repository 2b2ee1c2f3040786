"""What home, the board and the mail show: reads of several rooms, put side by side."""

from hub.overview.queries.board import (
    ENTRIES_PER_PAGE,
    QUARTERS_ON_BOARD,
    Board,
    audit_entries,
    behind,
    board,
    most_shared,
    this_quarter,
)
from hub.overview.queries.commitments import CommitmentsOfAYear, commitments, commitments_of
from hub.overview.queries.digests import Digest, digest_waits, digests, round_name

__all__ = [
    "ENTRIES_PER_PAGE",
    "QUARTERS_ON_BOARD",
    "Board",
    "CommitmentsOfAYear",
    "Digest",
    "audit_entries",
    "behind",
    "board",
    "commitments",
    "commitments_of",
    "digest_waits",
    "digests",
    "most_shared",
    "round_name",
    "this_quarter",
]

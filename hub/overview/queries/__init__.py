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
from hub.overview.queries.commitments import (
    CommitmentsOfAYear,
    commitments,
    commitments_of,
    quarters_of_year,
)
from hub.overview.queries.digests import Digest, digest_to_post, digest_waits, digests, round_name
from hub.overview.queries.setup import (
    GUIDE,
    STEPS,
    how_many,
    names_and_addresses,
    steps_done,
    uninvited,
    without_representative,
    zone_is_settled,
)

__all__ = [
    "ENTRIES_PER_PAGE",
    "GUIDE",
    "QUARTERS_ON_BOARD",
    "STEPS",
    "Board",
    "CommitmentsOfAYear",
    "Digest",
    "audit_entries",
    "behind",
    "board",
    "commitments",
    "commitments_of",
    "digest_to_post",
    "digest_waits",
    "digests",
    "how_many",
    "most_shared",
    "names_and_addresses",
    "quarters_of_year",
    "round_name",
    "steps_done",
    "this_quarter",
    "uninvited",
    "without_representative",
    "zone_is_settled",
]

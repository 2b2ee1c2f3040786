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

__all__ = [
    "ENTRIES_PER_PAGE",
    "QUARTERS_ON_BOARD",
    "Board",
    "audit_entries",
    "behind",
    "board",
    "most_shared",
    "this_quarter",
]

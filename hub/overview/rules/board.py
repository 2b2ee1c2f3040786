"""Totals of the board. Pure."""

from collections import Counter
from collections.abc import Iterable

from hub.sharing.rules.standing import Standing


def met_of(standings: Iterable[Standing]) -> tuple[int, int]:
    """Return how many of the standings meet the commitment, and for how many it was due."""
    counts = Counter(standings)
    due = sum(count for standing, count in counts.items() if standing is not Standing.NOT_DUE)
    return sum(count for standing, count in counts.items() if standing.met), due

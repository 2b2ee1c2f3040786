"""Totals of the board. Pure."""

from collections import Counter
from collections.abc import Iterable

from hub.sharing.rules.standing import Standing


def count_met(standings: Iterable[Standing]) -> tuple[int, int]:
    """Return the number of standings that meet the commitment, and the number for which it was due."""
    counts = Counter(standings)
    due = sum(count for standing, count in counts.items() if standing is not Standing.NOT_DUE)
    return sum(count for standing, count in counts.items() if standing.met), due

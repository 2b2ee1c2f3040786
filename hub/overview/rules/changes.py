"""What a change of dates does to standings, quarter by quarter. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.core.quarters import Quarter
from hub.sharing.rules.standing import Standing


@dataclass(frozen=True)
class Run:
    """Consecutive quarters whose standing changes in the same way."""

    first: Quarter
    last: Quarter
    before: Standing
    after: Standing

    @property
    def label(self) -> str:
        """The quarters for people: ``Q3 2025`` or ``Q3 2025 to Q1 2026``."""
        return self.first.label if self.first == self.last else f"{self.first.label} to {self.last.label}"


def quarters_between(first: Quarter, last: Quarter) -> list[Quarter]:
    """Return the quarters from ``first`` to ``last``, oldest first; none if ``last`` is before ``first``."""
    count = 4 * (last.year - first.year) + last.number - first.number + 1
    return last.back(count)[::-1] if count > 0 else []


def runs(changes: Iterable[tuple[Quarter, Standing, Standing]]) -> list[Run]:
    """Return the changes as runs; ``changes`` are quarters with the standing before and after, oldest first."""
    joined: list[Run] = []
    for quarter, before, after in changes:
        if before is after:
            continue
        last = joined[-1] if joined else None
        if last and (last.last.next, last.before, last.after) == (quarter, before, after):
            joined[-1] = Run(last.first, quarter, before, after)
        else:
            joined.append(Run(quarter, quarter, before, after))
    return joined

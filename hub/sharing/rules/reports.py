"""Periods of reports, and the number of people reached. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hub.core.dates import number, plural
from hub.core.quarters import Quarter
from hub.sharing.rules.standing import SHARING_ACTS, Act


@dataclass(frozen=True)
class Period:
    """A quarter (``2026Q3``) or a year (``2026``) of a record."""

    quarters: tuple[Quarter, ...]  # in order

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Return the period written as ``2026Q3`` or ``2026``; raises ValueError with a sentence otherwise."""
        if text.isascii() and text.isdigit() and len(text) == 4 and int(text) > 0:  # noqa: PLR2004 - digits of a year
            return cls.of_year(int(text))
        return cls((Quarter.parse(text),))

    @classmethod
    def of_year(cls, year: int) -> "Period":
        """Return the four quarters of a year."""
        return cls(tuple(Quarter(year, number) for number in range(1, 5)))

    @property
    def is_year(self) -> bool:
        """True if it is a whole year."""
        return len(self.quarters) > 1

    @property
    def label(self) -> str:
        """The name shown to people: ``Q3 2026``, or ``2026``."""
        return str(self.quarters[0].year) if self.is_year else self.quarters[0].label

    def until(self, last: Quarter) -> tuple[Quarter, ...]:
        """Return its quarters up to ``last``."""
        return tuple(quarter for quarter in self.quarters if quarter <= last)

    def __str__(self) -> str:
        return str(self.quarters[0].year) if self.is_year else str(self.quarters[0])


class ReachFacts(Protocol):
    """The columns of a sharing event from which the people reached are counted."""

    @property
    def act(self) -> Act: ...  # noqa: D102 - the columns of a sharing event
    @property
    def share(self) -> int: ...  # noqa: D102
    @property
    def people(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class Reached:
    """The people that some acts of sharing reached. The two numbers are never added: they may be the same people."""

    people: int  # distinct people that the hub knows of
    reported: int  # the numbers that were only reported, added up
    unknown: int  # acts of sharing of which neither is known

    @property
    def label(self) -> str:
        """Both numbers in words, such as ``3 people reached; said to have reached about 40``; empty without any."""
        parts = [
            f"{plural(self.people, 'person', 'people')} reached" if self.people else "",
            f"said to have reached about {number(self.reported)}" if self.reported else "",
        ]
        return "; ".join(part for part in parts if part)


def reached(events: Iterable[ReachFacts], known: Mapping[int, Collection[str]]) -> Reached:
    """Return the people reached by current ``events``; ``known`` has the keys of the people of each act of sharing.

    This is the only definition. `people_reached` computes it in SQL. An act with several entries counts once: its
    people are distinct, and of the numbers that its entries report the largest is taken.
    """
    reported: dict[int, int] = defaultdict(int)
    for event in events:
        if event.act in SHARING_ACTS:
            reported[event.share] = max(reported[event.share], (event.people or 0) if event.act is Act.DECLARED else 0)
    people = {key for share in reported for key in known.get(share, ())}
    unknown = sum(not count and not known.get(share) for share, count in reported.items())
    return Reached(len(people), sum(reported.values()), unknown)

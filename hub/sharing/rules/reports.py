"""Periods of reports, and the number of people reached. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from hub.core.quarters import Quarter
from hub.sharing.rules.evidence import Carrier, Rung, rung
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
    """The columns of a sharing event from which the number of people reached is computed."""

    @property
    def act(self) -> Act: ...  # noqa: D102 - the columns of a sharing event
    @property
    def carrier(self) -> Carrier | None: ...  # noqa: D102
    @property
    def people(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class Reached:
    """The approximate number of people reached, and the number of entries without a count."""

    people: int
    unknown: int  # entries of sharing without a number of people


def reached(events: Iterable[ReachFacts]) -> Reached:
    """Return the people reached by the entries that count as sharing; an opened link is one person.

    The same person may have been reached twice, so this is not a number of distinct people.
    """
    numbers = [_people(event) for event in events if event.act in SHARING_ACTS]
    return Reached(sum(number or 0 for number in numbers), sum(number is None for number in numbers))


def _people(event: ReachFacts) -> int | None:
    if event.people is None and rung(event.act, event.carrier) is Rung.OPENING:
        return 1
    return event.people

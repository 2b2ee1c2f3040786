"""What a report is about: a quarter or a year; and how many people its entries speak of. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from hub.core.quarters import Quarter
from hub.sharing.rules.evidence import Carrier, Rung, rung
from hub.sharing.rules.standing import PASSED_ON, Act


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
        """Whether it is a whole year."""
        return len(self.quarters) > 1

    @property
    def label(self) -> str:
        """As people say it: ``Q3 2026``, or ``2026``."""
        return str(self.quarters[0].year) if self.is_year else self.quarters[0].label

    def until(self, last: Quarter) -> tuple[Quarter, ...]:
        """Its quarters up to ``last``: those that have begun."""
        return tuple(quarter for quarter in self.quarters if quarter <= last)

    def __str__(self) -> str:
        return str(self.quarters[0].year) if self.is_year else str(self.quarters[0])


class Reaching(Protocol):
    """What tells how many people an entry speaks of."""

    @property
    def act(self) -> Act: ...  # noqa: D102 - the columns of a sharing event
    @property
    def carrier(self) -> Carrier | None: ...  # noqa: D102
    @property
    def people(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class Reached:
    """About how many people were reached, and how many entries don't say."""

    people: int
    unknown: int  # entries that pass something on to no one knows how many


def reached(events: Iterable[Reaching]) -> Reached:
    """Return what the entries that pass something on add up to: an opening is one person, else the number that was given.

    The same person may have been reached twice, so it is a sum of sharings, not a count of heads.
    """
    numbers = [_people(event) for event in events if event.act in PASSED_ON]
    return Reached(sum(number or 0 for number in numbers), sum(number is None for number in numbers))


def _people(event: Reaching) -> int | None:
    if event.people is None and rung(event.act, event.carrier) is Rung.OPENING:
        return 1
    return event.people

"""Calendar quarters: Q1 is January to March. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

YEARS = range(1900, 2201)  # that someone may mean; dates far beyond can't even be computed with
_WRITTEN = re.compile(r"(\d{4})\s*-?\s*[Qq]([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter of a year; written ``2026Q3``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter that ``day`` lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Return the quarter written as ``2026Q3``; raises ValueError with a sentence otherwise."""
        match = _WRITTEN.fullmatch(text.strip())
        if not match or int(match[1]) not in YEARS:
            message = f"{text!r} is not a quarter: write it like 2026Q3."
            raise ValueError(message)
        return cls(int(match[1]), int(match[2]))

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before it."""
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)

    def back(self, count: int) -> list["Quarter"]:
        """Give this quarter and those before it, ``count`` in all, newest first."""
        quarters = [self]
        while len(quarters) < count:
            quarters.append(quarters[-1].previous)
        return quarters

    @property
    def label(self) -> str:
        """As people say it: ``Q3 2026``."""
        return f"Q{self.number} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

"""Calendar quarters: Q1 is January to March. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

YEARS = range(1900, 2201)  # years that someone may mean; Python can't compute with dates far beyond
_WRITTEN = re.compile(r"(\d{4})\s*-?\s*[Qq]([1-4])")
_AS_ON_SCREENS = re.compile(r"[Qq]([1-4]),?\s+(\d{4})", re.ASCII)


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter, written ``2026Q3``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter of the date ``day``."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Parse a quarter such as ``2026Q3``; raises ValueError with a sentence for people."""
        match = _WRITTEN.fullmatch(text.strip())
        if not match or int(match[1]) not in YEARS:
            message = f"{text!r} is not a quarter. Write it like 2026Q3."
            raise ValueError(message)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def parse_typed(cls, text: str) -> "Quarter":
        """Parse a quarter that a person typed: ``2026Q3``, or ``Q3 2026`` as on screens; raises ValueError like `parse`."""
        match = _AS_ON_SCREENS.fullmatch(text.strip())
        return cls.parse(f"{match[2]}Q{match[1]}" if match else text)

    @property
    def first_day(self) -> date:
        """The first day of the quarter."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        """The last day of the quarter."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The next quarter."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        """The previous quarter."""
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)

    def back(self, count: int) -> list["Quarter"]:
        """Return this quarter and the ones before it, ``count`` in all, newest first."""
        quarters = [self]
        while len(quarters) < count:
            quarters.append(quarters[-1].previous)
        return quarters

    @property
    def label(self) -> str:
        """The quarter for people: ``Q3 2026``."""
        return f"Q{self.number} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

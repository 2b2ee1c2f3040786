"""The common look of the demo files: colors, cover data, and number and column helpers."""

from dataclasses import dataclass
from datetime import date

from hub.core import dates

NAVY = "14213D"
ORANGE = "E8590C"
STEEL = "5C6B7A"
MIST = "E9EDF1"
INK = "1F2933"
CHART_COLORS = (NAVY, ORANGE, "8A99A8", "B8C4CE", STEEL, "F4A261")


@dataclass(frozen=True, slots=True)
class Cover:
    """The content of a file's first page and its metadata."""

    title: str
    organization: str
    summary: str
    published_on: date

    @property
    def day(self) -> str:
        """The publication date, such as ``November 9, 2026``."""
        return dates.long(self.published_on)


def rgb(color: str) -> tuple[int, int, int]:
    """Return ``color`` (six hexadecimal digits) as red, green and blue."""
    return int(color[:2], 16), int(color[2:4], 16), int(color[4:], 16)


def number(text: str) -> float:
    """Return the number in a cell such as ``$1,250`` or ``12%``; raise ValueError if it isn't one."""
    return float(text.replace(",", "").removeprefix("$").removesuffix("%").strip())


def widths(rows: list[list[str]]) -> tuple[int, ...]:
    """Return relative column widths: the longest cell of each column, between 9 and 44 characters."""
    return tuple(min(44, max(9, *(len(cell) for cell in column))) for column in zip(*rows, strict=True))

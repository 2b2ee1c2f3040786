"""What the demo world's files have in common: their colors and what they say about themselves."""

from dataclasses import dataclass
from datetime import date

NAVY = "14213D"
ORANGE = "E8590C"
STEEL = "5C6B7A"
MIST = "E9EDF1"
INK = "1F2933"
CHART_COLORS = (NAVY, ORANGE, "8A99A8", "B8C4CE", STEEL, "F4A261")


@dataclass(frozen=True, slots=True)
class Cover:
    """What a file's first page and its properties say."""

    title: str
    organization: str
    summary: str
    published_on: date

    @property
    def day(self) -> str:
        """The day of publication, written out."""
        return f"{self.published_on:%B} {self.published_on.day}, {self.published_on.year}"


def rgb(color: str) -> tuple[int, int, int]:
    """``color`` (six hexadecimal digits) as red, green and blue."""
    return int(color[:2], 16), int(color[2:4], 16), int(color[4:], 16)


def number(text: str) -> float:
    """Return the number that a cell shows: ``$1,250`` and ``12 %`` count; raises ValueError otherwise."""
    return float(text.replace(",", "").removeprefix("$").removesuffix("%").strip())


def widths(rows: list[list[str]]) -> tuple[int, ...]:
    """Columns as wide, relative to each other, as what they hold asks, within reason."""
    return tuple(min(44, max(9, *(len(cell) for cell in column))) for column in zip(*rows, strict=True))

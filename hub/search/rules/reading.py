"""What an amount or a period means, and how else it is written. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A canonical term ("1800000"; "" if the text alone has none), and the forms in which texts write it."""

    term: str
    forms: tuple[str, ...]

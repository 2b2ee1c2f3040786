"""Closing a quarter: what the log doesn't say yet, in sentences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hub.core.quarters import Quarter


@dataclass(frozen=True)
class Known:
    """What the log of a quarter says, as far as something may be missing."""

    shared: int  # resources that were declared or forwarded
    taken: int  # resources that were only taken out
    without_audience: int  # shared ones for which nobody said with whom
    without_people: int  # shared ones for which nobody knows how many
    unnamed_mails: int  # mails to log addresses in which no resource was recognized
    quarter: Quarter
    today: date
    open_before: Quarter | None = None  # the quarter before, when it was due and isn't confirmed


def gaps(known: Known) -> list[str]:
    """What is missing, each as a sentence that says what to do; empty when the log says it all."""
    return list(_gaps(known))


def _gaps(known: Known) -> Iterator[str]:
    if not known.shared and not known.taken:
        yield "Nothing is logged. Tick or describe below what you shared, or say that there was nothing."
    if known.taken:
        yield f"{_count(known.taken, 'was', 'were')} taken out, and nobody said whether you shared {_them(known.taken)}."
    if known.unnamed_mails:
        mails = "1 mail" if known.unnamed_mails == 1 else f"{known.unnamed_mails:,} mails"
        yield f"{mails} came to a log address without a resource that the hub knows: tick below what was in it."
    if known.without_audience:
        yield f"{_count(known.without_audience, 'was', 'were')} shared, and nobody said with whom."
    if known.without_people:
        yield f"{_count(known.without_people, 'was', 'were')} shared with nobody knows how many people."
    if known.today <= known.quarter.last_day:
        yield "The quarter still runs: what you share until its end, add by confirming again."
    if known.open_before is not None:
        yield f"{known.open_before.label} isn't confirmed either."


def _count(number: int, one: str, many: str) -> str:
    return f"1 resource {one}" if number == 1 else f"{number:,} resources {many}"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"

"""A pack's way from proposal to recipients: what may be in it, and when it may go. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from hub.library.rules import PageKind

MOST_ITEMS = 30
MOST_DRAFTS = 50  # packs of one organization that wait to be sent
LONGEST_PACK_TITLE = 150
LONGEST_PACK_NOTE = 2_000
LONGEST_QUESTION = 2_000
MOST_QUESTIONS = 20  # that one link may send
PROPOSED = 6  # items that are checked when nothing tells what matters

T = TypeVar("T", bound=int)


class PackState(StrEnum):
    """How far a pack is."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"  # waits for its moment, then for the worker
    SENDING = "sending"
    SENT = "sent"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return self.value.capitalize()


class LinkPart(StrEnum):
    """How a link gets to people."""

    CHANNEL = "channel"  # it isn't mailed by the hub
    WAITING = "waiting"  # its message is to be written
    POSTED = "posted"  # its message lies in the outbox, which tells what becomes of it
    SKIPPED = "skipped"  # its recipient had unsubscribed when its turn came, or the sending was stopped


def part_label(kind: PageKind, first: int, last: int) -> str:
    """Return what a part is called: ``slide 7``, ``slides 7 to 9``."""
    name = kind.value
    return f"{name} {first}" if first == last else f"{name}s {first} to {last}"


def reordered(items: Sequence[T], places: Mapping[T, int]) -> list[T]:
    """Return the items by the places that were typed; equal places keep their order, an item without one stays by its turn."""
    turn = {item: place for place, item in enumerate(items, 1)}
    return sorted(items, key=lambda item: (places.get(item, turn[item]), turn[item]))


def moved(items: Sequence[T], item: T, steps: int) -> list[T]:
    """Return the items with one of them some steps further down (less than 0: up), as far as there is room."""
    place = items.index(item)
    rest = [one for one in items if one != item]
    rest.insert(min(max(place + steps, 0), len(rest)), item)
    return rest


def objection_to_sending(
    *, title: str, items: int, recipients: int, groups: bool, send_at: datetime, now: datetime
) -> str | None:
    """Why a pack can't be sent so, if something speaks against it, as a sentence to act on."""
    if not title.strip():
        return "Enter a subject."
    if not items:
        return "Add at least one resource."
    if not groups:
        return "Choose at least one group."
    if not recipients:
        return "No one in these groups can get email. Choose other groups, or add stakeholders."
    if (send_at - now).days > 366:  # noqa: PLR2004 - a year
        return "Choose a date within one year."
    return None


# What the mail server took is logged when all messages have settled; a few that are tried for days don't hold the
# others up for longer than this.
LOG_AFTER = timedelta(hours=1)


def is_to_be_logged(new: int, unsettled: int, since_last: timedelta) -> bool:
    """Return whether it is time to log the messages that the mail server took since the last time."""
    return new > 0 and (unsettled == 0 or since_last >= LOG_AFTER)


def audience_of(groups: Iterable[str], *, everyone: bool) -> str:
    """With whom a pack is shared, as the record says it: groups, never people."""
    if everyone:
        return "All our stakeholders"
    return "Our stakeholders: " + ", ".join(groups)

"""The rules of packs: states, limits, order of items, and when a pack can be sent. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from hub.core.dates import plural
from hub.library.rules import PageKind

MOST_ITEMS = 30
MOST_DRAFTS = 50  # unsent packs of one organization
LONGEST_PACK_TITLE = 150
LONGEST_PACK_NOTE = 2_000
LONGEST_QUESTION = 2_000
MOST_CHOSEN_PEOPLE = 100  # beside the groups; more are better kept as a group
MOST_TESTS = 10  # that a person sends themselves in an hour
MOST_QUESTIONS = 20  # through one link
PROPOSED = 6  # resources checked by default if the organization has used none

T = TypeVar("T", bound=int)


class PackState(StrEnum):
    """The state of a pack."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"  # until its time has come and the worker starts it
    SENDING = "sending"
    SENT = "sent"

    @property
    def label(self) -> str:
        """The word shown on screens."""
        return self.value.capitalize()


class LinkPart(StrEnum):
    """The state of a link, or that it belongs to a channel."""

    CHANNEL = "channel"  # shared outside the hub, such as in a newsletter
    WAITING = "waiting"  # its email isn't written yet
    POSTED = "posted"  # its email is in the outbox, which knows its state
    SKIPPED = "skipped"  # not sent: its recipient unsubscribed in the meantime, or sending was stopped


def part_label(kind: PageKind, first: int, last: int) -> str:
    """Return the name of a part: ``slide 7``, ``slides 7 to 9``."""
    name = kind.value
    return f"{name} {first}" if first == last else f"{name}s {first} to {last}"


def reordered(items: Sequence[T], positions: Mapping[T, int]) -> list[T]:
    """Return the items sorted by their typed places; items without one keep their index, and ties keep their order."""
    index = {item: position for position, item in enumerate(items, 1)}
    return sorted(items, key=lambda item: (positions.get(item, index[item]), index[item]))


def moved(items: Sequence[T], item: T, steps: int) -> list[T]:
    """Return the items with ``item`` moved down by ``steps`` (up if negative), at most to either end."""
    index = items.index(item)
    result = [other for other in items if other != item]
    result.insert(min(max(index + steps, 0), len(result)), item)
    return result


def objection_to_sending(
    *, title: str, items: int, recipients: int, chosen: bool, send_at: datetime, now: datetime
) -> str | None:
    """Return why a pack can't be sent, as a sentence that says what to do; None if it can."""
    if not title.strip():
        return "Enter a subject."
    if not items:
        return "Add at least one resource."
    if not chosen:
        return "Choose at least one group or person."
    if not recipients:
        return "No one you chose can get email. Choose other groups or people, or add stakeholders."
    if (send_at - now).days > 366:  # noqa: PLR2004 - a year
        return "Choose a date within one year."
    return None


def link_key(link_id: int) -> str:
    """Return the key of a recipient who was removed from the list, for the people reached."""
    return f"pack link {link_id}"


# Accepted messages are logged when all have settled. A few that are retried for days delay the others by this at most.
LOG_AFTER = timedelta(hours=1)


def is_to_be_logged(new: int, unsettled: int, since_last: timedelta) -> bool:
    """Return True if the ``new`` accepted messages should be logged now."""
    return new > 0 and (unsettled == 0 or since_last >= LOG_AFTER)


def audience_of(groups: Sequence[str], *, everyone: bool, people: int = 0) -> str:
    """Return the audience of a pack for the sharing log: its groups, and how many ``people`` were chosen beside them.

    It never names people.
    """
    if everyone:
        return "All our stakeholders"
    if not groups:
        return f"{people} of our stakeholders"
    beside = f", and {plural(people, 'person', 'people')}" if people else ""
    return "Our stakeholders: " + ", ".join(groups) + beside

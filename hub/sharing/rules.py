"""What counts as sharing, and what a quarter's log adds up to. Pure."""

import re
import textwrap
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Protocol, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.core.quarters import Quarter
from hub.members.rules import Permission, SomePerson, Thing, is_due_on, may


class Act(StrEnum):
    """What was done with a resource."""

    DOWNLOAD = "download"
    DECLARED = "declared"
    FORWARD = "forward"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"download": "Downloaded", "declared": "Declared", "forward": "Forwarded"}[self.value]


# What shows that something was passed on; a download alone shows only that it was taken.
PASSED_ON = frozenset({Act.FORWARD, Act.DECLARED})


class Standing(StrEnum):
    """Where an organization stands in a quarter: the strongest that applies."""

    CONFIRMED = "confirmed"
    FORWARDED = "forwarded"
    DOWNLOADED = "downloaded"
    SILENT = "silent"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return self.value.replace("_", " ").capitalize()

    @property
    def met(self) -> bool:
        """Whether the commitment to share at least quarterly is met."""
        return self in {Standing.CONFIRMED, Standing.FORWARDED}


class Channel(StrEnum):
    """How something was shared."""

    EMAIL = "email"
    NEWSLETTER = "newsletter"
    MEETING = "meeting"
    WEBSITE = "website"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"email": "E-mail", "meeting": "Meeting or call"}.get(self.value, self.value.capitalize())


class SomeEvent(Protocol):
    """What the rule reads of a sharing event."""

    @property
    def act(self) -> Act:
        """What was done."""

    @property
    def happened_on(self) -> date:
        """When; it decides the quarter."""


class LoggedEvent(Protocol):
    """What tells whether a sharing event still stands."""

    @property
    def id(self) -> int:
        """Its number in the log."""

    @property
    def supersedes_id(self) -> int | None:
        """The entry that it corrects."""

    @property
    def void(self) -> bool:
        """Whether it only takes that entry back."""


class SomeConfirmation(Protocol):
    """What the rule reads of a confirmation."""

    @property
    def quarter(self) -> str:
        """What it confirms, as ``2026Q3``."""

    @property
    def shared(self) -> bool:
        """False when it says that nothing was shared."""

    @property
    def confirmed_at(self) -> datetime:
        """When it was made."""


class Membership(Protocol):
    """What the rule reads of an organization."""

    @property
    def kind(self) -> str:
        """Member, BFF or host."""

    @property
    def joined_on(self) -> date:
        """Its first day."""

    @property
    def left_on(self) -> date | None:
        """Its last day, once it left."""


C = TypeVar("C", bound=SomeConfirmation)
E = TypeVar("E", bound=LoggedEvent)

# A confirmation made more than 30 days after the quarter's end is marked late.
LATE_AFTER = timedelta(days=30)


def standing(
    events: Collection[SomeEvent],
    confirmations: Sequence[SomeConfirmation],
    quarter: Quarter,
    membership: Membership,
) -> Standing:
    """Has this organization shared this quarter? The strongest standing that applies.

    ``events`` and ``confirmations`` are the organization's own that stand (what was superseded is left out);
    those of other quarters are ignored. Of several confirmations the last one stands. One that says honestly
    that nothing was shared leaves the standing to the log.
    """
    last = last_confirmation(confirmations, quarter)
    acts = {event.act for event in events if Quarter.of(event.happened_on) == quarter}
    return strongest(
        acts, due=is_due(membership, quarter.first_day, quarter.last_day), confirmed=last is not None and last.shared
    )


def strongest(acts: Collection[Act], *, due: bool, confirmed: bool) -> Standing:
    """The same rule for what was gathered already.

    The acts that stand in a quarter, whether sharing was due in it, and whether the confirmation that stands says
    that something was shared.
    """
    if not due:
        return Standing.NOT_DUE
    if confirmed:
        return Standing.CONFIRMED
    if not PASSED_ON.isdisjoint(acts):
        return Standing.FORWARDED
    return Standing.DOWNLOADED if Act.DOWNLOAD in acts else Standing.SILENT


def is_due(membership: Membership, first_day: date, last_day: date) -> bool:
    """Whether sharing is due in those days: not from the host, nor before the organization joined or after it left."""
    return membership.kind != "host" and is_due_on(membership.joined_on, membership.left_on, first_day, last_day)


def last_confirmation(confirmations: Sequence[C], quarter: Quarter) -> C | None:
    """The confirmation of ``quarter`` that stands: the last one, whoever made it."""
    return max(
        (c for c in confirmations if c.quarter == str(quarter)),
        key=lambda c: (c.confirmed_at, getattr(c, "id", 0)),
        default=None,
    )


def is_late(quarter: Quarter, confirmed_on: date) -> bool:
    """Whether a confirmation of that day (in the hub's time zone) came more than 30 days after the quarter's end."""
    return confirmed_on > quarter.last_day + LATE_AFTER


def what_stands(events: Iterable[E]) -> list[E]:
    """The events that count, in their order: neither superseded by another of ``events`` nor void."""
    events = list(events)
    superseded = {event.supersedes_id for event in events}
    return [event for event in events if not event.void and event.id not in superseded]


# What is refused, each as one sentence that the person can act on; None when nothing speaks against it.


def objection_to_confirming(quarter: Quarter, today: date, membership: Membership) -> str | None:
    """Why ``quarter`` can't be confirmed today, if so: it is still to come, or nothing is due from the organization."""
    if quarter > Quarter.of(today):
        return f"{quarter.label} has not begun yet. Confirm it when you have shared something in it."
    if not is_due(membership, quarter.first_day, quarter.last_day):
        return f"Nothing is due for {quarter.label}: your organization did not take part in that quarter."
    return None


def objection_to_day(happened_on: date, today: date, joined_on: date) -> str | None:
    """Why something can't have been shared on that day, if so: it is still to come, or before the organization joined."""
    if happened_on > today:
        return "The day is still to come. Give the day on which you shared it."
    if happened_on < joined_on:
        return f"The day is before your organization joined ({joined_on:%B} {joined_on.day}, {joined_on.year})."
    return None


# What comes next for somebody who looks at their quarter.


class Step(StrEnum):
    """Where the one next step leads."""

    CONFIRM = "confirm"
    DECLARE = "declare"
    SEARCH = "search"
    RECORD = "record"


@dataclass(frozen=True)
class NextStep:
    """What to do about a quarter: a sentence, and where its button leads."""

    step: Step
    sentence: str
    label: str


@dataclass(frozen=True)
class QuarterFacts:
    """What a quarter's log and confirmation say, as the next step needs it."""

    standing: Standing
    taken: int = 0  # resources that were downloaded, and neither declared nor forwarded
    passed_on: int = 0  # resources that were declared or forwarded
    said_nothing: bool = False  # the confirmation that stands says that nothing was shared
    ended: bool = False  # the quarter is over


_TO_THE_RECORD = "See the record"
_SETTLED = {
    Standing.NOT_DUE: NextStep(Step.RECORD, "Nothing is due for this quarter.", _TO_THE_RECORD),
    Standing.CONFIRMED: NextStep(Step.RECORD, "The quarter is confirmed. Thank you.", _TO_THE_RECORD),
}


def next_step(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    """The one thing to do next; a person who may not confirm is led to what they may do."""
    if facts.standing in _SETTLED:
        return _SETTLED[facts.standing]
    if facts.standing is Standing.FORWARDED:
        return _after_sharing(facts, may_confirm=may_confirm)
    if facts.said_nothing:
        return NextStep(Step.RECORD, "It is on record that nothing was shared.", _TO_THE_RECORD)
    if facts.standing is Standing.DOWNLOADED:
        return _after_taking(facts, may_confirm=may_confirm)
    return _after_silence(facts, may_confirm=may_confirm)


def _after_sharing(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    sentence = f"You shared {_resources(facts.passed_on)}."
    if may_confirm:
        return NextStep(Step.CONFIRM, f"{sentence} Confirm the quarter in writing.", "Confirm the quarter")
    return NextStep(
        Step.RECORD, f"{sentence} Your representative or alternate can confirm the quarter.", _TO_THE_RECORD
    )


def _after_taking(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    them = "it" if facts.taken == 1 else "them"
    sentence = f"You took {_resources(facts.taken)} out. Did you share {them}?"
    if may_confirm:
        return NextStep(Step.CONFIRM, sentence, f"Yes, we shared {them}")
    return NextStep(Step.DECLARE, sentence, f"Yes, we shared {them}")


def _after_silence(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    if not facts.ended:
        return NextStep(Step.SEARCH, "Nothing is logged yet. Find something worth sharing.", "Find resources")
    sentence = "Nothing was logged. Did you share something?"
    if may_confirm:
        return NextStep(Step.CONFIRM, sentence, "Close the quarter")
    return NextStep(Step.DECLARE, sentence, "Declare what you shared")


def _resources(count: int) -> str:
    return "1 resource" if count == 1 else f"{count:,} resources"


# Share links, and the text that goes with them.


class LinkState(StrEnum):
    """Whether a share link opens."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return self.value.capitalize()


class SomeLink(Protocol):
    """What tells whether a share link opens."""

    @property
    def expires_at(self) -> datetime:
        """The moment from which it opens nothing."""

    @property
    def revoked_at(self) -> datetime | None:
        """When it was revoked."""


def link_state(link: SomeLink, now: datetime) -> LinkState:
    """Whether the link opens at that moment; a revoked link stays revoked."""
    if link.revoked_at is not None:
        return LinkState.REVOKED
    return LinkState.OPEN if now < link.expires_at else LinkState.EXPIRED


def link_end(today: date, days: int, zone: ZoneInfo) -> datetime:
    """When a link made today ends: with the last second of the day ``days`` days away, in the hub's time zone."""
    return datetime.combine(today + timedelta(days=days), time(23, 59, 59), zone)


class KnownPerson(SomePerson, Protocol):
    """Somebody who may have made a share link."""

    @property
    def id(self) -> int:
        """Who they are."""


class OwnedLink(Thing, Protocol):
    """What tells whose share link it is."""

    @property
    def person_id(self) -> int:
        """Who made it."""


def may_revoke(person: KnownPerson, link: OwnedLink) -> bool:
    """Its sharer may, and who manages the people of its organization: the sharer may have left."""
    return link.person_id == person.id or may(person, Permission.MANAGE_PEOPLE, link)


LINE = 76  # characters of a mail's line
LONGEST_SUBJECT = 120


@dataclass(frozen=True)
class ReadyText:
    """What to paste into a mail."""

    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """The address that opens the person's own mail program with this text."""
        body = self.body.replace("\n", "\r\n")
        return f"mailto:?subject={quote(self.subject, safe='')}&body={quote(body, safe='')}"


def ready_text(
    title: str, summary: str, address: str, organization: str, hub_name: str, page_label: str = ""
) -> ReadyText:
    """A text to send: title, at most two lines of summary, the link, and who published it."""
    title = shorten(title, 3 * LINE)
    lines = textwrap.wrap(summary, LINE, max_lines=2, placeholder=" …", break_on_hyphens=False)
    heading = f"{title} ({page_label})" if page_label else title
    parts = [heading, "\n".join(lines), address, f"From {shorten(organization, LINE)}, through the {hub_name}"]
    return ReadyText(shorten(heading, LONGEST_SUBJECT), "\n\n".join(part for part in parts if part))


def shorten(text: str, longest: int) -> str:
    """The text on one line, cut to ``longest`` characters with an ellipsis where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


# What no file name holds: what separates folders, what Windows refuses, control characters, and the invisible
# characters that turn the direction of text (they make "txt.exe" look like "exe.txt").
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
LONGEST_NAME = 120


def download_name(name: str, extension: str = "") -> str:
    """``name`` as a file may be called on any machine, with ``extension`` (".md"), or its own when none is given."""
    extension = extension or PurePosixPath(name).suffix
    stem = name[: -len(extension)] if extension and name.endswith(extension) else name
    stem = _NOT_IN_A_NAME.sub(" ", stem)
    extension = _NOT_IN_A_NAME.sub("", extension)[:20]
    stem = " ".join(stem.split())[:LONGEST_NAME].strip(" .")
    return f"{stem or 'resource'}{extension}"


# What people may type.
LONGEST_AUDIENCE = 500
LONGEST_NOTE = 4_000
MOST_PEOPLE = 100_000_000
MOST_RESOURCES = 1_000  # in one declaration or confirmation


def list_of(texts: Iterable[str], longest: int = LONGEST_AUDIENCE) -> str:
    """Different texts as one line, in their order: how a confirmation's audience begins."""
    return shorten("; ".join(dict.fromkeys(text.strip() for text in texts if text.strip())), longest)

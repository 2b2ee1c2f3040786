"""What the hub writes about calls: invitations and changes, the brief of a call, the week before a presentation. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hub.calls.models import Call, Presentation
from hub.calls.rules.series import CallState
from hub.core.dates import moment_in_full, month_day, with_year
from hub.library.models import Resource
from hub.mail.letters import Bullets, Button, Heading, Letter, Link, Links, Paragraph, Part, Quote, greeting

REASON = "You get this because you take part in the alliance's weekly call."
LONGEST_AGENDA = 2_000


def when(call: Call, zone: ZoneInfo) -> str:
    """Return when a call is: ``Monday, November 16, 2026, 11:30 a.m. ET``."""
    return moment_in_full(call.starts_at.astimezone(zone))


def invitation(base_url: str, zone: ZoneInfo, call: Call, name: str, *, again: bool) -> Letter:
    """Return a call in words; the calendar's own part goes along. ``again``: it was sent before, and this is what changed."""
    page = f"{base_url}/calls/{call.day}"
    if call.state is not CallState.PLANNED:
        said = f"The call of {when(call, zone)} doesn't take place."
        return _letter(f"Cancelled: {call.title}, {with_year(call.day)}", name, [Paragraph(said), *_reason(call)], page)
    first = f"{call.title}: {when(call, zone)}."
    parts: list[Part] = [Paragraph(f"Changed. {first}" if again else first), *_reason(call)]
    if call.joining_link:
        parts.append(Button("Join the call", call.joining_link))
    if call.agenda:
        parts += [Heading("Agenda"), Quote(_short(call.agenda))]
    subject = f"{'Changed: ' if again else ''}{call.title}, {with_year(call.day)}"
    return _letter(subject, name, parts, page)


def _reason(call: Call) -> list[Part]:
    return [Quote(call.reason)] if call.reason else []


def _letter(subject: str, name: str, parts: Sequence[Part], page: str) -> Letter:
    more = Links((Link("The call's page", page, "Agenda, decks and notes"),))
    return Letter(subject, (greeting(name), *parts, more), REASON)


@dataclass(frozen=True)
class Brief:
    """What a call left for those who weren't there; of the resources those that everyone in the network reads."""

    call: Call
    notes: Sequence[Resource]
    given: Sequence[tuple[str, str, int | None]]  # title, organization, and the deck's number if all may read it
    asks: Sequence[str]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send but the call's name."""
        return not (self.notes or self.given or self.asks or self.call.recording_link)


def brief(base_url: str, one: Brief, name: str) -> Letter:
    """Missed it? Notes, decks, asks, and where the recording is."""
    call = one.call
    parts: list[Part] = [
        greeting(name),
        Paragraph(f"Nobody of your organization was on the call of {with_year(call.day)}. Here is what you missed."),
    ]
    if one.notes:
        parts += [Heading("Notes"), Links(tuple(_link(base_url, note) for note in one.notes))]
    if one.given:
        parts += [Heading("Presentations"), *_given(base_url, one.given)]
    if one.asks:
        parts += [Heading("Asks and follow-ups"), Bullets(tuple(one.asks))]
    if call.recording_link:
        parts.append(Button("Watch the recording", call.recording_link))
    parts.append(Links((Link("The call's page", f"{base_url}/calls/{call.day}"),)))
    return Letter(
        f"Missed it? {call.title}, {with_year(call.day)}",
        tuple(parts),
        "You get this because your organization wasn't on the call. Reading it doesn't count as attendance.",
    )


def _link(base_url: str, resource: Resource) -> Link:
    return Link(resource.title, f"{base_url}/resources/{resource.id}", " ".join(resource.summary.split())[:200])


def _given(base_url: str, given: Sequence[tuple[str, str, int | None]]) -> list[Part]:
    """Presentations with a deck as links, the others by name."""
    links = [Link(title, f"{base_url}/resources/{deck}", by) for title, by, deck in given if deck]
    named = [f"{title} ({by})" for title, by, deck in given if not deck]
    return [*([Links(tuple(links))] if links else []), *([Bullets(tuple(named))] if named else [])]


def deck_is_missing(base_url: str, zone: ZoneInfo, one: Presentation, name: str) -> Letter:
    """Return a week before a presentation whose deck isn't in the hub."""
    return Letter(
        f"You present on {month_day(one.call.day)}: the deck isn't in the hub yet",
        (
            greeting(name),
            Paragraph(f"“{one.title}” is on the call of {when(one.call, zone)}, {one.minutes} minutes."),
            Button("Give the deck", f"{base_url}/calls/presentations/{one.id}"),
        ),
        "You get this because your organization presents on the call.",
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_AGENDA else f"{text[:LONGEST_AGENDA].rsplit(' ', 1)[0]} …"

"""Emails about calls: invitations and updates, recaps, and deck reminders. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hub.calls.models import Call, Presentation
from hub.calls.rules.agenda import Passage
from hub.calls.rules.recordings import at_second, opens_at_seconds
from hub.calls.rules.series import CallState
from hub.core.dates import in_recording, moment_in_full, month_day, with_year
from hub.library.models import Resource
from hub.mail.letters import Bullets, Button, Heading, Letter, Link, Links, Paragraph, Part, Quote, greeting

REASON = "You get this because you take part in the alliance’s weekly call."
LONGEST_AGENDA = 2_000


def when(call: Call, zone: ZoneInfo) -> str:
    """Return the date and time of a call: ``Monday, November 16, 2026, 11:30 a.m. ET``."""
    return moment_in_full(call.starts_at.astimezone(zone))


def invitation(base_url: str, zone: ZoneInfo, call: Call, name: str, *, again: bool) -> Letter:
    """Return an invitation to a call, to which a calendar event is attached; ``again`` makes it an update."""
    page = f"{base_url}/calls/{call.day}"
    title = f"{call.title}, {with_year(call.day)}"
    if call.state is not CallState.PLANNED:
        canceled = Paragraph(f"The call on {when(call, zone)} is canceled.")
        return _letter(f"Canceled: {title}", name, [canceled, *_reason(call)], page)
    opening = "Please note the new details of the call" if again else "Join us for the call"
    parts: list[Part] = [Paragraph(f"{opening} on {when(call, zone)}."), *_reason(call)]
    if call.joining_link:
        parts.append(Button("Join call", call.joining_link))
    if call.agenda:
        parts += [Heading("Agenda"), Quote(_shorten(call.agenda))]
    return _letter(f"Updated: {title}" if again else title, name, parts, page)


def _reason(call: Call) -> list[Part]:
    return [Quote(call.reason)] if call.reason else []


def _letter(subject: str, name: str, parts: Sequence[Part], page: str) -> Letter:
    more = Links((Link("Call page", page, "Agenda, decks and notes"),))
    return Letter(subject, (greeting(name), *parts, more), REASON)


@dataclass(frozen=True)
class Recap:
    """The content of a call's recap; only resources that everyone in the network can read."""

    call: Call
    notes: Sequence[Resource]
    presentations: Sequence[tuple[str, str, int | None]]  # title, organization, and the deck's ID if all may read it
    asks: Sequence[str]
    passages: Sequence[Passage] = ()  # what was said about the agenda

    @property
    def is_empty(self) -> bool:
        """True if there is no content to send."""
        return not (self.notes or self.presentations or self.asks or self.passages or self.call.recording_link)


def recap(base_url: str, content: Recap, name: str) -> Letter:
    """Return a call's recap: notes, decks, moments of the agenda, asks, and the link to the recording."""
    call = content.call
    parts: list[Part] = [
        greeting(name),
        Paragraph(f"Catch up on the {month_day(call.day)} call, which no one from your organization attended."),
    ]
    if content.notes:
        parts += [Heading("Notes"), Links(tuple(_link(base_url, note) for note in content.notes))]
    if content.presentations:
        parts += [Heading("Presentations"), *_presentations(base_url, content.presentations)]
    if content.passages:
        links = tuple(_moment(base_url, call, passage) for passage in content.passages)
        parts += [Heading("What was said"), Links(links)]
    if content.asks:
        parts += [Heading("Asks and follow-ups"), Bullets(tuple(content.asks))]
    if call.recording_link:
        parts.append(Button("Watch recording", call.recording_link))
    parts.append(Links((Link("Call page", f"{base_url}/calls/{call.day}"),)))
    return Letter(
        f"Recap: {call.title}, {with_year(call.day)}",
        tuple(parts),
        "You get this because no one from your organization was on the call. Reading it doesn’t count as attendance.",
    )


def _moment(base_url: str, call: Call, passage: Passage) -> Link:
    """Return the link to a moment: in the recording if that opens at a second, otherwise in the transcript."""
    moment = passage.moment
    address = f"{base_url}/resources/{moment.resource_id}/pages/{moment.page}"
    where = [moment.speaker]
    if moment.seconds is not None:
        where.insert(0, in_recording(moment.seconds))
        if opens_at_seconds(call.recording_link):
            address = at_second(call.recording_link, moment.seconds)
    place = ", ".join(part for part in where if part)
    return Link(passage.topic, address, f"{place}: “{passage.quote}”" if place else f"“{passage.quote}”")


def _link(base_url: str, resource: Resource) -> Link:
    return Link(resource.title, f"{base_url}/resources/{resource.id}", " ".join(resource.summary.split())[:200])


def _presentations(base_url: str, presentations: Sequence[tuple[str, str, int | None]]) -> list[Part]:
    """Return the presentations, those with a deck as links."""
    links = [Link(title, f"{base_url}/resources/{deck}", by) for title, by, deck in presentations if deck]
    titles = [f"{title} ({by})" for title, by, deck in presentations if not deck]
    return [*([Links(tuple(links))] if links else []), *([Bullets(tuple(titles))] if titles else [])]


def deck_reminder(base_url: str, zone: ZoneInfo, presentation: Presentation, name: str) -> Letter:
    """Return the reminder, a week before a presentation, that its deck is missing."""
    call = presentation.call
    return Letter(
        f"Upload your deck for the {month_day(call.day)} call",
        (
            greeting(name),
            Paragraph(
                f"Please upload the deck for “{presentation.title}” before you present it on {when(call, zone)} "
                f"({presentation.minutes} minutes)."
            ),
            Button("Upload deck", f"{base_url}/calls/presentations/{presentation.id}"),
        ),
        "You get this because your organization presents on the call.",
    )


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_AGENDA else f"{text[:LONGEST_AGENDA].rsplit(' ', 1)[0]} …"

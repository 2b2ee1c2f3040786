"""Drafts of call notes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.calls.rules.presentations import PresentationStatus
from hub.core.dates import with_year


@dataclass(frozen=True)
class PresentationHeading:
    """The title, organization, and status of a presentation, for a heading in the notes."""

    title: str
    organization: str
    status: PresentationStatus

    @property
    def sentence(self) -> str:
        """A sentence that says no more than is known; empty for presentations that don't belong in the notes."""
        return {
            PresentationStatus.GIVEN: f"Presented by {self.organization}.",
            PresentationStatus.NOT_CONFIRMED: f"Scheduled by {self.organization}; not confirmed yet.",
            PresentationStatus.ACCEPTED: f"Scheduled by {self.organization}.",
        }.get(self.status, "")


def notes_title(title: str, day: date) -> str:
    """Return the title for the notes of a call."""
    return f"Call notes: {title}, {with_year(day)}"


def draft_notes(
    agenda: str,
    presentations: Sequence[PresentationHeading],
    attendees: Sequence[str],
    recording: str,
    *,
    asks: Sequence[str],
    follow_ups: Sequence[str],
) -> str:
    """Return a draft of a call's notes in Markdown: attendance, agenda, presentations, asks, follow-ups."""
    parts = [
        "## Attendance\n\n" + (", ".join(attendees) or "No attendance recorded yet."),
        "## Agenda\n\n" + (agenda.strip() or "(no agenda)"),
        *(
            f"## {presentation.title}\n\n*{presentation.sentence}*\n\n- "
            for presentation in presentations
            if presentation.sentence
        ),
        "## Links\n\n" + (f"- [Recording]({recording})" if recording else "- "),
        "## Asks\n\n" + _bullets(asks),
        "## Follow-ups\n\n" + _bullets(follow_ups),
    ]
    return "\n\n".join(parts) + "\n"


def _bullets(lines: Sequence[str]) -> str:
    """Return a list in Markdown, each item on one line; without items, an empty bullet to fill in."""
    return "\n".join(f"- {' '.join(line.split())}" for line in lines) or "- "

"""Drafts of call notes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.core.dates import with_year


@dataclass(frozen=True)
class PresentationHeading:
    """The title and organization of a presentation, for a heading in the notes."""

    title: str
    organization: str


def notes_title(title: str, day: date) -> str:
    """Return the title for the notes of a call."""
    return f"Call notes: {title}, {with_year(day)}"


def draft_notes(
    agenda: str,
    presentations: Sequence[PresentationHeading],
    attendees: Sequence[str],
    recording: str,
    asks: Sequence[str],
) -> str:
    """Return a draft of a call's notes in Markdown: attendance, agenda, presentations, asks, follow-ups."""
    parts = [
        "## Attendance\n\n" + (", ".join(attendees) or "No attendance recorded yet."),
        "## Agenda\n\n" + (agenda.strip() or "(no agenda)"),
        *(
            f"## {presentation.title}\n\n*Presented by {presentation.organization}.*\n\n- "
            for presentation in presentations
        ),
        "## Links\n\n" + (f"- [Recording]({recording})" if recording else "- "),
        "## Asks\n\n" + ("\n".join(f"- {ask}" for ask in asks) or "- "),
        "## Follow-ups\n\n- ",
    ]
    return "\n\n".join(parts) + "\n"

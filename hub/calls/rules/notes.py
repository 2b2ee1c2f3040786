"""Texts that the hub begins for people: the notes of a call. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.core.dates import with_year


@dataclass(frozen=True)
class Given:
    """A presentation as the notes name it."""

    title: str
    organization: str


def notes_title(title: str, day: date) -> str:
    """Return what the notes of a call are called."""
    return f"Call notes: {title}, {with_year(day)}"


def notes_of(
    agenda: str, presentations: Sequence[Given], present: Sequence[str], recording: str, asks: Sequence[str]
) -> str:
    """Return a first draft of a call's notes in Markdown: who was there, the agenda, what was presented, asks, follow-ups."""
    parts = [
        "## Who was there\n\n" + (", ".join(present) or "Nobody is on record yet."),
        "## Agenda\n\n" + (agenda.strip() or "(no agenda was written)"),
        *(f"## {one.title}\n\n*Presented by {one.organization}.*\n\n- " for one in presentations),
        "## Links\n\n" + (f"- [Recording]({recording})" if recording else "- "),
        "## Asks\n\n" + ("\n".join(f"- {ask}" for ask in asks) or "- "),
        "## Follow-ups\n\n- ",
    ]
    return "\n\n".join(parts) + "\n"

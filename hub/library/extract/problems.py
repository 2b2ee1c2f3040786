"""What can be the matter with a file, in a person's words: the one table of these sentences.

Every sentence says what is the case, what it means for the reader of the hub, and what to do.
"""

from dataclasses import dataclass

from hub.library.rules import State

KEPT = "The file is kept and can be downloaded."


@dataclass(frozen=True)
class Finding:
    """A state with its sentence; `{…}` is filled in by whoever reports it."""

    state: State
    sentence: str


PASSWORD = Finding(
    State.ENCRYPTED,
    "This file is protected with a password, so its text can't be searched. "
    "Save a copy without the password and add it as a new revision.",
)
EMPTY = Finding(State.CORRUPT, "This file is empty. Look for the original and add it as a new revision.")
DAMAGED = Finding(
    State.CORRUPT,
    "This file seems to be damaged, so its text can't be searched. " + KEPT + " If it opens on your computer, "
    "save it again there and add that copy as a new revision.",
)
OTHER_KIND = Finding(
    State.CORRUPT,
    "This file is named as {a_label}, but inside it is something else, so its text can't be searched. "
    "Save it again as {a_label} and add that copy as a new revision.",
)
BROKE_DOWN = Finding(
    State.CORRUPT,
    "Reading this file broke off: something in it is damaged or very unusual, so its text can't be searched. "
    + KEPT
    + " Saving it again, or as a PDF, and adding that copy as a new revision often helps.",
)
NOT_CONVERTED = Finding(
    State.CORRUPT,
    "This {label} could not be converted, so its text can't be searched: it may be damaged or protected with "
    "a password. Open it, save it without a password as {modern}, and add that copy as a new revision.",
)
TOO_SLOW = Finding(
    State.TIMEOUT,
    "Reading this file took too long and was stopped, so its text can't be searched. " + KEPT + " Splitting it, "
    "or saving it as a simpler PDF, and adding that as a new revision often helps.",
)
TOO_LARGE = Finding(
    State.TOO_LARGE,
    "This file is far larger inside than it looks, so it was not read and its text can't be searched. "
    + KEPT
    + " Save a smaller copy, for example without large pictures, and add it as a new revision.",
)
NEEDS_LIBREOFFICE = Finding(
    State.UNSUPPORTED,
    "The text of {a_label} can't be searched on this hub. " + KEPT + " Save it as {modern} and add that copy "
    "as a new revision to make it searchable.",
)
NOT_TEXT = Finding(
    State.UNSUPPORTED,
    "The text of {a_label} can't be searched. " + KEPT + " Its title and summary are searchable.",
)
NOT_ALLOWED = Finding(
    State.UNSUPPORTED,
    "The hub can't read this kind of file, so its text can't be searched. " + KEPT + " Its title and summary "
    "are searchable; a PDF of it, added as a new revision, would be in full.",
)
ONLY_PICTURES = Finding(
    State.PARTIAL,
    "No text was found on the {kind}s of this file: they are probably pictures, for example scans. Only its "
    "title and summary are searchable. Run text recognition (OCR) on it and add that copy as a new revision.",
)
STOPPED = Finding(
    State.PARTIAL,
    "Reading this file broke off, so only its first {count} {kind}s are searchable. Splitting it, or saving "
    "it again, and adding that as a new revision often helps.",
)
PAGES_LOST = Finding(
    State.PARTIAL,
    "Could not be read, so can't be searched: {which}. Saving the file again and adding that copy as a new "
    "revision often helps.",
)
PAGES_CUT = Finding(State.PARTIAL, "Very long, so only searchable in its first part: {which}.")
TOO_MANY_PAGES = Finding(
    State.PARTIAL,
    "This file is very long, so only its first {count} {kind}s are searchable. Splitting it and adding the "
    "parts makes all of it searchable.",
)


class Unreadable(Exception):
    """Raised where a file turns out not to be readable; carries what to tell its reader."""

    def __init__(self, finding: Finding, **words: str) -> None:
        """The finding, and the words that fill its sentence."""
        super().__init__(finding.sentence)
        self.state = finding.state
        self.detail = finding.sentence.format(**words) if words else finding.sentence

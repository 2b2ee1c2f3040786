"""Sentences about files that can't be read, or only in part: the one table of them.

Every sentence says what happened, what it means for people who use the hub, and what to do.
"""

from dataclasses import dataclass

from hub.library.rules import State

DOWNLOADABLE = "You can still download it."


@dataclass(frozen=True)
class Finding:
    """A state with its sentence; the code that reports it fills in `{…}`.

    `of_part` says the same of a file inside a file, after its name: "The attachment “plan.pdf” is damaged."
    """

    state: State
    sentence: str
    of_part: str = "couldn’t be read"


PASSWORD = Finding(
    State.ENCRYPTED,
    "This file is password-protected, so its text can’t be searched. "
    "Save a copy without the password and add it as a new revision.",
    of_part="is password-protected",
)
ENCRYPTED_MAIL = Finding(
    State.ENCRYPTED,
    "This email is encrypted, so its text can’t be searched. Ask its sender for a copy that isn’t encrypted, and add "
    "that as a new revision.",
    of_part="is encrypted",
)
ENCRYPTED_FILE = Finding(
    State.ENCRYPTED,
    "This file is encrypted, so its text can’t be searched. Add a copy that isn’t encrypted as a new revision.",
    of_part="is encrypted",
)
EMPTY = Finding(
    State.CORRUPT,
    "This file is empty. Find the original and add it as a new revision.",
    of_part="is empty",
)
DAMAGED = Finding(
    State.CORRUPT,
    "This file seems to be damaged, so its text can’t be searched. " + DOWNLOADABLE + " If it opens on your computer, "
    "save it again there and add that copy as a new revision.",
    of_part="is damaged",
)
OTHER_KIND = Finding(
    State.CORRUPT,
    "This file is named like {a_label}, but it contains something else, so its text can’t be searched. "
    "Save it again as {a_label} and add that copy as a new revision.",
    of_part="contains something other than its name says",
)
BROKE_DOWN = Finding(
    State.CORRUPT,
    "Something in this file is damaged or unusual, so its text can’t be searched. "
    + DOWNLOADABLE
    + " Try saving it again, or as a PDF, and add that copy as a new revision.",
)
NOT_CONVERTED = Finding(
    State.CORRUPT,
    "This {label} couldn’t be converted, so its text can’t be searched. It may be damaged or password-protected. "
    "Save it without a password as {modern} and add that copy as a new revision.",
)
TOO_SLOW = Finding(
    State.TIMEOUT,
    "Processing this file took too long, so its text can’t be searched. " + DOWNLOADABLE + " Try splitting it or "
    "saving it as a simpler PDF, and add that as a new revision.",
)
TOO_LARGE = Finding(
    State.TOO_LARGE,
    "The content of this file is too large to process, so its text can’t be searched. "
    + DOWNLOADABLE
    + " Save a smaller copy, for example without large pictures, and add it as a new revision.",
    of_part="is too large to process",
)
NEEDS_LIBREOFFICE = Finding(
    State.UNSUPPORTED,
    "This hub can’t search the text of {a_label}. " + DOWNLOADABLE + " Save it as {modern} and add that copy as a new "
    "revision to make it searchable.",
)
NOT_TEXT = Finding(
    State.UNSUPPORTED,
    "The hub can’t search the text of {a_label}. " + DOWNLOADABLE + " Its title and summary are searchable.",
)
NOT_HEARD = Finding(
    State.UNSUPPORTED,
    "The hub doesn’t listen to recordings, so only its title and summary are searchable. Add its transcript as another "
    "resource of the same call, and what was said becomes searchable.",
)
NOT_ALLOWED = Finding(
    State.UNSUPPORTED,
    "The hub can’t read this kind of file, so only its title and summary are searchable. " + DOWNLOADABLE + " To make "
    "all of it searchable, save it as a PDF and add that as a new revision.",
)
ONLY_PICTURES = Finding(
    State.PARTIAL,
    "The {kind}s of this file have no text. They are probably pictures, such as scans, so only its title and summary "
    "are searchable.",
)
NO_TEXT = Finding(
    State.PARTIAL,
    "No text was found in this file, so only its title and summary are searchable. If it has text when you open it, save "
    "it as a PDF and add that as a new revision.",
)
STOPPED = Finding(
    State.PARTIAL,
    "Processing this file stopped partway, so only the first {pages} can be searched. Try splitting it or saving "
    "it again, and add that as a new revision.",
)
PAGES_LOST = Finding(
    State.PARTIAL,
    "Part of this file couldn’t be read and can’t be searched: {which}. Try saving the file again, and add that copy "
    "as a new revision.",
)
PAGES_CUT = Finding(State.PARTIAL, "Too long to search in full, so only the beginning is searchable: {which}.")
MORE_UNREAD = Finding(State.PARTIAL, "{parts} more couldn’t be read.")
TOO_MANY_PAGES = Finding(
    State.PARTIAL,
    "This file is very long, so only the first {pages} can be searched. To make all of it searchable, split it "
    "and add the parts.",
)

WITHOUT_RESULTS = "has formulas without results"
NO_RESULTS = Finding(
    State.PARTIAL,
    "The sheet “{name}” " + WITHOUT_RESULTS + ", because the program that saved it didn’t calculate them. Open the "
    "file in Excel, save it, and add that copy as a new revision.",
)


class Unreadable(Exception):
    """Raised when a file can't be read; has the sentence for its reader."""

    def __init__(self, finding: Finding, **words: str) -> None:
        """Fill in the finding's sentence with ``words``."""
        super().__init__(finding.sentence)
        self.finding = finding
        self.state = finding.state
        self.detail = finding.sentence.format(**words) if words else finding.sentence


class Passing(Unreadable):
    """Raised when a file can't be read for a reason that may pass, such as a full disk: it is tried again later."""

"""The files in folders to import, and what is skipped there: nothing is skipped without being named."""

import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hub.core import dates

HIDDEN_FILE, HIDDEN_FOLDER = "hidden file", "hidden folder"
LOCK, SYSTEM_FILE, SYSTEM_FOLDER = "lock file of an open document", "system file", "system folder"
FOLDER_LINK, BROKEN_LINK = "link to a folder", "broken link"
EMPTY, SPECIAL = "empty folder", "special file"
PLURALS = {LOCK: "lock files of open documents", FOLDER_LINK: "links to folders"}

# What operating systems and file servers leave in folders, in lowercase.
SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
SYSTEM_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information", "@eadir", "lost+found"})
MOST_NAMED = 10


@dataclass
class Listing:
    """The files to import, in order; what is skipped, each with the reason; and folders that can't be opened."""

    files: list[Path] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)


def find(paths: Iterable[Path]) -> Listing:
    """Return the files among ``paths``, hidden or not, and in its folders."""
    listing = Listing()
    for path in paths:
        if path.is_dir():
            inside = _inside(path)
            listing.files += sorted(inside.files)
            listing.skipped += sorted(inside.skipped)
            listing.unreadable += sorted(inside.unreadable)
        else:
            listing.files.append(path)
    return listing


def _inside(top: Path) -> Listing:
    listing, folders = Listing(), [top]
    while folders:
        folder = folders.pop()
        try:
            entries = list(folder.iterdir())
        except OSError as error:
            listing.unreadable.append((folder, f"The folder can’t be opened: {error.strerror}."))
            continue
        if not entries:
            listing.skipped.append((folder, EMPTY))
        for path in entries:
            is_folder = path.is_dir()
            if reason := why_skipped(path, is_folder=is_folder):
                listing.skipped.append((path, reason))
            elif is_folder:
                folders.append(path)
            else:
                listing.files.append(path)
    return listing


def why_skipped(path: Path, *, is_folder: bool) -> str:
    """Return the reason to skip a file or folder that was found in a folder; empty if it is imported."""
    name = path.name.lower()
    if name.startswith(("~$", ".~lock.")):
        return LOCK
    if name in (SYSTEM_FOLDERS if is_folder else SYSTEM_FILES):
        return SYSTEM_FOLDER if is_folder else SYSTEM_FILE
    if name.startswith("."):
        return HIDDEN_FOLDER if is_folder else HIDDEN_FILE
    if is_folder:
        return FOLDER_LINK if path.is_symlink() else ""
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return BROKEN_LINK if path.is_symlink() else ""  # trying to import it says why it can't be read
    return "" if is_file else SPECIAL


def sentences(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """Return a line for each reason, with the first of the paths: "Skipped 2 hidden files: a/.x, b/.y"."""
    by_reason: dict[str, list[str]] = {}
    for path, reason in skipped:
        by_reason.setdefault(reason, []).append(path)
    return [
        f"Skipped {dates.plural(len(paths), reason, PLURALS.get(reason, ''))}: {_listed(paths)}"
        for reason, paths in by_reason.items()
    ]


def _listed(paths: list[str]) -> str:
    more = len(paths) - MOST_NAMED
    return ", ".join(paths[:MOST_NAMED]) + (f", and {dates.number(more)} more" if more > 0 else "")

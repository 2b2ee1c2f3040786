"""Storage of previews: a folder for each original, named by its hash, with a file for each picture."""

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from config import Config

SMALL, LARGE = 320, 1200  # pixels wide

DOCUMENT = "document.pdf"  # a deck exported by LibreOffice
TEXT = "document.html"  # a formatted text as safe HTML
NO_TEXT = "document.none"  # the mark that there is none
EMBEDDED = "embedded.webp"  # the thumbnail in the file
GROWN = "grown"  # in the folder of all previews: what was added since they were last counted
DAY = 24 * 3600  # seconds


def root(config: Config) -> Path:
    """Return the folder of all previews."""
    return config.UPLOADS / "derived" / "previews"


def folder_of(config: Config, sha256: str) -> Path:
    """Return the preview folder of the original with this hash; it may not exist."""
    return root(config) / sha256[:2] / sha256


def picture_path(folder: Path, number: int, width: int) -> Path:
    """Return the path of a page's picture."""
    return folder / f"{number}-{width}.webp"


def mark_path(folder: Path, number: int, width: int) -> Path:
    """Return the path of the mark that a page can't be drawn, so that it isn't tried again."""
    return folder / f"{number}-{width}.none"


def has_content(path: Path) -> bool:
    """Return True if a file exists and isn't empty, as after a power failure."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def write(path: Path, content: bytes) -> None:
    """Write a file atomically, even if others write the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def keep(path: Path, content: bytes) -> None:
    """Write a file in an original's folder, and count its bytes, so that the previews keep within their budget."""
    write(path, content)
    with (path.parents[2] / GROWN).open("ab") as file:
        file.write(b"%d\n" % len(content))


def grown(config: Config) -> Path:
    """Return the file with the sizes of the files that were added, a line each."""
    return root(config) / GROWN


def note_use(path: Path) -> bool:
    """Note that a file is used today, at most once a day; returns True if the file exists and isn't empty."""
    try:
        status = path.stat()
        if time.time() - status.st_mtime > DAY:
            os.utime(path)
    except OSError:
        return False
    return status.st_size > 0


def is_picture(content: bytes) -> bool:
    """Return True if these bytes, made from an untrusted file, begin like a WebP."""
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def write_picture(folder: Path, number: int, width: int, content: bytes) -> bool:
    """Save the picture of a page, or mark that it can't be drawn; returns True if it was saved."""
    is_valid = is_picture(content)
    if is_valid:
        keep(picture_path(folder, number, width), content)
    else:
        write(mark_path(folder, number, width), b"-")
    return is_valid


def write_pictures(folder: Path, width: int, pictures: Mapping[int, bytes]) -> None:
    """Save those of the pictures that are valid, by page."""
    for number, content in pictures.items():
        if is_picture(content):
            keep(picture_path(folder, number, width), content)


def picture_size(path: Path) -> tuple[int, int] | None:
    """Return the width and height of a picture drawn by the hub, from its first bytes; None when it doesn't exist."""
    try:
        with path.open("rb") as file:
            start = file.read(30)
    except OSError:
        return None
    if len(start) < 30:  # noqa: PLR2004 - RFC 9649: the size of the picture ends at byte 30 or before
        return None
    if start[12:16] == b"VP8L":
        bits = int.from_bytes(start[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if start[12:16] == b"VP8X":
        return int.from_bytes(start[24:27], "little") + 1, int.from_bytes(start[27:30], "little") + 1
    if start[12:16] != b"VP8 ":
        return None
    return int.from_bytes(start[26:28], "little") & 0x3FFF, int.from_bytes(start[28:30], "little") & 0x3FFF


def numbers_of(folder: Path, ending: str) -> set[int]:
    """Return the page numbers of the files in the folder with this ending, for example ``-320.webp``."""
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return set()
    stems = (name.removesuffix(ending) for name in names if name.endswith(ending))
    return {int(stem) for stem in stems if stem.isdecimal()}


def report_missing(config: Config, sha256: str) -> None:
    """Report that previews of this original are missing, so that the worker makes them again."""
    write(root(config) / "wanted" / sha256, b"-")


def reported_missing(config: Config) -> list[Path]:
    """Return the reports of missing previews, as files named by hash."""
    folder = root(config) / "wanted"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def clear(config: Config) -> None:
    """Delete all previews."""
    shutil.rmtree(root(config), ignore_errors=True)

"""Where previews lie: a folder for each original, named by its hash, with a file for each picture."""

import secrets
import shutil
from pathlib import Path

from config import Config

SMALL, LARGE = 320, 1200  # pixels wide

DOCUMENT = "document.pdf"  # what LibreOffice printed
TEXT = "document.html"  # a text as safe HTML
EMBEDDED = "embedded.webp"  # the picture of the first slide that the file carries


def root(config: Config) -> Path:
    """Return the folder of all previews."""
    return config.UPLOADS / "derived" / "previews"


def folder_of(config: Config, sha256: str) -> Path:
    """Return the folder of the previews of the original with this hash; it may not be there."""
    return root(config) / sha256[:2] / sha256


def picture_path(folder: Path, number: int, width: int) -> Path:
    """Return where the picture of a page lies."""
    return folder / f"{number}-{width}.webp"


def mark_path(folder: Path, number: int, width: int) -> Path:
    """Return the mark that a page can't be drawn, so that no one tries again."""
    return folder / f"{number}-{width}.none"


def is_there(path: Path) -> bool:
    """Return whether a file is there and whole: one that a power cut left empty isn't."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def keep(path: Path, content: bytes) -> None:
    """Put a file there at once and whole, whoever else does the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def is_picture(content: bytes) -> bool:
    """Return whether these bytes, made from a stranger's file, begin as a WebP does."""
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def keep_picture(folder: Path, number: int, width: int, content: bytes) -> bool:
    """Keep the picture of a page, or mark that there can be none; answers which."""
    good = is_picture(content)
    if good:
        keep(picture_path(folder, number, width), content)
    else:
        keep(mark_path(folder, number, width), b"-")
    return good


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height of a picture that the hub made, from its first bytes; None when it isn't there."""
    try:
        with path.open("rb") as file:
            start = file.read(30)
    except OSError:
        return None
    if start[12:16] != b"VP8 " or len(start) < 30:  # noqa: PLR2004 - RFC 9649: the frame's size ends at byte 30
        return None
    return int.from_bytes(start[26:28], "little") & 0x3FFF, int.from_bytes(start[28:30], "little") & 0x3FFF


def numbers_of(folder: Path, ending: str) -> set[int]:
    """Return the numbers of the files in the folder that end so, for example ``-320.webp``."""
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return set()
    stems = (name.removesuffix(ending) for name in names if name.endswith(ending))
    return {int(stem) for stem in stems if stem.isdecimal()}


def want(config: Config, sha256: str) -> None:
    """Leave a note that previews of this original are missing; the worker finds it and makes them again."""
    keep(root(config) / "wanted" / sha256, b"-")


def wanted(config: Config) -> list[Path]:
    """Return the notes of what is missing."""
    folder = root(config) / "wanted"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def clear(config: Config) -> None:
    """Throw all previews away."""
    shutil.rmtree(root(config), ignore_errors=True)

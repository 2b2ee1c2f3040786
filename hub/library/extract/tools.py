"""The versions of the programs that open files: what failed with one version is tried again with another.

They are read from files' names and times, without starting a program, so that the worker may ask at every turn.
"""

import hashlib
import os
import re
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from hub.library.extract.legacy import libreoffice

NO_OFFICE = "no LibreOffice"
# Beside the program: its version, and the registry, where each installed part (Impress, Writer, Calc) has a file.
OFFICE_PARTS = ("soffice.bin", "versionrc", ".", "../share/registry")
NAMED_VERSION = re.compile(r"^UpdateID=LibreOffice_(\d[\d.]*)|^ReferenceOOoMajorMinor=([\d.]+)", re.MULTILINE)

Seen = tuple[tuple[str, int, int], ...]  # path, time of change and size of each part that exists


def tools() -> str:
    """Return the versions of the programs that read and draw files here, as one line."""
    return f"{office_version()}, {pdf_version()}"


@cache
def pdf_version() -> str:
    """Return the version of PDFium's package; it isn't imported, since only the helper process may load it."""
    return f"pypdfium2 {version('pypdfium2')}"


def office_version() -> str:
    """Return a line that changes whenever LibreOffice, or a part of it, is installed, updated or repaired."""
    command = libreoffice()
    if command is None:
        return NO_OFFICE
    program = Path(command).resolve()
    return described(seen(program, *(program.parent / part for part in OFFICE_PARTS)))


def seen(*paths: Path) -> Seen:
    """Return what can be told from outside about those of the paths that exist."""
    known = []
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            continue
        size = state.st_size if path.is_file() else 0
        known.append((os.path.normpath(path), state.st_mtime_ns, size))
    return tuple(known)


@lru_cache(maxsize=8)
def described(parts: Seen) -> str:
    """Return the line for an installation: its version, if it is named, and a mark of its files."""
    mark = hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
    for path, _, _ in parts:
        if path.endswith("/versionrc"):
            named = NAMED_VERSION.search(Path(path).read_text(encoding="utf-8", errors="replace"))
            number = next((group for group in named.groups() if group), "") if named else ""
            return f"LibreOffice {number} ({mark})".replace("  ", " ")
    return f"LibreOffice ({mark})"

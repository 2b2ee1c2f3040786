"""What the letters of a PDF can write: those that every reader has, and a font with more that goes into the file."""

import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

ENCODING = "windows-1252"  # all that the fonts know that every reader has
LIKE = {0x2011: "-", 0x2192: "to", 0x202F: " "}  # signs that neither font has
UNSEEN = {"Cf", "Mn"}  # Unicode's categories of what has no look of its own


def is_plain(text: str) -> bool:
    """Return whether the fonts that every reader has can write it."""
    try:
        text.encode(ENCODING)
    except UnicodeError:
        return False
    return True


def wide_font(style: Literal["", "B"] = "") -> Path:
    """Return the file of Open Sans, plain or bold: Latin letters with every accent, Greek and Cyrillic."""
    return Path(str(files("ttf_opensans"))) / "ttf" / f"OpenSans-{'Bold' if style else 'Regular'}.ttf"


def plain(text: str) -> str:
    """``text`` in letters that every reader has: without the accents that they lack, else ``?``."""
    return "".join(_first(letter, is_plain) for letter in text.translate(LIKE))


def written(text: str) -> str:
    """``text`` in letters that one of the two fonts has: without the accents that both lack, else ``?``."""
    text = text.translate(LIKE)
    return text if is_plain(text) else "".join(_first(letter, _is_writable) for letter in text)


def _first(letter: str, is_there: Callable[[str], bool]) -> str:
    for candidate in (letter, unicodedata.normalize("NFKD", letter)[0]):
        if is_there(candidate):
            return candidate
    return "" if unicodedata.category(letter) in UNSEEN else "?"


def _is_writable(letter: str) -> bool:
    return is_plain(letter) or ord(letter) in _wide_letters()


@cache
def _wide_letters() -> frozenset[int]:
    """Return the letters of Open Sans, as numbers."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - few texts need it, and loading it takes a while

    with TTFont(wide_font(), lazy=True) as font:
        return frozenset(letter for letter in font.getBestCmap() if letter >= ord(" "))

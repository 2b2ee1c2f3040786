"""Fonts for PDF files: the built-in ones, and Open Sans for characters that they lack."""

import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

ENCODING = "windows-1252"  # the characters of the fonts built into every PDF reader
REPLACEMENTS = {0x2011: "-", 0x2192: "to", 0x202F: " "}  # characters that neither font has
INVISIBLE = {"Cf", "Mn"}  # Unicode categories of invisible and combining characters


def is_plain(text: str) -> bool:
    """Return True if the built-in fonts have every character of the text."""
    try:
        text.encode(ENCODING)
    except UnicodeError:
        return False
    return True


def wide_font(style: Literal["", "B"] = "") -> Path:
    """Return the file of Open Sans, regular or bold: Latin with all accents, Greek and Cyrillic."""
    return Path(str(files("ttf_opensans"))) / "ttf" / f"OpenSans-{'Bold' if style else 'Regular'}.ttf"


def plain(text: str) -> str:
    """Return the text in the characters of the built-in fonts: unsupported accents are dropped, others become ``?``."""
    return "".join(_first(letter, is_plain) for letter in text.translate(REPLACEMENTS))


def printable(text: str) -> str:
    """Return the text in characters that one of the fonts has: unsupported accents are dropped, others become ``?``."""
    text = text.translate(REPLACEMENTS)
    return text if is_plain(text) else "".join(_first(letter, _is_printable) for letter in text)


def _first(letter: str, is_supported: Callable[[str], bool]) -> str:
    for candidate in (letter, unicodedata.normalize("NFKD", letter)[0]):
        if is_supported(candidate):
            return candidate
    return "" if unicodedata.category(letter) in INVISIBLE else "?"


def _is_printable(letter: str) -> bool:
    return is_plain(letter) or ord(letter) in _wide_code_points()


@cache
def _wide_code_points() -> frozenset[int]:
    """Return the code points that Open Sans supports."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - rarely needed, and slow to load

    with TTFont(wide_font(), lazy=True) as font:
        return frozenset(letter for letter in font.getBestCmap() if letter >= ord(" "))

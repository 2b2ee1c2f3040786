"""Names of downloads: the file's own, and a fallback in plain letters for programs that know no others."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import quote

from werkzeug.wrappers import Response

Answer = TypeVar("Answer", bound=Response)

FALLBACK = "download"
# Letters and signs that Unicode doesn't decompose into a plain one.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "Þ": "Th",
        "ð": "d",
        "\u2013": "-",
        "\u2014": "-",
        "\u2010": "-",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": "'",
        "\u201d": "'",
        "\u2026": "...",
    }
)
_SAFE_IN_HEADER = "!#$&+-.^_`|~"  # RFC 5987


def plain_name(name: str) -> str:
    """Return a file name in ASCII: without accents, and "download" if nothing readable would be left of it."""
    if name.isascii():
        return name
    extension = PurePosixPath(name).suffix
    stem = _plain(name.removesuffix(extension)).strip(" .-_,;()[]")
    plain_extension = _plain(extension)
    if len(plain_extension) != len(extension):
        plain_extension = ""
    return f"{stem if re.search('[A-Za-z0-9]', stem) else FALLBACK}{plain_extension}"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return " ".join(decomposed.encode("ascii", "ignore").decode("ascii").replace("/", "-").split())


def attach(response: Answer, name: str) -> Answer:
    """Have browsers save a response under ``name``, a safe file name; returns the response."""
    names = {"filename": plain_name(name)}
    if not name.isascii():
        names["filename*"] = f"UTF-8''{quote(name, safe=_SAFE_IN_HEADER)}"
    response.headers.set("Content-Disposition", "attachment", **names)
    return response

"""Cleans text that people typed."""

import re

from hub.core.dates import number
from hub.core.errors import Refused

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return typed text without control characters and outer white space, with Unix line ends."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


# Characters that show nothing or reorder what follows them, so that a name reads as another one: C1 controls, soft
# hyphens, zero-width spaces, byte order marks, annotations, and all marks of direction (Unicode Technical Report 36;
# CVE-2021-42574): after U+202E, "gnp.exe" reads "exe.png".
_UNSEEN = re.compile("[\x80-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# Joiners belong to emoji and to the scripts of Persian and of India; between Latin letters they only hide.
_JOINED = r"[^\x00-\u024f\s\u200c\u200d]"
_STRAY_JOINER = re.compile(rf"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")
# Tags show nothing, except in the flags of England, Scotland and Wales.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]")


def one_line(text: str) -> str:
    """Return a name or a title: the cleaned text on one line, without characters that hide or reorder others."""
    line = _UNSEEN.sub("", " ".join(clean(text).split()))
    line = _TAGS.sub(lambda match: match[1] or "", line)
    return " ".join(_STRAY_JOINER.sub("", line).split())


def text_of(typed: str, longest: int, missing: str = "") -> str:
    """Return the cleaned text; raises Refused if it is too long, or with ``missing`` if it is empty."""
    typed = clean(typed)
    if missing and not typed:
        raise Refused(missing)
    if len(typed) > longest:
        raise Refused(f"That text is too long. The limit is {number(longest)} characters.")
    return typed

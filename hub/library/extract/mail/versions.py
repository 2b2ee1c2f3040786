"""The choice between versions of one text, such as the plain one and the one in HTML of the same message.

Programs write stubs ("view this email in a browser") and blank texts as plain versions, and some put text into one
version only. So a version is left out only if another one has its words, or if it is a stub.
"""

import re
from collections.abc import Sequence

# Scripts without spaces are compared by character.
WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af]|[^\W_\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af]+")
ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)[^\s<>\"]+|\[(?:cid|image):[^\]\n]*\]", re.IGNORECASE)
STUB = re.compile(
    r"""\bhtml\b|text[ -]only|plain[ -]text|\bweb\ (?:version|browser|page)\b|\b(?:in|with|your)\ (?:a\ |the\ )?browser\b
    |\bview\ (?:it|this|the)\b.{0,40}\bonline\b|\bview\ online\b|\b(?:unable|trouble|cannot|can[’']t)\b.{0,30}
    \b(?:view|display|see|read)""",
    re.IGNORECASE | re.VERBOSE,
)
SAME = 0.8  # of a version's words that are in another one
STUB_WORDS = 60


def words_of(text: str) -> frozenset[str]:
    """Return the distinct words of a text in lower case, without URLs."""
    return frozenset(WORD.findall(ADDRESS.sub(" ", text).lower()))


def chosen(texts: Sequence[str]) -> list[int]:
    """Return which versions of a text to read, by index and in order; the preferred one is first in ``texts``.

    Blank versions, stubs and those whose words another one has are left out; at least one of those with words stays.
    """
    words = [words_of(text) for text in texts]
    most = max(map(len, words), default=0)
    full = [
        place
        for place, each in enumerate(words)
        if each and not is_stub(texts[place] if place else "", len(each), most)
    ]
    kept: list[int] = []
    for place in full:
        if any(covers(words[other], words[place]) for other in kept):
            continue
        kept = [other for other in kept if not covers(words[place], words[other])]
        kept.append(place)
    return sorted(kept)


def covers(larger: frozenset[str], smaller: frozenset[str]) -> bool:
    """Return True if the larger version has nearly all words of the smaller one."""
    return len(larger & smaller) >= SAME * len(smaller)


def is_stub(text: str, count: int, most: int) -> bool:
    """Return True if a version with ``count`` words stands for another one, which has ``most`` words.

    ``text`` is "" for the preferred version, which may well say how to open it in a browser.
    """
    is_short = count <= STUB_WORDS and count < most
    return is_short and (count * 2 <= most or bool(STUB.search(text)))

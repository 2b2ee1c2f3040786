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
FEWEST_MISSING = 2  # words of a line
LONGEST_STUB = 2_000  # characters
SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n")


def words_of(text: str) -> frozenset[str]:
    """Return the distinct words of a text in lower case, without URLs."""
    return frozenset(WORD.findall(ADDRESS.sub(" ", text).lower()))


def chosen(texts: Sequence[str]) -> list[int]:
    """Return which versions of a text to read, by index and in order; the preferred one is first in ``texts``.

    Blank versions, stubs and those whose words another one has are left out; at least one of those with words stays.
    """
    words = [words_of(text) for text in texts]
    for place, text in enumerate(texts[1:], start=1):
        words[place] = words_of("\n".join(line for line in text.split("\n") if not STUB.search(line))) or words[place]
    full = [place for place, each in enumerate(words) if each]
    # The preferred version may well say how to open it in a browser.
    own = [place for place in full if not place or not says_nothing_itself(texts[place])] or full
    most = max((len(words[place]) for place in own), default=0)
    kept: list[int] = []
    for place in own:
        if is_short(len(words[place]), most) or any(covers(words[other], words[place]) for other in kept):
            continue
        kept = [other for other in kept if not covers(words[place], words[other])]
        kept.append(place)
    return sorted(kept)


def remainder(text: str, shown: Sequence[str]) -> str:
    """Return the lines of a version left out that those shown don't have, such as a postscript; "" when it is a stub."""
    known = frozenset().union(*map(words_of, shown))
    lines = [line for line in text.split("\n") if not STUB.search(line)]
    if not covers(known, words_of("\n".join(lines))):
        return ""
    missing = [len(words_of(line) - known) for line in lines]
    return "\n".join(
        line.strip()
        for line, count in zip(lines, missing, strict=True)
        if count >= FEWEST_MISSING and 2 * count >= len(words_of(line))
    )


def covers(larger: frozenset[str], smaller: frozenset[str]) -> bool:
    """Return True if the larger version has nearly all words of the smaller one."""
    return len(larger & smaller) >= SAME * len(smaller)


def is_short(count: int, most: int) -> bool:
    """Return True if a version with ``count`` words only stands for another one, which has ``most`` words."""
    return count <= STUB_WORDS and count * 2 <= most


def says_nothing_itself(text: str) -> bool:
    """Return True if a text says little but where another version of it can be seen."""
    if len(text) > LONGEST_STUB:
        return False
    sentences = SENTENCE_END.split(ADDRESS.sub(" ", text))
    every = len(words_of(text))
    rest = len(words_of(" ".join(sentence for sentence in sentences if not STUB.search(sentence))))
    return every <= STUB_WORDS and rest * 2 <= every and rest < every

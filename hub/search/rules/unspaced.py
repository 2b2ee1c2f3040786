"""Scripts that are written without spaces: Chinese, Japanese, Thai, Lao, Khmer and Burmese. Pure.

A run of their letters is indexed as its pairs of neighbors, so that every word in it is found: 製造業 in 日本の製造業は is
製造 followed by 造業. A single letter is a term, too. Korean has spaces, but adds endings to words without one, so it is
indexed the same way: 서울 is found in 서울에서.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

FIRST = "\u0e01"  # no letter of these scripts comes before it
LETTERS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ece\u0edc-\u0edf"  # Lao
    "\u1000-\u103f\u1050-\u108f\u109a-\u109d\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
    "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa1-\uffdc"  # Korean
    "\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Chinese
    "\U00020000-\U000323af"
)
LETTER = re.compile(f"[{LETTERS}]")
# Lines of a document often end within a word, but not lines as short as those of a list or a table.
FULL_LINE = 8  # letters before the end of the line
RUN = f"[{LETTERS}](?:[{LETTERS}]|(?<=[{LETTERS}]{{{FULL_LINE}}})\\n(?=[{LETTERS}]))*"


def has_any(text: str) -> bool:
    """Return True if a text has letters of these scripts; costs next to nothing for English."""
    return not (text.isascii() or _is_western(text)) and LETTER.search(text) is not None


def _is_western(text: str) -> bool:
    """Return True if a text has only letters and signs of Western languages; this is quicker than to look for others."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def is_run(token: str) -> bool:
    """Return True if a token of a text is a run of such letters."""
    return token >= FIRST and LETTER.match(token) is not None


def letters_of(run: str) -> str:
    """Return the letters of a run, each in its normal form, so that half-width ones are found by full-width ones."""
    return "".join(map(_normal, run.replace("\n", "")))


def pairs(run: str) -> Sequence[str]:
    """Return the pairs of neighbors in a run; a single letter is returned alone."""
    letters = letters_of(run)
    return [letters[at : at + 2] for at in range(len(letters) - 1)] or [letters]


def terms_of_pair(pair: str) -> tuple[str, ...]:
    """Return the indexed terms of a pair, or of a single letter."""
    return tuple(dict.fromkeys((pair, *pair)))


def spans(run: str, wanted: Collection[str]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield the start and end in a run of each part that matches the wanted terms, with these terms."""
    places = [at for at, letter in enumerate(run) if letter != "\n"]
    letters = letters_of(run)
    start, end, matched = 0, 0, frozenset[str]()
    for at in range(len(letters)):
        for length in (1, 2):
            term = letters[at : at + length]
            if len(term) < length or term not in wanted:
                continue
            if matched and at > end:
                yield places[start], places[end - 1] + 1, matched
                matched = frozenset()
            start, end, matched = start if matched else at, max(at + length, end), matched | {term}
    if matched:
        yield places[start], places[end - 1] + 1, matched


def _normal(letter: str) -> str:
    normal = unicodedata.normalize("NFKC", letter)
    return normal if len(normal) == 1 else letter

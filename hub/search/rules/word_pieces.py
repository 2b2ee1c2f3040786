"""Splitting text into word pieces, as BERT models without capitals do: the numbers that a model of meaning reads."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100  # characters; a longer word is unknown
KEPT_WORDS = 20_000  # whose pieces are remembered
# Blocks of characters that are words by themselves: Chinese, and what Japanese and Korean have from it.
IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPieces:
    """The word pieces of one model. Threads may share it."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """``vocabulary`` has the pieces in the order of their numbers. Raises ValueError if special pieces are missing."""
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary)}
        if missing := {UNKNOWN, FIRST, LAST} - self._numbers.keys():
            message = f"The vocabulary lacks {', '.join(sorted(missing))}."
            raise ValueError(message)
        self._pieces_of = lru_cache(KEPT_WORDS)(self._split)

    def numbers(self, text: str, most: int) -> Sequence[int]:
        """Return the numbers of the first ``most`` pieces of a text, with those that mark its beginning and end."""
        numbers = [self._numbers[FIRST]]
        for word in words(text):
            numbers += self._pieces_of(word)
            if len(numbers) >= most:
                break
        return [*numbers[: most - 1], self._numbers[LAST]]

    def _split(self, word: str) -> Sequence[int]:
        """Return the numbers of the longest pieces of a word from left to right, or that of an unknown word."""
        unknown = [self._numbers[UNKNOWN]]
        if len(word) > LONGEST_WORD:
            return unknown
        numbers, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start and (piece := ("##" if start else "") + word[start:end]) not in self._numbers:
                end -= 1
            if end == start:
                return unknown
            numbers.append(self._numbers[piece])
            start = end
        return numbers


def words(text: str) -> Iterator[str]:
    """Yield the words and punctuation marks of a text, in lowercase and without accents."""
    for written in "".join(_cleaned(text)).split():
        plain = written
        if not written.isascii():
            decomposed = unicodedata.normalize("NFD", written.lower())
            plain = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
        plain = plain.lower()
        if plain.isalnum():
            yield plain
        else:
            yield from _apart(plain)


def _cleaned(text: str) -> Iterator[str]:
    """Yield the characters of a text without control characters, with white space around ideographs."""
    if text.isascii() and text.isprintable():
        yield text
        return
    for char in text:
        if char in "\t\n\r":
            yield " "
        elif char in "\0\ufffd" or unicodedata.category(char).startswith("C"):
            continue
        elif char > "\u2e7f" and any(first <= ord(char) <= last for first, last in IDEOGRAPHS):
            yield f" {char} "
        else:
            yield char


def _apart(word: str) -> Iterator[str]:
    """Yield the parts of a word between punctuation marks, and each mark."""
    start = 0
    for at, char in enumerate(word):
        if _is_mark(char):
            if at > start:
                yield word[start:at]
            yield char
            start = at + 1
    if start < len(word):
        yield word[start:]


def _is_mark(char: str) -> bool:
    """Return True for punctuation, and for all ASCII characters that are neither letters nor digits."""
    return not char.isalnum() if char.isascii() else unicodedata.category(char).startswith("P")

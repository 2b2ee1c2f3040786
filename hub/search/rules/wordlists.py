"""Looking up words in a sorted list of words, which is one text with a line break around each: quick in Python. Pure."""

from collections.abc import Iterator

Words = str  # "\nsteel\nwelder\nwelding\n"


def beginning(words: Words, prefix: str) -> Iterator[str]:
    """Yield the words that begin with a prefix."""
    start = words.find(f"\n{prefix}")
    if start >= 0:
        end = words.index("\n", words.rindex(f"\n{prefix}") + 1)
        yield from words[start + 1 : end].split("\n")


def containing(words: Words, part: str) -> Iterator[str]:
    """Yield the words that contain ``part``."""
    at = words.find(part)
    while at >= 0:
        end = words.index("\n", at)
        yield words[words.rindex("\n", 0, at) + 1 : end]
        at = words.find(part, end)

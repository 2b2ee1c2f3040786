"""The texts that pages are encoded from, for search by meaning."""

import hashlib
from collections.abc import Sequence

WORDS = 170  # of a part: with the title about as many word pieces as the model reads
PARTS = 4  # of a page, at most; the rest is found by its words
SHORTEST_LAST = 30  # words; a shorter rest adds nothing to the part before it


def parts_of(resource_title: str, page_title: str, text: str, notes: str) -> Sequence[str]:
    """Return the texts to encode of a page; a page without text and title has none.

    Each part begins with the page's title, or that of the resource if the page has none. With both, the pages of a
    resource are too much alike.
    """
    words = f"{text}\n{notes}".split()
    if not words and not page_title:
        return []
    lead = (page_title.strip() or resource_title.strip()).rstrip(".")
    starts = range(0, max(len(words) - SHORTEST_LAST, 1), WORDS)
    return [f"{lead}. {' '.join(words[start : start + WORDS])}" for start in starts[:PARTS]]


def digest_of(parts: Sequence[str]) -> str:
    """Return what tells whether the texts of a page changed since it was encoded."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

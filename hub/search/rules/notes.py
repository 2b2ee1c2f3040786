"""Sentences about how a query was read. Pure."""

from collections.abc import Sequence


def note_about_ignored(words: Sequence[str], *, nothing_else: bool, is_all_capitals: bool = False) -> str:
    """Return the note about common words that were ignored; "" if no one would miss them.

    They matter if the query has nothing else, if they are a quoted phrase, or if they are in capitals and may be a
    name, such as WHO, unless several words are all in capitals.
    """
    missed = [
        word
        for word in words
        if nothing_else or " " in word or (len(word) > 1 and word.isupper() and not is_all_capitals)
    ]
    return f"Common words were ignored: {', '.join(dict.fromkeys(missed))}." if missed else ""

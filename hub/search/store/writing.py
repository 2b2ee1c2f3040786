"""Writing: one change of the index, from arrays of postings and facts to segments.

A change deletes documents, adds others and merges segments; readers see all of it or nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hub.search.store.inverted import Inverted
from hub.search.store.snapshots import Facts

# Chooses the segments to merge, by their numbers, from the number of all documents and of live ones in each.
Choose = Callable[[Sequence[int], Sequence[int]], Sequence[int]]


class Writer:
    """One change of the index in a folder; it holds Whoosh's lock of the folder until it is committed or canceled."""

    def __init__(self, folder: Path, timeout: float = 30.0, check: Callable[[], None] | None = None) -> None:
        """Wait for the lock. ``check`` is called now and then while segments are merged; it may raise.

        Raises whoosh.index.LockError after ``timeout`` seconds.
        """
        raise NotImplementedError

    @property
    def generation(self) -> int:
        """The generation of the index after the commit."""
        raise NotImplementedError

    def delete(self, doc: int) -> None:
        """Delete a document, which is numbered as in a `Snapshot` of the state before this change."""
        raise NotImplementedError

    def write(self, inverted: Mapping[str, Inverted], facts: Sequence[Facts]) -> None:
        """Add documents: ``facts`` has one item for each, and the postings number them from 0.

        ``inverted`` has the fields body, title and headings; a field without terms may be missing. May be called any
        number of times with 1 to some thousands of documents; they are gathered in memory, and make one segment.
        """
        raise NotImplementedError

    def commit(self, merge: Choose | None = None) -> None:
        """Write the segment, merge those that ``merge`` chooses into it, and make the new state the current one.

        ``merge`` sees only segments that were there before and have live documents; those without are dropped.
        If ``check`` raises, nothing has changed, and the caller must cancel.
        """
        raise NotImplementedError

    def cancel(self) -> None:
        """Give up the change, and leave the index as it was."""
        raise NotImplementedError

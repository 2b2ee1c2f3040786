"""Inverted: the posting lists of one field as arrays, which a segment is written from and merged into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.search.store.numbers import np

FIELDS = ("body", "title", "headings")  # of the text of a resource

Numbers = np.ndarray[Any, np.dtype[np.int32]]
Bounds = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Inverted:
    """The posting lists of all terms of a field.

    The postings of term ``n`` are ``starts[n]`` to ``starts[n + 1]`` of ``docs`` and ``counts``; the positions of all
    postings follow each other in ``positions``, as many of each as its count says.
    """

    terms: Sequence[bytes]  # sorted, each once
    starts: Bounds  # one more than there are terms
    docs: Numbers  # sorted within a term
    counts: Numbers
    positions: Numbers  # sorted within a posting

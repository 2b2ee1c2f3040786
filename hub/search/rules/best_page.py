"""The page of a resource that best answers a query, from the positions of the query's words in it. Pure."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hub.search.rules.page_roles import PageRole

# Words of the resource's title say little about which of its pages is meant, and covers repeat them.
IN_RESOURCE_TITLE = 0.25
# BM25 over the pages of one resource; a word in the page's heading counts twice.
K1, B, HEADING = 0.8, 0.3, 2.0
# Half of a word's weight is its IDF in the index, the rest its IDF over the pages of the resource.
IDF_SHARE = 0.5
# The gain of two neighboring words of the query, compared with the weaker one, and the distance from which it is 0.
NEAR, FAR = 0.6, 12
# Pages that name what other pages say.
ROLE_FACTORS: Mapping[int, float] = {
    PageRole.CONTENT: 1.0,
    PageRole.COVER: 0.6,
    PageRole.CONTENTS: 0.5,
    PageRole.APPENDED: 0.7,
    PageRole.CLOSING: 0.6,
}


@dataclass(frozen=True)
class Found:
    """A word, or one of several names for the same thing, in a resource: its sorted positions and its IDF."""

    positions: Sequence[int]
    idf: float
    in_resource_title: bool = False


@dataclass(frozen=True)
class Bounds:
    """The pages of a resource in order: their numbers, first positions, ends of headings, ends, and roles."""

    numbers: Sequence[int]
    starts: Sequence[int]
    heading_ends: Sequence[int]
    ends: Sequence[int]
    roles: Sequence[int]

    def page_at(self, position: int) -> int:
        """Return the index of the page that a position is on; -1 before the first page."""
        return bisect_right(self.starts, position) - 1


@dataclass(frozen=True)
class _OnPages:
    """A word of the query on the pages of a resource, by the page's index."""

    scores: Mapping[int, float]
    positions: Mapping[int, Sequence[int]]


def best_page(words: Sequence[Sequence[Found]], bounds: Bounds) -> int | None:
    """Return the index of the page that best answers a query; the first of equal pages, None if no page has a word.

    ``words`` has the words of the query in order, each with the names by which it is found; on each page, the name
    with the best score counts.
    """
    norms = _length_norms(bounds)
    on_pages = [_on_pages(names, bounds, norms) for names in words]
    scores: defaultdict[int, float] = defaultdict(float)
    for word in on_pages:
        for page, score in word.scores.items():
            scores[page] += score
    for page in scores:
        scores[page] *= ROLE_FACTORS.get(bounds.roles[page], 1.0)
    within_reach = max(scores.values(), default=0.0) / (1 + NEAR)
    for page, score in scores.items():
        if len(words) > 1 and score >= within_reach:
            scores[page] = score + _nearness(on_pages, page) * ROLE_FACTORS.get(bounds.roles[page], 1.0)
    return min(scores, key=lambda page: (-round(scores[page], 6), page)) if scores else None


def _length_norms(bounds: Bounds) -> Sequence[float]:
    lengths = [end - start for start, end in zip(bounds.starts, bounds.ends, strict=True)]
    mean = max(1.0, sum(lengths) / max(1, len(lengths)))
    return [K1 * (1 - B + B * length / mean) for length in lengths]


def _on_pages(names: Sequence[Found], bounds: Bounds, norms: Sequence[float]) -> _OnPages:
    """Return the BM25 score and the positions of a word on each page."""
    scores: dict[int, float] = {}
    positions: defaultdict[int, list[int]] = defaultdict(list)
    for name in names:
        counts: defaultdict[int, float] = defaultdict(float)
        for position in name.positions:
            page = bounds.page_at(position)
            if page >= 0:
                counts[page] += HEADING if position < bounds.heading_ends[page] else 1.0
                positions[page].append(position)
        weight = _weight(name, len(counts), len(bounds.starts))
        for page, count in counts.items():
            score = weight * count * (K1 + 1) / (count + norms[page])
            scores[page] = max(score, scores.get(page, 0.0))
    if len(names) > 1:
        positions.update((page, sorted(on_page)) for page, on_page in positions.items())
    return _OnPages(scores, positions)


def _weight(name: Found, pages_with_it: int, pages: int) -> float:
    idf_of_pages = math.log(1 + (pages - pages_with_it + 0.5) / (pages_with_it + 0.5))
    weight = IDF_SHARE * name.idf + idf_of_pages
    return weight * IN_RESOURCE_TITLE if name.in_resource_title else weight


def _nearness(words: Sequence[_OnPages], page: int) -> float:
    """Return the gain of a page for neighboring words of the query that are near each other on it."""
    on_this = [word for word in words if page in word.scores]
    gain = 0.0
    for left, right in pairwise(on_this):
        distance = _distance(left.positions[page], right.positions[page])
        if distance < FAR:
            gain += NEAR * min(left.scores[page], right.scores[page]) * (1 - (distance - 1) / FAR)
    return gain


def _distance(left: Sequence[int], right: Sequence[int]) -> int:
    """Return the smallest distance between two sorted lists of positions; the wrong order adds one."""
    closest = FAR
    for position in left:
        at = bisect_left(right, position)
        if at < len(right) and right[at] > position:
            closest = min(closest, right[at] - position)
        elif at + 1 < len(right):
            closest = min(closest, right[at + 1] - position)
        if at:
            closest = min(closest, position - right[at - 1] + 1)
    return closest

"""Measures of ranking, by their usual definitions.

``hits`` are the numbers of the documents found, best first; ``grades`` has a grade above 0 for each relevant document.
"""

import math
from collections.abc import Collection, Mapping, Sequence


def gain(grade: int) -> int:
    """Return the gain of a grade, 2^grade - 1: 1 for grade 1, 3 for grade 2, 7 for grade 3."""
    return 2**grade - 1 if grade > 0 else 0


def ndcg(hits: Sequence[int], grades: Mapping[int, int], depth: int = 10) -> float:
    """Return the normalized discounted cumulative gain of the first ``depth`` hits, from 0 to 1."""
    best = _discounted(sorted(map(gain, grades.values()), reverse=True)[:depth])
    return _discounted([gain(grades.get(hit, 0)) for hit in hits[:depth]]) / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(each / math.log2(rank + 1) for rank, each in enumerate(gains, 1))


def average_precision(hits: Sequence[int], relevant: Collection[int], depth: int = 1_000) -> float:
    """Return the mean precision at the ranks of the relevant documents; 0 for one that isn't in the first ``depth``."""
    ranks = [rank for rank, hit in enumerate(hits[:depth], 1) if hit in relevant]
    return sum(count / rank for count, rank in enumerate(ranks, 1)) / len(relevant) if relevant else 0.0


def success(hits: Sequence[int], relevant: Collection[int], depth: int = 1) -> float:
    """Return 1 if a relevant document is among the first ``depth`` hits, else 0."""
    return float(any(hit in relevant for hit in hits[:depth]))


def recall(hits: Sequence[int], relevant: Collection[int], depth: int = 100) -> float:
    """Return the share of the relevant documents that are among the first ``depth`` hits."""
    return len(set(hits[:depth]).intersection(relevant)) / len(relevant) if relevant else 0.0


MEASURES = {"nDCG@10": ndcg, "MAP": average_precision, "success@1": success, "recall@100": recall}

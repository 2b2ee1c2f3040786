"""Fusion: results by words and results by meaning in one order. Pure."""

from collections.abc import Collection, Sequence

# Reciprocal rank fusion: each order gives a result 1 / (K + rank), so that no score of one is compared with one of the
# other (Cormack, Clarke and Büttcher 2009, with their constant).
K = 60
MEANING = 1.0  # the weight of the order by meaning, compared with 1 for the order by words


def fused(by_words: Sequence[int], by_meaning: Sequence[int], good: Collection[int]) -> Sequence[int]:
    """Return the documents of both orders in one.

    Those that are only in ``by_meaning`` come after the last of the ``good`` ones, which are documents of ``by_words``.
    """
    scores: dict[int, float] = {}
    for order, weight in ((by_words, 1.0), (by_meaning, MEANING)):
        for rank, doc in enumerate(order, 1):
            scores[doc] = scores.get(doc, 0.0) + weight / (K + rank)
    in_order = sorted(scores, key=lambda doc: (-scores[doc], doc))
    having_words = frozenset(by_words)
    last_good = max((place for place, doc in enumerate(in_order) if doc in good), default=-1)
    first, rest = in_order[: last_good + 1], in_order[last_good + 1 :]
    return [
        *(doc for doc in first if doc in having_words),
        *(doc for doc in first if doc not in having_words),
        *rest,
    ]

"""Fusion: results by words and results by meaning in one order. Pure."""

from collections.abc import Collection, Mapping, Sequence

# A convex combination of scores, which keeps how good the results of each order are; orders by rank alone don't
# (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023). Both scores are 1 at most.
MEANING = 1.0  # the weight of the similarity, compared with 1 for the score by words


def fused(by_words: Mapping[int, float], similarities: Mapping[int, float], good: Collection[int]) -> Sequence[int]:
    """Return the documents of both orders in one, best first.

    ``by_words`` has scores by words, ``similarities`` cosines. Documents without words come after the last of the
    ``good`` ones; a document that isn't among the similar ones is as similar as the last of those.
    """
    least = min(similarities.values(), default=0.0)
    scores = {doc: score + MEANING * similarities.get(doc, least) for doc, score in by_words.items()}
    scores |= {doc: MEANING * similarity for doc, similarity in similarities.items() if doc not in by_words}
    in_order = sorted(scores, key=lambda doc: -scores[doc])
    last_good = max((place for place, doc in enumerate(in_order) if doc in good), default=-1)
    first, rest = in_order[: last_good + 1], in_order[last_good + 1 :]
    return [*(doc for doc in first if doc in by_words), *(doc for doc in first if doc not in by_words), *rest]

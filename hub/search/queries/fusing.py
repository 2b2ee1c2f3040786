"""Results by meaning next to those by words: which there are, and one order of both."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy.orm import Session

from hub.search.queries import matching as matching_queries
from hub.search.queries import meaning as meaning_queries
from hub.search.queries.matching import FEW, OPTIONAL, Matches
from hub.search.rules import english as english_rules
from hub.search.rules import fusing as fusing_rules
from hub.search.rules import other_writings as other_writings_rules
from hub.search.rules import question as question_rules
from hub.search.rules.question import Node, Question
from hub.search.store.snapshots import Snapshot, bits_of

MOST_NEAR = 200  # documents that are nearest in meaning
# Below this cosine a page is not related to a question: of nonsense questions, the best page is rarely nearer.
LEAST_SIMILAR, MOST_ALONE = 0.28, 30
# Words of a question, without those of amounts, dates and designations: a single word, acronym or number means itself.
FEWEST_WORDS = 2
# Among the first results by words, those are good that have all words, or this share of their weight.
FIRST, GOOD_SHARE = 10, 0.5


@dataclass(frozen=True)
class ByMeaning:
    """The documents that are nearest to a question in meaning."""

    docs: Mapping[int, float] = field(default_factory=dict)  # with the cosine, best first
    alone: int = 0  # those that have too few of its words to be found by them, as a bit set
    pages: Mapping[int, int] = field(default_factory=dict)  # the number of the nearest page of each document


def by_meaning(
    db: Session,
    snapshot: Snapshot,
    question: Question,
    matches: Matches,
    allowed: int,
    names: Callable[[], Mapping[str, str]],
) -> ByMeaning:
    """Return what is found by meaning; nothing for one word or amount, or for nothing but phrases and operators.

    Negations and qualifiers hold. Documents are added to those with the words only while few have all of them.
    """
    text = " ".join(filter(None, map(question_rules.label_of, question.nodes)))
    plain = [node for node in question.nodes if isinstance(node, OPTIONAL)]
    count = _count_of_words(plain)
    # A single word that no resource has, such as daycare, may be an ordinary word for what they call otherwise.
    is_other_word = count == 1 and not matches.bits and text.islower() and english_rules.is_known(text, names=False)
    if (count < FEWEST_WORDS and not is_other_word) or matching_queries.is_exact(plain):
        return ByMeaning()
    required = [node for node in question.nodes if not isinstance(node, OPTIONAL)]
    if required:
        allowed = matching_queries.matches(snapshot, required, allowed, names).bits
    nearest = meaning_queries.near(db, snapshot, text, allowed, MOST_NEAR)
    alone = [
        each.doc
        for each in nearest
        if each.similarity >= LEAST_SIMILAR and not matches.bits >> each.doc & 1 and matches.complete < FEW
    ]
    alone_bits = bits_of(alone[:MOST_ALONE], snapshot.size)
    shown = alone_bits | matches.bits
    return ByMeaning(
        {each.doc: each.similarity for each in nearest if shown >> each.doc & 1},
        alone_bits,
        {each.doc: each.page for each in nearest},
    )


def _count_of_words(nodes: Sequence[Node]) -> int:
    labels = map(question_rules.label_of, other_writings_rules.with_amounts(nodes))
    return sum(not any(map(str.isdigit, label)) for label in labels)


def in_one_order(by_words: Mapping[int, float], near: ByMeaning, matches: Matches, bits: int) -> Sequence[int]:
    """Return the documents by words and those of ``bits`` by meaning in one order.

    ``by_words`` has the scores of documents by words, best first.
    """
    shares = {doc: matches.shares.get(doc, 0.0) if matches.shares else 1.0 for doc in by_words}
    good = {doc for doc in islice(by_words, FIRST) if shares[doc] >= GOOD_SHARE}
    # A resource with one common word of a question says little, even if it has it often.
    scores = {doc: score * math.sqrt(shares[doc]) for doc, score in by_words.items()}
    similarities = {doc: similarity for doc, similarity in near.docs.items() if bits >> doc & 1}
    return fusing_rules.fused(scores, similarities, good)


def pages_of(near: ByMeaning, matches: Matches) -> Mapping[int, int]:
    """Return the page to show of each document that has no words of the question, or too few to choose a page by."""
    return {
        doc: page
        for doc, page in near.pages.items()
        if near.alone >> doc & 1
        or (matches.shares.get(doc, 1.0) < GOOD_SHARE and near.docs.get(doc, 0.0) >= LEAST_SIMILAR)
    }

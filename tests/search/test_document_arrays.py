"""Places of words as arrays, compared with plain loops; and what is kept of a snapshot."""

from array import array
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from hub.search.queries import document_arrays as document_arrays_queries
from hub.search.queries import matching as matching_queries
from hub.search.queries import ranking as ranking_queries
from hub.search.queries.kept import Kept
from hub.search.queries.matching import Leaf, Part
from hub.search.store.numbers import np
from hub.search.store.snapshots import NO_POSTINGS, Postings, Snapshot, bits_of

SIZE = 30

Word = dict[int, list[int]]  # the positions in each document

WORDS = st.dictionaries(
    st.integers(0, SIZE - 1), st.sets(st.integers(0, 60), min_size=1, max_size=9).map(sorted), max_size=12
).map(lambda word: dict(sorted(word.items())))


def postings_of(word: Word) -> Postings:
    docs = array("I", word)
    counts = array("I", map(len, word.values()))
    return Postings(docs, counts, bits_of(docs, SIZE), lambda doc: word.get(doc, []))


def part_of(names: Sequence[Word]) -> Part:
    leaves = [Leaf(postings_of(word), NO_POSTINGS, NO_POSTINGS, ("x",), 1.5) for word in names]
    return Part("x", bits_of({doc for word in names for doc in word}, SIZE), leaves)


class Stored:
    """A snapshot with nothing but posting lists, by term."""

    size = SIZE

    def __init__(self, words: Mapping[str, Word]) -> None:
        self.words = words

    def postings(self, _name: str, term: str) -> Postings:
        return postings_of(self.words[term])


@given(st.lists(st.tuples(st.integers(0, 3), WORDS), min_size=2, max_size=3), st.sets(st.integers(0, SIZE - 1)))
def test_a_phrase_is_where_its_words_are_in_a_row(phrase: list[tuple[int, Word]], within: set[int]) -> None:
    phrase[0] = 0, phrase[0][1]  # the others have their distance from the first
    snapshot = cast(Snapshot, Stored({str(number): word for number, (_, word) in enumerate(phrase)}))
    matcher = matching_queries._QueryMatcher(snapshot, bits_of(within, SIZE), dict)
    offsets = [(offset, str(number)) for number, (offset, _) in enumerate(phrase)]
    phrase_postings = matcher.phrase_postings("body", offsets, bits_of(within, SIZE))
    expected: Word = {}
    for doc in sorted(within):
        starts = set.intersection(*({at - offset for at in word.get(doc, [])} for offset, word in phrase))
        if starts:
            expected[doc] = sorted(starts)
    assert {doc: list(phrase_postings.positions_in(doc)) for doc in phrase_postings.docs} == expected
    assert [list(phrase_postings.docs), list(phrase_postings.counts)] == [
        list(expected),
        list(map(len, expected.values())),
    ]
    assert phrase_postings.bits == bits_of(expected, SIZE)
    assert all(not phrase_postings.positions_in(doc) for doc in range(SIZE) if doc not in expected)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=2), min_size=2, max_size=5), st.sets(st.integers(0, SIZE - 1)))
def test_words_gain_by_each_place_where_neighbors_are_near(names: list[list[Word]], docs: set[int]) -> None:
    parts = list(map(part_of, names))
    scores = np.zeros(SIZE)
    ranking_queries._add_proximity(parts, scores, np.array(list(docs), dtype=np.intp))
    gain = ranking_queries.PAIR_OF_FEW if len(parts) <= ranking_queries.FEW_WORDS else ranking_queries.PAIR
    for doc in range(SIZE):
        places = [sorted({at for word in each for at in word.get(doc, [])}) for each in names]
        nears = [nearness(left, right) for left, right in pairwise(places)]
        expected = sum(1.5 * gain * near / (ranking_queries.PAIR_K + near) for near in nears)
        assert abs(scores[doc] - (expected if doc in docs else 0)) < 1e-9


def nearness(left: Sequence[int], right: Sequence[int]) -> float:
    """Return the sum of 1 / distance² to the nearest word after, or right before, each place."""
    total = 0.0
    for place in left:
        before = max((other for other in right if other <= place), default=place)
        distances = [other - place for other in right if other > place] + ([place - before] if before < place else [])
        if distances and min(distances) <= ranking_queries.NEAR:
            total += 1 / min(distances) ** 2
    return total


@given(st.sets(st.integers(0, 99)), st.lists(st.integers(0, 99), unique=True))
def test_flags_say_which_documents_are_in_a_set(docs: set[int], asked: list[int]) -> None:
    flags = document_arrays_queries.flags_in(bits_of(docs, 100), 100)
    assert flags[np.array(asked, dtype=np.intp)].tolist() == [doc in docs for doc in asked]


@given(st.dictionaries(st.integers(0, 50), st.floats(0, 1)), st.integers(0, 60))
def test_shares_are_a_mapping(shares: dict[int, float], doc: int) -> None:
    docs = sorted(shares)
    mapping = document_arrays_queries.Shares(np.array(docs, dtype=np.intp), np.array([shares[each] for each in docs]))
    assert dict(mapping) == shares
    assert mapping.get(doc, 2.0) == shares.get(doc, 2.0)


def test_what_is_kept_of_a_snapshot_stays_within_its_limit() -> None:
    kept: Kept[str] = Kept(4, len)
    snapshot, other = (cast(Snapshot, Stored({})) for _ in range(2))
    assert kept.get(snapshot, "a", lambda: "xx") == "xx"
    assert kept.get(snapshot, "b", lambda: "yy") == "yy"
    assert kept.get(snapshot, "a", lambda: "changed") == "xx"
    assert kept.get(other, "a", lambda: "zz") == "zz"
    assert kept.get(snapshot, "c", lambda: "vv") == "vv"
    assert [kept.get(snapshot, key, lambda: "new") for key in "ac"] == ["xx", "vv"]
    assert kept.get(snapshot, "b", lambda: "later") == "later"
    assert kept.get(snapshot, "e", lambda: "longer") == "longer"


@given(st.lists(st.integers(0, SIZE - 1), max_size=9), st.sets(st.integers(0, SIZE - 1)))
def test_documents_are_located_in_a_sorted_list(wanted: list[int], docs: set[int]) -> None:
    in_order = np.array(sorted(docs), dtype=np.intp)
    at, is_there = document_arrays_queries.located(np.array(wanted, dtype=np.intp), in_order)
    assert is_there.tolist() == [doc in docs for doc in wanted]
    assert in_order[at[is_there]].tolist() == [doc for doc in wanted if doc in docs]

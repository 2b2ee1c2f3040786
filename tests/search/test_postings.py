"""The codec of posting lists, and the choice of segments to merge."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from hub.search.index import to_merge
from hub.search.store import codec


@given(
    st.lists(
        st.tuples(st.integers(1, 200_000), st.sets(st.integers(0, 200_000), min_size=1, max_size=300)),
        min_size=1,
        max_size=40,
    )
)
def test_a_block_of_postings_survives_a_round_trip(postings: list[tuple[int, set[int]]]) -> None:
    ids, counts = list(accumulate(gap for gap, _ in postings)), [len(positions) for _, positions in postings]
    values = [codec.encode(sorted(positions)) for _, positions in postings]
    encoding, data = codec.pack(ids, counts, values)
    docs, frequencies, ends, encoded = codec.unpack(len(ids), encoding, data)
    assert (list(docs), list(frequencies)) == (ids, counts)
    assert [encoded[begin:end] for begin, end in zip((0, *ends), ends, strict=False)] == values


def test_many_small_segments_are_merged_and_large_ones_are_not() -> None:
    assert to_merge([9_000, *[1] * 8], [9_000, *[1] * 8], quiet=False) == list(range(1, 9))
    assert to_merge([9_000, 1, 1], [9_000, 1, 1], quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=True) == list(range(8))
    assert to_merge([9_000, 10], [4_000, 10], quiet=True) == [0]

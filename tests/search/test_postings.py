"""How the index keeps the places of words, and which segments it merges."""

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
def test_a_block_of_postings_is_read_as_it_was_written(rows: list[tuple[int, set[int]]]) -> None:
    ids, counts = list(accumulate(step for step, _ in rows)), [len(places) for _, places in rows]
    values = [codec.encoded(sorted(places)) for _, places in rows]
    how, data = codec.packed(ids, counts, values)
    docs, times, ends, kept = codec.unpacked(len(ids), how, data)
    assert (list(docs), list(times)) == (ids, counts)
    assert [kept[begin:end] for begin, end in zip((0, *ends), ends, strict=False)] == values


def test_many_small_segments_are_merged_and_large_ones_are_left_alone() -> None:
    assert to_merge([9_000, *[1] * 8], [9_000, *[1] * 8], quiet=False) == list(range(1, 9))
    assert to_merge([9_000, 1, 1], [9_000, 1, 1], quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=True) == list(range(8))
    assert to_merge([9_000, 10], [4_000, 10], quiet=True) == [0]

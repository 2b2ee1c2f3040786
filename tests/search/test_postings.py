"""Posting lists on disk and in memory, merging them, and the choice of segments to merge."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.search.index import to_merge
from hub.search.store import coding, merging, posting_files
from hub.search.store.inverted import Inverted
from hub.search.store.merging import InMemory, Source
from hub.search.store.numbers import np
from hub.search.store.posting_files import Field
from hub.search.store.postings import from_segments, union_of
from hub.search.store.segments import inverted_of

Plain = Mapping[str, Mapping[int, list[int]]]  # the positions by term and document

NUMBERS = st.one_of(st.integers(0, 300), st.integers(0, 70_000), st.integers(0, 2**31 - 1))
POSITIONS = st.lists(NUMBERS, min_size=1, max_size=60).map(sorted)
DOCS = st.one_of(st.integers(0, 9), st.integers(0, 200_000))
TERMS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=6)


def lists_of(docs: st.SearchStrategy[int]) -> st.SearchStrategy[Plain]:
    """Return a strategy for posting lists with these documents."""
    of_docs = st.dictionaries(docs, POSITIONS, min_size=1, max_size=9).map(lambda lists: dict(sorted(lists.items())))
    return st.dictionaries(TERMS, of_docs, max_size=9)


def plain_of(inverted: Inverted) -> Plain:
    """Return posting lists as plain values."""
    starts, ends = inverted.starts.tolist(), np.cumsum(inverted.counts, dtype=np.int64)
    lists = [part.tolist() for part in np.split(inverted.positions, ends[:-1])] if len(ends) else []
    docs = inverted.docs.tolist()
    return {
        term.decode(): dict(zip(docs[first:last], lists[first:last], strict=True))
        for term, first, last in zip(inverted.terms, starts, starts[1:], strict=False)
    }


def written(folder: Path, parts: Iterator[Inverted]) -> Field:
    """Return a field that has been written to files and opened again."""
    writer = posting_files.Writer(folder / "segment")
    writer.add("title", iter([inverted_of({"before": {7: [1, 2]}})]))
    writer.add("body", parts)
    writer.close()
    return posting_files.Reader(folder / "segment").fields["body"]


def never() -> None:
    """Interrupt nothing."""


@given(lists_of(DOCS))
def test_posting_lists_survive_a_round_trip_through_their_bytes(plain: Plain) -> None:
    inverted = inverted_of(plain)
    if not plain:
        return
    encoded = coding.encoded(inverted)
    codes = encoded.codes.astype(np.int64)
    decoded = coding.decoded(encoded.data, inverted.terms, encoded.sizes, codes, encoded.frequencies)
    assert plain_of(decoded) == plain == plain_of(inverted)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists_of(DOCS))
def test_each_term_is_read_from_its_files_as_it_was_written(tmp_path: Path, plain: Plain) -> None:
    field = written(tmp_path, iter([inverted_of(plain)]))
    assert plain_of(field.part(0, len(field))) == plain
    for term, lists in plain.items():
        number = field.find(term.encode())
        postings = from_segments([(0, *field.postings(number)), (300_000, *field.postings(number))])
        assert postings.docs.tolist() == [*lists, *(doc + 300_000 for doc in lists)]
        assert postings.counts.tolist() == [*map(len, lists.values())] * 2
        assert {doc: postings.positions_in(doc) for doc in lists} == lists
        assert {doc: postings.positions_in(doc + 300_000) for doc in lists} == lists
        assert postings.positions_in(299_999) == ()
        asked = np.array(sorted({*list(lists)[::2], 5, 299_999, *(doc + 300_000 for doc in lists)}))
        sizes, positions = postings.positions_of(asked)
        expected = [list(postings.positions_in(doc)) for doc in asked.tolist()]
        assert [part.tolist() for part in np.split(positions, np.cumsum(sizes)[:-1])] == expected
    assert field.find(b"\n") == -1
    assert list(field.beginning(b"")) == sorted(plain)
    assert field.words.split("\n")[1:-1] == sorted(term for term in plain if term.isalpha() and term.islower())
    for prefix in {term[:1] for term in plain}:
        beginning = {term: len(lists) for term, lists in sorted(plain.items()) if term.startswith(prefix)}
        assert field.beginning(prefix.encode()) == beginning


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(lists_of(st.integers(0, 30)), st.sets(st.integers(0, 30))), min_size=1, max_size=4),
    st.integers(1, 60),
)
def test_merged_posting_lists_have_all_documents_but_the_deleted_ones(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[Plain, set[int]]], at_once: int
) -> None:
    expected: dict[str, dict[int, list[int]]] = {}
    sources: list[Source] = []
    base = 0
    for number, (plain, deleted) in enumerate(parts):
        kept = [doc for doc in range(31) if doc not in deleted]
        numbers = np.full(31, -1)
        numbers[kept] = np.arange(base, base + len(kept))
        inverted = inverted_of(plain)
        folder = tmp_path_factory.mktemp("source")
        terms: Any = written(folder, iter([inverted])) if number % 2 else InMemory(inverted)
        sources.append(Source(terms, numbers))
        for term, lists in plain.items():
            for doc in lists.keys() - deleted:
                expected.setdefault(term, {})[int(numbers[doc])] = lists[doc]
        base += len(kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "AT_ONCE", at_once)
        field = written(tmp_path_factory.mktemp("merged"), merging.merged(sources, never))
    assert plain_of(field.part(0, len(field))) == expected


@given(st.lists(lists_of(st.integers(0, 30)), min_size=1, max_size=3))
def test_the_union_of_posting_lists_has_the_positions_of_all(parts: list[Plain]) -> None:
    lists = [docs for plain in parts for docs in plain.values()]
    union = union_of([_postings(docs) for docs in lists])
    together: dict[int, list[int]] = {}
    for docs in lists:
        for doc, positions in docs.items():
            together[doc] = sorted([*together.get(doc, []), *positions])
    assert {doc: list(union.positions_in(doc)) for doc in union.docs.tolist()} == together
    assert union.positions_of(union.docs)[1].tolist() == [place for doc in sorted(together) for place in together[doc]]
    assert union.counts.tolist() == [len(together[doc]) for doc in sorted(together)]
    assert union.bits == sum(1 << doc for doc in together)


def _postings(docs: Mapping[int, list[int]]) -> Any:
    encoded = coding.encoded(inverted_of({"term": docs}))
    counts = np.array([len(positions) for positions in docs.values()], np.int32)
    positions = encoded.data[len(encoded.data) - _bytes_of_positions(docs) :].tobytes()
    return from_segments([(0, np.array(list(docs), np.int32), counts, positions)])


def _bytes_of_positions(docs: Mapping[int, list[int]]) -> int:
    total = 0
    for positions in docs.values():
        gaps = np.diff(positions, prepend=0).tolist()
        total += sum(max(1, -(-gap.bit_length() // 7)) for gap in gaps)
    return total


def test_many_small_segments_are_merged_and_large_ones_are_not() -> None:
    assert to_merge([9_000, *[1] * 8], [9_000, *[1] * 8], quiet=False) == list(range(1, 9))
    assert to_merge([9_000, 1, 1], [9_000, 1, 1], quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=True) == list(range(8))
    assert to_merge([9_000, 10], [4_000, 10], quiet=True) == [0]

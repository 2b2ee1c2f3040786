"""Building posting lists from arrays gives what one posting at a time gives."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.store.building import Builder, Described, PageText, ResourceText, Tokens
from hub.search.store.inverted import Inverted
from tests.search.index.plain_entries import Postings, plain

WORDS = st.sampled_from(
    "the The THE of Welding welding WELDERS A-1312/B e-mail AT&T $1.8M 1,800,000 50% .5 co-op 中文字 ニュース Núñez"
    " ISO9001 C3PAO 2026-11-23 O'Brien x 3.2-inch naïve ﬁne ß STEEL steel’s — ... ".split(" ")
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=30)
PAGES = st.builds(PageText, st.integers(1, 9), TEXTS, TEXTS, TEXTS, st.integers(0, 4))
RESOURCES = st.lists(
    st.builds(ResourceText, TEXTS, st.lists(TEXTS, max_size=3), st.lists(PAGES, max_size=4)), max_size=5
)


def built(chunks: Sequence[Sequence[ResourceText]]) -> tuple[Mapping[str, Postings], Sequence[Described]]:
    """Return what a builder makes of the chunks, as plain values."""
    builder = Builder(Tokens())
    for chunk in chunks:
        builder.add(chunk)
    fields, described = builder.inverted()
    return {name: _plain(field) for name, field in fields.items()}, described


def _plain(field: Inverted) -> Postings:
    assert list(field.terms) == sorted(set(field.terms))
    counts, positions = field.counts.tolist(), field.positions.tolist()
    ends = [sum(counts[: n + 1]) for n in range(len(counts))]
    postings: dict[str, dict[int, Sequence[int]]] = {}
    for number, term in enumerate(field.terms):
        begin, end = field.starts[number : number + 2].tolist()
        docs = field.docs[begin:end].tolist()
        assert docs == sorted(set(docs))
        postings[term.decode()] = {
            doc: positions[ends[at] - counts[at] : ends[at]] for doc, at in zip(docs, range(begin, end), strict=True)
        }
    return postings


@given(RESOURCES, RESOURCES)
def test_arrays_have_the_same_postings_and_facts_as_one_posting_at_a_time(
    first: Sequence[ResourceText], second: Sequence[ResourceText]
) -> None:
    assert built([first, second]) == plain([*first, *second])


def test_an_empty_batch_has_no_postings() -> None:
    assert built([[]]) == ({"body": {}, "title": {}, "headings": {}}, [])


@pytest.mark.parametrize("notes", ["", "Ask Ana about the aerospace castings."])
def test_a_long_page_keeps_positions_above_65535(notes: str) -> None:
    page = PageText(1, "Suppliers of castings", "castings and forgings of the region " * 15_000, notes, 0)
    resource = ResourceText("Aerospace suppliers", ["Community 2"], [page])

    fields, described = built([[resource]])

    assert (fields, described) == plain([resource])
    assert max(fields["body"]["forg"][0]) > 65_535


def test_a_batch_says_when_it_should_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.search.store.building.MOST_POSTINGS", 100)
    builder = Builder()

    builder.add([ResourceText("Castings", [], [PageText(1, "", "castings " * 98, "", 0)])])
    assert not builder.is_full
    builder.add([ResourceText("Castings", [], [])])

    assert builder.is_full

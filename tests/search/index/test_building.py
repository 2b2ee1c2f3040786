"""Building posting lists from arrays gives what one posting at a time gives."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.entries import TOGETHER, Entry, in_chunks
from hub.search.store.building import Builder, Described, PageText, ResourceText
from hub.search.store.inverted import Inverted
from hub.search.store.tokens import Tokens
from tests.search.index.plain_entries import Postings, plain

DOCS = Path(__file__).parents[3] / "docs"
ODD = """
the The THE of Welding welding WELDERS A-1312/B e-mail AT&T $1.8M 1,800,000 50% .5 co-op 中文字 ニュース Núñez ISO9001 C3PAO
2026-11-23 O'Brien x 3.2-inch naïve ﬁne ß STEEL steel’s — ... abc12abc US a_b ภาษาไทย 서울에서 製造業の部品 and-the it's Q3 ½ م́
"""
WORDS = st.sampled_from([*ODD.split(), "", "\n", "OF THE AND", "of the and"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=30) | st.just("the of and")
PAGES = st.builds(PageText, st.integers(1, 9), TEXTS, TEXTS, TEXTS, st.integers(0, 4))
RESOURCES = st.lists(
    st.builds(ResourceText, TEXTS, st.lists(TEXTS, max_size=3), st.lists(PAGES, max_size=4)), max_size=5
)


def built(chunks: Sequence[Sequence[ResourceText]]) -> tuple[Mapping[str, Postings], Sequence[Described]]:
    """Return what a builder makes of the chunks, as plain values."""
    builder = Builder(Tokens())
    described = [each for chunk in chunks for each in builder.add(chunk)]
    return {name: _plain(field) for name, field in builder.inverted().items()}, described


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
    monkeypatch.setattr("hub.search.store.building.MOST_POSITIONS", 100)
    builder = Builder(Tokens())

    builder.add([ResourceText("Castings", [], [PageText(1, "", "castings " * 98, "", 0)])])
    assert not builder.is_full
    builder.add([ResourceText("Castings", [], [])])

    assert builder.is_full


@given(st.lists(st.integers(0, 300_000), max_size=20))
def test_long_texts_are_analyzed_few_at_a_time_and_none_is_lost(sizes: Sequence[int]) -> None:
    entries = [
        Entry(None, (), str(number), ResourceText("", (), [PageText(1, "", "x" * size, "", 0)]))
        for number, size in enumerate(sizes)
    ]

    chunks = list(in_chunks(entries))

    assert [entry.stamp for chunk in chunks for entry in chunk] == [entry.stamp for entry in entries]
    assert all(sum(entry.text.size for entry in chunk[:-1]) < TOGETHER for chunk in chunks)


def test_a_table_of_tokens_says_when_it_should_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.search.store.tokens.MOST_TOKENS", 3)
    tokens = Tokens()
    builder = Builder(tokens)

    builder.add([ResourceText("Castings and forgings", [], [])])

    assert tokens.is_full
    assert builder.is_full


@pytest.mark.parametrize("name", ["search.md", "operating.md", "architecture.md"])
def test_real_texts_have_the_same_postings(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    pages = [PageText(number, part[:40], part, part[:9], 0) for number, part in enumerate(text.split("\n## "), 1)]
    resources = [ResourceText(text[:60], [text[:200]], pages), ResourceText("Pages", [], pages[::-1])]

    assert built([resources, resources]) == plain([*resources, *resources])

"""The facts of documents in columns."""

from array import array
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.search.store import arrays, facts
from hub.search.store.bits import bits_of
from hub.search.store.facts import Columns, Facts

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
WORDS = st.lists(st.text("abcé0", min_size=1, max_size=4), max_size=5)
FACTS = st.builds(
    Facts,
    id=st.integers(1, 2**40),
    stamp=TEXTS,
    kind=TEXTS,
    organization=TEXTS,
    topics=st.lists(TEXTS, max_size=3, unique=True).map(tuple),
    published=st.integers(1, 800_000),
    year=st.integers(1, 9999),
    audience=TEXTS,
    title=TEXTS,
    length=st.integers(0, 2**32 - 1),
    pages=st.lists(st.integers(0, 2**32 - 1), max_size=3).map(lambda bounds: array("I", bounds * 5).tobytes()),
    keywords=WORDS.map(" ".join),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, max_size=9))
def test_facts_are_read_from_their_columns_as_they_were_written(tmp_path: Path, wanted: list[Facts]) -> None:
    arrays.write(tmp_path / "facts.col", facts.columns_of(wanted))
    columns = Columns(arrays.read(tmp_path / "facts.col"))
    assert list(columns) == wanted
    assert columns[:] == wanted
    assert list(columns.texts("title")) == [fact.title for fact in wanted]
    assert columns.numbers("published").tolist() == [fact.published for fact in wanted]
    masks = columns.masks()
    for name in ("kind", "organization", "audience", "year"):
        for value in {getattr(fact, name) for fact in wanted}:
            having = [doc for doc, fact in enumerate(wanted) if getattr(fact, name) == value]
            assert masks[name, value] == bits_of(having, len(wanted))
    for topic in {topic for fact in wanted for topic in fact.topics}:
        having = [doc for doc, fact in enumerate(wanted) if topic in fact.topics]
        assert masks["topic", topic] == bits_of(having, len(wanted))

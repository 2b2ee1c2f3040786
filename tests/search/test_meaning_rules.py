"""The texts that pages are encoded from."""

from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules.meaning import PARTS, WORDS, digest_of, parts_of


def test_a_text_begins_with_the_title_of_its_page_or_else_of_its_resource() -> None:
    assert parts_of("Toolkit", "Costs.", "Two dollars.", "") == ["Costs. Two dollars."]
    assert parts_of("Toolkit", " ", "Two dollars.", "Spoken.") == ["Toolkit. Two dollars. Spoken."]


def test_a_page_without_text_has_its_title_and_one_without_a_title_has_nothing() -> None:
    assert [part.strip() for part in parts_of("Toolkit", "Questions", "", " ")] == ["Questions."]
    assert parts_of("Toolkit", "", " \n", "") == []


@given(st.integers(1, 2_000))
def test_a_long_page_has_parts_in_order_and_no_short_rest(count: int) -> None:
    words = [f"w{number}" for number in range(count)]
    parts = parts_of("", "T", " ".join(words), "")
    assert 1 <= len(parts) <= PARTS
    kept = [word for part in parts for word in part.split()[1:]]
    assert kept == words[: len(kept)]
    assert len(kept) == min(count, len(parts) * WORDS)


def test_another_text_has_another_digest() -> None:
    assert digest_of(["a", "b"]) != digest_of(["ab"])
    assert digest_of(["a"]) == digest_of(["a"])

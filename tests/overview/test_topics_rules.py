"""The rules of topic pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Refused
from hub.library.rules import BIG_SIX
from hub.overview.rules import topics as topics_rules


def test_every_topic_has_sentences_of_its_own_that_fit() -> None:
    assert list(topics_rules.DEFAULT_SENTENCES) == list(BIG_SIX)
    assert all(len(text) <= topics_rules.LONGEST_SENTENCES for text in topics_rules.DEFAULT_SENTENCES.values())


def test_the_hubs_own_sentences_are_stored_as_none() -> None:
    assert topics_rules.sentences_of(f" {topics_rules.default_sentences('trade')}\r\n", "trade") == ""
    assert topics_rules.sentences_of("Ports.", "trade") == "Ports."
    assert topics_rules.sentences_of("", "trade") == ""
    with pytest.raises(Refused, match=r"Use up to 400 characters\. This text has 401\."):
        topics_rules.sentences_of("x" * 401, "trade")


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Who has standards for apprentices?", {"workforce"}),
        ("Does anyone know a lender for a supplier?", {"supply-chain", "operations"}),
        ("A SITE with rail, and a customs broker?", {"infrastructure", "trade"}),
        ("Which university has a robotics lab?", {"research"}),
        ("Landmarks on a sitemap of labels?", set()),
    ],
)
def test_an_ask_is_on_the_topics_that_its_words_name(text: str, topics: set[str]) -> None:
    assert {topic for topic in BIG_SIX if topics_rules.is_about(text, topic)} == topics


def test_first_lines_leave_out_bullets_the_title_and_empty_lines() -> None:
    text = "Questions\n\n- Who pays?\n2. For how long?\n  • Since when?\n- Why?"
    assert topics_rules.first_lines(text, "questions") == ["Who pays?", "For how long?", "Since when?"]
    assert topics_rules.first_lines("- \n\n* ", "Asks") == []
    assert topics_rules.first_lines("word " * 100, "Asks") == [f"{('word ' * 48)[:239].rstrip()}…"]


@given(st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(1, 99)), max_size=12))
def test_places_order_each_resource_once(places: list[tuple[int, int | None]]) -> None:
    ordered = topics_rules.in_order(places)
    assert len(set(ordered)) == len(ordered)
    assert set(ordered) == {resource for resource, place in places if place is not None}
    lowest = {
        resource: min(p for r, p in places if r == resource and p is not None)  # the first of a resource's places
        for resource in ordered
    }
    assert [lowest[resource] for resource in ordered] == sorted(lowest[resource] for resource in ordered)

"""Edit distance, lists of words, and how a word is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import english as english_rules
from hub.search.rules import spelling as spelling_rules
from hub.search.rules import wordlists as wordlists_rules
from hub.search.rules import written as written_rules


@pytest.mark.parametrize(
    ("word", "other", "edits"),
    [
        ("grant", "grant", 0),
        ("grnat", "grant", 1),
        ("gran", "grant", 1),
        ("graant", "grant", 1),
        ("grent", "grant", 1),
        ("apprentiship", "apprenticeship", 2),
        ("steel", "grant", 3),
    ],
)
def test_the_distance_counts_typical_mistakes(word: str, other: str, edits: int) -> None:
    assert spelling_rules.edit_distance(word, other, 2) == edits
    assert spelling_rules.edit_distance(other, word, 2) == edits


@given(st.text("abcd", min_size=4, max_size=11), st.data())
def test_every_word_within_the_distance_contains_a_probe(word: str, data: st.DataObject) -> None:
    edits, wrong = spelling_rules.max_edits(word), word
    for _ in range(edits):
        at = data.draw(st.integers(0, len(wrong) - 1))
        letter = data.draw(st.sampled_from(["", "a", "x", "swap"]))
        end = wrong[at : at + 2][::-1] + wrong[at + 2 :] if letter == "swap" else letter + wrong[at + 1 :]
        wrong = wrong[:at] + end
    if len(wrong) >= spelling_rules.TWO_SLIPS_FROM and spelling_rules.edit_distance(wrong, word, 2) <= edits:
        assert any(part in word for part in spelling_rules.probes(wrong, 2))


@given(st.text("abcde", max_size=9), st.text("abcde", max_size=9))
def test_costs_are_at_most_the_distance_but_for_the_first_letter(word: str, other: str) -> None:
    edits, cost = spelling_rules.edit_distance(word, other, 20), spelling_rules.cost(word, other)
    assert edits * spelling_rules.DOUBLED <= cost + 1e-9
    assert cost <= edits * spelling_rules.EDIT + spelling_rules.FIRST_LETTER + 1e-9
    endings = spelling_rules.ending_distances(f"{word}ing")
    assert spelling_rules.distance_of_stem(f"{word}ing", other, endings, 20) <= edits


@pytest.mark.parametrize(
    ("word", "other", "is_near"),
    [
        ("weldign", "welding", True),
        ("okafer", "okafor", True),
        ("ssbic", "ssbci", True),
        ("ewlding", "welding", True),
        ("retort", "report", False),  # any other letter in a short word often makes a right word
        ("censor", "sensor", False),
        ("panning", "canning", False),
        ("straining", "training", False),
        ("release", "retention", False),
        ("steel", "steel", False),
        ("zin", "zinc", False),
    ],
)
def test_short_words_are_near_only_by_common_slips(word: str, other: str, is_near: bool) -> None:
    assert spelling_rules.is_near(word, other) is is_near


@given(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=9), st.text("abc", min_size=1, max_size=2))
def test_a_sorted_list_of_words_is_searched_by_beginning_and_by_part(words: list[str], part: str) -> None:
    ordered = sorted(set(words))
    text = "\n" + "\n".join(ordered) + "\n"
    assert list(wordlists_rules.beginning(text, part)) == [word for word in ordered if word.startswith(part)]
    assert list(wordlists_rules.containing(text, part)) == [word for word in ordered if part in word]


@pytest.mark.parametrize(
    ("texts", "titles", "way"),
    [
        (["Zinc pays. We use zinc."], ["Zinc Plating"], "zinc"),
        (["by Okafor, okafor@lake.example, www.okafor.example"], [], "Okafor"),
        ([], ["ZINC PLATING COSTS"], "zinc"),
        (["We buy ZINC.", "and Zinc and Zinc"], [], "Zinc"),
        (["our Zinc"] * 3 + ["our zinc"], [], "zinc"),
        (["Zinc pays."], [], "Zinc"),
        (["with CMMC and CMMC"], ["Cmmc"], "CMMC"),
        (["no such word"], [], ""),
    ],
)
def test_a_word_is_written_as_most_texts_write_it(texts: list[str], titles: list[str], way: str) -> None:
    word = (way or "zinc").lower()
    ways = written_rules.ways_to_write(texts, titles, [word])
    assert written_rules.usual(ways.get(word, {}).get(word, {})) == way


@pytest.mark.parametrize(
    ("word", "is_known"),
    [("sculpture", True), ("sculptures", True), ("training", True), ("trained", True), ("jensen", True),
     ("shipped", True), ("shiped", False), ("supplyers", False), ("nickle", False), ("recieved", False), ("okafor", False), ("manufactoring", False)],
)  # fmt: skip
def test_common_words_their_inflections_and_names_are_known(word: str, is_known: bool) -> None:
    assert english_rules.is_known(word) is is_known

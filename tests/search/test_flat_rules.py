"""The rules of text on one line: headings, list items and cells stay apart from what follows."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hub.search.rules import flat as flat_rules
from hub.search.rules import passages as passages_rules
from hub.search.rules.plain import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Powder coating\n\nThe oven runs at night.", "Powder coating – The oven runs at night."),
        ("Powder coating\nThe oven runs at night.", "Powder coating – The oven runs at night."),
        ("## Powder coating\n\nThe oven runs.", "Powder coating – The oven runs."),
        ("Does it pay?\n\nThe oven runs at night.", "Does it pay? The oven runs at night."),
        ("Costs:\n\nAn oven.", "Costs: An oven."),
        ("It runs.\n\nMaintenance\n\nEvery month.", "It runs. Maintenance – Every month."),
        ("The oven of\nthe county runs.", "The oven of the county runs."),
        ("The oven of\nBoone County runs.", "The oven of Boone County runs."),
        ("First point.\nOven\nBooth\nCompressor", "First point. Oven · Booth · Compressor"),
        ("Item\tCost\nOven\t$4,000", "Item · Cost – Oven · $4,000"),
        ("\tCost\nOven\t$4,000", "Cost – Oven · $4,000"),
        ("", ""),
    ],
)
def test_what_ends_without_a_full_stop_stays_apart(text: str, shown: str) -> None:
    assert flat_rules.flat(text) == shown


def test_a_wrapped_line_before_a_name_continues_after_a_space() -> None:
    text = "The members met for two days in the new hall of the mill in upper\nBoone County, and they voted for an oven that all of them can use\nAt night it is free."
    assert flat_rules.flat(text) == text.replace("\n", " ")


@given(st.text())
def test_no_word_is_lost_and_nothing_is_on_a_second_line(text: str) -> None:
    line = flat_rules.flat(text)
    assert "\n" not in line
    assert [word for word in line.split() if word not in "–·"] == [
        word for word in plain(text.replace("\t", " ")).split() if word not in "–·"
    ] or "\t" in text


@given(st.text(), st.text(max_size=20))
def test_a_text_without_its_heading_is_its_end(text: str, heading: str) -> None:
    assert text.endswith(flat_rules.without_heading(text, heading))


@given(st.text("a1#*_ \n"), st.text("a1#*_ \n", max_size=5))
@example("## #1 supplier\n\nSteel.", "#1 supplier")
def test_a_heading_is_left_out_as_its_pattern_says(text: str, heading: str) -> None:
    words = heading.split()
    assume(words and words[0].strip("#*_"))
    pattern = r"[\s#*_]*" + r"\s+".join(map(re.escape, words)) + r"[*_]*[^\S\n]*(?:\n\s*|$)"
    match = re.match(pattern, text)
    assert flat_rules.without_heading(text, heading) == (text[match.end() :] if match else text)


def test_a_heading_at_the_beginning_is_left_out_only_as_a_whole_line() -> None:
    assert flat_rules.without_heading("Powder\ncoating\n\nThe oven.", "Powder coating") == "The oven."
    assert flat_rules.without_heading("Powder coating is new.", "Powder coating") == "Powder coating is new."
    assert flat_rules.without_heading("Powder coating", "Powder coating") == ""
    assert flat_rules.without_heading("The oven.", "") == "The oven."


def test_a_snippet_begins_after_a_heading_and_ends_with_a_word() -> None:
    shown = passages_rules.snippet(
        "Filler words. " * 20 + "\n\nOven\n\nThe booth is dry.\n\nCosts\n\n" + "More. " * 60, {"booth"}, 60
    )
    assert str(shown).startswith("… The **booth** is dry. Costs – More.")
    ended = passages_rules.snippet("\n".join(["Booth"] * 40), {"oven"}, 33)
    assert ended.text.endswith("Booth …")

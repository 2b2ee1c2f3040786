"""Which shared keywords are worth showing as a reason."""

import pytest

from hub.search.rules.keywords import as_shown

ACRONYMS = {"cmmc": "CMMC", "iiot": "IIoT"}


@pytest.mark.parametrize(
    ("word", "shown"),
    [("cmmc", "CMMC"), ("iiot", "IIoT"), ("galvanizing", "galvanizing"), ("castings", "castings")],
)
def test_acronyms_and_distinctive_nouns_are_shown_as_they_are_written(word: str, shown: str) -> None:
    assert as_shown(word, 4, 100, ACRONYMS) == shown


@pytest.mark.parametrize("word", ["hub", "tooling", "table", "percent", "people", "hours", "quickly", "trained", "mx5"])
def test_words_of_any_subject_are_left_out(word: str) -> None:
    assert as_shown(word, 2, 100, ACRONYMS) == ""


def test_a_word_that_many_resources_have_says_nothing() -> None:
    assert as_shown("furnace", 21, 100, ACRONYMS) == ""
    assert as_shown("cmmc", 21, 100, ACRONYMS) == ""
    assert as_shown("furnace", 3, 5, ACRONYMS) == "furnace"

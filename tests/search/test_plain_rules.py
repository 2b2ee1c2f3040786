"""Plain text of Markdown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import passages as passages_rules
from hub.search.rules.plain import plain
from tests.search.typed import TEXT


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**bold** and *it* and ***both***", "bold and it and both"),
        ("1. *Does it help?* Partly.", "1. Does it help? Partly."),
        ("| Measure | Times |\n|---|--:|\n| Air | 37 |", "Measure · Times\n\nAir · 37"),
        ("Ridgeline | July 17", "Ridgeline · July 17"),
        ("# Heading\n> quoted\n- one\n* two", "Heading\nquoted\n• one\n• two"),
        ("[the kit](https://kit.example/x) <https://b.example>", "the kit https://b.example"),
        (r"`code` and \*not\*", "code and *not*"),
        ("5 * 3, a - b, snake_case_name, 2*", "5 * 3, a - b, snake_case_name, 2*"),
    ],
)
def test_markdown_becomes_plain_text(written: str, read: str) -> None:
    assert plain(written) == read


@given(TEXT | st.text("*_|`#>[]()\\- \nab", max_size=80))
def test_removing_markdown_loses_no_word(written: str) -> None:
    letters = [letter for letter in written if letter.isalnum()]
    assert (
        "(" in written or [letter for letter in plain(written) if letter.isalnum()] == letters
    )  # the target of a link is removed


@pytest.mark.parametrize("nasty", ["*a ", "[a", "|", "_a", " ", "-", "`a", "[a](", "<http://", "> ", "\n"])
def test_no_text_takes_quadratic_time(nasty: str) -> None:
    began = time.thread_time()  # of this thread alone, so that a busy machine doesn't count
    plain(nasty * (passages_rules.CHUNK // len(nasty)) + "*")
    assert time.thread_time() - began < 0.5  # quadratic time would be seconds

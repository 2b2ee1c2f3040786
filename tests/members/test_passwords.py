"""New passwords: long enough, not common, and not made from the names at hand."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import zxcvbn
from hypothesis import given
from hypothesis import strategies as st

from config import ROOT
from hub.core.errors import Refused
from hub.demo import load
from hub.members.rules.passwords import (
    FEWEST_GUESSES,
    LONGEST_CHECKED,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    password_of,
)
from tests.world import PASSWORD

NAMES = ("Rosa Peña", "rosa@lakeshore.example", "Lakeshore Forge & Foundry Collaborative", "AMCC Resource Hub")


@pytest.mark.parametrize("text", ["", "ten chars", "x" * 201])
def test_a_password_that_is_too_short_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        password_of(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1234567890", "most common"),
        ("password123456", "most common"),
        ("P@ssw0rd2024", "most common"),
        ("qwertyuiop", "most common"),
        ("Summer2026!", "most common"),
        ("aaaaaaaaaaaa", "repeats the same"),
        ("x" * 200, "repeats the same"),
        ("abcdefghijklmnop", "sequence"),
        ("11/30/1987", "date"),
        ("Lakeshore Forge & Foundry Collaborative", "name that others know"),
        ("lakeshoreforgefoundrycollaborative", "name that others know"),
        ("Lakeshore2026", "name that others know"),
        ("rosa@lakeshore.example", "name that others know"),
        ("Rosa@Lakeshore.Example", "name that others know"),
        ("amcc resource hub", "name that others know"),
        ("AMCCResourceHub", "name that others know"),
        ("buH ecruoseR CCMA", "name that others know"),
        ("rosa.peña.1", "name that others know"),
        ("LakeshoreForge2026", "name that others know"),
        ("rosa.lakeshore-11302026", "name that others know"),
        ("amcc1234resource!", "name that others know"),
        (" " * 10, "repeats the same"),
        ("🔥" * 10, "repeats the same"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        password_of(text, NAMES)
    assert why in str(refused.value)
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "a few plain words",
        "nine old hammers",
        "onlylowercase-but-long",
        "84637291056473",
        "صندوق الحديد القديم",
        "rosa wears no iron hat",
        "Lakeshore 84637291056473",
        "]~;({$=^<|%#&",
        "🚜🌽🏭🔥🎺🦉🍞🧲🪚🐝",
        "correct horse battery staple" * 5,
        PASSWORD,
        load.PASSWORD,
    ],
)
def test_any_other_password_is_accepted_without_rules_about_characters(text: str) -> None:
    assert password_of(text, NAMES) == text


def test_names_count_only_for_the_person_who_has_them() -> None:
    assert password_of("lakeshoreforge", ("Jolene", "jolene@ridgeline.example", "Ridgeline")) == "lakeshoreforge"
    with ThreadPoolExecutor(8) as pool:  # zxcvbn keeps the names in one place for all threads
        accepted = list(pool.map(lambda number: _is_accepted("lakeshoreforge", NAMES if number % 2 else ()), range(64)))
    assert accepted == [number % 2 == 0 for number in range(64)]


def _is_accepted(text: str, names: tuple[str, ...]) -> bool:
    try:
        password_of(text, names)
    except Refused:
        return False
    return True


@given(st.text(max_size=LONGEST_PASSWORD + 5), st.lists(st.text(max_size=50), max_size=4))
def test_no_text_breaks_the_rule(text: str, names: list[str]) -> None:
    with suppress(Refused):
        assert password_of(text, names) == text
        assert len(text) >= SHORTEST_PASSWORD


def test_only_the_beginning_of_a_long_password_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []

    def estimate(text: str, **_others: object) -> dict[str, object]:
        checked.append(len(text))
        return {"guesses": FEWEST_GUESSES, "sequence": []}

    monkeypatch.setattr(zxcvbn, "zxcvbn", estimate)
    password_of("4@8({[<" * 28)
    assert checked == [LONGEST_CHECKED]


def test_the_lists_of_common_passwords_are_loaded_only_when_a_password_is_set() -> None:
    program = "import sys, hub.app, hub.cli.people; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0

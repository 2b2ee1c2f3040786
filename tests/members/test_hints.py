"""The short tour: two to four hints for every role, each at a place that the templates name."""

import re

import pytest

from config import ROOT
from hub.members.rules.hints import HINTS, is_shown
from hub.members.rules.organizations import Role


@pytest.mark.parametrize("role", Role)
def test_every_role_meets_two_to_four_hints(role: Role) -> None:
    assert 2 <= sum(is_shown(name, role, ()) for name in HINTS) <= 4


def test_every_hint_stands_on_a_page_and_every_page_names_one_that_is_there() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    assert set(re.findall(r"\{\{ hint\(\"([a-z-]+)\"\) \}\}", sources)) == set(HINTS)


def test_a_hint_that_was_put_away_is_not_shown() -> None:
    assert not is_shown("board", Role.BOARD, ["board"])

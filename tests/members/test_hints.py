"""The short tour: two to four hints for every role, each on the page that it names."""

import re

import pytest

from config import ROOT
from hub.members.rules.hints import HINTS, hints_on
from hub.members.rules.organizations import Role


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_two_to_four_hints(role: Role) -> None:
    templates = {hint.template for hint in HINTS.values()}
    assert 2 <= sum(len(hints_on(template, role)) for template in templates) <= 4


def test_every_hint_is_on_the_page_that_it_names_and_no_page_names_another() -> None:
    folder = ROOT / "templates"
    on_pages = {
        (name, path.relative_to(folder).as_posix())
        for path in folder.rglob("*.html")
        for name in re.findall(r"\{\{ hint\(\"([a-z-]+)\"\) \}\}", path.read_text())
    }
    assert on_pages == {(name, hint.template) for name, hint in HINTS.items()}


def test_a_closed_hint_is_not_shown() -> None:
    assert hints_on("overview/board.html", Role.BOARD) == ["board"]
    assert hints_on("overview/board.html", Role.BOARD, ["board"]) == []

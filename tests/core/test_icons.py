"""Icons come from the sprite file, and are hidden from screen readers."""

import re

import pytest

from config import ROOT
from hub.core.icons import icon


def test_every_icon_that_a_template_names_exists() -> None:
    names = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"icon\(\"([a-z0-9-]+)\"\)", path.read_text())
    }
    assert names
    for name in names:
        assert 'aria-hidden="true"' in icon(name)
        assert len(icon(name)) < 3_000


def test_an_unknown_icon_raises_an_error() -> None:
    with pytest.raises(KeyError):
        icon("no-such-icon")

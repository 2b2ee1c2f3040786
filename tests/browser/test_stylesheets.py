"""Chromium supports every declaration of the stylesheets."""

import pytest
from playwright.sync_api import Browser

from config import ROOT
from tests.lint.stylesheets import declarations, stylesheets

pytestmark = pytest.mark.browser


def test_chromium_supports_each_property_and_value(browser: Browser) -> None:
    all_declarations = [
        [f"{path.relative_to(ROOT)}:{line}", name, value]
        for path in stylesheets(ROOT)
        for line, name, value in declarations(path.read_text())
    ]
    page = browser.new_page()
    unsupported = page.evaluate(
        "declarations => declarations.filter(([, name, value]) => !CSS.supports(name, value))", all_declarations
    )
    page.close()
    assert len(all_declarations) > 100
    assert unsupported == []

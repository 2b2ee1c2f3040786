"""Chromium understands every declaration of the stylesheets."""

import pytest
from playwright.sync_api import Browser

from config import ROOT
from tests.lint.stylesheets import declarations, stylesheets

pytestmark = pytest.mark.browser


def test_chromium_knows_each_property_and_takes_its_value(browser: Browser) -> None:
    styles = [
        [f"{path.relative_to(ROOT)}:{line}", name, value]
        for path in stylesheets(ROOT)
        for line, name, value in declarations(path.read_text())
    ]
    page = browser.new_page()
    refused = page.evaluate("styles => styles.filter(([, name, value]) => !CSS.supports(name, value))", styles)
    page.close()
    assert len(styles) > 100
    assert refused == []

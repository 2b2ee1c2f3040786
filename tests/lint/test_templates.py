"""The checks of templates notice what they are there for."""

import pytest

from tests.lint.templates import faults


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        (f"<p>{'a' * 154}</p>\n", "161 characters; the limit is 160"),
        ("\t<p>a</p>\n", "a tab"),
        ("<p>a</p> \n", "white space at the end"),
        ("<p>a</p>", "one line break"),
        ("<p>a</p>\n\n", "one line break"),
        ("", "one line break"),
        ('<script src="/static/site.js"></script>\n', "a script that isn't a module"),
        ('<script type="module">run()</script>\n', "a script that isn't a module"),
    ],
)
def test_a_fault_is_found(template: str, problem: str) -> None:
    found = [text for _line, text in faults(template)]
    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    "template",
    [f"<p>{'a' * 153}</p>\n", "<p>a</p>\n\n<p>b</p>\n", '<script src="/static/site.js" type="module"></script>\n'],
)
def test_what_is_right_passes(template: str) -> None:
    assert faults(template) == []

"""The check of templates finds problems."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT
from tests.lint.templates import faults, problems

BIN = Path(sys.executable).parent


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
    messages = [text for _line, text in faults(template)]
    assert len(messages) == 1
    assert problem in messages[0]


@pytest.mark.parametrize(
    "template",
    [f"<p>{'a' * 153}</p>\n", "<p>a</p>\n\n<p>b</p>\n", '<script src="/static/site.js" type="module"></script>\n'],
)
def test_what_is_right_passes(template: str) -> None:
    assert faults(template) == []


def test_the_hubs_templates_have_no_fault() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize("command", ["djhtml --check --tabwidth 2 templates", "djlint --lint --quiet templates"])
def test_the_hubs_templates_are_indented_and_pass_djlint(command: str) -> None:
    tool, *words = command.split()
    done = subprocess.run([BIN / tool, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

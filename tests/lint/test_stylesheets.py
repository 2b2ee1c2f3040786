"""The check of stylesheets finds problems."""

import pytest

from config import ROOT
from tests.lint.stylesheets import declarations, faults, problems


@pytest.mark.parametrize(
    ("css", "problem"),
    [
        ("p { colr: red; }", "unknown property colr"),
        ("p { color: red; color: blue; }", "color is already set at line 1"),
        ("p { color: red; } p { margin: 0; }", "the selector p already has a rule at line 1"),
        ("@media print { p { margin: 0 } p { color: red } }", "the selector p already has a rule"),
        ("p { margin: 1rm; }", "unknown unit rm"),
        ("@media (min-width: 3rm) { p { margin: 0 } }", "unknown unit rm"),
        ("p { color: #12345g; }", "#12345g isn't a color"),
        ("p { color: #12345; }", "#12345 isn't a color"),
        ("p { color: var(--hub-nik); }", "the variable --hub-nik isn't set anywhere"),
        ("p { width: calc(1px + (2 * var(--a))); }", "the variable --a isn't set anywhere"),
        ("p { margin: 0 !important; }", "!important needs a comment"),
        ("p {}", "an empty block"),
        ("p { a { margin: 1rm; } }", "unknown unit rm"),
        ("@medium print { p { margin: 0 } }", "unknown at-rule @medium"),
        ("p { margin 0; }", "not CSS"),
        ("p { margin: 0; }} a { margin: 0; }", "not CSS"),
        ("p { margin: 0); }", "not CSS"),
    ],
)
def test_a_fault_is_found(css: str, problem: str) -> None:
    messages = [text for _line, text in faults(css)]
    assert len(messages) == 1
    assert problem in messages[0]


@pytest.mark.parametrize(
    "css",
    [
        ":root { --hub-ink: #14213d; } p { color: var(--hub-ink); margin: 0 auto; }",
        "p { color: red; } @media print { p { color: black; } }",
        "p { margin: 0 !important; /* over Bootstrap's .mb-3 */ }",
        "p { color: var(--elsewhere); }",
        "a { background: url('data:image/svg+xml,%3csvg%3e'); }",
    ],
)
def test_what_is_right_passes(css: str) -> None:
    assert faults(css, {"--elsewhere"}) == []


def test_a_fault_is_reported_with_its_line() -> None:
    assert faults("p {\n  margin: 0;\n  colr: red;\n}\n")[0][0] == 3


def test_declarations_come_with_property_and_value() -> None:
    css = "@page { size: A4 } @media print { p { --a: 1; color: red !important } }"
    assert list(declarations(css)) == [(1, "color", "red")]


def test_the_hubs_stylesheets_have_no_fault() -> None:
    assert problems(ROOT) == []

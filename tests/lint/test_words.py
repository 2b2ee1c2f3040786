"""The word list finds each phrase where it applies, and says the better word."""

from collections.abc import Sequence

import pytest

from config import ROOT
from tests.lint.words import faults, problems


def _better(name: str, content: str) -> list[str]:
    return [f"{line}: {problem}" for line, problem in faults(name, content)]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("<h2>Calls to come</h2>\n", ["1: “Calls to come”: write upcoming, or in the future"]),
        ("<p>\n  Somebody opened it.</p>\n", ["2: “Somebody”: write someone"]),
        ("<p>On 30 November 2026</p>\n", ["1: “30 November 2026”: write Nov 30, 2026"]),
        ("<p>By 31 Dec</p>\n", ["1: “31 Dec”: write Nov 30, 2026"]),
        ("<p>At 14:30</p>\n", ["1: “14:30”: write a 12-hour time such as 2:00 p.m."]),
        ('<a title="See who was there">Attendance</a>\n', ["1: “who was there”: write attendance; attended"]),
        ('{{ empty("Your e-mail address") }}\n', ["1: “e-mail”: write email"]),
        ("{% for one in resources %}{% endfor %}\n", ["1: the name one: name the thing"]),
    ],
)
def test_a_phrase_on_a_screen_is_found_with_its_line_and_the_better_word(
    template: str, expected: Sequence[str]
) -> None:
    assert _better("templates/calls/show.html", template) == expected


@pytest.mark.parametrize(
    "template",
    [
        "<h2>Upcoming calls</h2>\n",
        "<p>DIB stands for defense industrial base. Nov 30, 2026, 2:30 p.m.</p>\n",
        '<input name="declared" class="rung" id="whom">\n',
        "{# Somebody reads this comment. #}{{ whom(somebody) }}{% if beside %}{% endif %}\n",
        "{% for resource in resources %}{% endfor %}\n",
    ],
)
def test_names_comments_and_plain_texts_of_a_template_pass(template: str) -> None:
    assert _better("templates/calls/show.html", template) == []


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("hub/calls/actions/series.py", 'raise Refused("The day is still to come.")\n', 1),
        ("hub/calls/actions/series.py", 'raise Refused(f"{day} stands in the record, {whom}.")\n', 1),
        ("hub/calls/rules/series.py", "# Nobody is due.\n", 1),
        ("hub/calls/rules/series.py", '"""Whoever is due."""\n', 1),
        ("hub/calls/rules/series.py", "def who_stands_beside() -> None:\n    pass\n", 1),
        ("hub/calls/rules/series.py", "def due(one: int) -> int:\n    there = one\n    return there\n", 2),
        ("hub/calls/rules/series.py", 'def due() -> int:\n    """The number of calls."""\n    return 1\n', 1),
        ("hub/calls/rules/series.py", 'def due() -> int:\n    """Return the number of calls."""\n    return 1\n', 0),
        (
            "hub/calls/rules/series.py",
            '@property\ndef due() -> int:\n    """The number of calls."""\n    return 1\n',
            0,
        ),
        ("hub/calls/rules/series.py", '"""Events are append-only; a declared one can be superseded."""\n', 0),
        ("hub/calls/letters.py", 'TEXT = "Entries are append-only."\n', 1),
        ("hub/demo/texts/cyber.py", 'TEXT = "Parts of a career ladder, and derived figures."\n', 0),
        ("tests/calls/test_rules.py", 'assert "to whom" in page\n', 0),
        ("tests/calls/test_rules.py", "def test_nobody_is_due() -> None:\n    pass\n", 1),
    ],
)
def test_code_is_read_as_messages_comments_docstrings_and_names(name: str, code: str, expected: int) -> None:
    found = {problem for _line, problem in faults(name, code)}
    assert bool(found) == bool(expected)
    assert len(found) >= expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("The worker hands it over.\n", ["1: “hands it over”: write send or pass"]),
        ("# Mail\n\nMessages go out by SMTP.\n", ["3: “go out”: write is sent"]),
        ("Run `hub take back`. Entries are append-only, and derived data can be rebuilt at 14:00.\n", []),
        ("```\nnobody stands beside\n```\n", []),
    ],
)
def test_a_document_is_read_without_its_code(document: str, expected: Sequence[str]) -> None:
    assert _better("docs/mail.md", document) == expected


@pytest.mark.parametrize("name", ["static/site.js", "static/site.css"])
def test_comments_of_scripts_and_styles_are_read(name: str) -> None:
    assert _better(name, "/* Somebody waits. */\n") == ["1: “Somebody”: write someone"]


@pytest.mark.parametrize(
    "british", ["the colour", "a programme", "cancelled", "to organise", "a catalogue", "towards", "labelled", "centre"]
)
def test_american_spelling_is_used_everywhere(british: str) -> None:
    for name in ("templates/a.html", "docs/a.md", "static/a.js"):
        assert len(_better(name, f"{british}\n")) == 1
    assert len(_better("hub/a.py", f"# {british}\n")) == 1


def test_the_project_is_written_in_plain_american_english() -> None:
    assert problems(ROOT) == []

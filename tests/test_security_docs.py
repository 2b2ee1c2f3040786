"""docs/security.md names every requirement of OWASP ASVS 5.0, levels 1 and 2, and only tests that exist."""

import re
from functools import cache

import pytest

from config import ROOT

# The requirements of levels 1 and 2 in version 5.0.0: 1.1.1/2 are 1.1.1 and 1.1.2.
REQUIREMENTS = """
1.1.1/2 1.2.1/2/3/4/5/6/7/8/9 1.3.1/2/3/4/5/6/7/8/9/10/11 1.4.1/2/3 1.5.1/2 2.1.1/2/3 2.2.1/2/3 2.3.1/2/3/4
2.4.1 3.2.1/2 3.3.1/2/3/4 3.4.1/2/3/4/5/6 3.5.1/2/3/4/5 3.7.1/2 4.1.1/2/3 4.2.1 4.3.1/2 4.4.1/2/3/4 5.1.1
5.2.1/2/3 5.3.1/2 5.4.1/2/3 6.1.1/2/3 6.2.1/2/3/4/5/6/7/8/9/10/11/12 6.3.1/2/3/4 6.4.1/2/3/4 6.5.1/2/3/4/5
6.6.1/2/3 6.8.1/2/3/4 7.1.1/2/3 7.2.1/2/3/4 7.3.1/2 7.4.1/2/3/4/5 7.5.1/2 7.6.1/2 8.1.1/2 8.2.1/2/3 8.3.1 8.4.1
9.1.1/2/3 9.2.1/2/3/4 10.1.1/2 10.2.1/2 10.3.1/2/3/4 10.4.1/2/3/4/5/6/7/8/9/10/11 10.5.1/2/3/4/5 10.6.1/2
10.7.1/2/3 11.1.1/2 11.2.1/2/3 11.3.1/2/3 11.4.1/2/3/4 11.5.1 11.6.1 12.1.1/2/3 12.2.1/2 12.3.1/2/3/4 13.1.1
13.2.1/2/3/4/5 13.3.1/2 13.4.1/2/3/4/5 14.1.1/2 14.2.1/2/3/4 14.3.1/2/3 15.1.1/2/3 15.2.1/2/3 15.3.1/2/3/4/5/6/7
16.1.1 16.2.1/2/3/4/5 16.3.1/2/3/4 16.4.1/2/3 16.5.1/2/3 17.1.1 17.2.1/2/3/4 17.3.1/2
"""


def _requirements() -> set[str]:
    sections = (section.rpartition(".") for section in REQUIREMENTS.split())
    return {f"{start}.{number}" for start, _, numbers in sections for number in numbers.split("/")}


@cache
def _page() -> str:
    return (ROOT / "docs" / "security.md").read_text()


def _rows() -> list[list[str]]:
    """Return the cells of the tables' rows, without those of the first table, which says why some aren't met."""
    page = _page().partition("## V1 ")[2]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ]


def test_every_requirement_of_levels_1_and_2_is_there() -> None:
    listed = {number for row in _rows() for number in re.findall(r"\d+\.\d+\.\d+", row[0])}
    assert len(_requirements()) == 253
    assert _requirements() - listed == set()
    assert listed - _requirements() == set()


def test_every_test_that_it_names_exists() -> None:
    text = "".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    defined = set(re.findall(r"def (test_\w+)", text))
    named = set(re.findall(r"`(test_\w+)`", _page()))
    assert len(named) > 80
    assert named - defined == set()


@pytest.mark.parametrize("answer", ["no", "in part"])
def test_what_is_not_met_has_its_reason_at_the_top(answer: str) -> None:
    reasons = _page().partition("## V1 ")[0]
    unmet = {number for row in _rows() if row[1] == answer for number in re.findall(r"\d+\.\d+\.\d+", row[0])}
    assert [number for number in unmet if number not in reasons] == []


def test_what_is_met_names_a_test_or_says_why_there_is_none() -> None:
    silent = [row[0] for row in _rows() if row[1] == "yes" and not re.match(r"`test_\w+`|no test, because ", row[3])]
    assert silent == []

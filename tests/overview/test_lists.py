"""Reading a list of organizations."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Refused
from hub.members.rules.organizations import OrganizationKind
from hub.overview.rules.organization_lists import MOST_LINES, Line, original_text, read_list

TODAY = date(2026, 11, 24)


def read(text: str, names: tuple[str, ...] = (), emails: tuple[str, ...] = ()) -> list[Line]:
    return read_list(text, names, emails, TODAY)


def test_organizations_listed_by_name_only_are_members() -> None:
    lines = read("Great Lakes Castings\n\nMesa Composites\n")
    assert [(line.number, line.name, line.kind) for line in lines] == [
        (1, "Great Lakes Castings", OrganizationKind.MEMBER),
        (3, "Mesa Composites", OrganizationKind.MEMBER),
    ]


@pytest.mark.parametrize("divider", ["\t", ";", ","])
def test_columns_can_be_separated_by_tabs_semicolons_or_commas(divider: str) -> None:
    cells = ["Mesa", "BFF", "Arizona", "www.mesa.example", "3/1/2024", "Ana Peña", "Ana@Mesa.example"]
    [line] = read(divider.join(cells))
    assert line.problem == ""
    assert (line.kind, line.region, line.website) == (OrganizationKind.BFF, "Arizona", "https://www.mesa.example")
    assert (line.joined_on, line.representative, line.email) == (date(2024, 3, 1), "Ana Peña", "ana@mesa.example")


def test_headings_name_the_columns_and_unknown_columns_are_ignored() -> None:
    [line] = read("E-mail,Notes,Organization,Contact\na@b.example,whatever,Mesa,Ana\n")
    assert (line.name, line.representative, line.email, line.problem) == ("Mesa", "Ana", "a@b.example", "")
    [line] = read("Web-Address,Member since,Name\nmesa.example,2024,Mesa\n")
    assert (line.website, line.joined_on) == ("https://mesa.example", date(2024, 1, 1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mesa,club", "isn’t a kind"),
        ("Ridge, Forge & Co", "quotes around a name"),
        ("Mesa,member,,,tomorrow", "is not a date"),
        ("Mesa,member,,,2031-01-01", "in the future"),
        ("Mesa,member,,ftp://mesa", "https://"),
        ("Mesa,member,,,,Ana", "name and email address, or neither"),
        ("Mesa,member,,,,Ana,not an address", "email address"),
        (",member", "Enter the name"),
        ("here already", "already in the hub"),
        ("Mesa,,,,,Ana,taken@b.example", "already"),
        ("Mesa,,,,,Ana,a@b.example,more", "too many columns"),
    ],
)
def test_a_line_with_a_problem_says_what_is_wrong(text: str, words: str) -> None:
    [line] = read(text, names=("Here Already",), emails=("taken@b.example",))
    assert words in line.problem


def test_a_name_that_is_listed_twice_is_added_once() -> None:
    first, second = read("Mesa\nmesa\n")
    assert (first.problem, "twice" in second.problem) == ("", True)


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(Refused, match="smaller batches"):
        read("\n".join(f"Community {n}" for n in range(MOST_LINES + 1)))


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_lines_with_problems_can_be_corrected(text: str) -> None:
    wrong = [line for line in read(text) if line.problem]
    again = read(original_text(wrong))
    assert len(again) <= len(wrong) + 1
    assert all(line.problem or line.name for line in again)

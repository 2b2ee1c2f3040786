"""How a list of organizations is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Refused
from hub.members.rules.organizations import OrganizationKind
from hub.overview.rules.organization_lists import MOST_LINES, Line, read_list, written_again

TODAY = date(2026, 11, 24)


def read(text: str, names: tuple[str, ...] = (), emails: tuple[str, ...] = ()) -> list[Line]:
    return read_list(text, names, emails, TODAY)


def test_names_alone_are_members() -> None:
    lines = read("Great Lakes Castings\n\nMesa Composites\n")
    assert [(line.number, line.name, line.kind) for line in lines] == [
        (1, "Great Lakes Castings", OrganizationKind.MEMBER),
        (3, "Mesa Composites", OrganizationKind.MEMBER),
    ]


@pytest.mark.parametrize("divider", ["\t", ";", ","])
def test_the_columns_of_a_spreadsheet_are_read_however_they_are_parted(divider: str) -> None:
    cells = ["Mesa", "BFF", "Arizona", "www.mesa.example", "3/1/2024", "Ana Peña", "Ana@Mesa.example"]
    [line] = read(divider.join(cells))
    assert line.problem == ""
    assert (line.kind, line.region, line.website) == (OrganizationKind.BFF, "Arizona", "https://www.mesa.example")
    assert (line.joined_on, line.representative, line.email) == (date(2024, 3, 1), "Ana Peña", "ana@mesa.example")


def test_headings_say_what_the_columns_are_and_unknown_columns_are_passed_over() -> None:
    [line] = read("E-mail,Notes,Organization,Contact\na@b.example,whatever,Mesa,Ana\n")
    assert (line.name, line.representative, line.email, line.problem) == ("Mesa", "Ana", "a@b.example", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mesa,club", "isn’t a kind"),
        ("Ridge, Forge & Co", "quotes around a name"),
        ("Mesa,member,,,tomorrow", "isn’t a day"),
        ("Mesa,member,,,2031-01-01", "still to come"),
        ("Mesa,member,,ftp://mesa", "https://"),
        ("Mesa,member,,,,Ana", "name and email address, or neither"),
        ("Mesa,member,,,,Ana,not an address", "e-mail address"),
        (",member", "Enter the name"),
        ("here already", "in the hub already"),
        ("Mesa,,,,,Ana,taken@b.example", "already"),
        ("Mesa,,,,,Ana,a@b.example,more", "more columns"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_words(text: str, words: str) -> None:
    [line] = read(text, names=("Here Already",), emails=("taken@b.example",))
    assert words in line.problem


def test_a_name_that_stands_twice_is_taken_once() -> None:
    first, second = read("Mesa\nmesa\n")
    assert (first.problem, "twice" in second.problem) == ("", True)


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(Refused, match="several goes"):
        read("\n".join(f"Community {n}" for n in range(MOST_LINES + 1)))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_and_what_is_wrong_can_be_typed_again(text: str) -> None:
    wrong = [line for line in read(text) if line.problem]
    again = read(written_again(wrong))
    assert len(again) <= len(wrong) + 1
    assert all(line.problem or line.name for line in again)

"""Parsing and planning of stakeholder lists: examples and properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Refused
from hub.outreach.rules.stakeholders import (
    Change,
    Entry,
    Line,
    Planned,
    groups_of,
    key_name,
    lines_of,
    parse_unsubscribe_token,
    plan,
    unsubscribe_token,
    with_group,
    with_known_spelling,
)

KEY = "a key for the tests alone"


def entries(text: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return the entries of a list as tuples."""
    parsed = [line.entry for line in lines_of(text) if line.entry]
    return [(entry.email, entry.name, entry.affiliation, entry.groups) for entry in parsed]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ana@example.org", [("ana@example.org", "", "", ())]),
        ("Ana Peña <Ana@Example.org>", [("ana@example.org", "Ana Peña", "", ())]),
        ('"Peña, Ana" <ana@example.org>', [("ana@example.org", "Peña, Ana", "", ())]),
        (
            "Ana <ana@example.org>; Bo Lee <bo@example.org>, cy@example.org",
            [("ana@example.org", "Ana", "", ()), ("bo@example.org", "Bo Lee", "", ()), ("cy@example.org", "", "", ())],
        ),
        ("'Bo Lee' <bo@example.org>; \"'Ana'\" <mailto:ana@example.org>", [("bo@example.org", "Bo Lee", "", ()), ("ana@example.org", "Ana", "", ())]),
        ('Ana "the boss <ana@example.org>', [("ana@example.org", "", "", ())]),
        ("ana@example.org, bo@example.org", [("ana@example.org", "", "", ()), ("bo@example.org", "", "", ())]),
        ("ana@example.org, Ana Peña, Lakeshore Forge, Board", [("ana@example.org", "Ana Peña", "Lakeshore Forge", ("Board",))]),
        ("Ana Peña\tana@example.org\tLakeshore\tBoard; Shops", [("ana@example.org", "Ana Peña", "Lakeshore", ("Board", "Shops"))]),
        ("Name;E-Mail;Company;Tags\nAna;ana@example.org;Lakeshore;Board|Shops", [("ana@example.org", "Ana", "Lakeshore", ("Board", "Shops"))]),
        ("First Name,Last Name,Email Address\nAna,Peña,ana@example.org", [("ana@example.org", "Ana Peña", "", ())]),
        ('\ufeffemail,name,groups\r\nana@example.org,"Peña, Ana","Board, Shops"\r\n', [("ana@example.org", "Peña, Ana", "", ("Board", "Shops"))]),
        ("\n\n  \nana@example.org\n\n", [("ana@example.org", "", "", ())]),
        ("email\nana@example.org", [("ana@example.org", "", "", ())]),
    ],
)  # fmt: skip
def test_lists_in_many_forms_are_read(text: str, expected: list[object]) -> None:
    assert entries(text) == expected


def test_lines_are_refused_with_their_number_and_a_reason() -> None:
    lines = lines_of("ana@example.org\nno one here\nbo@@example.org\n\ncy@example.org, " + "x" * 300)
    assert [(line.number, bool(line.refused)) for line in lines] == [(1, False), (2, True), (3, True), (5, True)]
    assert "no email address" in lines[1].refused
    assert all(line.refused.endswith(".") for line in lines if line.refused)


def test_a_list_that_is_too_long_is_refused_as_a_whole() -> None:
    with pytest.raises(Refused, match="20,000"):
        lines_of("ana@example.org\n" * 20_001)


def test_the_plan_says_what_each_line_changes() -> None:
    known = {"ana@example.org": Entry("ana@example.org", "Ana", "Old", ("Board",))}
    text = "email,name,affiliation,groups\nana@example.org,,New,Shops\nbo@example.org,Bo,,\nana@example.org,,,\nstop@example.org,,,\nx,,,"
    planned = plan(lines_of(text), known, {"stop@example.org"})
    assert [(result.number, result.change) for result in planned] == [
        (2, Change.CHANGED),
        (3, Change.ADDED),
        (4, Change.UNCHANGED),
        (5, Change.REFUSED),
        (6, Change.REFUSED),
    ]
    assert planned[0].details == "affiliation Old → New; joins Shops"
    assert planned[0].entry == Entry("ana@example.org", "Ana", "New", ("Board", "Shops"))
    assert "has unsubscribed" in planned[3].details


def test_groups_that_differ_only_in_case_are_one() -> None:
    assert groups_of(["Board", " board ", "", "Shops"]) == ("Board", "Shops")
    lines = with_known_spelling(lines_of("a@example.org,A,B,shops\nb@example.org,B,B,SHOPS"), ["Shops"])
    assert [line.entry.groups for line in lines if line.entry] == [("Shops",), ("Shops",)]
    assert [line.entry.groups for line in with_group(lines, "Board") if line.entry] == [("Shops", "Board")] * 2


emails = st.sampled_from([f"person{n}@example.org" for n in range(4)])
words = st.sampled_from(["", "Ana", "Bo"])
some_entries = st.builds(
    Entry, emails, words, words, st.lists(st.sampled_from(["Board", "Shops"]), unique=True).map(tuple)
)
some_lines = st.lists(st.builds(lambda entry: Line(1, "", entry), some_entries), max_size=12).map(
    lambda lines: [replace(line, number=number) for number, line in enumerate(lines, 1)]
)


def after(planned: list[Planned], before: dict[str, Entry]) -> dict[str, Entry]:
    """Return the list after the plan was applied."""
    return before | {result.entry.email: result.entry for result in planned if result.entry}


@given(some_lines, st.lists(some_entries, max_size=4), st.sets(emails))
def test_importing_the_same_list_again_changes_nothing(
    lines: list[Line], current: list[Entry], stopped: set[str]
) -> None:
    known = {entry.email: entry for entry in current}
    once = after(plan(lines, known, stopped), known)
    again = plan(lines, once, stopped)
    assert not any(result.change is Change.ADDED for result in again)
    assert after(again, once) == once


@given(some_lines, st.lists(some_entries, max_size=4), st.sets(emails))
def test_an_import_adds_no_one_who_unsubscribed_and_removes_no_one(
    lines: list[Line], current: list[Entry], stopped: set[str]
) -> None:
    known = {entry.email: entry for entry in current}
    final = after(plan(lines, known, stopped), known)
    assert set(known) <= set(final)
    assert not (set(final) - set(known)) & stopped
    for email, entry in known.items():
        assert set(entry.groups) <= set(final[email].groups), "an import never removes anyone from a group"


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for line in lines_of(text):
        assert (line.entry is None) == bool(line.refused)


@given(st.integers(1, 10**8), st.binary(min_size=32, max_size=32))
def test_only_the_hub_can_make_an_unsubscribe_token(organization: int, hashed: bytes) -> None:
    token = unsubscribe_token(KEY, organization, hashed.hex())
    assert parse_unsubscribe_token(KEY, token) == (organization, hashed.hex())
    assert parse_unsubscribe_token("another key altogether", token) is None
    changed = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert parse_unsubscribe_token(KEY, changed) is None
    assert parse_unsubscribe_token(KEY, token.replace(str(organization), str(organization + 1), 1)) is None


@pytest.mark.parametrize(
    "token", ["", "x", "1-2-3", "1-" + "a" * 64 + "-" + "b" * 32, "0-" + "a" * 64 + "-" + "b" * 32, "١-" + "a" * 64]
)
def test_a_made_up_unsubscribe_token_is_refused(token: str) -> None:
    assert parse_unsubscribe_token(KEY, token) is None


def test_another_key_has_another_name() -> None:
    assert key_name(KEY) != key_name(KEY + "!")
    assert KEY not in key_name(KEY)

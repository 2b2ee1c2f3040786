"""What pasted and uploaded lists say, and what they would change: by values and by properties."""

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
    plan,
    spelled_as,
    stop_token,
    stopped_by,
    with_group,
)

KEY = "a key for the tests alone"


def entries(text: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return what the lines say of people."""
    found = [line.entry for line in lines_of(text) if line.entry]
    return [(one.email, one.name, one.affiliation, one.groups) for one in found]


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
def test_a_list_is_read_however_people_have_it(text: str, expected: list[object]) -> None:
    assert entries(text) == expected


def test_lines_are_refused_with_their_number_and_a_reason() -> None:
    lines = lines_of("ana@example.org\nnobody here\nbo@@example.org\n\ncy@example.org, " + "x" * 300)
    assert [(line.number, bool(line.refused)) for line in lines] == [(1, False), (2, True), (3, True), (5, True)]
    assert "no email address" in lines[1].refused
    assert all(line.refused.endswith(".") for line in lines if line.refused)


def test_a_list_that_is_too_long_is_refused_as_a_whole() -> None:
    with pytest.raises(Refused, match="20,000"):
        lines_of("ana@example.org\n" * 20_001)


def test_the_plan_says_what_each_line_would_change() -> None:
    known = {"ana@example.org": Entry("ana@example.org", "Ana", "Old", ("Board",))}
    text = "email,name,affiliation,groups\nana@example.org,,New,Shops\nbo@example.org,Bo,,\nana@example.org,,,\nstop@example.org,,,\nx,,,"
    planned = plan(lines_of(text), known, {"stop@example.org"})
    assert [(one.number, one.change) for one in planned] == [
        (2, Change.CHANGED),
        (3, Change.ADDED),
        (4, Change.UNCHANGED),
        (5, Change.REFUSED),
        (6, Change.REFUSED),
    ]
    assert planned[0].says == "affiliation Old → New; joins Shops"
    assert planned[0].entry == Entry("ana@example.org", "Ana", "New", ("Board", "Shops"))
    assert "has unsubscribed" in planned[3].says


def test_a_group_is_one_however_it_is_capitalized() -> None:
    assert groups_of(["Board", " board ", "", "Shops"]) == ("Board", "Shops")
    lines = spelled_as(lines_of("a@example.org,A,B,shops\nb@example.org,B,B,SHOPS"), ["Shops"])
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


def after(planned: list[Planned], known: dict[str, Entry]) -> dict[str, Entry]:
    """Return the list once the plan was carried out."""
    return known | {one.entry.email: one.entry for one in planned if one.entry}


@given(some_lines, st.lists(some_entries, max_size=4), st.sets(emails))
def test_taking_the_same_list_in_again_changes_nothing(
    lines: list[Line], there: list[Entry], stopped: set[str]
) -> None:
    known = {entry.email: entry for entry in there}
    once = after(plan(lines, known, stopped), known)
    again = plan(lines, once, stopped)
    assert not any(one.change is Change.ADDED for one in again)
    assert after(again, once) == once


@given(some_lines, st.lists(some_entries, max_size=4), st.sets(emails))
def test_nobody_who_unsubscribed_comes_in_and_nobody_goes_out(
    lines: list[Line], there: list[Entry], stopped: set[str]
) -> None:
    known = {entry.email: entry for entry in there}
    final = after(plan(lines, known, stopped), known)
    assert set(known) <= set(final)
    assert not (set(final) - set(known)) & stopped
    for email, entry in known.items():
        assert set(entry.groups) <= set(final[email].groups), "a list never takes anyone out of a group"


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    for line in lines_of(text):
        assert (line.entry is None) == bool(line.refused)


@given(st.integers(1, 10**8), st.binary(min_size=32, max_size=32))
def test_only_the_hub_makes_the_address_that_stops_mail(organization: int, hashed: bytes) -> None:
    token = stop_token(KEY, organization, hashed.hex())
    assert stopped_by(KEY, token) == (organization, hashed.hex())
    assert stopped_by("another key altogether", token) is None
    changed = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert stopped_by(KEY, changed) is None
    assert stopped_by(KEY, token.replace(str(organization), str(organization + 1), 1)) is None


@pytest.mark.parametrize(
    "token", ["", "x", "1-2-3", "1-" + "a" * 64 + "-" + "b" * 32, "0-" + "a" * 64 + "-" + "b" * 32, "١-" + "a" * 64]
)
def test_a_made_up_address_stops_nobody(token: str) -> None:
    assert stopped_by(KEY, token) is None


def test_another_key_has_another_name() -> None:
    assert key_name(KEY) != key_name(KEY + "!")
    assert KEY not in key_name(KEY)

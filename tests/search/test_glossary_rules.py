"""The glossary by plain values: either name finds the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import glossary as glossary_rules
from hub.search.rules.glossary import Entry, Glossary
from hub.search.rules.question import Acronym, AllOf, AnyOf, Names, Node, Phrase, Word
from tests.search.typed import TEXT, parse


@given(TEXT | st.text())
def test_no_text_is_an_error(text: str) -> None:
    asked = parse(text)
    glossary_rules.widened(asked.nodes, KNOWN)
    assert all(note.endswith(".") for note in asked.notes)


KNOWN = Glossary.of(
    [
        Entry(("NOFO", "notice of funding opportunity")),
        Entry(("APEX", "APEX Accelerators", "PTAC", "Procurement Technical Assistance Center"), is_word=True),
        Entry(("DoD", "Department of Defense", "DoW", "Department of War")),
        Entry(("AM", "additive manufacturing"), is_word=True),
        Entry(("IRA", "Inflation Reduction Act"), is_word=True),
        Entry(("P2", "pollution prevention")),
    ]
)


@pytest.mark.parametrize(
    ("typed", "also"),
    [
        ("NOFO", Phrase("notice of funding opportunity")),
        ("nofo", Phrase("notice of funding opportunity")),
        ("notice of funding opportunity", Word("NOFO")),
        ("the notice of funding opportunity of spring", Word("NOFO")),
        ('"notice of funding opportunity"', Word("NOFO")),
        ("PTAC", Acronym("APEX")),
        ("PTAC", Phrase("APEX Accelerators")),
        ("DoW", Word("DoD")),
        ("dod", Phrase("Department of War")),
        ("AM", Phrase("additive manufacturing")),
        ("additive manufacturing", Acronym("AM")),
        ("P2 OR water", Phrase("pollution prevention")),
    ],
)
def test_a_search_for_either_name_finds_the_other(typed: str, also: Node) -> None:
    wide = glossary_rules.widened(parse(typed).nodes, KNOWN)
    assert also in leaves(list(wide.nodes))
    assert also.text in wide.also  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["am", "ira", "apex", "-NOFO", "steel", "notice of funding"])
def test_an_acronym_that_is_a_word_means_the_acronym_only_in_capitals(typed: str) -> None:
    asked = parse(typed)
    assert glossary_rules.widened(asked.nodes, KNOWN) == glossary_rules.Widened(asked.nodes)


def test_without_the_glossary_capitals_still_tell_an_acronym_from_a_word() -> None:
    assert glossary_rules.widened(parse("IRA nofo").nodes, KNOWN, expand=False).nodes == (Acronym("IRA"), Word("nofo"))
    assert glossary_rules.loosened((Acronym("IRA"), Word("nofo"))) == (Word("IRA"), Word("nofo"))


def test_acronyms_in_a_text_are_known_by_how_they_are_written() -> None:
    assert KNOWN.acronym is not None
    found = [match[0] for match in KNOWN.acronym.finditer("AM and am, DoD not dod; NOFOs, sub-IRA, P2, apex")]
    assert found == ["AM", "DoD", "P2"]
    assert KNOWN.meanings["DoW"] == "Department of Defense"
    assert Glossary.of([]).acronym is None


def leaves(nodes: object) -> list[object]:
    if isinstance(nodes, AnyOf | AllOf | Names):
        return leaves(list(nodes.nodes))
    return [leaf for node in nodes for leaf in leaves(node)] if isinstance(nodes, list) else [nodes]

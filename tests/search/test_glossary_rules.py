"""The rules of the glossary: expanding queries, and acronyms in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import glossary as glossary_rules
from hub.search.rules.glossary import Entry, Glossary
from hub.search.rules.question import Acronym, AllOf, AnyOf, Names, Node, Phrase, Word
from tests.search.typed import TEXT, parse


@given(TEXT | st.text())
def test_no_text_raises_an_error(text: str) -> None:
    question = parse(text)
    glossary_rules.expand(question.nodes, GLOSSARY)
    assert all(note.endswith(".") for note in question.notes)


GLOSSARY = Glossary.of(
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
def test_a_query_with_one_name_is_expanded_with_the_others(typed: str, also: Node) -> None:
    expansion = glossary_rules.expand(parse(typed).nodes, GLOSSARY)
    assert also in leaves(list(expansion.nodes))
    assert also.text in expansion.also  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["am", "ira", "apex", "-NOFO", "steel", "notice of funding"])
def test_an_acronym_that_is_also_a_word_means_the_acronym_only_in_capitals(typed: str) -> None:
    question = parse(typed)
    assert glossary_rules.expand(question.nodes, GLOSSARY) == glossary_rules.Expansion(question.nodes)


def test_without_added_names_capitals_still_tell_an_acronym_from_a_word() -> None:
    nodes = glossary_rules.expand(parse("IRA nofo").nodes, GLOSSARY, add_names=False).nodes
    assert nodes == (Acronym("IRA"), Word("nofo"))
    assert glossary_rules.acronyms_as_words((Acronym("IRA"), Word("nofo"))) == (Word("IRA"), Word("nofo"))


def test_acronyms_in_a_text_are_matched_with_their_capitals() -> None:
    assert GLOSSARY.acronym is not None
    acronyms = [match[0] for match in GLOSSARY.acronym.finditer("AM and am, DoD not dod; NOFOs, sub-IRA, P2, apex")]
    assert acronyms == ["AM", "DoD", "P2"]
    assert GLOSSARY.meanings["DoW"] == "Department of Defense"
    assert Glossary.of([]).acronym is None


def test_an_acronym_with_a_joint_is_explained_in_html_too() -> None:
    glossary = Glossary.of([Entry(("POA&M", "plan of action")), Entry(("POA", "power of attorney"))])
    assert glossary.acronym is not None
    assert [match[0] for match in glossary.acronym.finditer("POA&M, POA&amp;M, POA")] == ["POA&M", "POA&amp;M", "POA"]


def test_each_word_of_a_typed_name_has_the_other_names_as_alternatives() -> None:
    nodes = glossary_rules.expand(parse("notice of funding opportunity in May").nodes, GLOSSARY).nodes
    nofo = (Word("NOFO"),)
    assert nodes == (
        Names(Word("notice"), nofo), Word("of"), Names(Word("funding"), nofo), Names(Word("opportunity"), nofo),
        Word("in"), Word("May"),
    )  # fmt: skip


def test_a_name_that_was_typed_is_not_named_again() -> None:
    glossary = Glossary.of([Entry(("FTZ", "foreign-trade zone", "foreign trade zone"))])
    assert "foreign trade zone" not in glossary_rules.expand(parse("Foreign trade zone").nodes, glossary).also
    assert "FTZ" in glossary_rules.expand(parse("Foreign trade zone").nodes, glossary).also


def test_acronyms_are_found_in_the_plural_and_without_joints_but_not_by_their_stems() -> None:
    glossary = Glossary.of(
        [Entry(("GIS", "geographic information system")), Entry(("R&D", "research and development"))]
    )

    def found(typed: str) -> bool:
        return bool(glossary_rules.expand(parse(typed).nodes, glossary).also)

    assert [typed for typed in ("gis", "GIS’s", "r&d", "R & D", "gi", "rd") if found(typed)] == [
        "gis", "GIS’s", "r&d", "R & D",
    ]  # fmt: skip


def leaves(nodes: object) -> list[object]:
    if isinstance(nodes, AnyOf | AllOf | Names):
        return leaves(list(nodes.nodes))
    return [leaf for node in nodes for leaf in leaves(node)] if isinstance(nodes, list) else [nodes]

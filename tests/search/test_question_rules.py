"""The query parser."""

from datetime import date

import pytest

from hub.library.rules import Kind
from hub.search.rules import question as question_rules
from hub.search.rules.question import (
    After,
    AllOf,
    AnyOf,
    Before,
    During,
    Node,
    Not,
    OfKind,
    OfOrganization,
    OfTopic,
    OfYear,
    Phrase,
    Prefix,
    Word,
)
from tests.search.typed import parse


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("supply chain", (Word("supply"), Word("chain"))),
        ('"supply chain"', (Phrase("supply chain"),)),
        ("“supply chain”", (Phrase("supply chain"),)),
        ("-china steel", (Not(Word("china")), Word("steel"))),
        ("NOT china", (Not(Word("china")),)),
        ('-"made abroad"', (Not(Phrase("made abroad")),)),
        ("steel OR aluminum plant", (AnyOf((Word("steel"), Word("aluminum"))), Word("plant"))),
        ("a OR b OR c", (AnyOf((Word("a"), Word("b"), Word("c"))),)),
        ("manuf*", (Prefix("manuf"),)),
        ("A-1312/B", (Word("A-1312/B"),)),
        ("kind:briefing", (OfKind(Kind.BRIEFING),)),
        ("KIND:Briefings", (OfKind(Kind.BRIEFING),)),
        ('kind:"call notes"', (OfKind(Kind.CALL_NOTES),)),
        ("-kind:resource", (Not(OfKind(Kind.RESOURCE)),)),
        ("kind:briefing kind:presentation", (AnyOf((OfKind(Kind.BRIEFING), OfKind(Kind.PRESENTATION))),)),
        ("organization:lakeshore", (OfOrganization("lakeshore"),)),
        ('topic:"Supply Chain Support"', (OfTopic("Supply Chain Support"),)),
        ("year:2026", (OfYear(2026),)),
        ("before:2026-03", (Before(date(2026, 3, 1)),)),
        ("after:2026", (After(date(2026, 1, 1)),)),
        ("after:2026-03-31", (After(date(2026, 3, 31)),)),
        ("after:2025 steel", (After(date(2025, 1, 1)), Word("steel"))),
        ('before:"last quarter"', (Before(date(2026, 7, 1)),)),
        ("before:last quarter steel", (Before(date(2026, 7, 1)), Word("steel"))),
        ("during:Q3 2025", (During(date(2025, 7, 1), date(2025, 9, 30)),)),
        ("-during:spring", (Not(During(date(2026, 3, 1), date(2026, 5, 31))),)),
        ("year:last year", (OfYear(2025),)),
        ("after:March 2026 plant", (After(date(2026, 3, 1)), Word("plant"))),
        ("https://example.org/a", (Phrase("https example.org/a"),)),
        ("(steel OR iron)", (AnyOf((Word("steel"), Word("iron"))),)),
        ("steel AND iron", (Word("steel"), Word("iron"))),
        ("", ()),
        (" - * \" ' ", ()),
    ],
)
def test_a_query_is_parsed_as_intended(text: str, nodes: tuple[Node, ...]) -> None:
    assert parse(text).nodes == nodes


@pytest.mark.parametrize(
    ("text", "nodes", "note"),
    [
        ('steel "plate', (Word("steel"), Word("plate")), "isn’t closed"),
        ("kind:banana", (AllOf((Word("kind"), Word("banana"))),), "There is no kind “banana”"),
        ("year:soon", (AllOf((Word("year"), Word("soon"))),), "“soon” is not a date, so"),
        ("year:spring", (AllOf((Word("year"), Word("spring"))),), "For part of a year, use “during:” instead"),
        ("during:last quarter", None, "“last quarter” was read as Jul 1, 2026 to Sep 30, 2026."),
        ("before:2026-02-30", (AllOf((Word("before"), Word("2026-02-30"))),), "not a date"),
        ("organization:", (Word("organization"),), ""),
        ('organization:""', (AllOf((Word("organization"),)),), "needs a name"),
        ("OR steel", (Word("steel"),), "both sides"),
        ("steel OR", (Word("steel"),), "a word after it"),
        ("steel NOT", (Word("steel"),), "a word after it"),
        ("a*", (Word("a"),), "at least 2 letters"),
        ("st*el", (Phrase("st el"),), "end of a word"),
        ("x " * 3_000, None, "first 5,000 characters"),
        ("x " * 600, None, "first 400 words"),
    ],
)
def test_invalid_syntax_is_searched_as_plain_words_with_a_note(
    text: str, nodes: tuple[Node, ...] | None, note: str
) -> None:
    question = parse(text)
    assert nodes is None or question.nodes == nodes
    assert note in " ".join(question.notes)


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("Where did I see the part about CMMC grants?", "CMMC grants?"),
        ("I'm looking for something about zinc plating", "zinc plating"),
        ("can you show me the slide about kind:briefing -steel", "kind:briefing -steel"),
        ("Who wrote about “what we know about rail”?", "“what we know about rail”?"),
    ],
)
def test_a_question_to_a_colleague_is_searched_for_what_follows_about(typed: str, subject: str) -> None:
    question = parse(typed)
    assert question.nodes == parse(subject).nodes
    shown = subject.rstrip("?").translate(question_rules._QUOTES)
    assert question.notes == (f"Searched only for what follows “about”: {shown}.",)


@pytest.mark.parametrize(
    "typed",
    [
        "about welding",
        "questions about welding",  # the lead-in is too short
        "state grants we heard about",  # words with a meaning before "about", and none after it
        "who told us about",
        '"who told us about" welding',
        "kind:briefing tell me about welding",
    ],
)
def test_words_before_about_that_may_matter_are_searched(typed: str) -> None:
    assert parse(typed).notes == ()

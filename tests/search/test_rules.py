"""The rules of search by plain values: words, questions, passages, the glossary."""

import time
from datetime import date
from itertools import accumulate
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.lang.porter import stem

from hub.library.rules import Kind
from hub.search.index import to_merge
from hub.search.rules import dates as dates_rules
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import passages as passages_rules
from hub.search.rules import question as question_rules
from hub.search.rules import spelling as spelling_rules
from hub.search.rules import words as words_rules
from hub.search.rules.glossary import Entry, Glossary
from hub.search.rules.passages import Snippet
from hub.search.rules.plain import plain
from hub.search.rules.question import (
    Acronym,
    After,
    AllOf,
    AnyOf,
    Before,
    During,
    Names,
    Node,
    Not,
    OfKind,
    OfOrganization,
    OfTopic,
    OfYear,
    Phrase,
    Prefix,
    Question,
    Word,
)
from hub.search.store import codec

TODAY = date(2026, 11, 24)


def parse(text: str) -> Question:
    return question_rules.parse(text, TODAY)


SURROGATES: tuple[Literal["Cs"]] = ("Cs",)  # no database keeps them
TEXT = st.text(
    st.characters(exclude_categories=SURROGATES) | st.sampled_from('"-*: OR\u201c\u2019\u0301\u00ad_/.ab1,()\n'),
    max_size=120,
)

# Words


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("1312", "A-1312/B"),
        ("A-1312/B", "A-1312/B"),
        ("a1312b", "A-1312/B"),
        ("nunez", "Núñez"),
        ("Núñez", "NUNEZ"),
        ("Nu\u0301n\u0303ez", "Nunez"),
        ("orsted", "Ørsted"),
        ("strasse", "Straße"),
        ("apprenticeships", "Apprenticeship"),
        ("mapped", "mapping"),
        ("email", "e-mail"),
        ("e-mail", "email"),
        ("manufacturing", "manu\u00adfacturing"),
        ("region", "region's"),
        ("regions", "region’s"),
        ("1312", "1,312"),
        ("1,312", "1312"),
        ("cmmc", "CMMC2.0"),
        ("1312", "1312B"),
        ("plan", "site_plan_2026"),
        ("obrien", "O’Brien"),
        ("lift", "HOW TO LIFT STEEL"),
    ],
)
def test_what_is_typed_finds_what_is_written(typed: str, written: str) -> None:
    assert finds(typed, written)


@pytest.mark.parametrize(("typed", "written"), [("20", "2.0"), ("34", "3/4"), ("A-1312", "B-1312")])
def test_what_only_looks_alike_is_not_found(typed: str, written: str) -> None:
    assert not finds(typed, written)


def finds(typed: str, written: str) -> bool:
    """Whether a typed word finds a text: as one term, or as its parts in a row."""
    [piece] = [match[0] for match in words_rules.pieces(typed)]
    row, together = words_rules.reading(piece)
    places = dict(words_rules.spread([written]))
    in_a_row = any(all(term in places.get(start + number, ()) for number, term in enumerate(row)) for start in places)
    return in_a_row or (together != "" and any(together in terms for terms in places.values()))


@given(TEXT)
def test_each_word_of_a_text_is_found_by_itself(text: str) -> None:
    for match in words_rules.pieces(text):
        row, together = words_rules.reading(match[0])
        if row:
            assert finds(match[0], text), (match[0], row, together)


@given(TEXT)
def test_stop_words_keep_their_place(text: str) -> None:
    positions = [position for position, _ in words_rules.spread([text])]
    assert positions == sorted(set(positions))


@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True))
def test_words_of_one_stem_share_a_term(word: str) -> None:
    assert words_rules.term_of(word.upper()) in {stem(word), word}


# Questions


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
def test_a_question_is_read_as_it_was_meant(text: str, nodes: tuple[Node, ...]) -> None:
    assert parse(text).nodes == nodes


@pytest.mark.parametrize(
    ("text", "nodes", "note"),
    [
        ('steel "plate', (Word("steel"), Word("plate")), "never closed"),
        ("kind:banana", (AllOf((Word("kind"), Word("banana"))),), "There is no kind “banana”"),
        ("year:soon", (AllOf((Word("year"), Word("soon"))),), "not a date that can be read here"),
        ("year:spring", (AllOf((Word("year"), Word("spring"))),), "Write during: for a part of a year"),
        ("during:last quarter", None, "“last quarter” was read as 1 Jul 2026 to 30 Sep 2026."),
        ("before:2026-02-30", (AllOf((Word("before"), Word("2026-02-30"))),), "not a date"),
        ("organization:", (Word("organization"),), ""),
        ('organization:""', (AllOf((Word("organization"),)),), "needs a name"),
        ("OR steel", (Word("steel"),), "both sides"),
        ("steel OR", (Word("steel"),), "something after it"),
        ("steel NOT", (Word("steel"),), "something after it"),
        ("a*", (Word("a"),), "at least 2 letters"),
        ("st*el", (Phrase("st el"),), "end of one word"),
        ("x " * 300, None, "first 500 characters"),
        ("x " * 60, None, "first 40 words"),
    ],
)
def test_what_cannot_be_read_is_read_as_plain_words_and_says_so(
    text: str, nodes: tuple[Node, ...] | None, note: str
) -> None:
    asked = parse(text)
    assert nodes is None or asked.nodes == nodes
    assert note in " ".join(asked.notes)


@given(TEXT | st.text())
def test_no_text_is_an_error(text: str) -> None:
    asked = parse(text)
    glossary_rules.widened(asked.nodes, KNOWN)
    assert all(note.endswith(".") for note in asked.notes)


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("Where did I see the part about CMMC grants?", "CMMC grants?"),
        ("I'm looking for something about zinc plating", "zinc plating"),
        ("can you show me the slide about kind:briefing -steel", "kind:briefing -steel"),
        ("Who wrote about “what we know about rail”?", "“what we know about rail”?"),
    ],
)
def test_a_question_to_a_colleague_asks_for_what_stands_behind_about(typed: str, rest: str) -> None:
    read = parse(typed)
    assert read.nodes == parse(rest).nodes
    assert read.notes == (f"Read as a question about: {rest.rstrip('?').translate(question_rules._QUOTES)}.",)


@pytest.mark.parametrize(
    "typed",
    [
        "about welding",
        "questions about welding",  # too short a beginning to be one
        "state grants we heard about",  # says something before, and nothing behind
        "who told us about",
        '"who told us about" welding',
        "kind:briefing tell me about welding",
    ],
)
def test_what_may_mean_more_than_a_beginning_is_searched_for(typed: str) -> None:
    assert parse(typed).notes == ()


# Dates


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2025", (2025, 1, 1), (2025, 12, 31)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2026-03-31", (2026, 3, 31), (2026, 3, 31)),
        ("today", (2026, 11, 24), (2026, 11, 24)),
        ("yesterday", (2026, 11, 23), (2026, 11, 23)),
        ("this week", (2026, 11, 23), (2026, 11, 29)),
        ("last week", (2026, 11, 16), (2026, 11, 22)),
        ("this month", (2026, 11, 1), (2026, 11, 30)),
        ("Last Month", (2026, 10, 1), (2026, 10, 31)),
        ("this quarter", (2026, 10, 1), (2026, 12, 31)),
        ("last quarter", (2026, 7, 1), (2026, 9, 30)),
        ("this year", (2026, 1, 1), (2026, 12, 31)),
        ("previous year", (2025, 1, 1), (2025, 12, 31)),
        ("last 30 days", (2026, 10, 25), (2026, 11, 24)),
        ("the past 3 months", (2026, 8, 24), (2026, 11, 24)),
        ("2 weeks ago", (2026, 11, 10), (2026, 11, 24)),
        ("Q3 2025", (2025, 7, 1), (2025, 9, 30)),
        ("2025Q3", (2025, 7, 1), (2025, 9, 30)),
        ("q1", (2026, 1, 1), (2026, 3, 31)),
        ("March", (2026, 3, 1), (2026, 3, 31)),
        ("December", (2025, 12, 1), (2025, 12, 31)),
        ("last november", (2025, 11, 1), (2025, 11, 30)),
        ("Mar 2025", (2025, 3, 1), (2025, 3, 31)),
        ("spring", (2026, 3, 1), (2026, 5, 31)),
        ("fall 2025", (2025, 9, 1), (2025, 11, 30)),
        ("last fall", (2025, 9, 1), (2025, 11, 30)),
        ("winter", (2025, 12, 1), (2026, 2, 28)),
        ("March 31, 2025", (2025, 3, 31), (2025, 3, 31)),
        ("31 March 2025", (2025, 3, 31), (2025, 3, 31)),
        ("3/31/2025", (2025, 3, 31), (2025, 3, 31)),
        ("9999-12", (9999, 12, 1), (9999, 12, 31)),
    ],
)
def test_a_date_is_read_as_people_say_it(said: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert dates_rules.period_of(said, TODAY) == dates_rules.Period(date(*first), date(*last))


@pytest.mark.parametrize(
    "said", ["", "soon", "2025-02-30", "0000", "q5", "13/13/2025", "last 99999 years", "february 30, 2025", "２０２５"]
)
def test_what_is_no_date_is_none(said: str) -> None:
    assert dates_rules.period_of(said, TODAY) is None


@given(
    st.lists(
        st.sampled_from(
            ["last", "this", "q3", "2025", "spring", "march", "9999", "0001", "3", "weeks", "ago", "/", "-"]
        )
    ).map(" ".join)
    | st.text(max_size=12),
    st.dates(),
)
def test_no_date_is_an_error_and_each_has_its_first_day_first(said: str, today: date) -> None:
    period = dates_rules.period_of(said, today)
    assert period is None or period.first <= period.last


# The glossary

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


# Spelling


@pytest.mark.parametrize(
    ("one", "other", "mistakes"),
    [
        ("grant", "grant", 0),
        ("grnat", "grant", 1),
        ("gran", "grant", 1),
        ("graant", "grant", 1),
        ("grent", "grant", 1),
        ("apprentiship", "apprenticeship", 2),
        ("steel", "grant", 3),
    ],
)
def test_mistakes_are_counted_as_people_make_them(one: str, other: str, mistakes: int) -> None:
    assert spelling_rules.distance(one, other, 2) == mistakes
    assert spelling_rules.distance(other, one, 2) == mistakes


@given(st.text("abc", min_size=4, max_size=9), st.integers(0, 8), st.sampled_from("abcx"))
def test_a_word_with_a_mistake_in_it_shares_a_part_with_the_right_one(word: str, at: int, letter: str) -> None:
    wrong = word[: at % len(word)] + letter + word[at % len(word) + 1 :]
    mistakes = spelling_rules.mistakes_in(word)
    assert any(part in word for part in spelling_rules.parts_of(wrong, mistakes))


# Passages


def test_the_best_page_has_all_words_before_it_has_them_often() -> None:
    starts, title_ends = [0, 100, 200], [3, 103, 203]
    assert passages_rules.best_page([[10, 11, 12, 13, 150], [160]], [1.0, 1.0], starts, title_ends) == 1


def test_of_pages_with_all_words_the_best_has_them_side_by_side() -> None:
    assert passages_rules.best_page([[10, 110], [20, 111]], [1.0, 1.0], [0, 100], [3, 103]) == 1


def test_then_a_word_in_the_title_counts_and_then_how_often() -> None:
    assert passages_rules.best_page([[50, 101]], [1.0], [0, 100], [3, 103]) == 1
    assert passages_rules.best_page([[50, 151, 152]], [1.0], [0, 100], [3, 103]) == 1
    assert passages_rules.best_page([[50, 150]], [1.0], [0, 100], [3, 103]) == 0


def test_a_word_before_the_first_page_is_on_no_page() -> None:
    assert passages_rules.best_page([[5]], [1.0], [10], [12]) is None
    assert passages_rules.best_page([], [], [10], [12]) is None


def test_a_snippet_shows_where_the_words_stand_closest_and_marks_them() -> None:
    text = f"Steel. {'Filler words go on. ' * 40}The steel supply chain was mapped by two interns. {'More. ' * 60}"
    shown = passages_rules.snippet(text, {words_rules.term_of(word) for word in ("steel", "supply", "mapped")})
    assert "**steel** **supply** chain was **mapped** by two interns" in str(shown)
    assert len(shown.text) <= passages_rules.LENGTH + 4


def test_a_snippet_without_the_words_is_the_beginning() -> None:
    assert str(passages_rules.snippet("One two three.", {"steel"})) == "One two three."
    assert str(passages_rules.snippet("", {"steel"})) == ""


def test_asterisks_of_the_text_are_not_marks() -> None:
    assert str(passages_rules.snippet("a **bold** steel", {"steel"})) == "a bold **steel**"


@given(TEXT.map(lambda text: (text + " ") * 9), st.sets(st.sampled_from(["a", "b", "ab", "1", "ab1"])))
def test_a_snippet_is_a_passage_of_whole_words(text: str, wanted: set[str]) -> None:
    shown = passages_rules.snippet(text, wanted, 60)
    flat = " ".join(plain(text).split())
    passage = shown.text.removeprefix("… ").removesuffix(" …")
    assert passage in flat
    assert len(passage) <= 60
    if all(len(word) <= 20 for word in flat.split()):
        assert set(passage.split()) <= set(flat.split())


def test_a_very_long_page_is_searched_for_its_best_part() -> None:
    text = f"{'filler ' * 30_000}the apprenticeship standards of machinists {'filler ' * 30_000}"
    assert "**apprenticeship** standards of **machinists**" in str(
        passages_rules.snippet(text, {words_rules.term_of("apprenticeship"), words_rules.term_of("machinists")})
    )


# How the index keeps places


@given(
    st.lists(
        st.tuples(st.integers(1, 200_000), st.sets(st.integers(0, 200_000), min_size=1, max_size=300)),
        min_size=1,
        max_size=40,
    )
)
def test_a_block_of_postings_is_read_as_it_was_written(rows: list[tuple[int, set[int]]]) -> None:
    ids, counts = list(accumulate(step for step, _ in rows)), [len(places) for _, places in rows]
    values = [codec.encoded(sorted(places)) for _, places in rows]
    how, data = codec.packed(ids, counts, values)
    docs, times, ends, kept = codec.unpacked(len(ids), how, data)
    assert (list(docs), list(times)) == (ids, counts)
    assert [kept[begin:end] for begin, end in zip((0, *ends), ends, strict=False)] == values


# Merging


def test_many_small_segments_are_merged_and_large_ones_are_left_alone() -> None:
    assert to_merge([9_000, *[1] * 8], [9_000, *[1] * 8], quiet=False) == list(range(1, 9))
    assert to_merge([9_000, 1, 1], [9_000, 1, 1], quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=False) == []
    assert to_merge([500] * 8, [500] * 8, quiet=True) == list(range(8))
    assert to_merge([9_000, 10], [4_000, 10], quiet=True) == [0]


def marked_throughout(text: str, typed: str) -> Snippet:
    return passages_rules.marked_words(
        text, {term for piece in words_rules.pieces(typed) for term in words_rules.all_terms_of(piece[0])}
    )


@given(st.text(), st.text(max_size=40))
def test_marking_a_page_changes_no_letter_of_it(text: str, typed: str) -> None:
    assert marked_throughout(text, typed).text == text


def test_on_a_page_each_word_is_marked_that_the_search_would_find() -> None:
    found = marked_throughout("Grants for CMMC:\n  a granted wish, Québec", "grant quebec")
    assert [part for part, is_marked in found.parts if is_marked] == ["Grants", "granted", "Québec"]


# Text without Markdown


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**bold** and *it* and ***both***", "bold and it and both"),
        ("1. *Does it help?* Partly.", "1. Does it help? Partly."),
        ("| Measure | Times |\n|---|--:|\n| Air | 37 |", "Measure · Times\n\nAir · 37"),
        ("Ridgeline | July 17", "Ridgeline · July 17"),
        ("# Heading\n> quoted\n- one\n* two", "Heading\nquoted\n• one\n• two"),
        ("[the kit](https://kit.example/x) <https://b.example>", "the kit https://b.example"),
        (r"`code` and \*not\*", "code and *not*"),
        ("5 * 3, a - b, snake_case_name, 2*", "5 * 3, a - b, snake_case_name, 2*"),
    ],
)
def test_markdown_reads_like_text_in_a_snippet(written: str, read: str) -> None:
    assert plain(written) == read


@given(TEXT | st.text("*_|`#>[]()\\- \nab", max_size=80))
def test_taking_markdown_out_loses_no_word(written: str) -> None:
    letters = [letter for letter in written if letter.isalnum()]
    assert (
        "(" in written or [letter for letter in plain(written) if letter.isalnum()] == letters
    )  # a link's address goes


@pytest.mark.parametrize("nasty", ["*a ", "[a", "|", "_a", " ", "-", "`a", "[a](", "<http://", "> ", "\n"])
def test_no_text_takes_long_to_read(nasty: str) -> None:
    began = time.perf_counter()
    plain(nasty * (passages_rules.CHUNK // len(nasty)) + "*")
    assert time.perf_counter() - began < 0.5  # a quadratic one takes seconds

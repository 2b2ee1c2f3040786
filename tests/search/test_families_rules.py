"""Word families and compounds: each form finds the others, and strangers never do."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import families as families_rules
from hub.search.rules.families import forms_of, splits_of, with_forms
from hub.search.rules.question import Acronym, AllOf, AnyOf, Forms, Names, Not, Phrase, Prefix, Word
from hub.search.rules.words import fold, term_of

LINES = [
    line.split()
    for line in families_rules.TABLE.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
FAMILIES = [
    "weld welds welded welding welder welders weldment",
    "recycle recycling recycled recycler recyclers",
    "certify certified certifies certificate certificates certification certifications",
    "employ employer employers employee employment employed employability",
    "machine machines machining machinery machinist machinists",
    "invest investor investors investment investing",
    "apprentice apprentices apprenticeship apprenticeships",
    "supply supplies supplier suppliers supplied",
    "manufacture manufacturer manufacturers manufacturing manufactured",
    "produce producer production product products productivity",
    "train trainer trainee trainees training trained",
    "fabricate fabricator fabrication fabricated",
    "automate automation automated automatic",
    "distribute distributor distribution",
    "assemble assembly assembler assemblies",
    "maintain maintenance maintained",
    "comply compliance compliant complies",
    "sustain sustainable sustainability",
    "innovate innovation innovator innovative",
    "compete competition competitor competitive competing",
    "procure procurement procured",
    "export exporter exports",
    "electric electrical electricity electrician electricians",
    "technique technical technician technicians",
    "technology technologies technological technologist",
    "mentor mentorship mentoring mentee",
    "intern interns internship internships",
    "retain retention retaining",
    "recruit recruiter recruitment recruiting",
    "retire retiree retirement retired",
    "teach teacher taught teaching",
    "buy buyer bought",
    "sell seller sold sale sales",
    "build builder built building",
    "grow growth grew grower",
    "lead leader leadership",
    "partner partnership partnerships",
    "member members membership",
    "own owner ownership",
    "finance financial financing financed",
    "fund funder funding funds",
    "grant grantee grantor grants",
    "contract contractor subcontractor contracts",
    "deliver delivery deliveries",
    "regulate regulation regulator regulatory",
    "inspect inspector inspection",
    "engineer engineers engineering",
    "robot robots robotic robotics",
    "chemical chemist chemistry chemicals",
    "metal metallurgy metallurgical",
    "analyze analyst analysis analytics analytical",
    "economy economic economics economist",
    "entrepreneur entrepreneurship entrepreneurial",
    "industry industries industrial",
    "resilient resilience resiliency",
    "license licensee licensure",
    "qualify qualified qualification qualifications",
    "apply applicant application applications",
    "person people persons",
    "health healthy healthcare",
    "safe safety safely",
    "quick quickly",
    "easy easily",
    "solve solution solver",
    "store storage",
    "ship shipment shipper shipping",
    "expand expansion expanding",
    "close closure closing",
    "analyze analyst",
    "women woman",
]
STRANGERS = [
    "organ organization",
    "university universe",
    "general generation",
    "import important",
    "port portable",
    "part party",
    "corp corporation",
    "corps corporation",
    "secret secretary",
    "press pressure",
    "invent inventory",
    "emerge emergency",
    "fabric fabrication",
    "custom customer",
    "community communication",
    "hospital hospitality",
    "find founder",
    "prim primary",
    "retention release",
    "welding well",
    "nurse nursery",
    "plant plantation",
    "company companion",
    "policy police",
    "intern internal",
    "intern international",
    "engine engineer",
    "form information",
    "count county",
    "state station",
]


def family_of(word: str) -> frozenset[str]:
    """Return the terms of a word's family, its own included."""
    return frozenset({term_of(word), *map(term_of, forms_of(word))})


@pytest.mark.parametrize("family", FAMILIES)
def test_each_form_of_a_word_has_the_same_family(family: str) -> None:
    families = {word: family_of(word) for word in family.split()}
    assert len(set(families.values())) == 1, families


@pytest.mark.parametrize("pair", STRANGERS)
def test_strangers_are_never_joined(pair: str) -> None:
    left, right = pair.split()
    assert family_of(left).isdisjoint(family_of(right)), family_of(left) & family_of(right)


def test_a_stem_is_in_one_family_only() -> None:
    stems = Counter(stem for line in LINES for stem in {term_of(word) for word in line})
    assert [stem for stem, times in stems.items() if times > 1] == []


def test_each_word_of_the_table_has_a_stem_of_its_own() -> None:
    assert [line for line in LINES if len({term_of(word) for word in line}) < max(2, len(line))] == []


@given(st.sampled_from(LINES), st.data())
def test_every_word_of_a_family_finds_every_other(line: list[str], data: st.DataObject) -> None:
    typed, written = data.draw(st.sampled_from(line)), data.draw(st.sampled_from(line))
    [node] = with_forms([Word(typed)])
    assert isinstance(node, Forms)
    others = {term_of(other.text) for other in node.others if isinstance(other, Word)}
    assert term_of(written) in {term_of(typed), *others}
    assert term_of(typed) not in others


@given(st.from_regex(r"[a-z]{1,14}", fullmatch=True), st.from_regex(r"[a-z]{1,14}", fullmatch=True))
def test_families_are_symmetric(word: str, other: str) -> None:
    assert term_of(word) in family_of(word)
    assert (term_of(other) in family_of(word)) == (term_of(word) in family_of(other))


@pytest.mark.parametrize(
    ("words", "compound"),
    [
        ("child care", "childcare"),
        ("heat pump", "heatpump"),
        ("shop floor", "shopfloor"),
        ("work force", "workforce"),
        ("waste water", "wastewater"),
        ("cyber security", "cybersecurity"),
        ("non profit", "nonprofit"),
        ("start up", "startup"),
        ("co op", "coop"),
        ("e mail", "email"),
        ("on site", "onsite"),
        ("semi conductor", "semiconductor"),
    ],
)
def test_two_words_find_the_compound(words: str, compound: str) -> None:
    left, right = map(Word, words.split())
    for node in with_forms([Word("big"), left, right])[1:]:
        assert node in (left, right) or (isinstance(node, Forms) and Word(compound) in node.others)
    assert any(isinstance(node, Forms) and Word(compound) in node.others for node in with_forms([left, right]))


@pytest.mark.parametrize("words", ["in form", "be low", "for give", "a way", "to day"])
def test_a_stop_word_is_not_joined_with_its_neighbor(words: str) -> None:
    nodes = with_forms([Word(word) for word in words.split()])
    joined = Word(words.replace(" ", ""))
    assert not any(isinstance(node, Forms) and joined in node.others for node in nodes)


@pytest.mark.parametrize("compound", ["childcare", "heatpump", "shopfloor", "startup", "nonprofit", "Wastewater"])
def test_a_compound_finds_its_two_words(compound: str) -> None:
    pairs = {"child care", "heat pump", "shop floor", "start up", "non profit", "waste water"}
    [node] = with_forms([Word(compound)])
    assert isinstance(node, Forms)
    assert pairs & {other.text for other in node.others if isinstance(other, Phrase)}


@given(st.text(max_size=20))
def test_the_halves_of_a_word_are_the_word(word: str) -> None:
    assert all(left + right == fold(word) for left, right in splits_of(word))


def test_only_words_get_other_forms() -> None:
    weld = with_forms([Word("weld")])[0]
    kept = (Phrase("weld shop"), Acronym("WELD"), Prefix("weld"), Not(Word("weld")), Word("A-1312/B"), Word("the"))
    assert with_forms(kept) == kept
    assert with_forms([AnyOf((Word("weld"), Phrase("weld shop")))]) == (AnyOf((weld, Phrase("weld shop"))),)
    assert with_forms([AllOf((Word("weld"),))]) == (AllOf((weld,)),)
    assert with_forms([Names(Word("weld"), (Word("braze"),))]) == (Names(weld, (Word("braze"),)),)


def test_a_very_long_word_is_not_written_as_two() -> None:
    assert splits_of("welding" * 5)
    assert list(splits_of("welding" * 6)) == []
    assert list(splits_of("é" * 5000)) == []

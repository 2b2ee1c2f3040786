"""The rules of snippets: the passage of a page, and the marked words."""

from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import flat as flat_rules
from hub.search.rules import passages as passages_rules
from hub.search.rules import unspaced as unspaced_rules
from hub.search.rules import words as words_rules
from hub.search.rules.passages import Snippet
from tests.search.typed import TEXT


def test_a_snippet_shows_where_the_words_are_closest_together_and_marks_them() -> None:
    text = f"Steel. {'Filler words continue. ' * 40}The steel supply chain was mapped by two interns. {'More. ' * 60}"
    shown = passages_rules.snippet(text, {words_rules.term_of(word) for word in ("steel", "supply", "mapped")})
    assert "**steel** **supply** chain was **mapped** by two interns" in str(shown)
    assert len(shown.text) <= passages_rules.LENGTH + 4


def test_a_snippet_without_the_words_is_the_beginning_of_the_page() -> None:
    assert str(passages_rules.snippet("One two three.", {"steel"})) == "One two three."
    assert str(passages_rules.snippet("", {"steel"})) == ""


def test_asterisks_in_the_text_are_not_marks() -> None:
    assert str(passages_rules.snippet("a **bold** steel", {"steel"})) == "a bold **steel**"


@given(TEXT.map(lambda text: (text + " ") * 9), st.sets(st.sampled_from(["a", "b", "ab", "1", "ab1"])))
def test_a_snippet_is_a_passage_of_whole_words(text: str, wanted: set[str]) -> None:
    shown = passages_rules.snippet(text, wanted, 60)
    flat = flat_rules.flat(text)
    passage = shown.text.removeprefix("… ").removesuffix(" …")
    assert passage in flat
    assert len(passage) <= 60
    if all(len(word) <= 20 for word in flat.split()) and not unspaced_rules.has_any(flat):
        assert set(passage.split()) <= set(flat.split())


def test_the_snippet_of_a_very_long_page_is_its_best_part() -> None:
    text = f"{'filler ' * 30_000}the apprenticeship standards of machinists {'filler ' * 30_000}"
    assert "**apprenticeship** standards of **machinists**" in str(
        passages_rules.snippet(text, {words_rules.term_of("apprenticeship"), words_rules.term_of("machinists")})
    )


def marked_throughout(text: str, typed: str) -> Snippet:
    return passages_rules.marked_words(
        text, {term for token in words_rules.tokens(typed) for term in words_rules.all_terms_of(token[0])}
    )


@given(st.text(), st.text(max_size=40))
def test_marking_a_page_changes_no_letter_of_it(text: str, typed: str) -> None:
    assert marked_throughout(text, typed).text == text


def test_each_word_on_a_page_that_search_would_match_is_marked() -> None:
    marked = marked_throughout("Grants for CMMC:\n  a granted request, Québec", "grant quebec")
    assert [part for part, is_marked in marked.parts if is_marked] == ["Grants", "granted", "Québec"]


@given(TEXT, st.sets(st.sampled_from(["weld", "steel", "a1312b", "1312", "製造", "造", "USDA", "usda"])))
def test_a_word_is_marked_if_one_of_its_terms_is_wanted(text: str, wanted: set[str]) -> None:
    expected: list[str] = []
    for token in words_rules.tokens(text):
        if unspaced_rules.is_run(token[0]):
            expected += [token[0][start:end] for start, end, _ in unspaced_rules.spans(token[0], wanted)]
        elif wanted.intersection(words_rules.all_terms_of(token[0])):
            expected.append(token[0])
    parts = passages_rules.marked_words(text, wanted).parts
    assert [part for part, is_marked in parts if is_marked] == expected
    assert "".join(part for part, _ in parts) == text

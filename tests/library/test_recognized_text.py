"""From Tesseract's table to a page's text, and from recognized pages to what of a file is still unread. Pure."""

from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.limits import Limits
from hub.library.extract.picture_pages import PicturePage, Reading, note_on, reading_of, restated, sentences
from hub.library.extract.recognition import (
    NOTHING,
    Recognition,
    Word,
    as_json,
    from_json,
    parse_table,
    places_from_json,
    recognition_of,
)
from hub.library.rules import PageKind, State

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
PAGE = "1\t1\t0\t0\t0\t0\t0\t0\t2000\t1000\t-1\t\n"


def word(text: str, line: tuple[int, int, int] = (1, 1, 1), confidence: float = 90) -> Word:
    """Return a word somewhere on the page."""
    return Word(text, confidence, line, 10, 20, 30, 40)


def test_places_are_in_thousandths_of_the_page() -> None:
    table = HEAD + PAGE + "5\t1\t1\t1\t1\t1\t200\t100\t500\t50\t91.5\tlathe\n"
    assert list(parse_table(table)) == [Word("lathe", 91.5, (1, 1, 1), 100, 100, 250, 50)]


def test_rows_that_are_no_words_are_skipped() -> None:
    table = HEAD + PAGE + "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t95\t \nnonsense\n5\tx\n4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n"
    assert list(parse_table(table)) == []


@given(st.text())
def test_no_table_raises_an_error(table: str) -> None:
    for each in parse_table(HEAD + table):
        assert 0 <= each.left <= 1000


@given(st.binary() | st.from_regex(rb'\{"text": .{0,20}, "places": \[.{0,20}\]\}'))
def test_no_answer_of_the_helper_raises_an_error(content: bytes) -> None:
    assert from_json(content, Limits()) is None or isinstance(from_json(content, Limits()), Recognition)


def test_lines_and_paragraphs_stay_apart() -> None:
    words = [word("Safety"), word("first", (1, 1, 2)), word("Then", (1, 2, 1)), word("speed", (2, 1, 1))]
    assert recognition_of(words).text == "Safety\nfirst\n\nThen\n\nspeed"


def test_a_word_that_continues_in_the_next_line_is_joined_and_found_both_ways() -> None:
    recognition = recognition_of([word("cost-"), word("sharing", (1, 1, 2)), word("rules", (1, 1, 2))])
    assert recognition.text == "costsharing rules"
    assert recognition.also_searched == "cost-sharing"
    assert [place[0] for place in recognition.places] == ["costsharing", "costsharing", "rules"]


def test_a_hyphen_before_a_capital_letter_or_a_new_paragraph_stays() -> None:
    assert recognition_of([word("Dallas-"), word("Erie", (1, 1, 2))]).text == "Dallas-\nErie"
    assert recognition_of([word("pre-"), word("heat", (1, 2, 1))]).text == "pre-\n\nheat"


def test_an_uncertain_word_on_a_page_with_sure_ones_is_kept() -> None:
    assert recognition_of([word("bending"), word("brake", confidence=12)]).text == "bending brake"


def test_specks_are_no_text() -> None:
    assert recognition_of([word("ee", confidence=95), word("|", confidence=80), word("oil", confidence=41)]) == NOTHING
    assert recognition_of([]) == NOTHING
    assert recognition_of([word("anvil"), word("~", confidence=20), word("–", confidence=90)]).text == "anvil –"


def test_the_confidence_of_a_page_is_that_of_its_letters() -> None:
    assert recognition_of([word("galvanizing", confidence=90), word("a", confidence=30)]).confidence == 85


@given(st.lists(st.builds(word, st.text(min_size=1), confidence=st.floats(0, 100))))
def test_a_recognition_survives_its_way_from_the_helper(words: list[Word]) -> None:
    recognition = recognition_of(words)
    received = from_json(as_json(recognition), Limits())
    assert received is not None
    assert bool(received.text) <= bool(recognition.text)
    assert received.confidence <= 100


def test_stored_places_that_cannot_be_read_are_none() -> None:
    assert places_from_json('[["lathe",1,2,3,4]]') == (("lathe", 1, 2, 3, 4),)
    assert places_from_json("") == places_from_json("[[1]]") == places_from_json("no json") == ()


def test_what_is_stored_of_a_page_tells_how_far_it_is() -> None:
    assert reading_of(None, has_text=False, has_places=False) is Reading.WAITING
    assert reading_of(88, has_text=True, has_places=True) is Reading.READ
    assert reading_of(0, has_text=False, has_places=True) is Reading.NOTHING
    assert reading_of(0, has_text=False, has_places=False) is Reading.FAILED


def test_the_note_beside_a_text_names_its_confidence() -> None:
    assert note_on(Reading.READ, 60) == "Read from the picture by text recognition. Confidence: 60%."
    assert note_on(Reading.READ, 59).endswith("This text is uncertain, so compare it with the picture.")


PAGES = st.lists(st.sampled_from(Reading), min_size=1, max_size=30).map(
    lambda readings: [PicturePage(number, reading) for number, reading in enumerate(readings, 1)]
)


@given(PAGES, st.sampled_from([PageKind.PAGE, PageKind.SLIDE]), st.booleans())
def test_only_what_was_read_is_no_longer_named(before: list[PicturePage], kind: PageKind, is_all: bool) -> None:
    other = "The attachment “plan.pdf” is damaged."
    unread = [*sentences(kind, before, is_all=is_all), other]
    all_read = [PicturePage(page.number, Reading.READ) for page in before]
    assert restated(unread, kind, before, all_read) == (State.PARTIAL, [other])
    assert restated(unread[:-1], kind, before, all_read) == (State.OK, [])
    failed = [PicturePage(page.number, Reading.FAILED) for page in before]
    state, left = restated(unread, kind, before, failed)
    assert (state, len(left), left[-1]) == (State.PARTIAL, 2, other)
    assert "couldn’t be read" in left[0]

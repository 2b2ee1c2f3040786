"""No word is lost without a word: each part of a file is read, or named as left out or not read."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.library.extract.pages import Extraction
from hub.library.extract.reader import Reader
from hub.library.rules import State
from tests.library.part_makers import MAKERS, Maker

# Words that no program splits, corrects or takes for a number, a date or a signature.
WORDS = ("anvilmark", "bellowsby", "cupolastone", "drawplate", "emberwick", "fettlework", "gatingham", "hearthlow",
         "ingotfield", "jigsawyer", "kilnbrook", "ladlecroft")  # fmt: skip


def read(maker: Maker, words: dict[str, str], reader: Reader) -> Extraction:
    """Return what the hub reads of a file with these words in these parts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{maker.extension}"
        path.write_bytes(maker.make(words))
        return reader.read(path, path.name)


def text_of(extraction: Extraction) -> str:
    """Return all that is shown of a file."""
    parts = [text for page in extraction.pages for text in (page.title, page.text, page.notes)]
    return " ".join([extraction.title, *parts])


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.extension)
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_word_is_found_or_its_part_is_named(maker: Maker, data: st.DataObject, reader: Reader) -> None:
    parts = data.draw(st.lists(st.sampled_from(maker.parts), unique=True, min_size=1))
    names = data.draw(st.permutations(WORDS))
    words = dict(zip(parts, names, strict=False))
    extraction = read(maker, words, reader)
    text = text_of(extraction)
    for part, word in words.items():
        named = maker.left_out.get(part)
        if named is None:
            assert word in text, f"{part}: {text}"
        else:
            assert any(named in sentence for sentence in (*extraction.left_out, *extraction.unread)), part
    assert extraction.state is State.OK, extraction.detail


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.extension)
def test_a_file_with_all_parts_at_once_has_all_words(maker: Maker, reader: Reader) -> None:
    words = dict(zip(maker.parts, WORDS, strict=False))
    text = text_of(read(maker, words, reader))
    assert [part for part, word in words.items() if word not in text and part not in maker.left_out] == []

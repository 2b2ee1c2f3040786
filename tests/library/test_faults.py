"""Small files that were once read wrongly, where a folder with them is present: each word is found, each state is right.

The folder's README has a table: the file, the right value, the words, and what the hub once gave. Copies of our own, with
other words, are in the tests of each format.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.extract.pages import Extraction
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Page, Revision
from hub.library.rules import Kind, PageKind
from hub.members.rules.permissions import OPERATOR
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules import results as results_rules
from tests.world import an_organization

FOLDER = Path(__file__).parents[3] / "shared" / "faults"
ROW = re.compile(r"\| (?P<file>\S+\.\w+) \| (?P<right>.*?) \| (?P<words>.*?) \| (?P<past>.*?) \|$", re.MULTILINE)
# A page with several dates is split when it is added; read as one resource it has the words alone.
SPLIT_WHEN_ADDED = {"html-06-page-of-dated-updates.html"}


@dataclass(frozen=True)
class Fault:
    """A row of the table: the file's name, and the expected words and facts."""

    file: str
    right: str
    expected: tuple[str, ...]

    def __str__(self) -> str:
        return self.file


def faults() -> list[Fault]:
    """Return the rows of the table; none without the folder."""
    readme = FOLDER / "README.md"
    rows = ROW.finditer(readme.read_text()) if readme.exists() else ()
    return [Fault(row["file"], row["right"], tuple(row["words"].split("; "))) for row in rows]


pytestmark = pytest.mark.skipif(not faults(), reason="there is no folder with such files")


def shown_text(extraction: Extraction) -> str:
    """Return all text of a file, on one line."""
    parts = [extraction.title]
    for page in extraction.pages:
        parts += [page.title, page.text, page.notes, page.also_searched]
    return " ".join(" ".join(parts).split())


def is_left_out(fault: Fault) -> bool:
    """Return True if the words are of a part that is left out on purpose, which the page has to say."""
    return "on purpose; to be told" in fault.right


def is_met(expected: str, extraction: Extraction) -> bool:
    """Return True if one cell of the table holds: words that are there, or a fact about the revision."""
    if expected.startswith("STATE "):
        states = re.findall(r"\b(encrypted|partial)\b", expected)
        others = re.findall(r"or (\d+|\S+\.txt)$", expected)
        return extraction.state.value in states or any(word in shown_text(extraction) for word in others)
    kinds = [page.kind for page in extraction.pages]
    if match := re.fullmatch(r"(ITEMS|SLIDES) (\d+)", expected):
        kind = PageKind.ITEM if match[1] == "ITEMS" else PageKind.SLIDE
        return kinds.count(kind) == int(match[2])
    if match := re.fullmatch(r"SHEETNO (\d+)", expected):
        return int(match[1]) in [page.number for page in extraction.pages]
    if match := re.fullmatch(r"(TITLE|NOTES) (.*)", expected):
        texts = [extraction.title] if match[1] == "TITLE" else [page.notes for page in extraction.pages]
        return any(match[2] in text for text in texts)
    if expected.startswith("!"):
        return expected[1:] not in shown_text(extraction)
    return any(words in shown_text(extraction) or is_state(words, extraction) for words in expected.split(" or "))


def is_state(words: str, extraction: Extraction) -> bool:
    """Return True if the words name the revision's state."""
    return words.startswith("STATE ") and extraction.state.value == words.removeprefix("STATE ")


@pytest.mark.parametrize("fault", faults(), ids=str)
def test_a_file_that_was_once_read_wrongly_is_read_right(fault: Fault, reader: Reader) -> None:
    extraction = reader.read(FOLDER / fault.file, fault.file)
    needed = [word for word in fault.expected if not word.startswith("?")]
    if fault.file in SPLIT_WHEN_ADDED:
        needed = [word for word in needed if not word.startswith("ITEMS")]
    if is_left_out(fault):
        assert extraction.left_out
        needed = []
    assert [word for word in needed if not is_met(word, extraction)] == []


def test_search_finds_each_word_of_these_files(database: Database, tmp_path: Path) -> None:
    resources: dict[str, int] = {}
    with database.writing() as db:
        organization = an_organization(db)
        for fault in faults():
            copy = tmp_path / fault.file
            shutil.copyfile(FOLDER / fault.file, copy)
            with copy.open("rb") as content:
                stored = library_actions.File(originals.store(database.config, content), fault.file)
            facts = library_actions.Facts(Kind.RESOURCE)
            resources[fault.file] = library_actions.add(db, None, organization, facts, stored).id
    page_texts.catch_up(database)
    index.catch_up(database)
    assert list(not_found(database, resources)) == []


def is_a_word(database: Database, resource: int, words: str) -> bool:
    """Return False if the file itself runs the words together with others, so that no one would search for them."""
    with database.reading() as db:
        pages = db.scalars(select(Page).join(Page.revision).where(Revision.resource_id == resource)).all()
    return any(re.search(rf"\b{re.escape(words)}\b", " ".join(page.text.split())) for page in pages)


def not_found(database: Database, resources: dict[str, int]) -> Iterator[str]:
    """Yield the words that don't lead to their file."""
    with database.reading() as db:
        for fault in faults():
            if is_left_out(fault):
                continue
            for words in fault.expected:
                if re.match(r"[?!]|STATE|ITEMS|SLIDES|SHEETNO|TITLE|NOTES", words) or " or " in words:
                    continue
                query = results_rules.Query(text=words, per_page=50)
                results = results_queries.search(db, OPERATOR, query)  # type: ignore[arg-type]
                hits = [hit.resource for hit in results.hits]
                if resources[fault.file] not in hits and is_a_word(database, resources[fault.file], words):
                    yield f"{fault.file}: {words}"

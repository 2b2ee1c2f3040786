"""Real and hostile documents from elsewhere: each ends in a named state, in time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.library.extract.formats import format_of
from hub.library.extract.reader import Reader
from hub.library.rules import State

pytestmark = [pytest.mark.corpus, pytest.mark.hostile]

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
FILES = sorted(path for folder in ("real", "hostile") for path in (CORPUS / folder).glob("*"))
EXPECTED = {
    "bomb2g.docx": State.TOO_LARGE,
    "bomb2g.pptx": State.TOO_LARGE,
    "bomb2g.xlsx": State.TOO_LARGE,
    "empty.pdf": State.CORRUPT,
    "hugepage.pdf": State.PARTIAL,
    "notes_pdf_named.pptx": State.CORRUPT,
    "owneronly.pdf": State.OK,
    "poi__protected_agile.docx": State.ENCRYPTED,
    "rows3m.xlsx": State.PARTIAL,
    "tika__testODTEncrypted.odt": State.ENCRYPTED,
    "trunc.pdf": State.CORRUPT,
    "userpw.pdf": State.ENCRYPTED,
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return one reader for all files."""
    with Reader() as reader:
        yield reader


@pytest.mark.skipif(not FILES, reason="the corpus is not there")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_document_ends_in_a_state_in_time(reader: Reader, path: Path) -> None:
    start = time.monotonic()
    extraction = reader.read(path, path.name)
    assert time.monotonic() - start < 100
    assert extraction.state is EXPECTED.get(path.name, extraction.state)
    assert (extraction.state is State.OK) == (not extraction.detail)
    assert format_of(path.name) is not None
    assert "root:" not in "".join(page.text for page in extraction.pages)

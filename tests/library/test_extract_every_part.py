"""No part of a deck is lost without a word: what is in it is found, or the part is named."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.library.extract.reader import Reader
from hub.library.rules import State
from tests.library import documents, office_parts
from tests.library.office_parts import CHART, CHART_PART, CHART_RELATION, NAMES, frame, relation, slide_with

DIAGRAM = frame(f'<d:relIds xmlns:d="x" {NAMES} r:dm="rIdDiagram"/>')
OBJECT = frame(f'<p:oleObj {NAMES} r:id="rIdObject" progId="Excel.Sheet.12"/>')
RELATIONS = (
    CHART_RELATION
    + relation("rIdDiagram", "diagramData", "../diagrams/data9.xml")
    + relation("rIdObject", "package", "../embeddings/book9.xlsx")
    + relation("rIdNotes", "notesSlide", "../notesSlides/notes9.xml")
    + relation("rIdComments", "comments", "../comments/comment9.xml")
)
# The parts of the deck: where each is, its word, and the words with which it is named.
PARTS = {
    CHART_PART: ("Chartword", "chart"),
    "ppt/diagrams/data9.xml": ("Diagramword", "diagram"),
    "ppt/embeddings/book9.xlsx": ("Bookword", "workbook"),
    "ppt/notesSlides/notes9.xml": ("Notesword", "notes"),
    "ppt/comments/comment9.xml": ("Commentword", "comments"),
}


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the content of each part, with its word."""
    book = documents.workbook(
        tmp_path_factory.mktemp("book") / "a.xlsx", lambda own: own.worksheets[0].append(["Bookword"])
    )
    notes = f"<p:notes {NAMES}>{office_parts.text_shape('<a:p><a:r><a:t>Notesword</a:t></a:r></a:p>')}</p:notes>"
    return {
        CHART_PART: office_parts.chart(office_parts.series("Chartword", ("a",), ("1",))),
        "ppt/diagrams/data9.xml": documents.DIAGRAM.format("Diagramword").encode(),
        "ppt/embeddings/book9.xlsx": book.read_bytes(),
        "ppt/notesSlides/notes9.xml": notes.encode(),
        "ppt/comments/comment9.xml": f"<p:cmLst {NAMES}><p:cm><p:text>Commentword</p:text></p:cm></p:cmLst>".encode(),
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(PARTS)), st.sampled_from([b"", b"<broken", b"PK\x03\x04broken", None])))
def test_every_part_of_a_slide_is_found_or_named(
    reader: Reader, contents: dict[str, bytes], damaged: dict[str, bytes | None]
) -> None:
    parts = {name: content for name, content in {**contents, **damaged}.items() if content is not None}
    with tempfile.TemporaryDirectory() as folder:
        path = slide_with(Path(folder) / "a", CHART + DIAGRAM + OBJECT, RELATIONS, parts, title="Kept words")
        extraction = reader.read(path, "a.pptx")
    read = "\n".join(f"{page.title}\n{page.text}\n{page.notes}" for page in extraction.pages)
    sentences = " ".join([*extraction.unread, *extraction.left_out]).lower()
    assert "Kept words" in read
    for word, words in PARTS.values():
        assert word in read or words in sentences
    assert (extraction.state is State.OK) == (not extraction.unread)
    assert extraction.state is not State.OK or not damaged

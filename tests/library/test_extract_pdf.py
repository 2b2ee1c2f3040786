"""PDFs: what a page shows is its text, in reading order, and what isn't read is named."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hub.library.extract.excerpt import excerpt
from hub.library.extract.hyphens import readings
from hub.library.extract.pages import Extraction
from hub.library.extract.pictures import opened, picture_of
from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library.pdfs import at, image, paragraph, shown_at, stream, written

BOX = "/Rect[200 500 420 530]"
FIELD = "<</Type/Annot/Subtype/Widget" + BOX + "/F 4/DA(/F 12 Tf 0 g){}>>"
FORM = "/AcroForm<</Fields[{}]/NeedAppearances true/DA(/F 12 Tf 0 g)/DR<</Font<</F FONT>>>>>>"
LEFT = ["The grant office opened a", "second round for foundries", "that lost a customer when", "the plant closed."]
RIGHT = [
    "Welders from both counties",
    "meet each month to compare",
    "orders, and to share a kiln",
    "until the new one comes.",
]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return one reader for all tests."""
    with Reader() as reader:
        yield reader


def ink(picture: bytes) -> int:
    """Return how many dark points a picture has."""
    with Image.open(BytesIO(picture)) as opened_picture:
        return sum(opened_picture.convert("L").histogram()[:100])


def texts(extraction: Extraction) -> list[str]:
    """Return the texts of the pages."""
    return [page.text for page in extraction.pages]


@pytest.mark.parametrize(
    ("first", "second", "shown", "other"),
    [
        ("the cost", "sharing rule", "cost-sharing", "costsharing"),
        ("a third", "party audit", "third-party", "thirdparty"),
        ("an employer", "driven plan", "employer-driven", "employerdriven"),
        ("state of the auto", "mation grant", "automation", "auto-mation"),
        ("the manufac", "turers of Ohio", "manufacturers", "manufac-turers"),
        ("a real short", "age of steel", "shortage", "short-age"),
        ("year-over", "year growth", "year-over-year", "overyear"),
        ("a cost-shar", "ing rule", "cost-sharing", "shar-ing"),
        ("Ms. Smith", "Jones spoke", "Smith-Jones", "SmithJones"),
    ],
)
def test_a_word_divided_at_a_line_end_is_shown_in_one_reading_and_found_in_both(
    reader: Reader, tmp_path: Path, first: str, second: str, shown: str, other: str
) -> None:
    path = written(tmp_path / "a", paragraph([f"Note on {first}-", f"{second} of this year"]))
    (page,) = reader.read(path, "a.pdf").pages
    assert shown in page.text
    assert other in page.also_searched.split()


def test_a_word_elsewhere_on_the_page_decides_about_a_divided_one() -> None:
    assert readings("a lead\ufffetime; the lead-time")[0] == "a lead-time; the lead-time"
    assert readings("a lead\ufffetime; the leadtime")[0] == "a leadtime; the leadtime"
    assert readings("short-\r\nand long-\r\nterm loans") == ("short- and long-term loans", ["longterm"])


@given(st.text(alphabet="ab -\r\n\ufffe\x02\u00ad\u2010Z1"))
def test_no_letter_is_lost_at_line_ends(text: str) -> None:
    shown, _ = readings(text)
    assert [letter for letter in shown if letter.isalnum()] == [letter for letter in text if letter.isalnum()]
    assert not set(shown) & {"\ufffe", "\x02"}


def test_what_a_form_was_filled_in_with_is_text_and_is_in_the_picture(reader: Reader, tmp_path: Path) -> None:
    fields = [
        FIELD.format("/FT/Tx/T(town)/V(Marietta Tool)"),
        FIELD.replace("500", "400")
        .replace("530", "430")
        .format("/FT/Ch/Ff 131072/T(kind)/Opt[[(1)(Foundry)][(2)(Mill)]]/V(2)"),
        FIELD.format("/FT/Tx/Ff 8192/T(pin)/V(secretpin)"),
        FIELD.replace("/F 4", "/F 2").format("/FT/Tx/T(sum)/V(hiddensum)"),
    ]
    form = FORM.format("@0 @1 @2 @3")
    filled = written(tmp_path / "a", at(72, 700, "Application"), annotations=fields[:2], form=FORM.format("@0 @1"))
    assert texts(reader.read(filled, "a.pdf")) == ["Application\nMarietta Tool\nMill"]
    others = written(tmp_path / "b", at(72, 700, "Application"), annotations=fields, form=form)
    assert "secretpin" not in texts(reader.read(others, "a.pdf"))[0]
    assert "hiddensum" not in texts(reader.read(others, "a.pdf"))[0]
    blank = written(tmp_path / "c", at(72, 700, "Application"), annotations=[FIELD.format("/FT/Tx/T(town)")], form=FORM)
    assert ink(picture_of(opened(filled), 1, 600)) > ink(picture_of(opened(blank), 1, 600)) + 100


def test_typed_notes_are_text_and_comments_are_left_out(reader: Reader, tmp_path: Path) -> None:
    note = "<</Type/Annot/Subtype/FreeText" + BOX + "/F 4/DA(/F 14 Tf 0 g)/Contents(Move the kiln)>>"
    comment = "<</Type/Annot/Subtype/Text" + BOX + "/Contents(Ask the mayor)>>"
    link = "<</Type/Annot/Subtype/Link" + BOX + "/Contents(Opens a page)>>"
    path = written(tmp_path / "a", at(72, 700, "Layout of the shop"), annotations=[note, comment, link])
    extraction = reader.read(path, "a.pdf")
    assert texts(extraction) == ["Layout of the shop\nMove the kiln"]
    assert (extraction.state, extraction.left_out) == (State.OK, ("Comments are not searched.",))
    without = written(
        tmp_path / "b", at(72, 700, "Layout of the shop"), annotations=[note.replace("Move the kiln", "")]
    )
    assert ink(picture_of(opened(path), 1, 600)) > ink(picture_of(opened(without), 1, 600)) + 100
    copy = pypdfium2.PdfDocument(excerpt(path, [1], ["Lent by the county"]))
    assert "Move the kiln" in copy[0].get_textpage().get_text_range()


def test_the_words_of_a_stamp_are_text(reader: Reader, tmp_path: Path) -> None:
    looks = stream("BT /F 12 Tf 5 5 Td (Approved by the board) Tj ET", "/Subtype/Form/BBox[0 0 220 30]/Resources %9")
    looks = looks.replace("%9", "<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>")
    stamp = "<</Type/Annot/Subtype/Stamp" + BOX + "/F 4/AP<</N %0>>>>"
    path = written(tmp_path / "a", at(72, 700, "Budget of the hub"), annotations=[stamp], others=[looks])
    assert texts(reader.read(path, "a.pdf")) == ["Budget of the hub\nApproved by the board"]


def test_columns_drawn_line_by_line_are_read_one_after_the_other(reader: Reader, tmp_path: Path) -> None:
    rows = "".join(at(72, 700 - 14 * n, LEFT[n]) + at(320, 700 - 14 * n, RIGHT[n]) for n in range(len(LEFT)))
    path = written(tmp_path / "a", at(72, 740, "News of the hub") + rows + at(72, 600, "Page 1 of 9"))
    expected = ["News of the hub", *LEFT, *RIGHT, "Page 1 of 9"]
    assert texts(reader.read(path, "a.pdf")) == ["\n".join(expected)]


def test_columns_in_lines_that_are_one_piece_are_read_one_after_the_other(reader: Reader, tmp_path: Path) -> None:
    rows = ""
    for n, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        gap = round((len(left) - 60) * 500)  # in thousandths of the size, so that the second half is farther right
        rows += f"BT /F 10 Tf 72 {700 - 14 * n} Td [({left}){gap}({right})] TJ ET\n"
    path = written(tmp_path / "a", at(72, 740, "News of the hub") + rows)
    assert texts(reader.read(path, "a.pdf")) == ["\n".join(["News of the hub", *LEFT, *RIGHT])]


def test_a_table_keeps_its_rows(reader: Reader, tmp_path: Path) -> None:
    cells = [(f"Organization number {n} of Ohio", f"Training of welders, year {n}") for n in range(1, 9)]
    rows = "".join(at(72, 700 - 14 * n, a) + at(320, 700 - 14 * n, b) for n, (a, b) in enumerate(cells))
    (text,) = texts(reader.read(written(tmp_path / "a", rows), "a.pdf"))
    assert text.split("\n") == [f"{a} {b}" for a, b in cells]


def test_files_inside_a_pdf_are_read(reader: Reader, tmp_path: Path) -> None:
    files = [stream("The kiln is lent", "/Type/EmbeddedFile/Params<</Size 16>>")]
    files.append("<</Type/Filespec/F(notes.txt)/UF(notes.txt)/EF<</F %0>>>>")
    files.append("<</Type/Filespec/F(tool.exe)/UF(tool.exe)/EF<</F %0>>>>")
    names = "/Names<</EmbeddedFiles<</Names[(a)%1(b)%2]>>>>"
    extraction = reader.read(written(tmp_path / "a", at(72, 700, "Cover"), form=names, others=files), "a.pdf")
    assert [(page.kind, page.title, page.text) for page in extraction.pages] == [
        (PageKind.PAGE, "", "Cover"),
        (PageKind.ATTACHMENT, "notes.txt", "The kiln is lent"),
    ]
    assert extraction.state is State.PARTIAL
    assert "tool.exe" in extraction.detail


def test_a_file_pinned_to_a_page_is_read(reader: Reader, tmp_path: Path) -> None:
    files = [stream("The kiln is lent", "/Type/EmbeddedFile/Params<</Size 16>>")]
    pin = "<</Type/Annot/Subtype/FileAttachment" + BOX + "/FS<</Type/Filespec/F(pin.txt)/UF(pin.txt)/EF<</F %0>>>>>>"
    path = written(tmp_path / "a", at(72, 700, "Cover"), annotations=[pin], others=files)
    assert texts(reader.read(path, "a.pdf")) == ["Cover", "The kiln is lent"]


def test_scanned_pages_among_others_are_named(reader: Reader, tmp_path: Path) -> None:
    scan = shown_at(0, 0, 612, 792)
    logo = at(72, 700, "More than a page number is here") + shown_at(0, 0, 612, 792)
    outlines = "".join(f"{x} 400 m {x + 5} 420 l {x + 9} 400 l f\n" for x in range(40, 540, 10))
    pages = [
        at(72, 700, "Report of the year"),
        scan,
        at(300, 20, "Page 3") + scan,
        logo,
        "",
        outlines,
        shown_at(9, 9, 5, 5),
    ]
    path = written(tmp_path / "a", *pages, xobjects="/Im %0", others=[image()])
    extraction = reader.read(path, "a.pdf")
    assert [page.number for page in extraction.pages if page.is_picture] == [2, 3, 6]
    assert (extraction.state, extraction.detail) == (State.PARTIAL, "Pages 2, 3 and 6 are pictures without text.")


def test_arabic_ligatures_and_runs_are_in_reading_order(reader: Reader, tmp_path: Path) -> None:
    letters = {"a": "ا", "b": "ب", "c": "لا", "d": "د", "e": "س"}
    # As on paper: from left to right. One letter of the font is two letters of the text.
    line = at(100, 700, "dec bad bb eee", 12)
    mixed = at(100, 600, "LATHES ON ", 12) + at(172, 600, "bad", 12) + at(196, 600, " eee", 12)
    (text,) = texts(reader.read(written(tmp_path / "a", line + mixed, letters=letters), "a.pdf"))
    first, second = text.split("\n")
    assert first == "سسس بب داب لاسد"
    assert second.split() == ["LATHES", "ON", "سسس", "داب"]


def test_a_form_of_adobe_alone_says_that_it_was_not_read(reader: Reader, tmp_path: Path) -> None:
    form = "/AcroForm<</Fields[]/XFA %0>>/NeedsRendering true"
    path = written(tmp_path / "a", at(72, 700, "Please wait"), form=form, others=[stream("<x/>")])
    extraction = reader.read(path, "a.pdf")
    assert (extraction.state, extraction.unread) == (State.PARTIAL, (extraction.detail,))
    assert "XFA" in extraction.detail


@pytest.mark.parametrize("y", [20, 770])
def test_a_stamp_in_the_margin_is_not_the_text_of_a_scan(reader: Reader, tmp_path: Path, y: int) -> None:
    stamp = at(60, y, "Matter 7:19-mc-00412 Paper 88 Lodged 03/05/24 Sheet 2 of 9")
    cover = at(60, 500, "The year in the foundries of the valley")
    scan = shown_at(0, 0, 612, 792)
    path = written(tmp_path / "a", scan + stamp, scan + cover, xobjects="/Im %0", others=[image()])
    extraction = reader.read(path, "a.pdf")
    assert [page.is_picture for page in extraction.pages] == [True, False]
    assert "Lodged" in extraction.pages[0].text


@pytest.mark.parametrize(
    ("first", "second"), [("a 30", "month loan"), ("a hands", "on class"), ("the food co", "op opens")]
)
def test_compounds_with_numbers_and_short_words_keep_their_hyphens(first: str, second: str) -> None:
    assert readings(f"{first}-\r\n{second}")[0] == f"{first}-{second}"

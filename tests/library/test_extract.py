"""Extraction of pages from documents of every format: all text must be there, on the right page."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from docx.document import Document as WordDocument
from openpyxl import Workbook
from pptx.presentation import Presentation
from pptx.util import Inches

from hub.library.extract.formats import FORMATS, format_of
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Extraction
from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library import documents

UPDATE = """Dear colleagues,

here is the week.

1. The manufacturing extension notice is out. Applications are due on July 15; the match is
   half of the sum.

2. Monday's call
   1. Agenda
   2. Notes
3. Tech Hubs, phase 2
   Designated regions may apply.

Best regards,
the secretariat
"""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return one reader for the tests that only read."""
    with Reader() as reader:
        yield reader


def test_formats_are_recognized_by_extension_in_either_case() -> None:
    deck = format_of("Monday call.PPTX")
    assert deck is not None
    assert (deck.label, deck.page_kind) == ("PowerPoint presentation", PageKind.SLIDE)
    assert format_of("setup.exe") is None
    assert format_of("README") is None
    assert all(entry.extension == name for name, entry in FORMATS.items())


def test_a_pdf_gives_its_pages_and_its_title(reader: Reader, tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a", "Foundry survey", "Second page", title="Castings in Ohio")
    extraction = reader.read(path, "survey.pdf")
    assert (extraction.state, extraction.detail, extraction.title) == (State.OK, "", "Castings in Ohio")
    assert [(page.number, page.kind, page.text) for page in extraction.pages] == [
        (1, PageKind.PAGE, "Foundry survey"),
        (2, PageKind.PAGE, "Second page"),
    ]


@pytest.mark.parametrize("title", ["Microsoft Word - plan.doc", "untitled", "Presentation1", "plan.indd"])
def test_a_programs_default_title_is_ignored(reader: Reader, tmp_path: Path, title: str) -> None:
    assert reader.read(documents.pdf(tmp_path / "a", "x", title=title), "a.pdf").title == ""


def test_a_pdf_of_pictures_says_that_only_its_title_can_be_searched(reader: Reader, tmp_path: Path) -> None:
    extraction = reader.read(documents.pdf(tmp_path / "a", "", ""), "scan.pdf")
    assert (extraction.state, len(extraction.pages)) == (State.PARTIAL, 2)
    assert "The pages of this file have no text." in extraction.detail


def test_a_password_protected_pdf_asks_for_a_copy_without_the_password(reader: Reader, tmp_path: Path) -> None:
    extraction = reader.read(documents.pdf(tmp_path / "a", "secret", password="open"), "a.pdf")
    assert extraction.state is State.ENCRYPTED
    assert "without the password" in extraction.detail


def test_a_pdf_that_only_forbids_changes_is_read(reader: Reader, tmp_path: Path) -> None:
    extraction = reader.read(documents.pdf(tmp_path / "a", "to be read", owner_password="x"), "a.pdf")
    assert (extraction.state, extraction.pages[0].text) == (State.OK, "to be read")


def test_slides_come_in_order_with_notes_including_hidden_ones(reader: Reader, tmp_path: Path) -> None:
    def fill(show: Presentation) -> None:
        documents.add_slide(show, "Welcome", "Lakeshore", "Thank the host")
        documents.add_slide(show, "Spare", "Numbers", hidden=True)
        order = show.slides._sldIdLst
        order.append(order[0])

    extraction = reader.read(documents.deck(tmp_path / "a", fill), "call.pptx")
    assert (extraction.state, extraction.title) == (State.OK, "Spare")
    first, second = extraction.pages
    assert (first.number, first.title, first.hidden, first.notes) == (1, "Spare", True, "")
    assert (second.title, second.text, second.notes) == ("Welcome", "Welcome\nLakeshore", "Thank the host")
    assert (second.kind, second.hidden) == (PageKind.SLIDE, False)


def test_a_slides_tables_charts_and_smartart_are_read_as_text(reader: Reader, tmp_path: Path) -> None:
    def fill(show: Presentation) -> None:
        slide = show.slides.add_slide(show.slide_layouts[documents.BLANK])
        table = slide.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(2)).table
        for place, words in enumerate(["Region", "Jobs", "Great Lakes", "4,200"]):
            table.cell(place // 2, place % 2).text = words

    extraction = reader.read(documents.deck(tmp_path / "a", fill), "a.pptx")
    assert extraction.pages[0].text == "Region\tJobs\nGreat Lakes\t4,200"
    smart = reader.read(documents.with_diagram(tmp_path / "b", "Plan, do, check"), "b.pptx")
    assert smart.pages[0].text == "Plan, do, check"


def test_a_damaged_slide_does_not_affect_the_others(reader: Reader, tmp_path: Path) -> None:
    path = documents.slides_deck(tmp_path / "a", 3)
    documents.rezipped(path, {"ppt/slides/slide2.xml": b"<p:sld"})
    extraction = reader.read(path, "a.pptx")
    assert extraction.state is State.PARTIAL
    assert "can’t be searched: slide 2." in extraction.detail
    assert [page.text for page in extraction.pages] == ["Slide 1 of many\ntext1", "", "Slide 3 of many\ntext3"]


def test_a_word_document_gives_sections_by_heading(reader: Reader, tmp_path: Path) -> None:
    def fill(document: WordDocument) -> None:
        document.core_properties.title = "Regional plan"
        document.add_paragraph("Before all headings")
        document.add_heading("Workforce", level=1)
        document.add_heading("Apprenticeships", level=2)
        document.add_paragraph("Register with the state.")
        cells = document.add_table(rows=1, cols=2).rows[0].cells
        cells[0].text, cells[1].text = "Welders", "120"
        document.add_heading("Supply chain", level=1)
        document.sections[0].footer.paragraphs[0].text = "Draft of the collaborative"

    extraction = reader.read(documents.word(tmp_path / "a", fill), "plan.docx")
    assert (extraction.state, extraction.title) == (State.OK, "Regional plan")
    assert [(page.number, page.kind, page.title) for page in extraction.pages] == [
        (1, PageKind.SECTION, ""),
        (2, PageKind.SECTION, "Apprenticeships"),
        (3, PageKind.SECTION, "Supply chain"),
    ]
    assert extraction.pages[1].text == "Workforce\n\nApprenticeships\n\nRegister with the state.\n\nWelders\t120"
    assert extraction.pages[2].text == "Supply chain\n\nDraft of the collaborative"


def test_a_document_has_its_creation_date(reader: Reader, tmp_path: Path) -> None:
    def fill(document: WordDocument) -> None:
        document.core_properties.created = datetime(2021, 5, 4, tzinfo=UTC)

    assert reader.read(documents.word(tmp_path / "a", fill), "a.docx").published_on == date(2021, 5, 4)
    assert reader.read(documents.word(tmp_path / "b", lambda _: None), "b.docx").published_on is None


def test_a_workbook_gives_a_page_for_each_sheet(reader: Reader, tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0].title = "Grants"
        for row in (["Fund", "Due", "Sum"], [], ["EDA", date(2022, 7, 15), 1.5], [None, True, 20.0]):
            book.worksheets[0].append(row)
        book.create_sheet("Spare").sheet_state = "hidden"

    extraction = reader.read(documents.workbook(tmp_path / "a", fill), "grants.xlsx")
    grants, spare = extraction.pages
    assert (grants.kind, grants.title) == (PageKind.SHEET, "Grants")
    assert grants.text == "Fund\tDue\tSum\nEDA\t2022-07-15\t1.5\n\tTRUE\t20"
    assert (spare.title, spare.hidden) == ("Spare", True)


def test_opendocument_slides_come_with_notes(reader: Reader, tmp_path: Path) -> None:
    body = """<draw:page draw:style-name="hidden"><draw:frame presentation:class="title"><draw:text-box>
    <text:p>Castings</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box><text:list><text:list-item>
    <text:p>Iron<text:s text:c="2"/>and<text:tab/>steel</text:p></text:list-item></text:list></draw:text-box>
    </draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>Say thanks</text:p></draw:text-box>
    </draw:frame></presentation:notes></draw:page>"""
    extraction = reader.read(documents.opendocument(tmp_path / "a", "presentation", body, "Foundries"), "a.odp")
    (page,) = extraction.pages
    assert (extraction.title, extraction.published_on) == ("Foundries", date(2024, 3, 5))
    assert (page.title, page.text, page.notes, page.hidden) == (
        "Castings",
        "Castings\nIron  and\tsteel",
        "Say thanks",
        True,
    )


def test_an_opendocument_text_gives_sections(reader: Reader, tmp_path: Path) -> None:
    body = (
        "<text:h>One</text:h><text:p>first</text:p><text:section><text:h>Two</text:h></text:section><text:p>b</text:p>"
    )
    extraction = reader.read(documents.opendocument(tmp_path / "a", "text", body), "a.odt")
    assert [(page.title, page.text) for page in extraction.pages] == [("One", "One\n\nfirst"), ("Two", "Two\n\nb")]
    assert extraction.title == "One"


def test_an_opendocument_spreadsheet_gives_sheets_without_endless_repetition(reader: Reader, tmp_path: Path) -> None:
    body = """<table:table table:name="Sums"><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>
    <table:table-cell table:number-columns-repeated="2"><text:p>b</text:p></table:table-cell>
    <table:table-cell table:number-columns-repeated="16000"/></table:table-row>
    <table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row></table:table>"""
    (page,) = reader.read(documents.opendocument(tmp_path / "a", "spreadsheet", body), "a.ods").pages
    assert (page.kind, page.title, page.text) == (PageKind.SHEET, "Sums", "a\tb\tb")


def test_a_numbered_update_by_mail_gives_its_items(reader: Reader, tmp_path: Path) -> None:
    path = documents.message(tmp_path / "a", "AMCC Update, June 6", UPDATE, attachments=("notice.pdf",))
    extraction = reader.read(path, "update.eml")
    assert (extraction.title, extraction.published_on) == ("AMCC Update, June 6", date(2022, 6, 6))
    (sentence,) = extraction.unread
    assert sentence == "The attachment “notice.pdf” contains something other than its name says."
    assert_is_the_update(extraction)
    assert extraction.pages[-1].text.endswith("the secretariat\n\nAttachments: notice.pdf")


@pytest.mark.parametrize("name", ["update.md", "update.txt"])
def test_a_numbered_update_as_text_gives_its_items(reader: Reader, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    path.write_text(UPDATE)
    assert_is_the_update(reader.read(path, name))


def assert_is_the_update(extraction: Extraction) -> None:
    """Assert that the pages are the three points of the update, with nothing lost before and after them."""
    assert [(page.number, page.kind, page.title) for page in extraction.pages] == [
        (1, PageKind.ITEM, "The manufacturing extension notice is out."),
        (2, PageKind.ITEM, "Monday's call"),
        (3, PageKind.ITEM, "Tech Hubs, phase 2"),
    ]
    assert extraction.pages[0].text.startswith("Dear colleagues,")
    assert extraction.pages[1].text == "2. Monday's call\n   1. Agenda\n   2. Notes"
    assert "the secretariat" in extraction.pages[2].text


def test_a_numbered_update_in_html_gives_its_items(reader: Reader, tmp_path: Path) -> None:
    html = """<html><head><style>p {color: red}</style></head><body><p>Hello&nbsp;all</p><ol><li><p><b>First</b></p>
    <p>more<br>lines</p></li><li>Second<ol><li>inner</li></ol></li><li>Third</li></ol><script>x()</script></body>"""
    extraction = reader.read(documents.message(tmp_path / "a", "Update", html=html), "a.eml")
    assert [(page.number, page.title) for page in extraction.pages] == [(1, "First"), (2, "Second"), (3, "Third")]
    text = "\n".join(page.text for page in extraction.pages)
    assert "Hello all" in text
    assert "color" not in text
    assert "x()" not in text


def test_a_plain_message_is_a_section_under_its_subject(reader: Reader, tmp_path: Path) -> None:
    path = documents.message(tmp_path / "a", "Grüße aus Ohio", "Just a line.", "<p>Just a line.</p>")
    (page,) = reader.read(path, "a.eml").pages
    assert (page.kind, page.title, page.text) == (PageKind.SECTION, "Grüße aus Ohio", "Just a line.")


def test_a_web_page_gives_its_visible_text(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(
        "<title>Funding</title><h1>Notices</h1><p>Two  are\nopen.<h2>Grants</h2><table><tr><td>EDA<td>July</table>"
        "<ul><li>one<li>two</ul><script>never()</script>"
    )
    extraction = reader.read(path, "page.html")
    assert extraction.title == "Funding"
    assert [(page.title, page.text) for page in extraction.pages] == [
        ("Notices", "Notices\n\nTwo are open."),
        ("Grants", "Grants\n\nEDA\tJuly\n\n- one\n- two"),
    ]


def test_text_is_read_in_common_encodings(reader: Reader, tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        path = tmp_path / encoding
        path.write_bytes("Zürich – “quoted”".encode(encoding))
        assert reader.read(path, "a.txt").pages[0].text == "Zürich – “quoted”"


def test_long_text_without_headings_is_divided_into_parts(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("\n\n".join(f"paragraph {n} " + "word " * 200 for n in range(30)))
    extraction = reader.read(path, "a.txt")
    assert [page.number for page in extraction.pages] == list(range(1, len(extraction.pages) + 1))
    assert 3 < len(extraction.pages) < 10


def test_a_csv_file_is_one_sheet(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("a,b\n1,2\n")
    (page,) = reader.read(path, "a.csv").pages
    assert (page.kind, page.text) == (PageKind.SHEET, "a,b\n1,2")


def test_control_characters_are_removed(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"first\x02 line\r\nsec\xc2\xadond\x1b\x0bthird" + b" " * 5000 + b"\x00end")
    assert reader.read(path, "a.txt").pages[0].text.split() == ["first", "line", "second", "third", "end"]


def test_a_file_that_only_has_the_name_of_a_picture_is_refused(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\x89PNG")
    extraction = reader.read(path, "logo.PNG")
    assert (extraction.state, extraction.pages) == (State.CORRUPT, ())
    assert extraction.detail.startswith("This file is named like a picture (PNG), but it contains something else")
    assert reader.read(path, "logo.exe").state is State.UNSUPPORTED


def test_a_missing_file_raises_an_error(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reader.read(tmp_path / "missing", "a.pdf")


def test_a_message_in_html_gives_sections_by_heading(reader: Reader, tmp_path: Path) -> None:
    html = "<p>Hello,</p><h2>Funding</h2><p>Two notices.</p><h2>Events</h2><p>None.</p>"
    extraction = reader.read(documents.message(tmp_path / "a", "News", html=html), "a.eml")
    assert [(page.title, page.text) for page in extraction.pages] == [
        ("News", "Hello,"),
        ("Funding", "Funding\n\nTwo notices."),
        ("Events", "Events\n\nNone."),
    ]


def test_an_old_word_document_is_read_through_libreoffice(reader: Reader, office: str, tmp_path: Path) -> None:
    documents.word(tmp_path / "old.docx", lambda document: document.add_heading("Heritage", level=1))
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "doc", "old.docx"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    shutil.move(tmp_path / "old.doc", tmp_path / "stored-under-its-hash")
    extraction = reader.read(tmp_path / "stored-under-its-hash", "Plan.DOC")
    assert (extraction.state, [page.title for page in extraction.pages]) == (State.OK, ["Heritage"])


def test_without_libreoffice_an_old_file_is_stored_unread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "a"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    with Reader(Limits()) as reader:
        extraction = reader.read(path, "old.ppt")
    assert extraction.state is State.UNSUPPORTED
    assert "Save it as PPTX" in extraction.detail

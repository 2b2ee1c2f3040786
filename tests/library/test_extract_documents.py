"""Reading of Word documents and RTF: automatic numbers, inserted parts, descriptions, and what can't be read."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from docx.document import Document as WordDocument
from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.embedded import kind_of, native
from hub.library.extract.numbering import ROMAN, in_form, roman
from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library import documents, office_parts
from tests.library.office_parts import NAMES, level, listed, numbering, paragraph, relation, word_picture, word_with

TEXT_BOX = (
    "<w:p {names}><w:r><w:t>Anchor</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{inside}"
    "</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{inside}</w:txbxContent></w:pict>"
    "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
)
CELLS = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Lathe</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>7</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"


def lines_of(reader: Reader, path: Path) -> list[str]:
    """Return the lines of a document that aren't blank."""
    text = "\n".join(page.text for page in reader.read(path, "a.docx").pages)
    return [line for line in text.split("\n") if line]


def test_an_update_with_automatic_numbers_gives_its_items(reader: Reader, tmp_path: Path) -> None:
    content = paragraph("Notes of the week") + "".join(
        listed(f"{words} is open.", 1) for words in ("Fund", "Fair", "Call")
    )
    content += paragraph("It ends in May.")
    path = word_with(tmp_path / "a", content, parts=numbering(level(0, "decimal", "%1.")))
    extraction = reader.read(path, "a.docx")
    assert [(page.number, page.kind, page.text) for page in extraction.pages] == [
        (1, PageKind.ITEM, "Notes of the week\n\n1. Fund is open."),
        (2, PageKind.ITEM, "2. Fair is open."),
        (3, PageKind.ITEM, "3. Call is open.\n\nIt ends in May."),
    ]


def test_the_first_bold_words_of_an_item_are_its_title_and_headers_belong_to_none(
    reader: Reader, tmp_path: Path
) -> None:
    def fill(document: WordDocument) -> None:
        document.sections[0].header.paragraphs[0].text = "Council of presses"
        for number, words in enumerate(("Forging", "Rolling", "Casting"), start=1):
            own = document.add_paragraph(f"{number}. ")
            own.add_run(words).bold = True
            own.add_run(" is a long story about the same old mills, told again and again by people who were there.")

    pages = reader.read(documents.word(tmp_path / "a", fill), "a.docx").pages
    assert [page.number for page in pages] == [1, 2, 3]
    assert all("**" not in page.title + page.text for page in pages)
    assert "Council of presses" in pages[0].also_searched
    assert not any("Council" in page.text for page in pages)


def test_numbers_on_several_levels_are_shown_as_word_shows_them(reader: Reader, tmp_path: Path) -> None:
    levels = level(0, "upperRoman", "%1.") + level(1, "decimal", "%1.%2") + level(2, "lowerLetter", "%3)")
    places = (0, 1, 1, 2, 2, 0, 1)
    content = "".join(listed("x", 1, place) for place in places) + paragraph("end")
    path = word_with(tmp_path / "a", content, parts=numbering(levels))
    assert lines_of(reader, path) == ["I. x", "I.1 x", "I.2 x", "a) x", "b) x", "II. x", "II.1 x", "end"]


def test_lists_begin_at_their_number_and_bullets_are_hyphens(reader: Reader, tmp_path: Path) -> None:
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    other = f'<w:num w:numId="2"><w:abstractNumId w:val="5"/>{start}</w:num>'
    bullet = '<w:num w:numId="3"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0">' + level(0, "bullet", "\uf0b7")
    lists = '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>' + other + bullet + "</w:lvlOverride></w:num>"
    content = "".join(listed("x", number) for number in (1, 1, 2, 2, 3)) + listed("plain", 0) + listed("none", 44)
    path = word_with(tmp_path / "a", content, parts=numbering(level(0, "decimal", "(%1)"), lists))
    assert lines_of(reader, path) == ["(1) x", "(2) x", "(7) x", "(8) x", "- x", "plain", "none"]


def test_a_style_gives_its_paragraphs_their_numbers(reader: Reader, tmp_path: Path) -> None:
    def fill(document: WordDocument) -> None:
        for words in ("one", "two"):
            document.add_paragraph(words, style="List Number")
        document.add_paragraph("other", style="List Bullet")

    assert lines_of(reader, documents.word(tmp_path / "a", fill)) == ["1. one", "2. two", "- other"]


@given(st.integers(1, 3999))
def test_roman_numerals_have_the_value_of_the_number(number: int) -> None:
    values = {letters: value for value, letters in ROMAN if len(letters) == 1}
    digits = [values[letter] for letter in roman(number)]
    assert number == sum(
        -own if own < following else own for own, following in zip(digits, [*digits[1:], 0], strict=True)
    )


@given(st.integers(0, 10**9), st.sampled_from(["decimal", "upperRoman", "lowerLetter", "decimalZero", "other"]))
def test_every_number_has_a_short_form(number: int, form: str) -> None:
    assert 0 < len(in_form(number, form)) < 40


def test_letters_continue_after_z() -> None:
    assert [in_form(number, "lowerLetter") for number in (1, 26, 27, 53)] == ["a", "z", "aa", "aaa"]


def test_descriptions_of_pictures_follow_their_paragraph_once(reader: Reader, tmp_path: Path) -> None:
    drawn = (
        f'<w:p {NAMES}><w:r><w:pict><v:shape alt="Old map"><v:textpath string="Sample"/></v:shape></w:pict></w:r></w:p>'
    )
    path = word_with(tmp_path / "a", word_picture("A kiln in Akron") + drawn)
    assert lines_of(reader, path) == ["Beside it", "A kiln in Akron", "Old map", "Sample"]


def test_a_table_in_a_text_box_keeps_its_cells(reader: Reader, tmp_path: Path) -> None:
    path = word_with(
        tmp_path / "a", TEXT_BOX.format(names=NAMES, inside=f"<w:p><w:r><w:t>Boxed</w:t></w:r></w:p>{CELLS}")
    )
    assert lines_of(reader, path) == ["Anchor", "Boxed", "Lathe\t7"]


def test_a_heading_is_not_mixed_with_the_picture_beside_it(reader: Reader, tmp_path: Path) -> None:
    heading = word_picture("Logo of the mill").replace("<w:r>", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r>', 1)
    (page,) = reader.read(word_with(tmp_path / "a", heading), "a.docx").pages
    assert (page.title, page.text) == ("Beside it", "Beside it\n\nLogo of the mill")


def test_an_equation_is_read_in_its_place(reader: Reader, tmp_path: Path) -> None:
    term = "<m:f><m:num><m:r><m:t>parts</m:t></m:r></m:num><m:den><m:r><m:t>day</m:t></m:r></m:den></m:f>"
    content = f"<w:p {NAMES}><w:r><w:t>Output = </w:t></w:r><m:oMath>{term}</m:oMath></w:p>"
    assert lines_of(reader, word_with(tmp_path / "a", content)) == ["Output = parts / day"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.html", b"<h1>From a page</h1><p>Inserted <b>words</b></p>"),
        ("c.rtf", b"{\\rtf1 From a page\\par\\par Inserted words}"),
        ("c.txt", b"From a page\n\nInserted words"),
        (
            "c.mht",
            (
                b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n"
                b"<h1>From a page</h1><p>Inserted words</p>\n--x--\n"
            ),
        ),
    ],
)
def test_inserted_parts_in_other_formats_are_text(reader: Reader, tmp_path: Path, name: str, content: bytes) -> None:
    chunk = f'<w:altChunk {NAMES} r:id="rIdChunk"/>'
    path = word_with(
        tmp_path / "a", paragraph("Before") + chunk, relation("rIdChunk", "aFChunk", name), {f"word/{name}": content}
    )
    assert lines_of(reader, path) == ["Before", "From a page", "Inserted words"]


def test_an_inserted_word_document_is_a_file_inside(reader: Reader, tmp_path: Path) -> None:
    inner = documents.word(tmp_path / "inner", lambda document: document.add_paragraph("Trunnion")).read_bytes()
    chunk = f'<w:altChunk {NAMES} r:id="rIdChunk"/>'
    relations = relation("rIdChunk", "aFChunk", "chunk.docx")
    path = word_with(tmp_path / "a", paragraph("Before") + chunk, relations, {"word/chunk.docx": inner})
    pages = reader.read(path, "a.docx").pages
    assert [(page.kind, page.title, page.text) for page in pages][1:] == [
        (PageKind.ATTACHMENT, "Document.docx", "Trunnion")
    ]


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("header", "", "The header couldn’t be read."),
        ("footnotes", "", "The part with footnotes couldn’t be read."),
        ("numbering", "", "The list of automatic numbers couldn’t be read."),
        ("comments", "", "The list of comments couldn’t be read."),
        ("chart", f'<w:p {NAMES}><c:chart r:id="rIdOwn"/></w:p>', "The chart couldn’t be read."),
        ("aFChunk", f'<w:altChunk {NAMES} r:id="rIdOwn"/>', "The inserted document couldn’t be read."),
        (
            "oleObject",
            f'<w:p {NAMES}><o:OLEObject ProgID="Foo" r:id="rIdOwn"/></w:p>',
            "The embedded object couldn’t be read.",
        ),
    ],
)
def test_a_part_of_a_document_that_is_missing_is_named(
    reader: Reader, tmp_path: Path, kind: str, content: str, words: str
) -> None:
    path = word_with(tmp_path / "a", paragraph("Kept") + content)
    listing = documents.part_of(path, office_parts.BODY_RELATIONS)
    own = listing.replace("numbering", "other", 1).replace(
        "</Relationships>", relation("rIdOwn", kind, "missing.xml") + "</Relationships>"
    )
    extraction = reader.read(documents.rezipped(path, {office_parts.BODY_RELATIONS: own.encode()}), "a.docx")
    assert (extraction.state, extraction.unread) == (State.PARTIAL, (words,))
    assert extraction.pages[0].text == "Kept"


def test_comments_deleted_text_and_controls_are_left_out_by_name(reader: Reader, tmp_path: Path) -> None:
    deleted = f"<w:p {NAMES}><w:r><w:t>Kept</w:t></w:r><w:del><w:r><w:delText>Gone</w:delText></w:r></w:del></w:p>"
    control = f'<w:p {NAMES}><w:r><w:object><w:control r:id="rIdControl"/></w:object></w:r></w:p>'
    parts = {"word/c.xml": f"<w:comments {NAMES}><w:comment/></w:comments>".encode()}
    path = word_with(tmp_path / "a", deleted + control, relation("rIdComments", "comments", "c.xml"), parts)
    extraction = reader.read(path, "a.docx")
    assert (extraction.state, extraction.pages[0].text) == (State.OK, "Kept")
    assert set(extraction.left_out) == {
        "Comments are not searched.",
        "Deleted text in tracked changes is not searched.",
        "Form controls (ActiveX) are not searched.",
    }


def test_a_document_of_pictures_alone_is_named(reader: Reader, tmp_path: Path) -> None:
    path = word_with(tmp_path / "a", f'<w:p {NAMES}><w:r><w:drawing><a:blip r:embed="rId7"/></w:drawing></w:r></w:p>')
    extraction = reader.read(path, "a.docx")
    assert (extraction.state, extraction.pages[0].is_picture) == (State.PARTIAL, True)


@pytest.mark.parametrize("name", ["a.docm", "a.dotx"])
def test_templates_and_documents_with_macros_are_read(reader: Reader, tmp_path: Path, name: str) -> None:
    path = documents.word(tmp_path / "a", lambda document: document.add_paragraph("Quill"))
    assert reader.read(path, name).pages[0].text == "Quill"


def test_an_object_that_wraps_a_file_gives_the_file_with_its_name() -> None:
    path = b"C:\\tmp\\plan.txt\0"
    head = b"\0\0\0\0\2\0plan.txt\0" + path + b"\0\0\3\0" + len(path).to_bytes(4, "little") + path
    assert native(head + (5).to_bytes(4, "little") + b"words") == ("plan.txt", b"words")
    with pytest.raises(ValueError, match=r"plan\.txt"):
        native(head + (5).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("part", "extension"),
    [("word/document.xml", "docx"), ("xl/workbook.bin", "xlsb"), ("ppt/x.xml", "pptx"), ("a", "")],
)
def test_the_kind_of_an_embedded_file_is_told_by_its_parts(part: str, extension: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(part, "x")
    assert kind_of(buffer.getvalue()) == extension


def rtf(path: Path, body: str, head: str = "") -> Path:
    """Return an RTF file."""
    path.write_text(f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0 Arial;}}}}{head}\n{body}}}", encoding="ascii")
    return path


def test_an_rtf_file_gives_its_text_title_and_day(reader: Reader, tmp_path: Path) -> None:
    head = "{\\info{\\title Forge plan}{\\creatim\\yr2023\\mo4\\dy5}}"
    body = "K\\'f6ln \\u8211? a\\_b\\par {\\trowd Lathe\\cell 7\\cell\\row}{\\footer Last line}{\\*\\shpinst{\\shptxt Boxed}}"
    extraction = reader.read(rtf(tmp_path / "a", body, head), "a.rtf")
    assert (extraction.state, extraction.title, extraction.published_on) == (State.OK, "Forge plan", date(2023, 4, 5))
    assert [line for line in extraction.pages[0].text.split("\n") if line] == [
        "Köln – a-b",
        "Lathe\t7",
        "Last line",
        "Boxed",
    ]


def test_an_rtf_update_gives_its_items(reader: Reader, tmp_path: Path) -> None:
    body = "".join(f"{{\\listtext\\f0 {number}.\\tab}}Notice {number} is out.\\par\n" for number in (1, 2, 3))
    pages = reader.read(rtf(tmp_path / "a", body), "a.rtf").pages
    assert [(page.kind, page.text) for page in pages] == [
        (PageKind.ITEM, f"{number}. Notice {number} is out.") for number in (1, 2, 3)
    ]


def test_what_an_rtf_file_has_beside_its_text_is_read_or_named(reader: Reader, tmp_path: Path) -> None:
    body = (
        "Kept {\\deleted gone}{\\*\\annotation remark}{\\object{\\*\\objdata 0105000002}}"
        "{\\pict{\\*\\picprop{\\sp{\\sn wzDescription}{\\sv A kiln in Akron}}}00ff}"
        "{\\mmath{\\*\\moMath{\\mf{\\mfPr x}{\\mnum{\\mr parts}}{\\mden{\\mr day}}}}}"
    )
    extraction = reader.read(rtf(tmp_path / "a", body), "a.rtf")
    assert extraction.pages[0].text == "Kept parts / day\n\nA kiln in Akron"
    assert (extraction.state, extraction.unread) == (State.PARTIAL, ("The embedded object couldn’t be read.",))
    assert set(extraction.left_out) == {
        "Comments are not searched.",
        "Deleted text in tracked changes is not searched.",
    }


@pytest.mark.parametrize(
    ("content", "state"),
    [(b"", State.CORRUPT), (b"<html>", State.CORRUPT), (b"{\\rtf1{\\pict\\bin x}}", State.CORRUPT)],
)
def test_a_file_that_is_not_rtf_is_named(reader: Reader, tmp_path: Path, content: bytes, state: State) -> None:
    (tmp_path / "a").write_bytes(content)
    assert reader.read(tmp_path / "a", "a.rtf").state is state


@pytest.mark.parametrize(
    "piece", ["{\\field{\\*\\fldinst{HYPERLINK ", "{\\*\\annotation", "{\\sp{\\sn ", "\\f0", "{", "{\\listtext "]
)
def test_hostile_rtf_does_not_hang(reader: Reader, tmp_path: Path, piece: str) -> None:
    extraction = reader.read(rtf(tmp_path / "a", piece * (400_000 // len(piece))), "a.rtf")
    assert extraction.state is not State.TIMEOUT


def test_binary_data_and_raw_bytes_of_rtf_are_understood(reader: Reader, tmp_path: Path) -> None:
    source = b"{\\rtf1\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset128 Gothic;}}{\\info{\\title \x83e\x83X\x83g}}"
    picture = b"{\\pict\\bin5 }}{{\\}"
    (tmp_path / "a").write_bytes(source + picture + b"\\f0 \x83e\x83X\x83g and a lathe}")
    extraction = reader.read(tmp_path / "a", "a.rtf")
    assert (extraction.title, extraction.pages[0].text) == ("テスト", "テスト and a lathe")


def test_a_text_box_before_the_text_of_its_paragraph_comes_first(reader: Reader, tmp_path: Path) -> None:
    box = TEXT_BOX.format(names=NAMES, inside="<w:p><w:r><w:t>Boxed</w:t></w:r></w:p>")
    first = box.replace("<w:r><w:t>Anchor</w:t></w:r>", "", 1).replace("</w:p>", "", 1)
    content = first.replace("</mc:AlternateContent></w:r>", "</mc:AlternateContent></w:r><w:r><w:t>Anchor</w:t></w:r>")
    path = word_with(tmp_path / "a", content.replace("Boxed</w:t></w:r>", "Boxed</w:t></w:r></w:p>", 1))
    assert lines_of(reader, path) == ["Boxed", "Anchor"]


def test_a_hostile_table_of_fonts_does_not_hang(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("{\\rtf1{\\fonttbl " + "\\f0" * 60_000 + "}Kept}", encoding="ascii")
    assert reader.read(tmp_path / "a", "a.rtf").pages[0].text == "Kept"


def test_what_is_said_about_tables_is_read(reader: Reader, tmp_path: Path) -> None:
    def table(title: str, words: str, inside: str) -> str:
        settings = f'<w:tblPr><w:tblCaption w:val="{title}"/><w:tblDescription w:val="{words}"/></w:tblPr>'
        return f"<w:tbl>{settings}<w:tr><w:tc>{inside}{paragraph('x')}</w:tc></w:tr></w:tbl>"

    inner = table("", "Bolts by size", paragraph("M8"))
    path = word_with(tmp_path / "a", table("Stock", "What each shop keeps", inner))
    assert lines_of(reader, path) == ["M8 x x", "Stock: What each shop keeps", "Bolts by size"]


@pytest.mark.parametrize(("charset", "escape"), [("mac", "8e"), ("pc", "82"), ("pca", "82"), ("ansi", "e9")])
def test_rich_text_of_old_programs_keeps_its_letters(reader: Reader, tmp_path: Path, charset: str, escape: str) -> None:
    path = tmp_path / "a"
    path.write_text(rf"{{\rtf1\{charset} The caf\'{escape} and the caf\u233\'{escape} of the mill\par}}")
    (page,) = reader.read(path, "a.rtf").pages
    assert page.text == "The café and the café of the mill"

"""Workbooks: each sheet as its cells show it, with all that is written beside them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hub.library.extract.formats import FORMATS
from hub.library.extract.pages import Extraction
from hub.library.extract.reader import Reader
from hub.library.extract.served import served_type
from hub.library.rules import PageKind, State
from tests.library import documents
from tests.library.workbooks import CHART, DRAWING, RELATED, THREADED, data, listing, relation, words, workbook

MARKS = "xl/worksheets/_rels/sheet1.xml.rels"
BOX = (
    '<sp><nvSpPr><cNvPr id="2" name="T"/></nvSpPr><txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></txBody></sp>'
)
CHART_FRAME = '<graphicFrame><a:graphic><a:graphicData><c:chart r:id="c"/></a:graphicData></a:graphic></graphicFrame>'


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return one reader for all tests."""
    with Reader() as reader:
        yield reader


def texts(extraction: Extraction) -> list[str]:
    """Return the texts of the pages."""
    return [page.text for page in extraction.pages]


def test_cells_are_read_as_they_are_shown_and_their_values_are_found_too(reader: Reader, tmp_path: Path) -> None:
    formats = ("00000", "0%", '"$"#,##0.00', "[h]:mm", "m/d/yyyy", "#,##0_);(#,##0)")
    values = ("2139", "0.25", "1234567.5", "1.5", "46356", "-1200")
    cells = "".join(f'<c s="{n}"><v>{value}</v></c>' for n, value in enumerate(values, start=1))
    plain = (
        '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c><v>0.30000000000000004</v></c><c t="str"><v>a_x000D_b</v></c>'
    )
    path = workbook(tmp_path / "a", {"Sums": data(cells, plain)}, formats=formats)
    (page,) = reader.read(path, "a.xlsx").pages
    assert page.text == "02139\t25%\t$1,234,567.50\t36:00\t11/30/2026\t(1,200)\nTRUE\t#N/A\t0.3\ta b"
    assert page.also_searched.split("\n") == ["2139", "0.25", "1234567.5", "1.5", "2026-11-30", "-1200"]


def test_cells_keep_their_columns_and_repeated_texts_are_found(reader: Reader, tmp_path: Path) -> None:
    shared = "<sst><si><t>Kiln</t></si><si><r><t>Pre</t></r><r><t>ss</t></r><rPh><t>no</t></rPh></si></sst>"
    rows = data('<c r="B1" t="s"><v>0</v></c><c r="D1" t="s"><v>1</v></c>', "", '<c t="s"><v>0</v></c>')
    path = workbook(tmp_path / "a", {"Shop": rows}, {"xl/sharedStrings.xml": shared})
    assert texts(reader.read(path, "a.xlsx")) == ["\tKiln\t\tPress\nKiln"]


def test_days_that_are_counted_from_1904_are_right(reader: Reader, tmp_path: Path) -> None:
    rows = data('<c s="1"><v>44894</v></c>')
    settings = '<workbookPr date1904="1"/>'
    path = workbook(tmp_path / "a", {"Days": rows}, formats=("mmm d, yyyy",), settings=settings)
    assert texts(reader.read(path, "a.xlsx")) == ["Nov 30, 2026"]


def test_strict_open_xml_is_read(reader: Reader, tmp_path: Path) -> None:
    rows = data(words("Foundry"), '<c t="d" s="1"><v>2026-11-30T00:00:00</v></c>')
    path = workbook(tmp_path / "a", {"Strictly": rows}, formats=("m/d/yyyy",), strict=True)
    (page,) = reader.read(path, "a.xlsx").pages
    assert (page.title, page.text, page.also_searched) == ("Strictly", "Foundry\n11/30/2026", "2026-11-30")


def test_comments_boxes_charts_and_headers_belong_to_their_sheet(reader: Reader, tmp_path: Path) -> None:
    comments = (
        '<comments><commentList><comment ref="B2"><text><r><t>Ask the </t></r><r><t>mayor</t></r></text></comment>'
    )
    comments += '<comment ref="C3"><text><t>[Threaded comment] old</t></text></comment></commentList></comments>'
    threads = (
        '<ThreadedComments><threadedComment ref="C3"><text>Is this net?</text></threadedComment></ThreadedComments>'
    )
    picture = '<pic><nvPicPr><cNvPr id="9" name="P" descr="Map of the valley"/></nvPicPr></pic>'
    controls = '<xml xmlns:v="v" xmlns:x="x"><v:shape><v:textbox><div>Recount<br></div></v:textbox></v:shape></xml>'
    parts = {
        "xl/comments1.xml": comments,
        "xl/threads.xml": threads,
        "xl/drawings/drawing1.xml": DRAWING.format(BOX.format("Without overhead") + picture + CHART_FRAME),
        "xl/drawings/_rels/drawing1.xml.rels": listing(relation("c", f"{RELATED}/chart", "../charts/chart1.xml")),
        "xl/charts/chart1.xml": CHART.format("Jobs by county", "Welders"),
        "xl/old.vml": controls,
        MARKS: listing(
            relation("a", f"{RELATED}/comments", "../comments1.xml")
            + relation("b", THREADED, "../threads.xml")
            + relation("c", f"{RELATED}/drawing", "../drawings/drawing1.xml")
            + relation("d", f"{RELATED}/vmlDrawing", "../old.vml")
        ),
    }
    header = '<headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Draft of May&amp;RPage &amp;P</oddHeader></headerFooter>'
    hint = '<dataValidations><dataValidation prompt="In thousands"><formula1>"Yes,No"</formula1></dataValidation></dataValidations>'
    path = workbook(tmp_path / "a", {"Plan": data(words("Cell")) + hint + header}, parts)
    (page,) = reader.read(path, "a.xlsx").pages
    lines = page.text.split("\n")
    assert lines[:5] == [
        "Cell",
        "Comment on B2: Ask the mayor",
        "Comment on C3: Is this net?",
        "Without overhead",
        "Map of the valley",
    ]
    assert {"Jobs by county", "Welders", "Recount", "Draft of May Page"} <= set(lines[5:])
    assert page.also_searched.split("\n") == ["In thousands", "Yes,No"]


def test_a_chart_sheet_is_a_sheet_with_its_number(reader: Reader, tmp_path: Path) -> None:
    parts = {
        "xl/drawings/drawing1.xml": DRAWING.format(CHART_FRAME),
        "xl/drawings/_rels/drawing1.xml.rels": listing(relation("c", f"{RELATED}/chart", "../charts/chart1.xml")),
        "xl/charts/chart1.xml": CHART.format("Placements", "Year"),
        "xl/chartsheets/_rels/sheet2.xml.rels": listing(
            relation("a", f"{RELATED}/drawing", "../drawings/drawing1.xml")
        ),
    }
    sheets = {"One": data(words("first")), "Two": "chart:<drawing/>", "Hidden three": data(words("third"))}
    extraction = reader.read(workbook(tmp_path / "a", sheets, parts), "a.xlsx")
    assert [(page.number, page.title, page.hidden) for page in extraction.pages] == [
        (1, "One", False),
        (2, "Two", False),
        (3, "Hidden three", True),
    ]
    assert texts(extraction) == ["first", "Placements\nYear", "third"]


def test_what_is_damaged_is_named_and_the_rest_is_read(reader: Reader, tmp_path: Path) -> None:
    parts = {
        "xl/comments1.xml": "<comments><comm",
        MARKS: listing(relation("a", f"{RELATED}/comments", "../comments1.xml")),
    }
    broken = data(words("kept")).removesuffix("</sheetData>") + "<row><c"
    sheets = {"Whole": data(words("read")), "Half": broken, "Gone": "<sheetData><row", "Last": data(words("end"))}
    extraction = reader.read(workbook(tmp_path / "a", sheets, parts), "a.xlsx")
    assert texts(extraction) == ["read", "kept", "", "end"]
    assert extraction.state is State.PARTIAL
    assert "The comments of the sheet “Whole” couldn’t be read." in extraction.unread
    assert any("“Half” is damaged" in sentence for sentence in extraction.unread)
    assert any("sheet 3" in sentence for sentence in extraction.unread)


def test_files_embedded_in_a_sheet_are_read_or_named(reader: Reader, tmp_path: Path) -> None:
    inner = workbook(tmp_path / "inner", {"In": data(words("Nested kiln"))}).read_bytes()
    parts: dict[str, str | bytes] = {
        "xl/embeddings/Book1.xlsx": inner,
        "xl/embeddings/oleObject1.bin": b"x",
        MARKS: listing(
            relation("a", f"{RELATED}/package", "../embeddings/Book1.xlsx")
            + relation("b", f"{RELATED}/oleObject", "../embeddings/oleObject1.bin")
        ),
    }
    extraction = reader.read(workbook(tmp_path / "a", {"Out": data(words("Outer"))}, parts), "a.xlsx")
    assert [(page.kind, page.text) for page in extraction.pages] == [
        (PageKind.SHEET, "Outer"),
        (PageKind.ATTACHMENT, "Nested kiln"),
    ]
    assert extraction.unread == ("The embedded file of the sheet “Out” couldn’t be read.",)


UNCALCULATED = data('<c r="A1"><v>2</v></c>', '<c r="A2"><f>SUM(A1,40)</f><v></v></c><c t="str"><f>A9</f><v></v></c>')


ZEROS = UNCALCULATED.replace("<v></v></c><c", "<v>0</v></c><c")
AT_OPENING = '<calcPr fullCalcOnLoad="1"/>'


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("rows", "settings"), [(UNCALCULATED, ""), (ZEROS, AT_OPENING)])
def test_formulas_without_results_are_calculated(reader: Reader, tmp_path: Path, rows: str, settings: str) -> None:
    extraction = reader.read(workbook(tmp_path / "a", {"Sums": rows}, settings=settings), "a.xlsx")
    assert (extraction.state, texts(extraction)) == (State.OK, ["2\n42"])


def test_a_zero_is_a_result_unless_the_workbook_is_calculated_when_it_is_opened(reader: Reader, tmp_path: Path) -> None:
    extraction = reader.read(workbook(tmp_path / "a", {"Sums": ZEROS}), "a.xlsx")
    assert (extraction.state, texts(extraction)) == (State.OK, ["2\n0"])


def test_without_libreoffice_formulas_without_results_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hub.library.extract.reader.libreoffice", lambda: None)
    with Reader() as reader:
        extraction = reader.read(workbook(tmp_path / "a", {"Sums": UNCALCULATED}), "a.xlsx")
    assert (extraction.state, texts(extraction)) == (State.PARTIAL, ["2"])
    assert "The sheet “Sums” has formulas without results" in extraction.detail
    assert extraction.pages[0].also_searched == "=SUM(A1,40)"


@pytest.mark.parametrize("extension", ["xlsm", "xltx", "xltm"])
def test_workbooks_with_macros_and_templates_are_read(reader: Reader, tmp_path: Path, extension: str) -> None:
    path = workbook(tmp_path / "a", {"Macros": data(words("Lathe"))}, {"xl/vbaProject.bin": b"\0"})
    assert texts(reader.read(path, f"a.{extension}")) == ["Lathe"]
    assert served_type(path, f"a.{extension}") == FORMATS[extension].media_type


def test_a_binary_workbook_asks_for_a_copy_in_the_usual_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = workbook(tmp_path / "a", {"Binary": data(words("Lathe"))})
    with Reader() as reader:
        extraction = reader.read(path, "a.xlsb")
    assert extraction.state is State.UNSUPPORTED
    assert "Save it as XLSX" in extraction.detail


def test_a_workbook_that_defines_entities_is_refused(reader: Reader, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a", {"Sums": data(words("Lathe"))})
    documents.with_entities(path, "xl/worksheets/sheet1.xml", "<!ENTITY a 'b'>", "Lathe")
    assert reader.read(path, "a.xlsx").state is State.CORRUPT


# The parts of a sheet with text: their kind, their name, and their content with a word.
PARTS = {
    "commentword": ("comments", "xl/comments1.xml", '<c><comment ref="A1"><text><t>{}</t></text></comment></c>'),
    "threadword": (THREADED, "xl/threads.xml", '<c><threadedComment ref="A1"><text>{}</text></threadedComment></c>'),
    "boxword": ("drawing", "xl/drawings/drawing1.xml", DRAWING.format(BOX)),
    "controlword": ("vmlDrawing", "xl/old.vml", '<xml xmlns:v="v"><v:shape><v:textbox>{}</v:textbox></v:shape></xml>'),
    "fileword": ("package", "xl/embeddings/a.xlsx", ""),
}

NAMED = {
    "commentword": "The comments",
    "threadword": "The comments",
    "boxword": "The drawings",
    "controlword": "The controls",
    "fileword": "The embedded file",
}


@given(st.dictionaries(st.sampled_from(sorted(PARTS)), st.sampled_from(["whole", "damaged"])), st.booleans())
@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_part_of_a_sheet_is_found_or_named(
    reader: Reader, tmp_path: Path, parts: dict[str, str], is_strict: bool
) -> None:
    inner = workbook(tmp_path / "inner", {"In": data(words("fileword"))}).read_bytes()
    files: dict[str, str | bytes] = {}
    relations = ""
    for word, state in parts.items():
        kind, name, content = PARTS[word]
        whole = content.format(word).encode() or inner
        files[name] = whole if state == "whole" else b"<" + whole[: len(whole) // 2]
        relations += relation(word, kind if "/" in kind else f"{RELATED}/{kind}", f"/{name}")
    sheets = {"Sums": data(words("cellword"))}
    path = workbook(tmp_path / "a", sheets, {**files, MARKS: listing(relations)}, strict=is_strict)
    extraction = reader.read(path, "a.xlsx")
    together = " ".join(texts(extraction)).split()
    assert "cellword" in together
    missing = [word for word in parts if word not in together]
    assert all(parts[word] == "damaged" for word in missing)
    assert all(NAMED[word] in extraction.detail for word in missing)
    assert (extraction.state is State.OK) == (not extraction.unread)


def test_a_cell_whose_text_is_missing_does_not_lose_the_others(reader: Reader, tmp_path: Path) -> None:
    rows = data('<c t="s"><v>7</v></c><c t="inlineStr"><is><t>Kept</t></is></c>')
    extraction = reader.read(workbook(tmp_path / "a", {"Shop": rows}), "a.xlsx")
    assert [page.text.strip() for page in extraction.pages] == ["Kept"]
    assert extraction.state is State.PARTIAL

"""Reading of decks: charts, equations, descriptions, files inside, and the names of what can't be read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx.presentation import Presentation
from pptx.util import Inches

from hub.library.extract.alt_texts import said
from hub.library.extract.container import parse_xml
from hub.library.extract.equations import equation_text
from hub.library.extract.number_formats import raw_as_shown
from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library import documents, office_parts
from tests.library.office_parts import CHART, CHART_PART, CHART_RELATION, NAMES, frame, relation, slide_with, text_shape

OBJECT = frame(f'<p:oleObj {NAMES} r:id="rIdObject" progId="Excel.Sheet.12"><p:embed/></p:oleObj>')


def workbook_bytes(folder: Path, word: str) -> bytes:
    """Return an Excel workbook with one word."""
    path = documents.workbook(folder / "inner.xlsx", lambda book: book.worksheets[0].append([word]))
    return path.read_bytes()


def test_a_chart_is_a_table_of_its_values_as_it_shows_them(reader: Reader, tmp_path: Path) -> None:
    rows = office_parts.series("Placements", ("2024", "2025"), ("4711", "5012"), "#,##0") + office_parts.series(
        "Share", ("2024", "2025"), ("0.25", "0.5"), "0%"
    )
    parts = {CHART_PART: office_parts.chart(rows, "Welders hired")}
    extraction = reader.read(slide_with(tmp_path / "a", CHART, CHART_RELATION, parts), "a.pptx")
    (page,) = extraction.pages
    assert page.text == "Presses\nWelders hired\nPlacements\tShare\n2024\t4,711\t25%\n2025\t5,012\t50%"
    assert page.also_searched.split() == ["4711", "5012", "0.25", "0.5"]
    assert extraction.state is State.OK


def test_categories_on_several_levels_are_all_read(reader: Reader, tmp_path: Path) -> None:
    levels = "".join(f"<c:lvl>{office_parts.points(names)}</c:lvl>" for names in (("Ohio", "Erie"), ("Lakes",)))
    rows = (
        f"<c:ser><c:cat><c:multiLvlStrRef><c:multiLvlStrCache>{levels}</c:multiLvlStrCache></c:multiLvlStrRef></c:cat>"
        f"<c:val><c:numLit>{office_parts.points(('3', '4'))}</c:numLit></c:val></c:ser>"
    )
    parts = {CHART_PART: office_parts.chart(rows)}
    (page,) = reader.read(slide_with(tmp_path / "a", CHART, CHART_RELATION, parts), "a.pptx").pages
    assert page.text == "Presses\nLakes – Ohio\t3\nErie\t4"


def test_rows_of_values_with_categories_of_their_own_follow_one_another(reader: Reader, tmp_path: Path) -> None:
    rows = office_parts.series("First", ("a",), ("1",)) + office_parts.series("Second", ("b",), ("2",))
    parts = {CHART_PART: office_parts.chart(rows)}
    (page,) = reader.read(slide_with(tmp_path / "a", CHART, CHART_RELATION, parts), "a.pptx").pages
    assert page.text == "Presses\nFirst\na\t1\nSecond\nb\t2"


def test_a_waterfall_chart_gives_its_title_categories_and_values(reader: Reader, tmp_path: Path) -> None:
    data = (
        '<cx:data id="0"><cx:strDim type="cat"><cx:lvl><cx:pt idx="0">Gains</cx:pt></cx:lvl></cx:strDim>'
        '<cx:numDim type="val"><cx:lvl formatCode="0.0%"><cx:pt idx="0">0.125</cx:pt></cx:lvl></cx:numDim></cx:data>'
    )
    title = "<cx:title><cx:tx><cx:txData><cx:v>Bridge to 2030</cx:v></cx:txData></cx:tx></cx:title>"
    rows = "<cx:series><cx:tx><cx:txData><cx:v>Jobs</cx:v></cx:txData></cx:tx><cx:dataId val='0'/></cx:series>"
    part = (
        f"<cx:chartSpace {NAMES}><cx:chartData>{data}</cx:chartData><cx:chart>{title}{rows}</cx:chart></cx:chartSpace>"
    )
    shape = frame(f'<cx:chart {NAMES} r:id="rIdChart"/>')
    (page,) = reader.read(
        slide_with(tmp_path / "a", shape, CHART_RELATION, {CHART_PART: part.encode()}), "a.pptx"
    ).pages
    assert page.text == "Presses\nBridge to 2030\nJobs\nGains\t12.5%"


def test_an_empty_chart_has_its_workbook_as_a_file_inside(reader: Reader, tmp_path: Path) -> None:
    chart = office_parts.chart("", more='<c:externalData r:id="rIdBook"/>')
    parts = {
        CHART_PART: chart,
        "ppt/charts/_rels/chart9.xml.rels": f"<R>{relation('rIdBook', 'package', '../book.xlsx')}</R>".encode(),
        "ppt/book.xlsx": workbook_bytes(tmp_path, "bandsaw"),
    }
    extraction = reader.read(slide_with(tmp_path / "a", CHART, CHART_RELATION, parts), "a.pptx")
    assert [(page.kind, page.text) for page in extraction.pages][1:] == [(PageKind.ATTACHMENT, "bandsaw")]


def test_the_workbook_behind_a_chart_with_values_is_left_out_by_name(reader: Reader, tmp_path: Path) -> None:
    rows = office_parts.series("Jobs", ("a",), ("1",))
    parts = {CHART_PART: office_parts.chart(rows, more='<c:externalData r:id="rIdBook"/>')}
    extraction = reader.read(slide_with(tmp_path / "a", CHART, CHART_RELATION, parts), "a.pptx")
    assert (extraction.state, extraction.left_out) == (State.OK, ("Data sheets behind charts are not searched.",))


@pytest.mark.parametrize(
    ("kind", "shape", "words"),
    [
        ("chart", CHART, "The chart on slide 1 couldn’t be read."),
        (
            "diagramData",
            frame(f'<d:relIds xmlns:d="x" {NAMES} r:dm="rIdChart"/>'),
            "The diagram on slide 1 couldn’t be read.",
        ),
        ("notesSlide", "", "The page with notes on slide 1 couldn’t be read."),
        ("comments", "", "The list of comments on slide 1 couldn’t be read."),
    ],
)
@pytest.mark.parametrize("content", [b"<broken", None])
def test_a_part_of_a_slide_that_is_missing_or_damaged_is_named(
    reader: Reader, tmp_path: Path, kind: str, shape: str, words: str, content: bytes | None
) -> None:
    parts = {CHART_PART: content} if content else {}
    path = slide_with(tmp_path / "a", shape, relation("rIdChart", kind, "../charts/chart9.xml"), parts)
    extraction = reader.read(path, "a.pptx")
    assert (extraction.state, extraction.unread) == (State.PARTIAL, (words,))
    assert extraction.pages[0].text == "Presses"


def test_a_slide_whose_references_are_damaged_keeps_its_text(reader: Reader, tmp_path: Path) -> None:
    path = slide_with(tmp_path / "a", CHART)
    extraction = reader.read(documents.rezipped(path, {office_parts.SLIDE_RELATIONS: b"<R"}), "a.pptx")
    assert (extraction.state, extraction.pages[0].text) == (State.PARTIAL, "Presses")
    assert "The chart on slide 1 couldn’t be read." in extraction.unread


def test_pictures_are_found_by_what_is_said_about_them(reader: Reader, tmp_path: Path) -> None:
    shapes = office_parts.picture("A crane over the Kestrel yard", title="Yard") + office_parts.picture("image7.png")
    (page,) = reader.read(slide_with(tmp_path / "a", shapes), "a.pptx").pages
    assert (page.text, page.is_picture) == ("Presses\nYard: A crane over the Kestrel yard", False)


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        "image1.png",
        "Picture 3",
        "C:\\my photos\\DSC_1.JPG",
        "Grafik 12",
        "-",
        "DSC_004512",
        "site_plan_v2",
        "IMG20240101",
    ],
)
def test_descriptions_that_say_nothing_are_left_out(nothing: str) -> None:
    assert said(nothing) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A picture containing sky, crane\n\nDescription automatically generated", "A picture containing sky, crane"),
        ("A lathe. Description automatically generated with medium confidence", "A lathe"),
        ("Two presses\n\nAI-generated content may be incorrect.", "Two presses"),
        ("Map of the picture 3 corridor", "Map of the picture 3 corridor"),
    ],
)
def test_a_description_loses_only_what_office_appends(text: str, words: str) -> None:
    assert said(text) == words


def test_a_long_description_of_a_picture_is_read_whole() -> None:
    words = "A gantry crane lifts coils. " * 200
    assert said(words) == words.strip()


def test_a_slide_of_pictures_alone_is_named(reader: Reader, tmp_path: Path) -> None:
    def fill(show: Presentation) -> None:
        documents.add_slide(show, "Agenda", "Two points")
        show.slides.add_slide(show.slide_layouts[documents.BLANK])

    path = documents.deck(tmp_path / "a", fill)
    slide = documents.part_of(path, "ppt/slides/slide2.xml").replace(
        "</p:spTree>", office_parts.picture("") + "</p:spTree>"
    )
    extraction = reader.read(documents.rezipped(path, {"ppt/slides/slide2.xml": slide.encode()}), "a.pptx")
    assert extraction.pages[1].is_picture
    assert extraction.unread == ("Slide 2 is a picture without text.",)


def test_an_equation_is_part_of_its_sentence(reader: Reader, tmp_path: Path) -> None:
    term = "<m:oMath><m:r><m:t>parts</m:t></m:r></m:oMath>"
    inside = f"<mc:AlternateContent><mc:Choice Requires='a14'><a14:m>{term}</a14:m></mc:Choice><mc:Fallback/></mc:AlternateContent>"
    shape = text_shape(f"<a:p><a:r><a:t>Make </a:t></a:r>{inside}<a:r><a:t> daily</a:t></a:r></a:p>")
    (page,) = reader.read(slide_with(tmp_path / "a", shape), "a.pptx").pages
    assert page.text == "Presses\nMake parts daily"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<f><num><r><t>parts</t></r></num><den><r><t>day</t></r></den></f>", "parts / day"),
        ("<f><num><r><t>a+b</t></r></num><den><r><t>c</t></r></den></f>", "(a+b) / c"),
        ("<sSup><e><r><t>x</t></r></e><sup><r><t>2</t></r></sup></sSup><r><t>y</t></r>", "x^2 y"),
        ("<sSubSup><e><r><t>x</t></r></e><sub><r><t>i</t></r></sub><sup><r><t>2</t></r></sup></sSubSup>", "x_i^2"),
        ("<rad><radPr/><deg/><e><r><t>x</t></r></e></rad>", "√(x)"),
        (
            '<nary><naryPr><chr val="∑"/></naryPr><sub><r><t>1</t></r></sub><sup/><e><r><t>x</t></r></e></nary>',
            "∑_(1) x",
        ),
        ("<d><dPr/><e><r><t>x</t></r></e></d>", "(x)"),
        ("<mrow><mi>Output</mi><mo>=</mo><mfrac><mi>a</mi><mn>2</mn></mfrac></mrow>", "Output = a / 2"),
        ("<mrow><mi>total</mi><mi>cost</mi></mrow>", "total cost"),
        ("<msqrt><mi>x</mi></msqrt>", "√(x)"),
        ("<semantics><mi>x</mi><annotation>x over nothing</annotation></semantics>", "x"),
    ],
)
def test_equations_are_read_from_left_to_right(markup: str, text: str) -> None:
    assert equation_text(parse_xml(f"<oMath>{markup}</oMath>".encode())) == text


def test_an_embedded_workbook_is_a_file_inside_named_by_its_slide(reader: Reader, tmp_path: Path) -> None:
    parts = {"ppt/embeddings/object1.bin": workbook_bytes(tmp_path, "tailstock")}
    path = slide_with(tmp_path / "a", OBJECT, relation("rIdObject", "package", "../embeddings/object1.bin"), parts)
    extraction = reader.read(path, "a.pptx")
    assert [(page.title, page.text) for page in extraction.pages][1:] == [
        ("Workbook on slide 1.xlsx: Sheet", "tailstock")
    ]
    assert extraction.state is State.OK


@pytest.mark.parametrize(
    ("program", "words"),
    [("Equation.3", "equation"), ("Visio.Drawing.15", "Visio drawing"), ("Foo.Bar", "embedded object")],
)
def test_an_embedded_object_that_cannot_be_read_is_named(
    reader: Reader, tmp_path: Path, program: str, words: str
) -> None:
    shape = OBJECT.replace("Excel.Sheet.12", program)
    parts = {"ppt/embeddings/object1.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 damaged"}
    path = slide_with(tmp_path / "a", shape, relation("rIdObject", "oleObject", "../embeddings/object1.bin"), parts)
    extraction = reader.read(path, "a.pptx")
    assert extraction.unread == (f"The {words} on slide 1 couldn’t be read.",)


def test_a_linked_file_is_left_out_by_name(reader: Reader, tmp_path: Path) -> None:
    linked = relation("rIdObject", "oleObject", "file:///c:/plan.xlsx", "External")
    extraction = reader.read(slide_with(tmp_path / "a", OBJECT, linked), "a.pptx")
    assert (extraction.state, extraction.left_out) == (State.OK, ("Linked files are not searched.",))


@pytest.mark.parametrize("namespace", ["http://schemas.openxmlformats.org/presentationml/2006/main", "urn:threaded"])
def test_comments_are_left_out_by_name(reader: Reader, tmp_path: Path, namespace: str) -> None:
    parts = {
        "ppt/comments/c.xml": f'<p:cmLst xmlns:p="{namespace}"><p:cm><p:text>Rework</p:text></p:cm></p:cmLst>'.encode()
    }
    path = slide_with(tmp_path / "a", "", relation("rIdComments", "comments", "../comments/c.xml"), parts)
    extraction = reader.read(path, "a.pptx")
    assert (extraction.state, extraction.left_out) == (State.OK, ("Comments are not searched.",))


def test_fixed_text_of_a_layout_is_found_on_the_first_slide_with_it(reader: Reader, tmp_path: Path) -> None:
    path = documents.slides_deck(tmp_path / "a", 2)
    name = "ppt/slideLayouts/slideLayout2.xml"
    shape = text_shape("<a:p><a:r><a:t>Draft of the council</a:t></a:r></a:p>")
    layout = documents.part_of(path, name).replace("</p:spTree>", shape + "</p:spTree>")
    pages = reader.read(documents.rezipped(path, {name: layout.encode()}), "a.pptx").pages
    assert [page.also_searched for page in pages] == ["Draft of the council", ""]


def test_automatic_numbers_of_a_slide_are_part_of_its_text(reader: Reader, tmp_path: Path) -> None:
    forms = (
        ("arabicPeriod", 0),
        ("arabicPeriod", 0),
        ("alphaLcParenR", 1),
        ("arabicPeriod", 0),
        ("romanUcParenBoth", 2),
    )
    lines = "".join(
        f'<a:p><a:pPr lvl="{level}"><a:buAutoNum type="{form}"/></a:pPr><a:r><a:t>step</a:t></a:r></a:p>'
        for form, level in forms
    )
    (page,) = reader.read(slide_with(tmp_path / "a", text_shape(lines)), "a.pptx").pages
    assert page.text == "Presses\n1. step\n2. step\na) step\n3. step\n(I) step"


@pytest.mark.parametrize("name", ["a.ppsx", "a.pptm", "a.ppsm", "a.potx"])
def test_shows_templates_and_decks_with_macros_are_read(reader: Reader, tmp_path: Path, name: str) -> None:
    extraction = reader.read(documents.slides_deck(tmp_path / "a", 1), name)
    assert (extraction.state, extraction.pages[0].kind) == (State.OK, PageKind.SLIDE)


def test_a_table_keeps_its_place_and_chart_values_made_by_python_pptx_are_read(reader: Reader, tmp_path: Path) -> None:
    def fill(show: Presentation) -> None:
        slide = show.slides.add_slide(show.slide_layouts[documents.BLANK])
        table = slide.shapes.add_table(1, 2, Inches(1), Inches(1), Inches(4), Inches(2)).table
        table.cell(0, 0).text, table.cell(0, 1).text = "Region", "Jobs"

    assert reader.read(documents.deck(tmp_path / "a", fill), "a.pptx").pages[0].text == "Region\tJobs"


@pytest.mark.parametrize(
    ("raw", "code", "text"),
    [
        ("4711", "General", "4711"),
        ("2.200000000000001", "General", "2.2"),
        ("1234567.5", '"$"#,##0.00', "$1,234,567.50"),
        ("1234.5", "[$€-407] #,##0.0", "€ 1,234.5"),
        ("-5", "#,##0;(#,##0)", "(5)"),
        ("-5", "0", "-5"),
        ("0.255", "0.0%", "25.5%"),
        ("1500000", '0.0,,"M"', "1.5M"),
        ("0.5", "0.##", "0.5"),
        ("12000", "0.0E+00", "1.2E+04"),
        ("45000", "m/d/yyyy", "3/15/2023"),
        ("45000.5", "mmm yy h:mm AM/PM", "Mar 23 12:00 PM"),
        ("#N/A", "0.0", "#N/A"),
        ("1e999", "0", "inf"),
        ("-1", "m/d/yyyy", "-1"),
    ],
)
def test_numbers_are_shown_in_their_format(raw: str, code: str, text: str) -> None:
    assert raw_as_shown(raw, code) == text


@given(st.text(max_size=40), st.text(alphabet='0#?.,%;"\\[]$€-_*/ymdhsEA+PM @', max_size=30))
def test_every_format_shows_every_value(raw: str, code: str) -> None:
    assert isinstance(raw_as_shown(raw, code), str)


@given(st.floats(allow_nan=False), st.text(alphabet='0#?.,%;"\\[]$€-_*/ymdhsEA+PM @', max_size=30))
def test_every_format_shows_every_number(value: float, code: str) -> None:
    assert isinstance(raw_as_shown(repr(value), code), str)

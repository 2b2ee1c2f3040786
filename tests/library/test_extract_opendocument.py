"""Reading of OpenDocument files: headers, objects, lists, descriptions, and the names of what can't be read."""

from pathlib import Path

import pytest

from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library import documents

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("draw", "drawing"),
        ("svg", "svg-compatible"),
        ("chart", "chart"),
        ("form", "form"),
        ("presentation", "presentation"),
    )
)
LINK = 'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href'
NUMBERS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/>'
    '<text:list-level-style-bullet text:level="3"/></text:list-style>'
)


def styles(masters: str = "", more: str = "") -> bytes:
    """Return the part with the styles of a document."""
    return (
        f"<office:document-styles {NAMES}><office:styles>{more}</office:styles>"
        f"<office:master-styles>{masters}</office:master-styles></office:document-styles>"
    ).encode()


def content(kind: str, body: str) -> bytes:
    """Return the content of a document, or of an object in one."""
    inside = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    return f"<office:document-content {NAMES}>{inside}</office:document-content>".encode()


def opened(folder: Path, kind: str, body: str, parts: dict[str, bytes] | None = None) -> Path:
    """Return an OpenDocument file with that body and other parts."""
    path = documents.opendocument(folder / "a", kind, "")
    return documents.rezipped(path, {"content.xml": content(kind, body), **(parts or {})})


def frame(inside: str, description: str = "", title: str = "") -> str:
    """Return a frame with a description."""
    return f"<draw:frame>{inside}<svg:title>{title}</svg:title><svg:desc>{description}</svg:desc></draw:frame>"


def test_headers_notes_boxes_and_descriptions_of_a_text_are_read(reader: Reader, tmp_path: Path) -> None:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See it</text:p></text:note-body></text:note>"
    box = frame("<draw:text-box><text:p>Boxed</text:p></draw:text-box>")
    drawn = frame("<draw:image/>", "A kiln in Akron") + frame("<draw:image/>", "image3.png")
    body = f"<text:p>Steel{note}today{box}</text:p><text:p>{drawn}</text:p>"
    master = "<style:master-page><style:header><text:p>Council</text:p></style:header><style:footer><text:p>7</text:p></style:footer>"
    parts = {"styles.xml": styles(f"{master}</style:master-page>")}
    extraction = reader.read(opened(tmp_path, "text", body, parts), "a.odt")
    assert extraction.state is State.OK
    assert extraction.pages[0].text == "Steel [See it] today\n\nBoxed\n\nA kiln in Akron\n\nCouncil"


def test_numbers_of_lists_are_part_of_the_text(reader: Reader, tmp_path: Path) -> None:
    inner = "<text:list><text:list-item><text:p>in</text:p></text:list-item></text:list>"
    bullets = f"<text:list><text:list-item>{inner.replace('in<', 'dot<')}</text:list-item></text:list>"
    first = f'<text:list text:style-name="L"><text:list-item><text:p>one</text:p>{inner}</text:list-item></text:list>'
    more = '<text:list text:style-name="L" text:continue-numbering="true"><text:list-item><text:p>two</text:p></text:list-item>'
    again = (
        f'<text:list text:style-name="L"><text:list-item><text:p>afresh</text:p>{bullets}</text:list-item></text:list>'
    )
    parts = {"styles.xml": styles(more=NUMBERS)}
    path = opened(tmp_path, "text", f"{first}<text:p>between</text:p>{more}</text:list>{again}", parts)
    lines = [line for page in reader.read(path, "a.odt").pages for line in page.text.split("\n") if line]
    assert lines == ["1. one", "a) in", "between", "2. two", "1. afresh", "- dot"]


def test_a_numbered_update_gives_its_items(reader: Reader, tmp_path: Path) -> None:
    items = "".join(
        f"<text:list-item><text:p>Notice of {word} is out.</text:p></text:list-item>" for word in ("a", "b", "c")
    )
    body = f'<text:p>Week</text:p><text:list text:style-name="L">{items}</text:list>'
    pages = reader.read(opened(tmp_path, "text", body, {"styles.xml": styles(more=NUMBERS)}), "a.odt").pages
    assert [(page.kind, page.number) for page in pages] == [(PageKind.ITEM, number) for number in (1, 2, 3)]
    assert pages[1].text == "2. Notice of b is out."


def test_a_formula_is_read_in_its_sentence(reader: Reader, tmp_path: Path) -> None:
    math = b'<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>=</mo><mfrac><mi>a</mi><mi>b</mi></mfrac></math>'
    drawing = frame(f'<draw:object {LINK}="./Object 1"/>')
    path = opened(tmp_path, "text", f"<text:p>So{drawing}holds</text:p>", {"Object 1/content.xml": math})
    assert reader.read(path, "a.odt").pages[0].text == "So x = a / b holds"


def test_a_chart_gives_its_titles_and_values(reader: Reader, tmp_path: Path) -> None:
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("Ohio", "1,200"))
    table = (
        f"<table:table><table:table-rows><table:table-row>{cells}</table:table-row></table:table-rows></table:table>"
    )
    chart = f"<chart:chart><chart:title><text:p>Jobs</text:p></chart:title>{table}</chart:chart>"
    parts = {
        "Object 1/content.xml": content(
            "chart", chart.replace("<table:table-cell>", '<table:table-cell office:value="1200">')
        )
    }
    body = f'<draw:page>{frame(f"""<draw:object {LINK}="./Object 1"/>""")}</draw:page>'
    (page,) = reader.read(opened(tmp_path, "presentation", body, parts), "a.odp").pages
    assert page.text == "Jobs\nOhio\t1,200"
    assert "1200" in page.also_searched


def test_embedded_documents_are_files_inside(reader: Reader, tmp_path: Path) -> None:
    cells = "<table:table-row><table:table-cell><text:p>Trunnion</text:p></table:table-cell></table:table-row>"
    book = documents.workbook(tmp_path / "b.xlsx", lambda own: own.worksheets[0].append(["Gudgeon"])).read_bytes()
    parts = {
        "Object 1/content.xml": content("spreadsheet", f'<table:table table:name="Own">{cells}</table:table>'),
        "Object 2": book,
    }
    objects = "".join(frame(f'<draw:object {LINK}="./Object {number}"/>') for number in (1, 2))
    path = opened(tmp_path, "presentation", f"<draw:page>{objects}</draw:page>", parts)
    extraction = reader.read(path, "a.odp")
    assert [(page.title, page.text) for page in extraction.pages][1:] == [
        ("Workbook on slide 1.ods: Own", "Trunnion"),
        ("Workbook on slide 1.xlsx: Sheet", "Gudgeon"),
    ]
    assert extraction.state is State.OK


@pytest.mark.parametrize("part", [None, b"<broken"])
def test_an_object_that_is_missing_or_damaged_is_named(reader: Reader, tmp_path: Path, part: bytes | None) -> None:
    body = f'<draw:page>{frame(f"""<draw:object {LINK}="./Object 1"/>""")}<text:p>Kept</text:p></draw:page>'
    path = opened(tmp_path, "presentation", body, {"Object 1/content.xml": part} if part else {})
    extraction = reader.read(path, "a.odp")
    assert extraction.unread == ("The embedded object on slide 1 couldn’t be read.",)
    assert extraction.pages[0].text == "Kept"


def test_damaged_styles_are_named_and_the_text_is_kept(reader: Reader, tmp_path: Path) -> None:
    extraction = reader.read(opened(tmp_path, "text", "<text:p>Kept</text:p>", {"styles.xml": b"<x"}), "a.odt")
    assert (extraction.state, extraction.pages[0].text) == (State.PARTIAL, "Kept")
    assert extraction.unread == ("The list of styles, headers and footers couldn’t be read.",)


def test_comments_and_deleted_text_are_left_out_by_name(reader: Reader, tmp_path: Path) -> None:
    deleted = "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    body = f"{deleted}<text:p>Kept<office:annotation><text:p>Remark</text:p></office:annotation></text:p>"
    extraction = reader.read(opened(tmp_path, "text", body), "a.odt")
    assert (extraction.state, extraction.pages[0].text) == (State.OK, "Kept")
    assert set(extraction.left_out) == {
        "Comments are not searched.",
        "Deleted text in tracked changes is not searched.",
    }


def test_slides_have_their_footers_and_the_text_of_their_master_once(reader: Reader, tmp_path: Path) -> None:
    slide = '<draw:page draw:master-page-name="M" presentation:use-footer-name="f"><text:p>Body</text:p></draw:page>'
    body = '<presentation:footer-decl presentation:name="f">Foot of it</presentation:footer-decl>' + slide * 2
    drawn = "<draw:frame><draw:text-box><text:p>Council</text:p></draw:text-box></draw:frame>"
    prompt = drawn.replace("<draw:frame", '<draw:frame presentation:class="title"').replace("Council", "Click here")
    parts = {"styles.xml": styles(f'<style:master-page style:name="M">{drawn}{prompt}</style:master-page>')}
    pages = reader.read(opened(tmp_path, "presentation", body, parts), "a.odp").pages
    assert [page.text for page in pages] == ["Body\nFoot of it"] * 2
    assert [page.also_searched for page in pages] == ["Council", ""]


def test_a_slide_of_pictures_alone_is_named(reader: Reader, tmp_path: Path) -> None:
    body = f"<draw:page><text:p>Words</text:p></draw:page><draw:page>{frame('<draw:image/>')}</draw:page>"
    extraction = reader.read(opened(tmp_path, "presentation", body), "a.odp")
    assert [page.is_picture for page in extraction.pages] == [False, True]
    assert extraction.unread == ("Slide 2 is a picture without text.",)


def test_drawings_and_comments_on_a_sheet_follow_its_rows(reader: Reader, tmp_path: Path) -> None:
    remark = "<office:annotation><text:p>Check it</text:p></office:annotation>"
    shapes = f"<table:shapes>{frame('<draw:text-box><text:p>Assumes two shifts</text:p></draw:text-box>', 'A plan')}</table:shapes>"
    cell = f"<table:table-cell>{remark}<text:p>Lathe</text:p>{frame('<draw:image/>', 'A lathe')}</table:table-cell>"
    body = f'<table:table table:name="Plan">{shapes}<table:table-row>{cell}</table:table-row></table:table>'
    (page,) = reader.read(opened(tmp_path, "spreadsheet", body), "a.ods").pages
    assert page.text.split("\n") == ["Lathe", "Check it", "A lathe", "A plan", "Assumes two shifts"]


def test_form_fields_are_read_with_their_values(reader: Reader, tmp_path: Path) -> None:
    fields = (
        '<form:text form:current-value="Rolling"/><form:checkbox form:label="Agreed"/><form:hidden form:value="no"/>'
    )
    path = opened(
        tmp_path, "text", f"<office:forms><form:form>{fields}</form:form></office:forms><text:p>Kept</text:p>"
    )
    assert reader.read(path, "a.odt").pages[0].text == "Kept\n\nRolling\n\nAgreed"


def test_deep_nesting_is_read_without_recursion(reader: Reader, tmp_path: Path) -> None:
    deep = "<text:section>" * 200 + "<text:p>Deepest</text:p>" + "</text:section>" * 200
    assert reader.read(opened(tmp_path, "text", deep), "a.odt").pages[0].text == "Deepest"


def test_a_table_in_a_cell_is_part_of_the_cell_alone(reader: Reader, tmp_path: Path) -> None:
    def table(inside: str) -> str:
        return f"<table:table><table:table-row><table:table-cell>{inside}</table:table-cell></table:table-row></table:table>"

    path = opened(tmp_path, "text", table(f"<text:p>outer</text:p>{table('<text:p>inner</text:p>')}"))
    assert reader.read(path, "a.odt").pages[0].text == "outer inner"


def test_cells_without_a_written_text_show_their_values(reader: Reader, tmp_path: Path) -> None:
    kinds = {"string-value": "string", "value": "float", "boolean-value": "boolean", "date-value": "date"}
    values = {"string-value": "Anvils", "value": "63", "boolean-value": "true", "date-value": "2024-03-05"}
    cells = "".join(
        f'<table:table-cell office:value-type="{kind}" office:{name}="{values[name]}"/>' for name, kind in kinds.items()
    )
    blank = '<table:table-cell office:value-type="float" office:value="9"><text:p/></table:table-cell>'
    body = f'<table:table table:name="A"><table:table-row>{cells}{blank}</table:table-row></table:table>'
    (page,) = reader.read(opened(tmp_path, "spreadsheet", body), "a.ods").pages
    assert page.text == "Anvils\t63\ttrue\t2024-03-05"

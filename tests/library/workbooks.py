"""Workbooks for the tests of extraction, with parts that openpyxl doesn't write."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATED = "http://purl.oclc.org/ooxml/officeDocument/relationships"
THREADED = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = (
    '<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{RELATED}" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart">{}</wsDr>'
)
CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r>'
    "<a:t>{}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache>"
    "<c:pt><c:v>{}</c:v></c:pt></c:strCache></c:strRef></c:tx></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
)


def workbook(
    path: Path,
    sheets: Mapping[str, str],
    parts: Mapping[str, str | bytes] | None = None,
    *,
    formats: tuple[str, ...] = (),
    strict: bool = False,
    settings: str = "",
) -> Path:
    """Return a workbook with the content of its sheets (rows and what follows them) by name.

    A sheet's content that begins with ``chart:`` makes it a chart sheet. `parts` are further parts; a cell with
    ``s="1"`` has the first of the `formats`.
    """
    main, related = (STRICT_MAIN, STRICT_RELATED) if strict else (MAIN, RELATED)
    entries, relations = "", ""
    files: dict[str, str | bytes] = dict(parts or {})
    for number, (name, content) in enumerate(sheets.items(), start=1):
        kind = "chartsheet" if content.startswith("chart:") else "worksheet"
        attributes = ' state="hidden"' if name.startswith("Hidden") else ""
        entries += f'<sheet name="{escape(name)}" sheetId="{number}"{attributes} r:id="r{number}"/>'
        relations += relation(f"r{number}", f"{related}/{kind}", f"{kind}s/sheet{number}.xml")
        body = content.removeprefix("chart:")
        files[f"xl/{kind}s/sheet{number}.xml"] = f'<{kind} xmlns="{main}" xmlns:r="{related}">{body}</{kind}>'
    relations += relation("styles", f"{related}/styles", "styles.xml")
    if "xl/sharedStrings.xml" in files:
        relations += relation("texts", f"{related}/sharedStrings", "sharedStrings.xml")
    files["[Content_Types].xml"] = content_types(files)
    files["_rels/.rels"] = listing(relation("a", f"{related}/officeDocument", "xl/workbook.xml"))
    files["xl/_rels/workbook.xml.rels"] = listing(relations)
    files["xl/styles.xml"] = styles(main, formats)
    files["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{related}">{settings}<sheets>{entries}</sheets></workbook>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, written in files.items():
            archive.writestr(part, written)
    return path


def content_types(files: Mapping[str, str | bytes]) -> str:
    """Return the part that says what the others are."""
    kinds = {f"/{name}": name.split("/")[1].removesuffix("s") for name in files if name.startswith("xl/worksheets/s")}
    kinds |= {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    entries = "".join(
        f'<Override PartName="{name}" ContentType="{SHEET_TYPE}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    ending = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{ending}{entries}</Types>'


def relation(name: str, kind: str, target: str) -> str:
    """Return a reference to a part."""
    return f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>'


def listing(relations: str) -> str:
    """Return a part with references."""
    return f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'


def styles(main: str, formats: tuple[str, ...]) -> str:
    """Return the part with number formats: the style 1 has the first of them."""
    codes = "".join(
        f'<numFmt numFmtId="{170 + n}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for n, code in enumerate(formats)
    )
    used = "".join(f'<xf numFmtId="{170 + n}"/>' for n in range(len(formats)))
    return (
        f'<styleSheet xmlns="{main}"><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>'
    )


def data(*rows: str) -> str:
    """Return the rows of a sheet, each as the elements of its cells."""
    return "<sheetData>" + "".join(f"<row>{row}</row>" for row in rows) + "</sheetData>"


def words(text: str, place: str = "") -> str:
    """Return a cell with text."""
    where = f' r="{place}"' if place else ""
    return f'<c{where} t="inlineStr"><is><t>{escape(text)}</t></is></c>'

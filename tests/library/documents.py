"""Documents for the tests of extraction: good ones, odd ones and hostile ones."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import docx
import openpyxl
import pptx
from docx.document import Document as WordDocument
from fpdf import FPDF
from openpyxl import Workbook
from PIL import Image
from pptx.presentation import Presentation

TITLE_AND_TEXT = 1
BLANK = 6
DIAGRAM_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
DIAGRAM = """<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>
<dgm:pt><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"""
DIAGRAM_FRAME = """<p:graphicFrame xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphic><a:graphicData>
<dgm:relIds xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:dm="rIdDiagram"/>
</a:graphicData></a:graphic></p:graphicFrame>"""
OPEN_DOCUMENT = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0">
<office:automatic-styles>
<style:style style:name="hidden"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>
</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>
</office:document-content>"""
OPEN_DOCUMENT_META = """<m xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"><dc:title>{title}</dc:title>
<meta:creation-date>2024-03-05T10:00:00</meta:creation-date></m>"""


def deck(path: Path, fill: Callable[[Presentation], object]) -> Path:
    """Return a PowerPoint presentation with the content that `fill` adds."""
    presentation = pptx.Presentation()
    fill(presentation)
    presentation.save(str(path))
    return path


def add_slide(presentation: Presentation, title: str, text: str, notes: str = "", *, hidden: bool = False) -> None:
    """Add a slide with a title, text and optional notes."""
    slide = presentation.slides.add_slide(presentation.slide_layouts[TITLE_AND_TEXT])
    slide.shapes.title.text = title
    slide.placeholders[1].text = text
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    if hidden:
        slide._element.set("show", "0")


def slides_deck(path: Path, count: int) -> Path:
    """Return a presentation with `count` slides."""

    def fill(show: Presentation) -> None:
        for number in range(1, count + 1):
            add_slide(show, f"Slide {number} of many", f"text{number}")

    return deck(path, fill)


def three_slides(path: Path, *, thumbnail: bool = False) -> Path:
    """Return a presentation with three slides, the second hidden, and optionally a thumbnail."""

    def fill(show: Presentation) -> None:
        add_slide(show, "Apprentices", "Earn while you learn")
        add_slide(show, "Hidden numbers", "Not in the talk", hidden=True)
        add_slide(show, "Follow-ups", "Send the toolkit", notes="Slowly")

    deck(path, fill)
    if thumbnail:
        buffer = io.BytesIO()
        Image.new("RGB", (256, 192), "navy").save(buffer, "JPEG")
        rezipped(path, {"docProps/thumbnail.jpeg": buffer.getvalue()})
    return path


def word(path: Path, fill: Callable[[WordDocument], object]) -> Path:
    """Return a Word document with the content that `fill` adds."""
    document = docx.Document()
    fill(document)
    document.save(str(path))
    return path


def workbook(path: Path, fill: Callable[[Workbook], object]) -> Path:
    """Return an Excel workbook with the content that `fill` adds."""
    book = openpyxl.Workbook()
    fill(book)
    book.save(path)
    return path


def long_workbook(path: Path, rows: int) -> Path:
    """Return a small file with a workbook whose only sheet unpacks to many rows."""
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet = start + b"<row><c><v>1</v></c></row>" * rows + b"</sheetData></worksheet>"
    return rezipped(workbook(path, lambda book: None), {"xl/worksheets/sheet1.xml": sheet})


def pdf(path: Path, *pages: str, title: str = "", password: str = "", owner_password: str = "") -> Path:
    """Return a PDF with those pages; `password` is needed to open it."""
    document = FPDF()
    document.set_font("Helvetica", size=12)
    if title:
        document.set_title(title)
    if password or owner_password:
        document.set_encryption(owner_password=owner_password or "owner", user_password=password or None)
    for page in pages:
        document.add_page()
        if page:
            document.multi_cell(0, 8, page)
    document.output(str(path))
    return path


def opendocument(path: Path, kind: str, body: str, title: str = "", manifest: str = "") -> Path:
    """Return an OpenDocument file with that body of that kind (`text`, `presentation`, `spreadsheet`)."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", OPEN_DOCUMENT.format(kind=kind, body=body))
        archive.writestr("meta.xml", OPEN_DOCUMENT_META.format(title=title))
        if manifest:
            archive.writestr("META-INF/manifest.xml", manifest)
    return path


def message(path: Path, subject: str, plain: str = "", html: str = "", attachments: tuple[str, ...] = ()) -> Path:
    """Return an email message of June 6, 2022."""
    mail = EmailMessage()
    mail["From"] = "Secretariat <secretariat@example.org>"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime(2022, 6, 6, 11, 30, tzinfo=timezone(timedelta(hours=-4))))
    if plain:
        mail.set_content(plain)
    if html and plain:
        mail.add_alternative(html, subtype="html")
    elif html:
        mail.set_content(html, subtype="html")
    for name in attachments:
        mail.add_attachment(b"bytes", maintype="application", subtype="octet-stream", filename=name)
    path.write_bytes(mail.as_bytes())
    return path


def rezipped(path: Path, changes: Mapping[str, bytes]) -> Path:
    """Return the same ZIP with some of its parts replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | dict(changes)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def part_of(path: Path, name: str) -> str:
    """Return a part of a ZIP as text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def with_entities(path: Path, part: str, declarations: str, word: str) -> Path:
    """Return the same file with a document type in one part, and the word replaced by the entity `a`."""
    root = part_of(path, part).rpartition("?>")[2]
    changed = f"<!DOCTYPE x [{declarations}]>{root.replace(word, '&a;')}"
    return rezipped(path, {part: changed.encode()})


def lying_about_size(path: Path, part: str, content: bytes) -> Path:
    """Return the same ZIP with a part that unpacks to much more than its declared size."""
    rezipped(path, {part: content})
    size, claimed = len(content).to_bytes(4, "little"), (100).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, claimed))
    return path


def with_diagram(path: Path, words: str) -> Path:
    """Return a presentation with one slide that has those words in SmartArt."""
    deck(path, lambda show: show.slides.add_slide(show.slide_layouts[BLANK]))
    slide, relations = "ppt/slides/slide1.xml", "ppt/slides/_rels/slide1.xml.rels"
    relation = f'<Relationship Id="rIdDiagram" Type="{DIAGRAM_TYPE}" Target="../diagrams/data1.xml"/></Relationships>'
    return rezipped(
        path,
        {
            slide: part_of(path, slide).replace("</p:spTree>", DIAGRAM_FRAME + "</p:spTree>").encode(),
            relations: part_of(path, relations).replace("</Relationships>", relation).encode(),
            "ppt/diagrams/data1.xml": DIAGRAM.format(words).encode(),
        },
    )


def plain_zip(path: Path, parts: Mapping[str, bytes]) -> Path:
    """Return a ZIP of those parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    path.write_bytes(buffer.getvalue())
    return path

"""Files with chosen words in chosen parts, for each format. A part is a place where a program lets people write."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import docx
import fpdf
import pptx
import xlsxwriter
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

Words = Mapping[str, str]


@dataclass(frozen=True)
class Maker:
    """How a format's files are made: its parts, and a function from the words of some parts to a file's bytes.

    `left_out` has, for parts that the hub leaves out on purpose, a word of the sentence that says so.
    """

    extension: str
    parts: tuple[str, ...]
    make: Callable[[Words], bytes]
    left_out: Mapping[str, str]


def picture() -> io.BytesIO:
    """Return a small PNG."""
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    content.seek(0)
    return content


def word_file(words: Words) -> bytes:
    """Return a Word document."""
    document = docx.Document()
    makers: dict[str, Callable[[str], Any]] = {
        "heading": lambda word: document.add_heading(word, 1),
        "paragraph": document.add_paragraph,
        "list": lambda word: document.add_paragraph(word, style="List Number"),
        "header": document.sections[0].header.add_paragraph,
        "footer": document.sections[0].footer.add_paragraph,
        "comment": lambda word: document.add_comment(document.add_paragraph("Text").runs, word, author="A"),
        "table cell": lambda word: setattr(document.add_table(1, 1).cell(0, 0), "text", word),
        "alt text": lambda word: document.add_picture(picture())._inline.docPr.set("descr", word),
    }
    for part, word in words.items():
        makers[part](word)
    return saved(document)


def deck(words: Words) -> bytes:
    """Return a PowerPoint presentation."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    place = (Inches(1), Inches(1), Inches(4), Inches(2))

    def grouped(word: str) -> None:
        group = slide.shapes.add_group_shape()
        group.shapes.add_group_shape().shapes.add_textbox(*place).text_frame.text = word

    def on_hidden_slide(word: str) -> None:
        hidden = presentation.slides.add_slide(presentation.slide_layouts[5])
        hidden._element.set("show", "0")
        hidden.shapes.title.text = word

    def chart(title: str = "", category: str = "One", series: str = "Two") -> None:
        data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
        data.categories = [category]
        data.add_series(series, (4711,))
        drawn = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *place, data).chart
        drawn.has_title = bool(title)
        if title:
            drawn.chart_title.text_frame.text = title

    makers: dict[str, Callable[[str], Any]] = {
        "title": lambda word: setattr(slide.shapes.title.text_frame, "text", word),
        "text box": lambda word: setattr(slide.shapes.add_textbox(*place).text_frame, "text", word),
        "table cell": lambda word: setattr(slide.shapes.add_table(1, 1, *place).table.cell(0, 0), "text", word),
        "notes": lambda word: setattr(slide.notes_slide.notes_text_frame, "text", word),
        "group": grouped,
        "hidden slide": on_hidden_slide,
        "chart title": lambda word: chart(title=word),
        "chart category": lambda word: chart(category=word),
        "chart series": lambda word: chart(series=word),
        "alt text": lambda word: slide.shapes.add_picture(picture(), 0, 0)._element.nvPicPr.cNvPr.set("descr", word),
    }
    for part, word in words.items():
        makers[part](word)
    return saved(presentation)


def workbook(words: Words) -> bytes:
    """Return an Excel workbook."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet(words.get("sheet name", "First"))
    sheet.write("A1", 1)

    def chart(name: str) -> None:
        drawn = book.add_chart({"type": "column"})
        drawn.add_series({"values": "=First!$A$1:$A$1"})
        drawn.set_title({"name": name})
        sheet.insert_chart("D1", drawn)

    def chart_sheet(name: str) -> None:
        drawn = book.add_chart({"type": "column"})
        drawn.add_series({"values": "=First!$A$1:$A$1"})
        drawn.set_title({"name": name})
        book.add_chartsheet("Chart sheet").set_chart(drawn)

    makers: dict[str, Callable[[str], Any]] = {
        "sheet name": lambda _word: None,
        "cell": lambda word: sheet.write("B2", word),
        "formula": lambda word: sheet.write_formula("B3", f'=UPPER("{word}")', None, word),
        "cell comment": lambda word: sheet.write_comment("B4", word),
        "text box": lambda word: sheet.insert_textbox("F9", word),
        "chart title": chart,
        "chart sheet": chart_sheet,
        "hidden sheet": lambda word: hidden_sheet(book, word),
    }
    for part, word in words.items():
        makers[part](word)
    book.close()
    return content.getvalue()


def hidden_sheet(book: xlsxwriter.Workbook, word: str) -> None:
    """Add a hidden sheet with a word."""
    sheet = book.add_worksheet("Hidden")
    sheet.write("A1", word)
    sheet.hide()


def email(words: Words) -> bytes:
    """Return an email."""
    message = EmailMessage()
    message["From"], message["Subject"] = "ana@works.example", words.get("subject", "Greetings")
    message["Date"] = "Fri, 20 Nov 2026 09:00:00 -0500"
    message.set_content(words.get("text", "Hello"))
    alt = f'<img alt="{words["alt text"]}" src="cid:a">' if "alt text" in words else ""
    if "html" in words or alt:
        # The plain alternative says the same, as mail programs write it.
        message.add_alternative(f"<p>{words.get('text', 'Hello')} {words.get('html', '')}</p>{alt}", subtype="html")
    if "text attachment" in words:
        message.add_attachment(words["text attachment"], filename="remarks.txt")
    if "attached document" in words:
        document = word_file({"paragraph": words["attached document"]})
        message.add_attachment(document, maintype="application", subtype="octet-stream", filename="plan.docx")
    if "forwarded message" in words:
        message.add_attachment(forwarded(words["forwarded message"]))
    if "nested attachment" in words:
        inner = forwarded("Inside")
        inner.add_attachment(words["nested attachment"], filename="deep.txt")
        message.add_attachment(inner)
    return message.as_bytes()


def forwarded(word: str) -> EmailMessage:
    """Return an email to forward."""
    message = EmailMessage()
    message["From"], message["Subject"] = "bo@shop.example", "Before"
    message.set_content(word)
    return message


def web_page(words: Words) -> bytes:
    """Return a web page."""
    markup = {
        "title": "<title>{}</title>",
        "heading": "<h2>{}</h2>",
        "paragraph": "<p>{}</p>",
        "list": "<ol><li>{}</li></ol>",
        "table cell": "<table><tr><td>{}</td></tr></table>",
        "alt text": '<img alt="{}" src="a.png">',
        "form value": '<form><input value="{}"></form>',
        "details": "<details><summary>More</summary>{}</details>",
        "deep": "<div>" * 400 + "{}" + "</div>" * 400,
    }
    return "".join(markup[part].format(word) for part, word in words.items()).encode()


def pdf(words: Words) -> bytes:
    """Return a PDF."""
    document = fpdf.FPDF()
    document.set_font("Helvetica", size=12)
    document.add_page()
    document.cell(text=words.get("page", "Words"))
    if "second page" in words:
        document.add_page()
        document.cell(text=words["second page"])
    if "typed-in note" in words:
        document.free_text_annotation(words["typed-in note"], x=20, y=50, w=60, h=10)
    if "comment" in words:
        document.text_annotation(60, 80, words["comment"])
    if "embedded file" in words:
        document.embed_file(basename="minutes.txt", bytes=words["embedded file"].encode())
    return bytes(document.output())


NAMESPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in {
            "office": "office",
            "text": "text",
            "table": "table",
            "draw": "drawing",
            "style": "style",
        }.items()
    )
    + ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
)
OPEN_TEXT = "application/vnd.oasis.opendocument.text"


def open_text(words: Words) -> bytes:
    """Return an OpenDocument text."""
    markup = {
        "heading": "<text:h>{}</text:h>",
        "paragraph": "<text:p>{}</text:p>",
        "table cell": "<table:table><table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell>"
        "</table:table-row></table:table>",
        "footnote": "<text:p>A<text:note><text:note-body><text:p>{}</text:p></text:note-body></text:note></text:p>",
        "text box": "<text:p><draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame></text:p>",
        "alt text": "<text:p><draw:frame><draw:image/><svg:desc>{}</svg:desc></draw:frame></text:p>",
        "comment": "<text:p>B<office:annotation><text:p>{}</text:p></office:annotation></text:p>",
    }
    body = "".join(markup[part].format(word) for part, word in words.items() if part in markup)
    margins = "".join(
        f"<style:{part}><text:p>{words[part]}</text:p></style:{part}>" for part in ("header", "footer") if part in words
    )
    styles = f'<style:master-page style:name="Standard">{margins}</style:master-page>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", OPEN_TEXT)
        archive.writestr(
            "content.xml",
            f"<office:document-content {NAMESPACES}><office:body><office:text>{body}<text:p/></office:text></office:body>"
            "</office:document-content>",
        )
        archive.writestr(
            "styles.xml",
            f"<office:document-styles {NAMESPACES}><office:master-styles>{styles}</office:master-styles>"
            "</office:document-styles>",
        )
    return content.getvalue()


def rich_text(words: Words) -> bytes:
    """Return an RTF file."""
    return ("{\\rtf1\\ansi " + "".join(f"\\par {word}" for word in words.values()) + "}").encode()


def transcript(words: Words) -> bytes:
    """Return a transcript in WebVTT."""
    cue = f"<v {words.get('speaker', 'Ana')}>{words.get('speech', 'Hello.')}</v>"
    return f"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n{cue}\n".encode()


def saved(document: Any) -> bytes:
    """Return the bytes of a document that saves itself."""
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


COMMENTS = {"comment": "Comments"}
MAKERS = (
    Maker(
        "docx",
        ("heading", "paragraph", "list", "header", "footer", "comment", "table cell", "alt text"),
        word_file,
        COMMENTS,
    ),
    Maker(
        "pptx",
        (
            *("title", "text box", "table cell", "notes", "group", "hidden slide"),
            *("chart title", "chart category", "chart series", "alt text"),
        ),
        deck,
        {},
    ),
    Maker(
        "xlsx",
        ("cell", "formula", "cell comment", "text box", "chart title", "chart sheet", "hidden sheet"),
        workbook,
        {},
    ),
    Maker(
        "eml",
        (
            *("subject", "text", "html", "alt text", "text attachment", "attached document"),
            *("forwarded message", "nested attachment"),
        ),
        email,
        {},
    ),
    Maker(
        "html",
        ("title", "heading", "paragraph", "list", "table cell", "alt text", "form value", "details", "deep"),
        web_page,
        {},
    ),
    Maker("pdf", ("page", "second page", "typed-in note", "comment", "embedded file"), pdf, COMMENTS),
    Maker(
        "odt",
        ("heading", "paragraph", "table cell", "footnote", "text box", "alt text", "comment", "header", "footer"),
        open_text,
        COMMENTS,
    ),
    Maker("rtf", ("paragraph", "second paragraph"), rich_text, {}),
    Maker("vtt", ("speaker", "speech"), transcript, {}),
)

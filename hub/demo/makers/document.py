"""DOCX: a title, headings, lists, tables and a footer."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.shared import Pt, RGBColor

from hub.demo.makers.look import INK, NAVY, STEEL, Cover, rgb
from hub.demo.markup import Block, blocks

STYLES = {"paragraph": "Normal", "bullets": "List Bullet", "numbers": "List Number", "note": "Intense Quote"}


def make(cover: Cover, text: str) -> bytes:
    """The text as a document."""
    document: Any = Document()
    _restyle(document)
    document.add_paragraph(cover.title, style="Title")
    document.add_paragraph(f"{cover.organization} · {cover.day}", style="Subtitle")
    document.add_paragraph(cover.summary)
    for block in blocks(text):
        _put(document, block)
    document.sections[0].footer.paragraphs[0].text = f"{cover.organization} · {cover.title}"
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _restyle(document: Any) -> None:
    """The house's colors in the template's styles."""
    sizes = {"Title": (24, NAVY), "Subtitle": (11, STEEL), "Heading 1": (15, NAVY), "Heading 2": (12, STEEL)}
    for name, (size, color) in {**sizes, "Normal": (11, INK)}.items():
        font = document.styles[name].font
        font.name, font.size, font.color.rgb = "Calibri", Pt(size), RGBColor(*rgb(color))


def _put(document: Any, block: Block) -> None:
    if block.kind == "heading":
        document.add_heading(block.text, level=block.level)
    elif block.kind == "break":
        document.add_page_break()
    elif block.kind == "table":
        _table(document, block)
    else:
        for line in block.lines:
            document.add_paragraph(line, style=STYLES[block.kind])


def _table(document: Any, block: Block) -> None:
    table = document.add_table(rows=len(block.rows), cols=len(block.rows[0]), style="Light Grid Accent 1")
    cells = iter(table._cells)  # Row by row would scan the whole table each time.
    for row in block.rows:
        for text in row:
            next(cells).paragraphs[0].add_run(text)
    document.add_paragraph()

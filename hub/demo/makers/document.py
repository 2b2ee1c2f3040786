"""DOCX maker: a title, headings, lists, tables and a footer."""

from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.shared import Pt, RGBColor

from hub.demo.makers.look import INK, NAVY, STEEL, Cover, rgb
from hub.demo.markup import Block, blocks

# Style ids in the template; a lookup by name would read all styles each time.
STYLES = {"paragraph": None, "bullets": "ListBullet", "numbers": "ListNumber", "note": "IntenseQuote"}

GRID = "Light Grid Accent 1"
USED_STYLES = {
    *("Normal", "Default Paragraph Font", "Normal Table", "No List", "Title", "Subtitle", "Heading 1", "Heading 2"),
    *("List Bullet", "List Number", "Intense Quote", "Footer", GRID),
}


def make(cover: Cover, text: str) -> bytes:
    """Return the text as a document."""
    document: Any = Document(BytesIO(_template()))
    document.add_paragraph(cover.title, style="Title")
    document.add_paragraph(f"{cover.organization} · {cover.day}", style="Subtitle")
    document.add_paragraph(cover.summary)
    for block in blocks(text):
        _put(document, block)
    document.sections[0].footer.paragraphs[0].text = f"{cover.organization} · {cover.title}"
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@cache
def _template() -> bytes:
    """Return an empty document in our colors, with only the styles that these documents use."""
    document: Any = Document()
    for style in list(document.styles):
        if style.name not in USED_STYLES:
            style.delete()
    for latent in list(document.styles.latent_styles):
        latent.delete()
    _restyle(document)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _restyle(document: Any) -> None:
    """Set our fonts and colors in the template's styles."""
    sizes = {"Title": (24, NAVY), "Subtitle": (11, STEEL), "Heading 1": (15, NAVY), "Heading 2": (12, STEEL)}
    for name, (size, color) in {**sizes, "Normal": (11, INK)}.items():
        font = document.styles[name].font
        font.name, font.size, font.color.rgb = "Calibri", Pt(size), RGBColor(*rgb(color))


def _put(document: Any, block: Block) -> None:
    if block.kind == "heading":
        _paragraph(document, block.text, f"Heading{block.level}")
    elif block.kind == "break":
        document.add_page_break()
    elif block.kind == "table":
        _table(document, block)
    else:
        for line in block.lines:
            _paragraph(document, line, STYLES[block.kind])


def _paragraph(document: Any, text: str, style: str | None) -> None:
    document.add_paragraph(text)._p.style = style  # noqa: SLF001 (see STYLES)


def _table(document: Any, block: Block) -> None:
    table = document.add_table(rows=len(block.rows), cols=len(block.rows[0]), style=GRID)
    for texts, row in zip(block.rows, table.rows, strict=True):
        for text, cell in zip(texts, row.cells, strict=True):
            cell.paragraphs[0].add_run(text)
    document.add_paragraph()

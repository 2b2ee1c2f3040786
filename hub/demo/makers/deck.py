"""PPTX: a title slide, then slides with titles, bullets, tables, native charts and notes."""

from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Emu, Inches, Length, Pt

from hub.demo.makers.look import CHART_COLORS, INK, MIST, NAVY, ORANGE, STEEL, Cover, number, rgb, widths
from hub.demo.markup import Block, Section, sections

# Of python-pptx only the outermost objects have types worth naming; shapes are passed as Any.
ChartData: Any = CategoryChartData
Color: Any = RGBColor
TITLE_AND_CONTENT, TITLE_ONLY = 1, 5
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, EDGE, FULL, HALF = Inches(0.7), Inches(0.8), Inches(11.9), Inches(5.6)
TOP, TALL = Inches(1.65), Inches(4.95)


def make(cover: Cover, text: str) -> bytes:
    """The text as a deck, a slide for each top-level heading."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    first, *rest = sections(text)
    _title_slide(deck, cover, first)
    for place, section in enumerate(rest, start=2):
        _slide(deck, cover, section, place)
    buffer = BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _title_slide(deck: Any, cover: Cover, section: Section) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = _color(NAVY)
    _bar(slide, EDGE, Inches(4.35), Inches(1.6), Inches(0.09), ORANGE)
    _write(slide.shapes.title, cover.title, 40, "FFFFFF", bold=True, anchor=MSO_ANCHOR.BOTTOM)
    _place(slide.shapes.title, LEFT, Inches(1.2), FULL, Inches(2.9))
    speakers = " ".join(block.text for block in section.blocks if block.kind == "paragraph")
    _text_box(slide, LEFT, Inches(4.65), FULL, Inches(0.9), speakers, 20, "D5DCE3")
    _text_box(slide, LEFT, Inches(6.6), FULL, Inches(0.5), f"{cover.organization} · {cover.day}", 14, "9FB0C0")
    _notes(slide, section)


def _slide(deck: Any, cover: Cover, section: Section, place: int) -> None:
    visual = next((block for block in section.blocks if block.kind in {"table", "chart"}), None)
    words = [block for block in section.blocks if block.kind in {"paragraph", "bullets", "numbers"}]
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_CONTENT if words else TITLE_ONLY])
    _bar(slide, EDGE, Inches(1.32), Inches(0.9), Inches(0.06), ORANGE)
    _write(slide.shapes.title, section.title, 28, NAVY, bold=True, anchor=MSO_ANCHOR.BOTTOM)
    _place(slide.shapes.title, LEFT, Inches(0.35), FULL, Inches(0.95))
    if words:
        _words(slide.placeholders[1], words, HALF if visual else FULL)
    if visual:
        left, width = (Inches(6.6), Inches(6.0)) if words else (EDGE, Inches(11.75))
        (_table if visual.kind == "table" else _chart)(slide, visual, left, width)
    _bar(slide, EDGE, Inches(6.85), Inches(11.75), Inches(0.015), "C5CED6")
    _text_box(slide, LEFT, Inches(6.9), Inches(9), Inches(0.4), cover.organization, 11, STEEL)
    _text_box(slide, Inches(11.95), Inches(6.9), Inches(0.6), Inches(0.4), str(place), 11, STEEL)
    _notes(slide, section)


def _words(shape: Any, words: list[Block], width: Length) -> None:
    _place(shape, LEFT, TOP, width, TALL)
    lines = [(block, line) for block in words for line in block.lines]
    long = sum(len(line) for _, line in lines) > (330 if width <= HALF else 640)
    frame = shape.text_frame
    frame.word_wrap = True
    for place, (block, line) in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(8)
        run = paragraph.add_run()
        run.text = line if block.kind != "numbers" else f"{block.lines.index(line) + 1}. {line}"
        run.font.size = Pt(16 if long else 20)
        run.font.color.rgb = _color(INK)


def _table(slide: Any, block: Block, left: Length, width: Length) -> None:
    rows, columns = len(block.rows), len(block.rows[0])
    wide = width > Inches(8)
    height = Emu(Inches(0.55 if wide else 0.45) * rows)
    table = slide.shapes.add_table(rows, columns, left, TOP, width, height).table
    shares = widths(block.rows)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Emu(width * share // sum(shares))
    for number_of_row, row in enumerate(block.rows):
        for number_of_column, text in enumerate(row):
            cell = table.cell(number_of_row, number_of_column)
            cell.fill.solid()
            head = number_of_row == 0
            color = NAVY if head else MIST if number_of_row % 2 else "FFFFFF"
            cell.fill.fore_color.rgb = _color(color)
            _write(cell, text, 16 if wide else 13, "FFFFFF" if head else INK, bold=head)


def _chart(slide: Any, block: Block, left: Length, width: Length) -> None:
    kind, title = block.lines
    data = ChartData()
    data.categories = [label for label, _ in block.rows]
    data.add_series(title, [number(value) for _, value in block.rows])
    line = kind == "line"
    shape = XL_CHART_TYPE.LINE_MARKERS if line else XL_CHART_TYPE.COLUMN_CLUSTERED
    chart = slide.shapes.add_chart(shape, left, TOP, width, TALL, data).chart
    chart.has_legend = False
    chart.has_title = True
    chart.chart_title.text_frame.text = title
    chart.font.size = Pt(12)
    plot = chart.plots[0]
    plot.has_data_labels = True
    series = plot.series[0]
    color = _color(CHART_COLORS[1])
    if line:
        series.format.line.color.rgb = color
        series.smooth = False
    else:
        plot.gap_width = 60
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = color


def _notes(slide: Any, section: Section) -> None:
    notes = [line for block in section.blocks if block.kind == "note" for line in block.lines]
    if notes:
        slide.notes_slide.notes_text_frame.text = "\n".join(notes)


def _bar(slide: Any, left: Length, top: Length, width: Length, height: Length, color: str) -> None:
    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, left, top, width, height)
    bar.fill.solid()
    bar.fill.fore_color.rgb = _color(color)
    bar.line.fill.background()
    bar.shadow.inherit = False


def _text_box(
    slide: Any, left: Length, top: Length, width: Length, height: Length, text: str, size: int, color: str
) -> None:
    if text:
        box = slide.shapes.add_textbox(left, top, width, height)
        box.text_frame.word_wrap = True
        _write(box, text, size, color)


def _write(
    shape: Any, text: str, size: int, color: str, *, bold: bool = False, anchor: MSO_ANCHOR | None = None
) -> None:
    frame = shape.text_frame
    if anchor is not None:
        frame.vertical_anchor = anchor
        frame.word_wrap = True
    paragraph = frame.paragraphs[0]
    if anchor is not None:
        paragraph.alignment = 1
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = _color(color)


def _place(shape: Any, left: Length, top: Length, width: Length, height: Length) -> None:
    shape.left, shape.top, shape.width, shape.height = left, top, width, height


def _color(color: str) -> Any:
    return Color(*rgb(color))

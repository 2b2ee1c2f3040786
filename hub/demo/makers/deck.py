"""PPTX maker: a title slide, then slides with titles, bullets, tables, native charts and notes."""

from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches, Length, Pt

from hub.demo.makers.look import CHART_COLORS, INK, MIST, NAVY, ORANGE, STEEL, Cover, number, rgb, widths
from hub.demo.markup import Block, Section, sections

# Only python-pptx's outermost objects have useful types; shapes are passed as Any.
ChartData: Any = CategoryChartData
Color: Any = RGBColor

TITLE, TITLE_AND_CONTENT, TITLE_ONLY = 0, 1, 5  # indexes of the layouts in python-pptx's default template
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, EDGE, FULL, HALF = Inches(0.7), Inches(0.8), Inches(11.9), Inches(5.6)
TOP, TALL = Inches(1.65), Inches(4.95)

NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
BAR = """<p:sp {namespaces}><p:nvSpPr><p:cNvPr id="{id}" name="Bar {id}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>
<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
<a:solidFill><a:srgbClr val="{color}"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>"""
LABEL = """<p:sp {namespaces}><p:nvSpPr><p:cNvPr id="{id}" name="Label {id}"/><p:cNvSpPr txBox="1"/>
<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:p>{run}</a:p></p:txBody></p:sp>"""
FACE = '<a:rPr lang="en-US" sz="{size}"><a:solidFill><a:srgbClr val="{color}"/></a:solidFill></a:rPr>'
STYLE = """<a:lstStyle {namespaces}><a:lvl1pPr algn="l"{indent}><a:spcAft><a:spcPts val="800"/></a:spcAft>{bullet}
<a:defRPr sz="{size}" b="{bold}"><a:solidFill><a:srgbClr val="{color}"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle>"""

NUMBERED = f'<a:buAutoNum {NAMESPACES} type="arabicPeriod"/>'


def make(cover: Cover, text: str) -> bytes:
    """Return the text as a deck, with a slide for each top-level heading."""
    deck: Any = Presentation(BytesIO(_template()))
    title, *layouts = deck.slide_layouts
    for layout in layouts:
        _label(layout, LEFT, Inches(9), cover.organization)
    first, *rest = sections(text)
    _title_slide(deck.slides.add_slide(title), cover, first)
    for section in rest:
        words = [block for block in section.blocks if block.kind in {"paragraph", "bullets", "numbers"}]
        _slide(deck.slides.add_slide(layouts[0 if words else 1]), section, words)
    buffer = BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


@cache
def _template() -> bytes:
    """Return an empty deck with three styled layouts, which hold everything that all slides share."""
    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    layouts = list(deck.slide_layouts)
    for place, layout in enumerate(layouts):
        if place not in {TITLE, TITLE_AND_CONTENT, TITLE_ONLY}:
            deck.slide_layouts.remove(layout)
    _title_layout(layouts[TITLE])
    for layout in (layouts[TITLE_AND_CONTENT], layouts[TITLE_ONLY]):
        _style(layout.placeholders[0], (LEFT, Inches(0.35), FULL, Inches(0.95)), 28, NAVY, bold=True)
        _bar(layout, (EDGE, Inches(1.32), Inches(0.9), Inches(0.06)), ORANGE)
        _bar(layout, (EDGE, Inches(6.85), Inches(11.75), Inches(0.015)), "C5CED6")
        _label(layout, Inches(11.95), Inches(0.6), None)
    _style(layouts[TITLE_AND_CONTENT].placeholders[1], (LEFT, TOP, FULL, TALL), 24, INK, bullets=True)
    buffer = BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _title_layout(layout: Any) -> None:
    layout.background.fill.solid()
    layout.background.fill.fore_color.rgb = _color(NAVY)
    _style(layout.placeholders[0], (LEFT, Inches(1.2), FULL, Inches(2.9)), 40, "FFFFFF", bold=True)
    _style(layout.placeholders[1], (LEFT, Inches(4.65), FULL, Inches(2.4)), 20, "D5DCE3")
    _bar(layout, (EDGE, Inches(4.35), Inches(1.6), Inches(0.09)), ORANGE)


def _title_slide(slide: Any, cover: Cover, section: Section) -> None:
    slide.shapes.title.text_frame.text = cover.title
    speakers = " ".join(block.text for block in section.blocks if block.kind == "paragraph")
    where = cover.day if cover.organization in speakers else f"{cover.organization} · {cover.day}"
    slide.placeholders[1].text_frame.text = f"{speakers}\n{where}"
    _notes(slide, section)


def _slide(slide: Any, section: Section, words: list[Block]) -> None:
    slide.shapes.title.text_frame.text = section.title
    visual = next((block for block in section.blocks if block.kind in {"table", "chart"}), None)
    if words:
        _words(slide.placeholders[1], words, HALF if visual else FULL)
    if visual:
        left, width = (Inches(6.6), Inches(6.0)) if words else (EDGE, Inches(11.75))
        (_table if visual.kind == "table" else _chart)(slide, visual, left, width)
    _notes(slide, section)


def _words(shape: Any, words: list[Block], width: Length) -> None:
    if width < FULL:
        shape.left, shape.top, shape.width, shape.height = LEFT, TOP, width, TALL
    lines = [(block, line) for block in words for line in block.lines]
    shape.text_frame.text = "\n".join(line for _, line in lines)
    length = sum(len(line) for _, line in lines) * (2 if width < FULL else 1)
    for paragraph, (block, _) in zip(shape.text_frame.paragraphs, lines, strict=True):
        if length > 420:
            paragraph.font.size = Pt(20 if length <= 660 else 16)
        if block.kind == "numbers":
            paragraph._p.get_or_add_pPr().insert(0, parse_xml(NUMBERED))  # noqa: SLF001


def _table(slide: Any, block: Block, left: Length, width: Length) -> None:
    rows, columns = len(block.rows), len(block.rows[0])
    wide = width > Inches(8)
    height = Emu(Inches(0.55 if wide else 0.45) * rows)
    table = slide.shapes.add_table(rows, columns, left, TOP, width, height).table
    shares = widths(block.rows)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Emu(width * share // sum(shares))
    for place, (row, texts) in enumerate(zip(table.rows, block.rows, strict=True)):
        color = NAVY if place == 0 else MIST if place % 2 else "FFFFFF"
        for cell, text in zip(row.cells, texts, strict=True):
            cell.fill.solid()
            cell.fill.fore_color.rgb = _color(color)
            cell.text_frame.text = text
            font = cell.text_frame.paragraphs[0].font
            font.size, font.bold = Pt(16 if wide else 13), place == 0
            font.color.rgb = _color("FFFFFF" if place == 0 else INK)


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
    if line:
        series.format.line.color.rgb = _color(CHART_COLORS[1])
        series.smooth = False
    else:
        plot.gap_width = 60
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _color(CHART_COLORS[1])


def _notes(slide: Any, section: Section) -> None:
    notes = [line for block in section.blocks if block.kind == "note" for line in block.lines]
    if notes:
        slide.notes_slide.notes_text_frame.text = "\n".join(notes)


def _style(
    shape: Any, box: tuple[Length, ...], size: int, color: str, *, bold: bool = False, bullets: bool = False
) -> None:
    """Set the position and text style of a layout's placeholder, which slides inherit."""
    shape.left, shape.top, shape.width, shape.height = box
    body = shape.text_frame._txBody  # noqa: SLF001 - python-pptx has no API for layout styles
    bullet, indent = ("", "") if bullets else ("<a:buNone/>", ' marL="0" indent="0"')
    style = STYLE.format(
        namespaces=NAMESPACES, size=size * 100, bold=int(bold), color=color, bullet=bullet, indent=indent
    )
    old = body.find("{http://schemas.openxmlformats.org/drawingml/2006/main}lstStyle")
    body.replace(old, parse_xml(style))
    shape.text_frame.vertical_anchor = None
    body.bodyPr.set("anchor", "b" if bold else "t")


def _bar(layout: Any, box: tuple[Length, ...], color: str) -> None:
    _draw(layout, BAR, box, color=color)


def _label(layout: Any, left: Length, width: Length, text: str | None) -> None:
    """Add a text to the foot of every slide, or the slide number if ``text`` is None."""
    face = FACE.format(size=1100, color=STEEL)
    run = f"<a:r>{face}<a:t>{escape(text or '')}</a:t></a:r>"
    counter = f'<a:fld id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">{face}<a:t>0</a:t></a:fld>'
    _draw(layout, LABEL, (left, Inches(6.9), width, Inches(0.4)), run=run if text else counter)


def _draw(layout: Any, drawing: str, box: tuple[Length, ...], **values: str) -> None:
    """Draw a shape on a layout from its XML; python-pptx can only draw on slides."""
    tree = layout.shapes._spTree  # noqa: SLF001
    x, y, cx, cy = box
    tree.append(parse_xml(drawing.format(namespaces=NAMESPACES, id=100 + len(tree), x=x, y=y, cx=cx, cy=cy, **values)))


def _color(color: str) -> Any:
    return Color(*rgb(color))

"""XLSX maker: a sheet for each top-level heading, with its text above its table."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from hub.demo.makers.look import NAVY, STEEL, Cover, number
from hub.demo.markup import Block, Section, sections

HEAD = Font(bold=True, color="FFFFFF")
FILL = PatternFill("solid", start_color=NAVY)
WRAP = Alignment(wrap_text=True, vertical="top")


def make(cover: Cover, text: str) -> bytes:
    """Return the text as a workbook."""
    book = Workbook()
    sheet: Any = book.active
    for place, section in enumerate(sections(text)[1:]):
        sheet = book.create_sheet() if place else sheet
        _fill(sheet, cover if place == 0 else None, section)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _fill(sheet: Any, cover: Cover | None, section: Section) -> None:
    sheet.title = section.title
    if cover:
        sheet.append([cover.title])
        sheet["A1"].font = Font(bold=True, size=16, color=NAVY)
        sheet.append([f"{cover.organization}, {cover.day}"])
        sheet["A2"].font = Font(color=STEEL)
    for block in section.blocks:
        if block.kind == "table":
            _table(sheet, block)
        else:
            for line in block.lines:
                sheet.append([line])


def _table(sheet: Any, block: Block) -> None:
    sheet.append([])
    sheet.append(block.rows[0])
    first = sheet.max_row
    for cell in sheet[first]:
        cell.font, cell.fill = HEAD, FILL
    for row in block.rows[1:]:
        sheet.append([_value(text) for text in row])
    for place, column in enumerate(zip(*block.rows, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(48, max(len(text) for text in column) + 3)
    for row in sheet.iter_rows(min_row=first + 1):
        for cell in row:
            cell.alignment = WRAP
    if sheet.freeze_panes is None:
        sheet.freeze_panes = sheet.cell(row=first + 1, column=1)


def _value(text: str) -> str | float | int:
    """Return a cell's number if its text is one, otherwise the text."""
    try:
        value = number(text)
    except ValueError:
        return text
    return (
        text
        if text.startswith(("0", "+")) and len(text) > 1 and "." not in text
        else (int(value) if value.is_integer() else value)
    )

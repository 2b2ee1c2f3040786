"""Excerpts of a PDF as a new PDF, with the source named on each page. Runs only in the helper, where a crash is harmless.

Each page is placed on a new, slightly taller one, with a line of text in the strip below it: nothing is covered, and
anything that isn't visible (scripts, links, forms) isn't copied.
"""

import io
from collections.abc import Iterable
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from hub.library.extract.lettering import LETTER_WIDTH, label_of, write_notes
from hub.library.extract.pictures import opened

SIZE = 1 / 76  # of the page's width: 8 points on Letter
SMALLEST, LARGEST = 4.0, 40.0  # points
STRIP = 2.5  # height of the strip below each page, in letter heights
LONGEST_LINE = 400


def excerpt(path: Path, numbers: Iterable[int], lines: Iterable[str]) -> bytes:
    """Return the pages `numbers` (from 1) as a PDF, each with its line below; raises Unreadable or pypdfium2's errors."""
    source, target = opened(path), pypdfium2.PdfDocument.new()
    for number, line in zip(numbers, lines, strict=True):
        place_page(source, target, number - 1, line)
    buffer = io.BytesIO()
    target.save(buffer)
    return buffer.getvalue()


def place_page(source: pypdfium2.PdfDocument, target: pypdfium2.PdfDocument, index: int, line: str) -> None:
    """Place one page on a new one, and write the line below it."""
    page = source[index]
    if write_notes(source, page):
        page.gen_content()
    raw.FPDFPage_Flatten(page, raw.FLAT_PRINT)  # visible form fields and notes become part of the page
    width, height = page.get_size()
    size = font_size(line, width)
    placed = target.new_page(width, height + STRIP * size)
    form = page_as_object(source, target, index)
    form.set_matrix(pypdfium2.PdfMatrix().translate(0, STRIP * size))
    placed.insert_obj(form)
    placed.insert_obj(text_object(target, line, size))
    placed.gen_content()
    placed.close()
    page.close()


def font_size(line: str, width: float) -> float:
    """Return the font size in points with which the line fits the width."""
    fitting = width / (max(len(line[:LONGEST_LINE]), 1) * LETTER_WIDTH + 2)
    return max(SMALLEST, min(width * SIZE, fitting, LARGEST))


def page_as_object(source: pypdfium2.PdfDocument, target: pypdfium2.PdfDocument, index: int) -> pypdfium2.PdfObject:
    """Return the page as an object of the new document."""
    drawn = raw.FPDF_NewXObjectFromPage(target, source, index)
    try:
        return pypdfium2.PdfObject(raw.FPDF_NewFormObjectFromXObject(drawn), pdf=target)
    finally:
        raw.FPDF_CloseXObject(drawn)


def text_object(target: pypdfium2.PdfDocument, line: str, size: float) -> pypdfium2.PdfObject:
    """Return the line as a text object; characters missing in both fonts lose their accents or become ``?``."""
    label = label_of(target, line[:LONGEST_LINE], size)
    label.set_matrix(pypdfium2.PdfMatrix().translate(size, (STRIP - 0.8) / 2 * size))
    return label

"""Text written onto pages of a PDF: lines of one's own, and typed notes that have no picture. Runs only in the helper."""

import ctypes
import re
import textwrap
from itertools import islice
from typing import Any

import pypdfium2
from pypdfium2 import raw

from hub.core.fonts import is_plain, printable, wide_font
from hub.library.extract.annotations import INVISIBLE, contents, wide

FONT = b"Helvetica"
LETTER_WIDTH = 0.5  # in letter heights: Helvetica's average
MOST_NOTES = 500
MOST_LINES = 60
NOTE_SIZE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s+Tf")
USUAL_SIZE = 12.0
SMALLEST, LARGEST = 4.0, 72.0
SPACING = 1.2
INDENT = 3.0


def label_of(target: pypdfium2.PdfDocument, text: str, size: float) -> pypdfium2.PdfObject:
    """Return one line of text as an object; characters missing in both fonts lose their accents or become ``?``."""
    line = printable(text)
    label = pypdfium2.PdfObject(_empty_text_object(target, line, size), pdf=target)
    letters = (line + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(label, (ctypes.c_ushort * (len(letters) // 2)).from_buffer_copy(letters))
    return label


def _empty_text_object(target: pypdfium2.PdfDocument, line: str, size: float) -> raw.FPDF_PAGEOBJECT:
    if is_plain(line):
        return raw.FPDFPageObj_NewTextObj(target, FONT, size)
    data = wide_font().read_bytes()
    font = raw.FPDFText_LoadFont(
        target, (ctypes.c_uint8 * len(data)).from_buffer_copy(data), len(data), raw.FPDF_FONT_TRUETYPE, True
    )
    try:
        return raw.FPDFPageObj_CreateTextObj(target, font, size)
    finally:
        raw.FPDFFont_Close(font)


def write_notes(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> bool:
    """Write the typed notes onto the page that have no picture of their own, which PDFium would leave out.

    Returns True if there were any. The file isn't changed.
    """
    is_changed = False
    for place in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, place)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_FREETEXT and not has_picture(note):
                write_note(document, page, note)
                is_changed = True
        finally:
            raw.FPDFPage_CloseAnnot(note)
    return is_changed


def draw_box(page: pypdfium2.PdfPage, note: Any, box: Any) -> None:
    """Draw a note's box in its color."""
    red, green, blue, alpha = (ctypes.c_uint(255) for _ in range(4))
    if raw.FPDFAnnot_HasKey(note, b"C"):  # without a color, PDFium would say black
        raw.FPDFAnnot_GetColor(note, raw.FPDFANNOT_COLORTYPE_Color, red, green, blue, alpha)
    frame = raw.FPDFPageObj_CreateNewRect(box.left, box.bottom, box.right - box.left, box.top - box.bottom)
    raw.FPDFPageObj_SetFillColor(frame, red.value, green.value, blue.value, alpha.value)
    raw.FPDFPageObj_SetStrokeColor(frame, 0, 0, 0, 255)
    raw.FPDFPath_SetDrawMode(frame, raw.FPDF_FILLMODE_ALTERNATE, True)
    raw.FPDFPage_InsertObject(page, frame)


def has_picture(note: Any) -> bool:
    """Return True if a note needs nothing written: it has a picture, or isn't shown."""
    picture = wide(lambda buffer, size: raw.FPDFAnnot_GetAP(note, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, buffer, size))
    return bool(picture.strip()) or bool(raw.FPDFAnnot_GetFlags(note) & INVISIBLE)


def write_note(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, note: Any) -> None:
    """Write a note's lines into its box."""
    box = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(note, box) or box.right <= box.left:
        return
    looks = wide(lambda buffer, size: raw.FPDFAnnot_GetStringValue(note, b"DA", buffer, size))
    match = NOTE_SIZE.search(looks)
    size = min(max(float(match[1]) if match else USUAL_SIZE, SMALLEST), LARGEST)
    width = max(int((box.right - box.left - 2 * INDENT) / (size * LETTER_WIDTH)), 1)
    # PDFium would draw an empty box above the text.
    raw.FPDFAnnot_SetFlags(note, raw.FPDFAnnot_GetFlags(note) | raw.FPDF_ANNOT_FLAG_HIDDEN)
    draw_box(page, note, box)
    lines = (line for text in contents(note).splitlines() for line in textwrap.wrap(text, width) or [""])
    for place, line in enumerate(islice(lines, MOST_LINES), start=1):
        label = label_of(document, line, size)
        label.set_matrix(pypdfium2.PdfMatrix().translate(box.left + INDENT, box.top - place * size * SPACING))
        page.insert_obj(label)

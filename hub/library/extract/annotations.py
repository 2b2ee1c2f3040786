"""What is laid over the pages of a PDF: filled form fields, typed notes, comments, and files pinned to a page."""

import ctypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
from pypdfium2 import raw

from hub.library.extract.pages import Inner, LeftOut, Part, Unread

COMMENTS = LeftOut("Comments are not searched.")
MOST_ANNOTATIONS = 5_000
MOST_OPTIONS = 1_000
MOST_TEXT = 400_000  # bytes in UTF-16
INVISIBLE = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
MARKUP = re.compile(r"<[^<>]{1,2000}>")
PASSWORD_FIELD = 1 << 13
# The kinds whose text belongs to a reviewer, and opens beside the page.
REMARKS = frozenset(
    {
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_LINE,
        raw.FPDF_ANNOT_SQUARE,
        raw.FPDF_ANNOT_CIRCLE,
        raw.FPDF_ANNOT_POLYGON,
        raw.FPDF_ANNOT_POLYLINE,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_CARET,
        raw.FPDF_ANNOT_INK,
    }
)
TYPED = frozenset({raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX})
CHOSEN = frozenset({raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX})
CHECKED = frozenset({raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON})
Annotation = Any  # a handle of PDFium


@dataclass
class Overlay:
    """What is laid over a page.

    `is_drawn` is True if some of it has text only in its picture, such as a stamp, a button or a signature.
    """

    lines: list[str] = field(default_factory=list)
    also_searched: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    is_drawn: bool = False


def overlay_of(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Overlay:
    """Return what is laid over a page; forms must have been initialized before the page was opened."""
    overlay = Overlay()
    count = raw.FPDFPage_GetAnnotCount(page)
    for place in range(min(count, MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, place)
        if not annotation:
            continue
        try:
            add(overlay, document, annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    if count > MOST_ANNOTATIONS:
        overlay.parts.append(Unread("Some notes or form fields couldn’t be read, because there are too many."))
    return overlay


def add(overlay: Overlay, document: pypdfium2.PdfDocument, annotation: Annotation) -> None:
    """Add what one annotation says."""
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_LINK:
        return
    if kind in REMARKS:
        if contents(annotation):
            overlay.parts.append(COMMENTS)
    elif kind == raw.FPDF_ANNOT_FILEATTACHMENT:
        overlay.parts += pinned(annotation)
    elif raw.FPDFAnnot_GetFlags(annotation) & INVISIBLE:
        return
    elif kind == raw.FPDF_ANNOT_FREETEXT:
        overlay.lines += [contents(annotation)]
    elif kind == raw.FPDF_ANNOT_STAMP:
        overlay.is_drawn = True
    elif kind == raw.FPDF_ANNOT_WIDGET and document.formenv is not None:
        add_field(overlay, document.formenv, annotation)


def add_field(overlay: Overlay, form: pypdfium2.PdfFormEnv, annotation: Annotation) -> None:
    """Add what a form field has been filled in with."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in TYPED:
        if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & PASSWORD_FIELD and kind not in CHOSEN:
            return
        chosen = options(form, annotation) if kind in CHOSEN else []
        value = wide(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
        overlay.lines += chosen or [value]
    elif kind in CHECKED:
        if raw.FPDFAnnot_IsChecked(form, annotation):
            name = wide(lambda buffer, size: raw.FPDFAnnot_GetFormFieldAlternateName(form, annotation, buffer, size))
            overlay.also_searched.append(name)
    else:
        overlay.is_drawn = True


def options(form: pypdfium2.PdfFormEnv, annotation: Annotation) -> list[str]:
    """Return the words of the choices that are selected in a list."""
    count = raw.FPDFAnnot_GetOptionCount(form, annotation)
    return [
        option(form, annotation, place)
        for place in range(min(count, MOST_OPTIONS))
        if raw.FPDFAnnot_IsOptionSelected(form, annotation, place)
    ]


def option(form: pypdfium2.PdfFormEnv, annotation: Annotation, place: int) -> str:
    """Return the words of a choice."""
    return wide(lambda buffer, size: raw.FPDFAnnot_GetOptionLabel(form, annotation, place, buffer, size))


def contents(annotation: Annotation) -> str:
    """Return the text of a note."""
    text = wide(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size)).strip()
    # Some programs write only the text with its type styles.
    styled = "" if text else wide(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, b"RC", buffer, size))
    return text or " ".join(MARKUP.sub(" ", styled).split())


def wide(call: Callable[[object, int], int]) -> str:
    """Return the text that a function of PDFium writes to a buffer in UTF-16, after it has told the size in bytes."""
    size = min(call(None, 0), MOST_TEXT)
    if size <= ctypes.sizeof(ctypes.c_ushort):
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    call(buffer, size)
    return bytes(buffer)[:size].decode("utf-16-le", "replace").partition("\0")[0]


def pinned(annotation: Annotation) -> Iterator[Part]:
    """Yield a file that is pinned to a page."""
    attachment = raw.FPDFAnnot_GetFileAttachment(annotation)
    if attachment:
        yield from inner(pypdfium2.PdfAttachment(attachment, None))


def attached(document: pypdfium2.PdfDocument) -> Iterator[Part]:
    """Yield the files inside a PDF: those of a portfolio, and other attachments."""
    for place in range(document.count_attachments()):
        try:
            attachment = document.get_attachment(place)
        except pypdfium2.PdfiumError:
            yield Unread("A file inside this PDF couldn’t be read.")
            continue
        yield from inner(attachment)


def inner(attachment: pypdfium2.PdfAttachment) -> Iterator[Part]:
    """Yield a file inside a PDF."""
    name = "unnamed"
    try:
        name = attachment.get_name() or name
        yield Inner(name, bytes(attachment.get_data()))
    except pypdfium2.PdfiumError:
        yield Unread(f"The attachment “{name}” couldn’t be read.")

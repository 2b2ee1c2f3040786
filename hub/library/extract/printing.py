"""Export of presentations to PDF by LibreOffice, so that their pages can be drawn."""

from pathlib import Path

from hub.library.extract.formats import Format
from hub.library.extract.legacy import convert, converted_file, libreoffice, named_link
from hub.library.extract.problems import NEEDS_LIBREOFFICE, NOT_CONVERTED, Passing, Unreadable

# Hidden slides are included, so that numbers match; the resolution of pictures is reduced to that of screens.
SLIDES_AS_PDF = (
    'pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"},'
    '"ExportBookmarks":{"type":"boolean","value":"false"},"UseTaggedPDF":{"type":"boolean","value":"false"},'
    '"ReduceImageResolution":{"type":"boolean","value":"true"},"MaxImageResolution":{"type":"long","value":"150"}}'
)


def printed(path: Path, file_format: Format, folder: Path) -> Path:
    """Export a presentation to a PDF in the folder; returns its path, or raises Unreadable."""
    office = libreoffice()
    words = {"label": file_format.label, "a_label": file_format.a_label, "modern": "PDF"}
    if office is None:
        raise Unreadable(NEEDS_LIBREOFFICE, **words)
    ended_well = convert(office, named_link(path, file_format, folder), SLIDES_AS_PDF, folder)
    result = converted_file(folder, "pdf")
    if result is None:
        raise (Unreadable if ended_well else Passing)(NOT_CONVERTED, **words)
    return result

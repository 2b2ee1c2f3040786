"""Office documents printed as PDF by LibreOffice, to be drawn page by page."""

from pathlib import Path

from hub.library.extract.formats import Format
from hub.library.extract.legacy import convert, libreoffice, named_link
from hub.library.extract.problems import NEEDS_LIBREOFFICE, NOT_CONVERTED, Unreadable

# Hidden slides are there too, so that numbers match; pictures are as sharp as a screen needs.
SLIDES_AS_PDF = (
    'pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"},'
    '"ExportBookmarks":{"type":"boolean","value":"false"},"UseTaggedPDF":{"type":"boolean","value":"false"},'
    '"ReduceImageResolution":{"type":"boolean","value":"true"},"MaxImageResolution":{"type":"long","value":"150"}}'
)


def printed(path: Path, file_format: Format, folder: Path) -> Path:
    """Return the PDF of a presentation in the folder; Unreadable when there can be none."""
    office = libreoffice()
    words = {"label": file_format.label, "a_label": file_format.a_label, "modern": "PDF"}
    if office is None:
        raise Unreadable(NEEDS_LIBREOFFICE, **words)
    convert(office, named_link(path, file_format, folder), SLIDES_AS_PDF, folder)
    result = folder / "converted" / "document.pdf"
    # LibreOffice ends with 0 also when it failed, so only the file tells.
    if result.is_symlink() or not result.is_file() or result.stat().st_size == 0:
        raise Unreadable(NOT_CONVERTED, **words)
    return result

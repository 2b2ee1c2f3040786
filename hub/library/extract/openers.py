"""The function that opens each file format."""

from dataclasses import replace
from pathlib import Path

from hub.library.extract.books import open_book
from hub.library.extract.documents import open_word
from hub.library.extract.formats import PICTURE_FILES, WORKBOOKS, Format
from hub.library.extract.images import open_picture
from hub.library.extract.inside import Opener, Unpacking
from hub.library.extract.limits import Limits
from hub.library.extract.mail.opening import open_message
from hub.library.extract.opendocument import open_opendocument
from hub.library.extract.pages import Document
from hub.library.extract.pdf import open_pdf
from hub.library.extract.rtf import open_rtf
from hub.library.extract.sheets import open_workbook
from hub.library.extract.slides import open_presentation
from hub.library.extract.text import open_captions, open_markdown, open_table, open_text
from hub.library.extract.webpage import open_webpage

OPENERS: dict[str, Opener] = {
    "pdf": open_pdf,
    # Macros never run: these files are read as XML.
    **dict.fromkeys(("pptx", "ppsx", "potx", "pptm", "ppsm"), open_presentation),
    **dict.fromkeys(("docx", "docm", "dotx"), open_word),
    **dict.fromkeys(WORKBOOKS, open_workbook),
    "odp": open_opendocument,
    "odt": open_opendocument,
    "ods": open_opendocument,
    "rtf": open_rtf,
    "epub": open_book,
    "txt": open_text,
    "md": open_markdown,
    "html": open_webpage,
    "htm": open_webpage,
    "eml": open_message,
    "msg": open_message,
    "csv": open_table,
    **dict.fromkeys(PICTURE_FILES, open_picture),
    "vtt": open_captions,
    "srt": open_captions,
}


def open_document(path: Path, file_format: Format, limits: Limits, calculated: Path | None = None) -> Document:
    """Open a document and the files inside it; raises Unreadable. Old formats must be converted before.

    `calculated` is a copy of a workbook with the results of its formulas, if it lacks them.
    """
    if calculated is None:
        document = open_alone(path, file_format, limits)
    else:
        document = open_workbook(path, file_format, limits, calculated)
    return replace(document, pages=Unpacking(open_alone, limits).parts(document))


def open_alone(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a document; the files inside it are parts of its pages that aren't opened yet."""
    return OPENERS[file_format.extension](path, file_format, limits)

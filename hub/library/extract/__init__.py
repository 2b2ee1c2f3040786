"""Reading untrusted documents into pages of text, safely.

`Reader` opens every file in a process of its own with limits; this process never sees the file's inside.
`sections_of` divides Markdown that people typed into the hub, and runs right here.
"""

from hub.library.extract.formats import FORMATS, Format, format_of
from hub.library.extract.legacy import libreoffice
from hub.library.extract.limits import Limits
from hub.library.extract.pages import ExtractedPage, Extraction
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import Busy, Reader
from hub.library.extract.text import sections_of

# Raised when reading changes, so that pages are made again.
READER_VERSION = 1

__all__ = [
    "FORMATS",
    "READER_VERSION",
    "Busy",
    "ExtractedPage",
    "Extraction",
    "Format",
    "Limits",
    "Pieces",
    "Reader",
    "format_of",
    "libreoffice",
    "sections_of",
]

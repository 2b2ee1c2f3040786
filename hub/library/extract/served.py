"""The media type with which an original is served: that of its name only if its first bytes agree.

Browsers and mail programs act on the type. A page of HTML that is named like a picture must not be called a picture,
nor a program a PDF. Nothing is parsed here.
"""

import re
from pathlib import Path

from hub.library.extract.container import OLE_START
from hub.library.extract.formats import format_of

UNKNOWN = "application/octet-stream"
FIRST_BYTES = 4_096

ZIP = b"PK\x03\x04"
MIMETYPE_ENTRY = 38  # these files begin with an entry "mimetype": its content follows 30 bytes and its name
TYPED = {"odp", "odt", "ods", "epub"}
# The container formats name their kind behind a size: RIFF for WebP, and the box of HEIC.
INNER_MARKS = {"webp": (8, (b"WEBP",)), **dict.fromkeys(("heic", "heif"), (4, (b"ftyphe", b"ftypmi", b"ftypms")))}
STARTS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    **dict.fromkeys(("jpg", "jpeg"), (b"\xff\xd8\xff",)),
    **dict.fromkeys(("tif", "tiff"), (b"II*\0", b"MM\0*")),
    **dict.fromkeys(("pptx", "ppsx", "potx", "pptm", "ppsm", "docx", "docm", "dotx"), (ZIP,)),
    **dict.fromkeys(("xlsx", "xlsm", "xltx", "xltm", "xlsb"), (ZIP,)),
    **dict.fromkeys(("odp", "odt", "ods", "epub"), (ZIP,)),
    "rtf": (b"{\\rtf",),
    **dict.fromkeys(("ppt", "pps", "doc", "xls", "msg"), (OLE_START,)),
}
# Recordings: where they have their mark, and what it can be.
MARKS = {
    "mp3": (0, (b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")),
    "webm": (0, (b"\x1aE\xdf\xa3",)),
    "wav": (8, (b"WAVE",)),
    **dict.fromkeys(("mp4", "m4a"), (4, (b"ftyp",))),
}
BINARY = (*(start for starts in STARTS.values() for start in starts), b"MZ", b"\x7fELF", b"\x1f\x8b", b"GIF8", b"Rar!")
MARKUP = re.compile(rb"\s*<(!doctype html|html|head|body|script|svg|\?xml)", re.IGNORECASE)


def served_type(path: Path, file_name: str) -> str:
    """Return the media type of an original for the ``Content-Type`` header; octet-stream if its content disagrees."""
    file_format = format_of(file_name)
    if file_format is None:
        return UNKNOWN
    with path.open("rb") as file:
        start = file.read(FIRST_BYTES)
    return file_format.media_type if agrees(file_format.extension, file_format.media_type, start) else UNKNOWN


def agrees(extension: str, media_type: str, start: bytes) -> bool:
    """Return True if the first bytes of a file look like its format."""
    if extension in MARKS:
        place, marks = MARKS[extension]
        return start.startswith(marks, place)
    if extension in STARTS:
        has_type = extension not in TYPED or start[MIMETYPE_ENTRY:].startswith(media_type.encode())
        return start.startswith(STARTS[extension]) and has_type
    if extension in INNER_MARKS:
        place, marks = INNER_MARKS[extension]
        return start[place:].startswith(marks)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True  # text in UTF-16
    is_text = b"\0" not in start and not start.startswith(BINARY)
    return is_text and (extension in {"html", "htm"} or not MARKUP.match(start.removeprefix(b"\xef\xbb\xbf")))

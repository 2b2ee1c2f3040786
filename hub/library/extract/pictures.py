"""Pictures of pages, drawn by PDFium and saved as WebP. Runs only in the helper, where a crash is harmless."""

import io
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from hub.library.extract.container import Package
from hub.library.extract.formats import Format
from hub.library.extract.images import BROKEN, small_copy
from hub.library.extract.lettering import write_notes
from hub.library.extract.limits import Limits
from hub.library.extract.problems import DAMAGED, PASSWORD, Unreadable

# A page can be 144,000 points high: if its height is more than this many widths, its picture is narrower.
TALLEST = 3.0
QUALITY = 80
EFFORT = 2  # of WebP, from 0 to 6: 41 ms for 1200 pixels; more takes much longer and saves little
# The thumbnail of Office and OpenDocument files, if they have one.
THUMBNAILS = ("docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.png", "Thumbnails/thumbnail.png")


def drawn(path: Path, numbers: Iterable[int], width: int, seconds: float) -> Iterator[tuple[int, bytes]]:
    """Yield the pictures of these pages of a PDF, `width` pixels wide, as many as can be begun within `seconds`.

    A page that can't be drawn has empty bytes.
    """
    began = time.monotonic()
    document = opened(path)
    for number in numbers:
        try:
            yield number, picture_of(document, number, width)
        except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError, OverflowError, IndexError, OSError):
            yield number, b""
        if time.monotonic() - began > seconds:
            return


def opened(path: Path) -> pypdfium2.PdfDocument:
    """Open a PDF with its forms; raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(path)
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise Unreadable(PASSWORD if "password" in str(error).lower() else DAMAGED) from error
    return document


def count_pages(path: Path) -> int:
    """Return the number of pages of a PDF."""
    return len(opened(path))


def picture_of(document: pypdfium2.PdfDocument, number: int, width: int) -> bytes:
    """Return the picture of a page, by its number from 1."""
    page = document[number - 1]
    try:
        write_notes(document, page)
        page_width, page_height = page.get_size()
        scale = min(width / page_width, TALLEST * width / page_height)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        return packed(bitmap.to_pil())
    finally:
        page.close()


def packed(picture: Image.Image) -> bytes:
    """Return the picture as WebP."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "WEBP", quality=QUALITY, method=EFFORT)
    return buffer.getvalue()


def embedded(path: Path, file_format: Format, width: int, limits: Limits) -> Iterator[tuple[int, bytes]]:
    """Yield the thumbnail in an Office file, if it has one."""
    with Package(path, file_format, limits) as package:
        for name in THUMBNAILS:
            if name in package:
                yield 1, packed(small_copy(io.BytesIO(package.read(name)), (width, int(TALLEST * width))))
                return


def pictured(path: Path, numbers: Iterable[int], width: int, seconds: float) -> Iterator[tuple[int, bytes]]:
    """Yield these pages of a picture file as WebP, at most `width` pixels wide, as many as can be begun in `seconds`.

    A page that can't be shown has empty bytes.
    """
    began = time.monotonic()
    for number in numbers:
        try:
            yield number, packed(small_copy(path, (width, int(TALLEST * width)), number))
        except (*BROKEN, Image.DecompressionBombError):
            yield number, b""
        if time.monotonic() - began > seconds:
            return

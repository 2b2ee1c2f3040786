"""Pictures of pages, drawn by PDFium and saved as WebP. Runs only in the helper, where a crash is harmless."""

import io
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageStat

from hub.library.extract.container import Package
from hub.library.extract.formats import Format
from hub.library.extract.images import BROKEN, small_copy
from hub.library.extract.lettering import write_notes
from hub.library.extract.limits import Limits
from hub.library.extract.problems import DAMAGED, PASSWORD, Unreadable

# A page can be 144,000 points high: if its height is more than this many widths, its picture is narrower.
TALLEST = 3.0
# Measured on real documents (`python -m bench previews`): the lowest qualities whose pictures can't be told from the
# drawn page where they are shown. Small ones are thumbnails; large ones are read.
NARROW, NARROW_QUALITY, WIDE_QUALITY = 400, 40, 50
EFFORT = 2  # of WebP, from 0 to 6: 20 ms for 1200 pixels; 4 takes twice as long and saves 4 percent
# A page of text has few colors. With these few and without loss, it is smaller than a photo-like WebP, and its letters
# are sharper; unless that changes its colors by more than this, on average.
FEW_COLORS, CHANGED = 16, 3.0
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
    """Return the picture of a page as WebP, by its number from 1."""
    return packed(rendered(document, number, width), width)


def rendered(document: pypdfium2.PdfDocument, number: int, width: int) -> Image.Image:
    """Return a page as it is drawn, by its number from 1; raises PdfiumError and others if it can't be drawn."""
    page = document[number - 1]
    try:
        write_notes(document, page)
        page_width, page_height = page.get_size()
        scale = min(width / page_width, TALLEST * width / page_height)
        drawing: Image.Image = page.render(scale=scale, rev_byteorder=True).to_pil()
        return drawing.convert("RGB")
    finally:
        page.close()


def packed(picture: Image.Image, width: int) -> bytes:
    """Return the picture as WebP, for places where it is shown up to ``width`` pixels wide."""
    colored = picture.convert("RGB")
    # The camera's position and other texts that came with a picture stay out of its copies.
    colored.info.pop("xmp", None)
    if width <= NARROW:
        return _webp(colored, quality=NARROW_QUALITY)
    flat = _with_few_colors(colored)
    return _webp(flat, lossless=True, quality=20) if flat else _webp(colored, quality=WIDE_QUALITY)


def _with_few_colors(picture: Image.Image) -> Image.Image | None:
    """Return the picture with few colors; None if one could see the difference, as in photos."""
    flat = picture.quantize(FEW_COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).convert("RGB")
    changes = ImageStat.Stat(ImageChops.difference(picture, flat)).rms
    return flat if max(changes) <= CHANGED else None


def _webp(picture: Image.Image, *, quality: int, lossless: bool = False) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=EFFORT, lossless=lossless)
    return buffer.getvalue()


def embedded(path: Path, file_format: Format, width: int, limits: Limits) -> Iterator[tuple[int, bytes]]:
    """Yield the thumbnail in an Office file, if it has one."""
    with Package(path, file_format, limits) as package:
        for name in THUMBNAILS:
            if name in package:
                yield 1, packed(small_copy(io.BytesIO(package.read(name)), (width, int(TALLEST * width))), width)
                return


def pictured(path: Path, numbers: Iterable[int], width: int, seconds: float) -> Iterator[tuple[int, bytes]]:
    """Yield these pages of a picture file as WebP, at most `width` pixels wide, as many as can be begun in `seconds`.

    A page that can't be shown has empty bytes.
    """
    began = time.monotonic()
    for number in numbers:
        try:
            yield number, packed(small_copy(path, (width, int(TALLEST * width)), number), width)
        except (*BROKEN, Image.DecompressionBombError):
            yield number, b""
        if time.monotonic() - began > seconds:
            return

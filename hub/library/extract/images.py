"""Picture files: PNG, JPEG, TIFF, HEIC and WebP. A scan with several pages has a page for each of its pictures."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pi_heif
from PIL import Image, ImageChops, ImageOps, ImageStat, UnidentifiedImageError

from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document, ExtractedPage, Part, Unread
from hub.library.extract.problems import DAMAGED, EMPTY, OTHER_KIND, TOO_LARGE, Unreadable
from hub.library.rules import PageKind

pi_heif.register_heif_opener()

FORMATS = ("PNG", "JPEG", "TIFF", "HEIF", "WEBP")
# In the other formats, further pictures are moves of an animation, or the same one for the other eye.
WITH_PAGES = frozenset({"TIFF", "HEIF"})
MOST_PIXELS = 50_000_000
# What Pillow and its plugins raise for damaged files.
BROKEN = (
    *(OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError, EOFError, RuntimeError),
    *(ZeroDivisionError, OverflowError, struct.error),
)
# Drawings for dark pages are brighter than this on average, and invisible on white.
BRIGHT = 230
DARK_GROUND = "#444444"
# Pixels that differ from the ground by fewer levels of gray, of 255, can't be seen.
VISIBLE = 8
DEEP = ("I;16", "I;16B", "I;16L", "I", "F")  # more than 256 levels of gray


def open_picture(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return a page without text for each picture in the file; text recognition reads them later."""
    if path.stat().st_size == 0:
        raise Unreadable(EMPTY)
    with opened(path, file_format) as picture:
        # One page more than is kept, so that the file is reported as too long.
        count, is_whole = count_pages(picture, limits.pages + 1)
    return Document(pages(count, is_whole=is_whole))


def pages(count: int, *, is_whole: bool) -> Iterator[Part]:
    """Yield the pages, all of them pictures, then what is said of those that can't be reached."""
    for number in range(1, count + 1):
        yield ExtractedPage(number, PageKind.PAGE, "", "", is_picture=True)
    if not is_whole:
        yield Unread(f"This file is damaged after page {count}, so the pages that follow couldn’t be read.")


def opened(path: Path, file_format: Format) -> Image.Image:
    """Open a picture file without decoding it; raises Unreadable."""
    try:
        return Image.open(path, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label) from error
    except Image.DecompressionBombError as error:
        raise Unreadable(TOO_LARGE) from error
    except BROKEN as error:
        raise Unreadable(DAMAGED) from error


def count_pages(picture: Image.Image, most: int) -> tuple[int, bool]:
    """Return how many pages of an open picture file can be reached, up to ``most``, and whether there is no damaged one.

    A TIFF says of each page only where the next one is, so one that is damaged hides all behind it.
    """
    if picture.format not in WITH_PAGES:
        return 1, True
    count = 1
    try:
        while count < most:
            picture.seek(count)
            count += 1
    except EOFError:
        return count, True
    except BROKEN:
        return count, False
    return count, True


def frame(picture: Image.Image, number: int) -> Image.Image:
    """Return the page with this number, upright; raises OSError, ValueError or another of BROKEN."""
    if number > 1:
        if picture.format not in WITH_PAGES:
            raise IndexError(number)
        picture.seek(number - 1)
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError(picture.size)
    return upright(picture)


def upright(picture: Image.Image) -> Image.Image:
    """Return the picture as the camera was held, on a ground where it is transparent, with 256 levels of each color."""
    # Decoding comes first: only then is it known that the metadata is whole.
    picture.load()
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in DEEP:
        return shallow(turned)
    if turned.has_transparency_data:
        clear = turned.convert("RGBA")
        drawn = ImageStat.Stat(clear.convert("L"), clear.getchannel("A"))
        is_bright = drawn.count[0] > 0 and drawn.mean[0] > BRIGHT
        ground = Image.new("RGBA", clear.size, DARK_GROUND if is_bright else "white")
        return Image.alpha_composite(ground, clear).convert("RGB")
    return turned


def shallow(picture: Image.Image) -> Image.Image:
    """Return a picture with many levels of gray with 256 of them, from its darkest to its brightest."""
    levels = picture.convert("F")
    extrema = levels.getextrema()
    darkest, brightest = (float(extrema[0]), float(extrema[1]))  # type: ignore[arg-type]
    scale = 255 / ((brightest - darkest) or 1)
    return levels.point(lambda level: level * scale - darkest * scale).convert("L")


def small_copy(source: Path | IO[bytes], size: tuple[int, int], number: int = 1) -> Image.Image:
    """Return a page of an untrusted picture file within `size`; raises one of BROKEN when it isn't a picture."""
    with Image.open(source, formats=FORMATS) as picture:
        copy = frame(picture, number)
        copy.thumbnail(size)
        return copy


def is_blank(picture: Image.Image, most: int = 20) -> bool:
    """Return True if at most `most` pixels of a gray picture differ visibly from its most frequent gray.

    A period has more pixels. The noise of a scanner does too, and then the page isn't called blank.
    """
    counts = picture.histogram()
    ground = max(range(len(counts)), key=counts.__getitem__)
    difference = ImageChops.difference(picture, Image.new("L", picture.size, ground)).histogram()
    return sum(difference[VISIBLE:]) <= most

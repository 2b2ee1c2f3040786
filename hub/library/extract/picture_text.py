"""Pictures as text recognition needs them: gray, upright, with 300 dots an inch. Runs only in the helper."""

import io
import math
from itertools import product
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageFilter, ImageStat

from hub.library.extract.formats import Format
from hub.library.extract.images import BROKEN, frame, is_blank, opened
from hub.library.extract.pictures import opened as opened_pdf
from hub.library.extract.problems import DAMAGED, Unreadable
from hub.library.extract.recognition import BLANK

# Tesseract's models were trained on print at this resolution.
DOTS = 300
POINTS = 72
MOST_PIXELS = 16_000_000  # larger pages get fewer dots: memory and time grow with them
# Below this, a camera or a screen has written what it likes.
LEAST_DOTS = 100
SHORT_SIDE = 2_000
LARGEST_ENLARGEMENT = 3.0
# Noise is the mean difference of dots from the median of their neighbors, in the third quietest of 25 tiles: next to
# none on clean paper, 3.5 and more in grain that was enlarged, 10 and more in grain of single dots.
NOISY, GRAINY = 2.5, 6.0
FINE_BLUR, COARSE_BLUR = 1.2, 2.0
TILES, TILE, QUIET_TILE = (0.02, 0.22, 0.42, 0.62, 0.82), 160, 2
IMAGE_OBJECT = 3  # FPDF_PAGEOBJ_IMAGE
DEEPEST_FORM = 5


def for_recognition(path: Path, file_format: Format, number: int) -> bytes:
    """Return a page of a PDF or a picture file as a PNG for Tesseract, or BLANK; raises Unreadable."""
    try:
        if file_format.extension == "pdf":
            page, may_be_blank = of_pdf(path, number)
        else:
            page, may_be_blank = of_picture(path, file_format, number), True
    except (*BROKEN, pypdfium2.PdfiumError, Image.DecompressionBombError) as error:
        raise Unreadable(DAMAGED) from error
    if may_be_blank and is_blank(page):
        return BLANK
    buffer = io.BytesIO()
    quieted(page).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def of_pdf(path: Path, number: int) -> tuple[Image.Image, bool]:
    """Draw a page of a PDF in gray. Returns True too if it shows all that it has.

    PDFium leaves out pictures that are damaged or huge without a word, so a page with pictures is never called blank.
    """
    document = opened_pdf(path)
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(DOTS / POINTS, math.sqrt(MOST_PIXELS / (width * height)))
    drawn: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    has_pictures = any(part.type == IMAGE_OBJECT for part in page.get_objects(max_depth=DEEPEST_FORM))
    return drawn.convert("L"), not has_pictures


def of_picture(path: Path, file_format: Format, number: int) -> Image.Image:
    """Return a page of a picture file in gray, enlarged or reduced to the size of print."""
    with opened(path, file_format) as picture:
        dots = picture.info.get("dpi", (0, 0))[0]
        page = frame(picture, number)
    gray = page if page.mode == "L" else page.convert("RGB").convert("L")
    scale = enlargement(gray.size, float(dots))
    if scale == 1:
        return gray
    size = (max(1, round(gray.width * scale)), max(1, round(gray.height * scale)))
    return gray.resize(size, Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX)


def quieted(gray: Image.Image) -> Image.Image:
    """Return a picture with much noise blurred a little.

    On a noisy page with few words, Tesseract takes the noise for ink: it needs a minute, and finds nothing.
    """
    noises = []
    for across, down in product(TILES, TILES):
        left, top = int(gray.width * across), int(gray.height * down)
        tile = gray.crop((left, top, min(left + TILE, gray.width), min(top + TILE, gray.height)))
        without = tile.filter(ImageFilter.MedianFilter(3))
        noises.append(ImageStat.Stat(ImageChops.difference(tile, without)).mean[0])
    noise = sorted(noises)[QUIET_TILE]
    if noise < NOISY:
        return gray
    return gray.filter(ImageFilter.GaussianBlur(FINE_BLUR if noise > GRAINY else COARSE_BLUR))


def enlargement(size: tuple[int, int], dots: float) -> float:
    """Return by how much to enlarge a picture, by its dots an inch (0: unknown)."""
    width, height = size
    longest = max(size)
    scale = 1.0
    if dots >= LEAST_DOTS:
        scale = DOTS / dots
    elif longest < SHORT_SIDE:
        scale = SHORT_SIDE / longest
    return min(scale, LARGEST_ENLARGEMENT, math.sqrt(MOST_PIXELS / (width * height)))

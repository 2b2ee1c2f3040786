"""Pages of a PDF that are pictures, such as scans: their text isn't text yet."""

from collections.abc import Iterator
from itertools import islice

import pypdfium2
from pypdfium2 import raw

# A page number or a header may be all the text of a scan.
FEW_CHARACTERS = 25
# So may a stamp in a margin of the page.
SEVERAL_CHARACTERS = 150
MARGIN = 0.08
MOST_OBJECTS = 500
# Shares of the page: a picture that can have text, and one that is the page.
WORTH_READING = 0.005
WHOLE_PAGE = 0.5
# Letters drawn as shapes: a page without text and with this many isn't only a border or a few lines.
MANY_SHAPES = 30


def is_picture(page: pypdfium2.PdfPage, text: str) -> bool:
    """Return True if the page shows pictures and has no text, or hardly any beside a picture that fills the page."""
    characters = len("".join(text.split()))
    width, height = page.get_size()
    if characters >= SEVERAL_CHARACTERS or width * height <= 0:
        return False
    if characters >= FEW_CHARACTERS and not only_margins(page, height):
        return False
    share, shapes = 0.0, 0
    for element in islice(page.get_objects(max_depth=1), MOST_OBJECTS):
        if element.type == raw.FPDF_PAGEOBJ_PATH:
            shapes += 1
        elif element.type == raw.FPDF_PAGEOBJ_IMAGE or (element.type == raw.FPDF_PAGEOBJ_FORM and has_image(element)):
            share += size_of(element) / (width * height)
        elif element.type == raw.FPDF_PAGEOBJ_FORM:
            shapes += MANY_SHAPES if holds_shapes(element) else 0
    if characters:
        return share >= WHOLE_PAGE
    return share >= WORTH_READING or shapes >= MANY_SHAPES


def only_margins(page: pypdfium2.PdfPage, height: float) -> bool:
    """Return True if all text of a page is at its top and its bottom, as stamps of scanners and courts are."""
    for element in islice(page.get_objects(max_depth=1), MOST_OBJECTS):
        if element.type == raw.FPDF_PAGEOBJ_TEXT:
            _, bottom, _, top = element.get_bounds()
            if top > height * MARGIN and bottom < height * (1 - MARGIN):
                return False
    return True


def size_of(element: pypdfium2.PdfObject) -> float:
    """Return the area of an object on the page."""
    left, bottom, right, top = element.get_bounds()
    return float(max(right - left, 0) * max(top - bottom, 0))


def has_image(element: pypdfium2.PdfObject) -> bool:
    """Return True if an object that groups others has a picture among them."""
    return any(inner.type == raw.FPDF_PAGEOBJ_IMAGE for inner in inside(element))


def holds_shapes(element: pypdfium2.PdfObject) -> bool:
    """Return True if an object that groups others has many shapes."""
    shapes = [inner for inner in inside(element) if inner.type == raw.FPDF_PAGEOBJ_PATH]
    return len(shapes) >= MANY_SHAPES


def inside(element: pypdfium2.PdfObject) -> Iterator[pypdfium2.PdfObject]:
    """Return the first objects in one that groups others."""
    return islice(element.page.get_objects(form=element, level=1, max_depth=3), MOST_OBJECTS)

"""Scans for the tests of text recognition: pages drawn as pictures, and PDFs that consist of them."""

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1275, 1650  # a letter page at 150 dots an inch
MARGIN, LEADING, SIZE = 120, 56, 34


def scan(*lines: str, size: tuple[int, int] = (WIDTH, HEIGHT), letters: int = SIZE) -> Image.Image:
    """Return the picture of a page with these lines."""
    page = Image.new("L", size, 255)
    font = ImageFont.load_default(letters)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + number * LEADING * letters // SIZE), line, fill=20, font=font)
    return page


def scanned_pdf(path: Path, pages: Sequence[Image.Image | str]) -> Path:
    """Return a PDF whose pages are these pictures, and those that are texts are typed."""
    pdf = FPDF(unit="pt", format="letter")
    pdf.set_font("helvetica", size=12)
    for page in pages:
        pdf.add_page()
        if isinstance(page, str):
            pdf.multi_cell(0, 16, page)
        else:
            pdf.image(page, x=0, y=0, w=pdf.w, h=pdf.h)
    pdf.output(str(path))
    return path


def drawing(size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """Return a picture without any text: hills below a sun."""
    picture = Image.new("L", size, 220)
    draw = ImageDraw.Draw(picture)
    wide, high = size
    draw.ellipse((wide * 0.6, high * 0.1, wide * 0.8, high * 0.25), fill=90)
    for left in (-0.3, 0.2, 0.6):
        draw.ellipse((wide * left, high * 0.5, wide * (left + 0.8), high * 1.4), fill=140, outline=100)
    return picture

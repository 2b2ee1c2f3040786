"""Benchmark of text recognition: word accuracy on rendered pages, pages a minute on one core, and memory.

The pages are those of PDFs next to the project, or made-up ones: drawn at 150 and 300 dots an inch, turned by 2°, with
noise. What their PDFs say is what should be read.
"""

import os
import random
import re
import resource
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import psutil
import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from bench.corpus import stories
from hub.library.derive.recognizing import PREPARING, RECOGNIZING
from hub.library.extract.reader import Reader
from hub.library.extract.recognition import NOTHING, Recognition, from_json
from hub.library.extract.tesseract import missing_package
from tests.library import documents

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "real"
PAGES = 30
FEWEST_WORDS = 20
DEGREES = 2.0
NOISE = 28.0  # standard deviation of the gray of each dot, of 255
CONDITIONS = ((300, False), (300, True), (150, False), (150, True))
WORD = re.compile(r"[a-z]{2,}|\d+")


@dataclass(frozen=True)
class Measured:
    """What was read of a page: the share of its words, the share of words that are right, confidence, and time."""

    recall: float
    precision: float
    confidence: int
    seconds: float


def main() -> None:
    """Print the tables."""
    if package := missing_package("eng"):
        print(f"Tesseract is missing. As root: apt-get install -y {package}")
        return
    with tempfile.TemporaryDirectory() as name, Reader() as reader:
        folder = Path(name)
        pages = list(_pages(folder))
        print(f"{os.cpu_count()} cores, {len(pages)} pages, {sum(len(words) for _, words in pages)} words\n")
        print("| pages drawn at | words found | words read that are right | confidence | pages a minute, one core |")
        print("|---|---|---|---|---|")
        everything = []
        for dots, is_worn in CONDITIONS:
            measured = [_measure(reader, folder, page, words, dots, is_worn=is_worn) for page, words in pages]
            everything += measured
            how = f"{dots} dpi, turned by {DEGREES:g}°, with noise" if is_worn else f"{dots} dpi"
            print(f"| {how} | {_row(measured)} |", flush=True)
        _print_bounds(everything)
    # The reader has ended, so its processes count as finished children.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_000
    print(f"\nThe largest process, of those that draw and Tesseract, used {peak:.0f} MB.")


def _row(measured: Sequence[Measured]) -> str:
    recall, precision = _means(measured)
    minutes = sum(m.seconds for m in measured) / 60
    confidence = statistics.fmean(m.confidence for m in measured)
    return f"{recall:.1%} | {precision:.1%} | {confidence:.0f} | {len(measured) / minutes:.1f}"


def _means(measured: Sequence[Measured]) -> tuple[float, float]:
    return statistics.fmean(m.recall for m in measured), statistics.fmean(m.precision for m in measured)


def _print_bounds(measured: Sequence[Measured]) -> None:
    """Print how much is right on pages by their confidence, from which the bound of uncertain text was chosen."""
    print("\n| confidence of a page | pages | words found | words read that are right |\n|---|---|---|---|")
    for low, high in ((0, 40), (40, 60), (60, 75), (75, 90), (90, 101)):
        group = [m for m in measured if low <= m.confidence < high]
        if group:
            recall, precision = _means(group)
            print(f"| {low} to {high - 1} | {len(group)} | {recall:.1%} | {precision:.1%} |")


def _pages(folder: Path) -> Iterator[tuple[pypdfium2.PdfPage, Counter[str]]]:
    """Yield pages with at least FEWEST_WORDS Latin words, and their words."""
    count = 0
    for path in chain(sorted(CORPUS.glob("*.pdf")), map(_made_up, [folder])):
        for page in _pages_of(path):
            text = page.get_textpage().get_text_range()
            words = Counter(_words(text.replace("\x02\r\n", "").replace("\x02", "")))
            is_latin = sum(map(str.isascii, text)) > 0.9 * len(text)
            if words.total() >= FEWEST_WORDS and is_latin:
                count += 1
                yield page, words
            if count == PAGES:
                return


def _pages_of(path: Path) -> Iterator[pypdfium2.PdfPage]:
    """Yield the pages of a PDF up to the first that is damaged."""
    with suppress(pypdfium2.PdfiumError):
        yield from pypdfium2.PdfDocument(path)


def _made_up(folder: Path) -> Path:
    """Return a PDF of news stories, which fills up what the corpus lacks."""
    return documents.pdf(folder / "stories.pdf", *(text[:2_000] for _, text, _ in list(stories())[:PAGES]))


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _measure(
    reader: Reader, folder: Path, page: pypdfium2.PdfPage, words: Counter[str], dots: int, *, is_worn: bool
) -> Measured:
    """Draw a page, read it as the worker does, and compare the words without their order."""
    picture: Image.Image = page.render(scale=dots / 72, grayscale=True).to_pil().convert("L")
    if is_worn:
        picture = _worn(picture)
    path = folder / "page.png"
    picture.save(path, dpi=(dots, dots))
    began = _processor_seconds(reader)
    recognition = _recognized(reader, path, folder / "prepared.png")
    seconds = _processor_seconds(reader) - began
    read = Counter(_words(f"{recognition.text} {recognition.also_searched}".replace("’", "'")))
    both = (words & read).total()
    return Measured(both / words.total(), both / max(read.total(), 1), recognition.confidence, seconds)


def _processor_seconds(reader: Reader) -> float:
    """Return the processor time of all jobs of the helper so far, which other programs on the machine don't change."""
    if reader.process_id is None:
        return 0.0
    times = psutil.Process(reader.process_id).cpu_times()
    return float(times.children_user + times.children_system)


def _recognized(reader: Reader, path: Path, prepared: Path) -> Recognition:
    prepared.write_bytes(reader.make("prepare", path, "png", PREPARING, number=1).each[1])
    answer = reader.make("recognize", prepared, "png", RECOGNIZING, languages="eng")
    return from_json(answer.each.get(1, b""), RECOGNIZING) or NOTHING


def _worn(picture: Image.Image) -> Image.Image:
    """Return the picture as a bad scan: turned, blurred, with noise."""
    random.seed(14)
    turned = picture.rotate(DEGREES, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.6))
    noise = Image.effect_noise(turned.size, NOISE)
    return ImageChops.add(turned, noise, scale=1, offset=-128)


if __name__ == "__main__":
    main()

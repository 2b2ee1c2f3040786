"""Benchmark of previews: size, likeness to the drawn page (SSIM) and time of each way to save a page as WebP.

`python -m bench previews FOLDER…` measures PDFs and decks of your own; without a folder, real documents next to the
project or, if there are none, those of the demo.
"""

import io
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image

from bench.corpus import REAL
from hub.demo import documents
from hub.demo.world import RESOURCES
from hub.library.derive.previews.shelf import LARGE, SMALL
from hub.library.extract import pictures
from hub.library.extract.formats import FORMATS
from hub.library.extract.legacy import libreoffice
from hub.library.extract.problems import Unreadable
from hub.library.extract.reader import Reader
from hub.library.rules import PageKind

PAGES_EACH, MOST_PAGES = 3, {SMALL: 150, LARGE: 60}
WINDOW = 7  # pixels, as in scikit-image
ASKED = 0.97
Gray = npt.NDArray[np.float64]


def _lossy(quality: int, effort: int) -> Callable[[Image.Image], bytes]:
    return lambda picture: _webp(picture, quality=quality, method=effort)


WAYS: dict[str, Callable[[Image.Image], bytes]] = {
    **{f"quality {quality}, effort {effort}": _lossy(quality, effort) for quality, effort in ((80, 2), (50, 2))},
    **{
        f"quality {quality}, effort {effort}": _lossy(quality, effort)
        for quality, effort in ((40, 2), (40, 4), (20, 2))
    },
    "lossless": lambda picture: _webp(picture, quality=20, method=2, lossless=True),
}


def main(*folders: str) -> None:
    """Print the table: a line for each width and way; the last of each width is how the hub saves them."""
    with tempfile.TemporaryDirectory() as name:
        paths = list(_documents([Path(folder) for folder in folders], Path(name)))
        for width in (SMALL, LARGE):
            pages = _pages(paths, width)
            print(f"\n{len(pages)} pages of {len(paths)} documents, {width} pixels wide\n")
            print("| saved with | KB a page | median | SSIM median | 5th percentile | least | ms a page |")
            print("|---|---|---|---|---|---|---|")
            for way, save in {**WAYS, "the hub": lambda picture: pictures.packed(picture, width)}.items():  # noqa: B023 - used in this turn
                print(f"| {way} | {_figures(pages, save)} |", flush=True)


def _figures(pages: Sequence[Image.Image], save: Callable[[Image.Image], bytes]) -> str:
    began = time.process_time()
    saved = [save(page) for page in pages]
    took = 1000 * (time.process_time() - began) / len(pages)
    likeness = [ssim(page, Image.open(io.BytesIO(each))) for page, each in zip(pages, saved, strict=True)]
    sizes = [len(each) / 1000 for each in saved]
    middle, low = np.percentile(likeness, [50, 5])
    note = "" if low >= ASKED else f" (below {ASKED})"
    return f"{np.mean(sizes):.1f} | {np.median(sizes):.1f} | {middle:.4f} | {low:.4f}{note} | {min(likeness):.4f} | {took:.1f}"


def ssim(first: Image.Image, second: Image.Image) -> float:
    """Return the mean structural similarity (Wang et al., 2004) of two pictures of the same size, in gray: 1 if equal."""
    a, b = (np.asarray(picture.convert("L"), dtype=np.float64) for picture in (first, second))
    if min(a.shape) < WINDOW:
        return float(np.array_equal(a, b))
    mean_a, mean_b = _means(a), _means(b)
    of_samples = WINDOW**2 / (WINDOW**2 - 1)
    variance_a = of_samples * (_means(a * a) - mean_a * mean_a)
    variance_b = of_samples * (_means(b * b) - mean_b * mean_b)
    shared = of_samples * (_means(a * b) - mean_a * mean_b)
    steady, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mean_a * mean_b + steady) * (2 * shared + contrast)
    return float((likeness / ((mean_a**2 + mean_b**2 + steady) * (variance_a + variance_b + contrast))).mean())


def _means(values: Gray) -> Gray:
    """Return the mean of each window, by sums along rows and columns."""
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    inside = sums[WINDOW:, WINDOW:] - sums[:-WINDOW, WINDOW:] - sums[WINDOW:, :-WINDOW] + sums[:-WINDOW, :-WINDOW]
    return np.asarray(inside / WINDOW**2)


def _webp(picture: Image.Image, *, quality: int, method: int, lossless: bool = False) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=method, lossless=lossless)
    return buffer.getvalue()


def _documents(folders: Sequence[Path], made: Path) -> Iterator[Path]:
    """Yield PDFs: those in the folders, and decks as LibreOffice exports them."""
    if not folders and not REAL.is_dir():
        folders = [made]
        for number, resource in enumerate(RESOURCES):
            if resource.extension in {"pdf", "pptx"}:
                path = made / f"{number}.{resource.extension}"
                path.write_bytes(documents.make(resource, date(2026, 11, 23)))
    files = sorted(path for folder in folders or [REAL] for path in folder.rglob("*.*") if path.is_file())
    yield from (path for path in files if path.suffix.lower() == ".pdf")
    if libreoffice() is None:
        return
    with Reader() as reader:
        for number, path in enumerate(files):
            file_format = FORMATS.get(path.suffix[1:])
            if file_format is not None and file_format.page_kind is PageKind.SLIDE:
                for content in reader.make("print", path, file_format.extension).each.values():
                    deck = made / f"deck-{number}.pdf"
                    deck.write_bytes(content)
                    yield deck


def _pages(paths: Sequence[Path], width: int) -> Sequence[Image.Image]:
    """Return some pages of each document as they are drawn, up to a number; what can't be drawn is left out."""
    rng, pages = random.Random(1), list[Image.Image]()
    for path in paths:
        try:
            document = pictures.opened(path)
            for index in rng.sample(range(len(document)), min(PAGES_EACH, len(document))):
                pages.append(pictures.rendered(document, index + 1, width))
        except (Unreadable, pypdfium2.PdfiumError, ValueError, ZeroDivisionError, IndexError, OSError):
            continue
    rng.shuffle(pages)
    return pages[: MOST_PAGES[width]]


if __name__ == "__main__":
    main()

"""How pictures of pages are saved: small files that look like the page."""

import io
from pathlib import Path

import pytest
from PIL import Image

from bench.previews import ssim
from hub.library.derive.previews import shelf
from hub.library.extract import pictures
from tests.library import documents

TEXT = "The region foundries and machine shops share one training center. " * 30


def _webp(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "WEBP"
    return picture


@pytest.mark.parametrize("width", [shelf.SMALL, shelf.LARGE])
def test_a_page_of_text_looks_like_the_page_where_it_is_shown(tmp_path: Path, width: int) -> None:
    document = pictures.opened(documents.pdf(tmp_path / "a.pdf", TEXT))
    drawn = pictures.rendered(document, 1, width)
    saved = _webp(pictures.picture_of(document, 1, width))
    assert saved.size == drawn.size
    assert ssim(drawn, saved) >= 0.97


def test_a_large_page_of_few_colors_is_saved_without_loss_and_a_photo_is_not() -> None:
    flat = Image.new("RGB", (1200, 900), "#ffffff")
    flat.paste("#123456", (100, 100, 700, 300))
    photo = Image.effect_noise((1200, 900), 90).convert("RGB")
    kinds = [pictures.packed(each, shelf.LARGE)[12:16] for each in (flat, photo)]
    assert kinds == [b"VP8L", b"VP8 "]
    assert _webp(pictures.packed(flat, shelf.LARGE)).convert("RGB").getpixel((400, 200)) == (0x12, 0x34, 0x56)


@pytest.mark.parametrize(("lossless", "alpha"), [(False, False), (True, False), (False, True)])
def test_the_size_of_a_picture_is_read_from_its_first_bytes(tmp_path: Path, lossless: bool, alpha: bool) -> None:
    path = tmp_path / "a.webp"
    picture = Image.new("RGBA" if alpha else "RGB", (321, 77), (1, 2, 3, 100) if alpha else (1, 2, 3))
    picture.save(path, "WEBP", lossless=lossless)
    assert shelf.picture_size(path) == (321, 77)


def test_what_is_not_a_picture_has_no_size(tmp_path: Path) -> None:
    (tmp_path / "a.webp").write_bytes(b"RIFF....WEBPVP9 ................")
    assert shelf.picture_size(tmp_path / "a.webp") is None
    assert shelf.picture_size(tmp_path / "b.webp") is None


@pytest.mark.parametrize("width", [shelf.SMALL, shelf.LARGE])
def test_texts_that_came_with_a_picture_stay_out_of_its_copies(width: int) -> None:
    picture = Image.new("RGB", (40, 30), "red")
    picture.info["xmp"] = b"<x:xmpmeta>where it was taken</x:xmpmeta>"
    assert b"where it was taken" not in pictures.packed(picture, width)

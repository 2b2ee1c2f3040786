"""Picture files with several pages: every page is counted, and one that can't be reached is named."""

import struct
from pathlib import Path

from PIL import Image

from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.rules import State
from tests.library.scans import scan


def test_a_scan_that_is_damaged_behind_a_page_says_so(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    scan("First sheet of welds").save(path, save_all=True, append_images=[scan("Second"), scan("Third")])
    content = bytearray(path.read_bytes())
    (place,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, place)
    struct.pack_into("<I", content, place + 2 + 12 * entries, len(content) + 1_000)  # where the second page would be
    path.write_bytes(content)
    extraction = reader.read(path, path.name)
    assert (len(extraction.pages), extraction.state) == (1, State.PARTIAL)
    assert extraction.unread == (
        "Page 1 is a picture without text.",
        "This file is damaged after page 1, so the pages that follow couldn’t be read.",
    )
    assert reader.make("prepare", path, "tif", number=1).each[1].startswith(b"\x89PNG")


def test_a_scan_with_too_many_pages_says_so(tmp_path: Path) -> None:
    page = Image.new("1", (8, 8))
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page] * 3)
    with Reader(Limits(pages=2)) as strict:
        extraction = strict.read(tmp_path / "a.tif", "a.tif")
    assert (len(extraction.pages), extraction.state) == (2, State.PARTIAL)
    assert "only the first 2 pages can be searched" in extraction.detail

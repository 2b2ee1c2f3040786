"""Reading of books (EPUB): chapters in reading order, and the names of those that can't be read."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library import documents

CONTAINER = b'<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
NCX = (
    b'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Second part</text></navLabel>'
    b'<content src="two.xhtml#top"/></navPoint></navMap></ncx>'
)


def chapter(body: str) -> bytes:
    """Return the page of a chapter."""
    head = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    return f"{head}<body>{body}</body></html>".encode()


def book(path: Path, chapters: Mapping[str, bytes | None], parts: Mapping[str, bytes] | None = None) -> Path:
    """Return a book with those chapters in order; one without content is only listed."""
    entries = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in chapters
    )
    order = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    listing = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>The press shop</dc:title><dc:date>2021-03-04</dc:date></metadata><manifest>"
        f'<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>{entries}</manifest>'
        f"<spine>{order}</spine></package>"
    )
    own = {f"OPS/{name}.xhtml": content for name, content in chapters.items() if content is not None}
    return documents.plain_zip(
        path,
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OPS/book.opf": listing.encode(),
            "OPS/toc.ncx": NCX,
            **own,
            **(parts or {}),
        },
    )


def encryption(name: str, algorithm: str) -> dict[str, bytes]:
    """Return the part that says that a part is encrypted."""
    data = (
        f'<EncryptedData><EncryptionMethod Algorithm="{algorithm}"/><CipherData><CipherReference URI="{name}"/>'
        "</CipherData></EncryptedData>"
    )
    return {"META-INF/encryption.xml": f"<encryption>{data}</encryption>".encode()}


def test_the_chapters_of_a_book_are_sections_in_reading_order(reader: Reader, tmp_path: Path) -> None:
    chapters = {
        "two": chapter("<p>Second&nbsp;words</p>"),
        "one": chapter("<h1>First part</h1><p>K\u00f6ln</p><h2>Inside</h2><p>More</p>"),
    }
    extraction = reader.read(book(tmp_path / "a", chapters), "a.epub")
    assert (extraction.state, extraction.title, extraction.published_on) == (
        State.OK,
        "The press shop",
        date(2021, 3, 4),
    )
    assert [(page.number, page.kind, page.title, page.text) for page in extraction.pages] == [
        (1, PageKind.SECTION, "Second part", "Second words"),
        (2, PageKind.SECTION, "First part", "First part\n\nK\u00f6ln"),
        (3, PageKind.SECTION, "Inside", "Inside\n\nMore"),
    ]


def test_a_missing_chapter_is_named_and_the_others_are_read(reader: Reader, tmp_path: Path) -> None:
    extraction = reader.read(book(tmp_path / "a", {"two": None, "one": chapter("<p>Kept</p>")}), "a.epub")
    assert (extraction.state, extraction.unread) == (State.PARTIAL, ("The chapter “Second part” couldn’t be read.",))
    assert [page.text for page in extraction.pages] == ["Kept"]


def test_a_chapter_that_is_a_picture_is_named_but_not_the_cover(reader: Reader, tmp_path: Path) -> None:
    drawn = chapter('<img src="x.png"/>')
    extraction = reader.read(
        book(tmp_path / "a", {"cover": drawn, "one": chapter("<p>Words</p>"), "b": drawn}), "a.epub"
    )
    assert extraction.unread == ("Section 2 is a picture without text.",)


@pytest.mark.parametrize(
    ("algorithm", "name", "state"),
    [
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/one.xhtml", State.ENCRYPTED),
        ("http://www.idpf.org/2008/embedding", "OPS/one.xhtml", State.OK),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/font.otf", State.OK),
    ],
)
def test_a_book_with_encrypted_chapters_says_so(
    reader: Reader, tmp_path: Path, algorithm: str, name: str, state: State
) -> None:
    path = book(tmp_path / "a", {"one": chapter("<p>Words</p>")}, encryption(name, algorithm))
    assert reader.read(path, "a.epub").state is state


def test_a_zip_that_is_no_book_is_named(reader: Reader, tmp_path: Path) -> None:
    assert reader.read(documents.plain_zip(tmp_path / "a", {"x": b"x"}), "a.epub").state is State.CORRUPT
    path = documents.plain_zip(tmp_path / "b", {"META-INF/container.xml": CONTAINER})
    assert reader.read(path, "b.epub").state is State.CORRUPT


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_a_chapter_is_read_in_the_encoding_that_it_declares(reader: Reader, tmp_path: Path, encoding: str) -> None:
    page = f'<?xml version="1.0" encoding="{encoding}"?><html><body><p>Литейный цех</p></body></html>'
    extraction = reader.read(book(tmp_path / "a", {"one": page.encode(encoding)}), "a.epub")
    assert [page.text for page in extraction.pages] == ["Литейный цех"]

"""Books (EPUB): the chapters in reading order, as sections under their headings."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from hub.library.extract.chunks import page_of
from hub.library.extract.container import Element, Package, attribute, local_name
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document, ExtractedPage, Part, Unread, clean, one_line
from hub.library.extract.problems import DAMAGED, OTHER_KIND, PASSWORD, Unreadable
from hub.library.extract.properties import day_of, sensible_title
from hub.library.extract.sections import sections
from hub.library.extract.text import markdown_blocks
from hub.library.extract.webpage import markdown_of
from hub.library.rules import PageKind

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
# Only fonts are hidden in this way: anyone can read the text.
FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
PICTURE = "image/"
NAME_LENGTH = 120


@dataclass(frozen=True)
class Chapter:
    """A file of the reading order."""

    name: str
    media_type: str
    is_cover: bool


def open_book(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a book: its chapters as sections; raises Unreadable when they are encrypted."""
    package = Package(path, file_format, limits)
    if CONTAINER not in package:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    listing = next((attribute(entry, "full-path") for entry in package.xml(CONTAINER).iter("{*}rootfile")), "")
    if listing not in package:
        raise Unreadable(DAMAGED)
    root = package.xml(listing)
    book = Book(package, listing, root)
    refuse_encrypted(package, {chapter.name.lower() for chapter in book.chapters})
    title = sensible_title(first_text(root, "title"))
    return Document(book.parts(), title, day_of(first_text(root, "date")), titled_by_first_page=True)


def refuse_encrypted(package: Package, chapters: set[str]) -> None:
    """Raise Unreadable when chapters of a book are encrypted; fonts may be."""
    if ENCRYPTION not in package:
        return
    for entry in package.xml(ENCRYPTION).iter("{*}EncryptedData"):
        methods = {attribute(method, "Algorithm") for method in entry.iterfind("{*}EncryptionMethod")}
        targets = {unquote(attribute(link, "URI")).lstrip("/").lower() for link in entry.iter("{*}CipherReference")}
        if not methods <= FONTS and targets & chapters:
            raise Unreadable(PASSWORD)


def first_text(root: Element, name: str) -> str:
    """Return the text of the first element with that name; "" when there is none."""
    return next((("".join(entry.itertext())).strip() for entry in root.iter("{*}" + name)), "")


class Book:
    """The reader of one book."""

    def __init__(self, package: Package, listing: str, root: Element) -> None:
        """`listing` and `root` are those of the part that lists the book's files."""
        self.package = package
        self.folder = posixpath.dirname(listing)
        self.files = {attribute(entry, "id"): entry for entry in root.iterfind("{*}manifest/{*}item")}
        self.covers = {
            *(self.name_of(entry, "href") for entry in root.iterfind("{*}guide/{*}reference") if is_cover(entry)),
            *(self.name_of(entry, "href") for entry in self.files.values() if is_cover(entry)),
        }
        spine = list(root.iterfind("{*}spine/{*}itemref"))
        self.chapters = [self.chapter(attribute(entry, "idref"), place) for place, entry in enumerate(spine)]
        self.labels = dict(self.contents())

    def chapter(self, identifier: str, place: int) -> Chapter:
        """Return a file of the reading order; one that isn't listed has no name."""
        entry = self.files.get(identifier)
        if entry is None:
            return Chapter("", "", is_cover=False)
        name = self.name_of(entry, "href")
        cover = name in self.covers or (place == 0 and "cover" in f"{identifier} {name}".lower())
        return Chapter(name, attribute(entry, "media-type").lower(), cover)

    def name_of(self, entry: Element, key: str, folder: str | None = None) -> str:
        """Return the full name of the file that an entry refers to, without the place in it."""
        address = unquote(attribute(entry, key).partition("#")[0])
        return posixpath.normpath(posixpath.join("/", self.folder if folder is None else folder, address)).lstrip("/")

    def contents(self) -> Iterator[tuple[str, str]]:
        """Yield the files in the table of contents with their labels, the last one first; a broken one has none."""
        for entry in self.files.values():
            is_contents = "nav" in attribute(entry, "properties").split()
            if not is_contents and attribute(entry, "media-type") != "application/x-dtbncx+xml":
                continue
            name = self.name_of(entry, "href")
            try:
                table = self.package.xml(name)
            except (Unreadable, KeyError):
                continue
            yield from reversed(list(self.labels_in(table, posixpath.dirname(name))))

    def labels_in(self, table: Element, folder: str) -> Iterator[tuple[str, str]]:
        """Yield the files in a table of contents with their labels, in order."""
        for entry in table.iter("{*}navPoint"):
            for content in entry.iterfind("{*}content"):
                yield self.name_of(content, "src", folder), first_text(entry, "text")
        for entry in table.iter("{*}a"):
            yield self.name_of(entry, "href", folder), " ".join("".join(entry.itertext()).split())

    def parts(self) -> Iterator[Part]:
        """Yield the sections of all chapters, numbered through; a chapter that can't be read is named."""
        number = 0
        for chapter in self.chapters:
            pages: list[ExtractedPage] = []
            try:
                pages = self.pages(chapter)
            except (Unreadable, KeyError, ValueError):
                called = self.labels.get(chapter.name) or posixpath.basename(chapter.name) or "unnamed"
                yield Unread(f"The chapter “{one_line(called, NAME_LENGTH)}” couldn’t be read.")
            for page in pages:
                number += 1
                yield replace(page, number=number)

    def pages(self, chapter: Chapter) -> list[ExtractedPage]:
        """Return the sections of a chapter; raises Unreadable, KeyError or ValueError."""
        content = self.package.read(chapter.name)
        if chapter.media_type.startswith(PICTURE) and chapter.media_type != "image/svg+xml":
            return self.picture(chapter)
        root = page_of(content)
        pages = list(sections(markdown_blocks(clean(markdown_of(root)).split("\n"))))
        if pages:
            first = pages[0]
            return [replace(first, title=first.title or one_line(self.labels.get(chapter.name, ""))), *pages[1:]]
        has_picture = root is not None and any(
            local_name(element) in {"img", "image", "svg"} for element in root.iter()
        )
        return self.picture(chapter) if has_picture else []

    def picture(self, chapter: Chapter) -> list[ExtractedPage]:
        """Return a chapter that is a picture without text; a cover has nothing to search."""
        title = one_line(self.labels.get(chapter.name, ""))
        return [] if chapter.is_cover else [ExtractedPage(1, PageKind.SECTION, title, "", is_picture=True)]


def is_cover(entry: Element) -> bool:
    """Return True if an entry says that its file is the cover."""
    return attribute(entry, "type") == "cover" or "cover-image" in attribute(entry, "properties").split()

"""Word documents: sections by heading, or the items of an update. A Word file doesn't store pages: none are invented."""

import re
from collections.abc import Iterator
from pathlib import Path

from hub.library.extract.container import Element, Package, attribute, main_part, open_office
from hub.library.extract.drawings import has_pictures
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.numbering import Numbers
from hub.library.extract.pages import Document, ExtractedPage, Part
from hub.library.extract.parts import COMMENTS, Place
from hub.library.extract.properties import core_properties
from hub.library.extract.sections import Block, only_picture, sections
from hub.library.extract.transcripts import recognized
from hub.library.extract.updates import update_pages
from hub.library.extract.word_text import BODY_LEVEL, Shared, WordText, level_of
from hub.library.rules import PageKind

HEADING_STYLE = re.compile(r"(heading \d|title)")
LETTER = re.compile(r"[^\W\d_]")  # a paragraph without letters is a page number
NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}


def open_word(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the document's sections, with tables, text boxes and notes in place, or its items or moments."""
    package = open_office(path, file_format, limits)
    name, root = main_part(package, "document", file_format)
    title, published_on = core_properties(package)
    pages = parts(package, name, root)
    by_heading = bool(pages) and isinstance(pages[0], ExtractedPage) and pages[0].kind is PageKind.SECTION
    return Document(iter(pages), title, published_on, titled_by_first_page=by_heading)


def parts(package: Package, name: str, root: Element) -> list[Part]:
    """Return the pages of the document, then what was noted while reading it."""
    place = Place(package, name)
    shared = shared_of(place)
    blocks = list(WordText(place, shared).blocks(root))
    margins = "\n".join(dict.fromkeys(margin_lines(place, shared)))
    note_comments(place)
    spoken = recognized(line for block in blocks for line in block.text.split("\n"))
    if spoken is not None:
        return [*spoken, *place.noted]
    pages = update_pages(blocks, margins) or list(sections([*blocks, Block(margins)]))
    if not pages and has_pictures(root):
        pages = [only_picture()]
    return [*pages, *place.noted]


def shared_of(place: Place) -> Shared:
    """Return the styles, numbers and notes of a document."""
    styles = optional(place, "styles", "list of styles")
    numbers = Numbers(optional(place, "numbering", "list of automatic numbers"), styles)
    shared = Shared(heading_styles(styles), numbers)
    shared.notes = {reference: notes(place, kind, shared) for reference, kind in NOTES.items()}
    return shared


def optional(place: Place, kind: str, what: str) -> Element | None:
    """Return the root of an optional part; None when the document has none or it can't be read, which is noted."""
    for name in place.related(kind):
        return place.xml(name, what)
    return None


def notes(place: Place, kind: str, shared: Shared) -> dict[str, str]:
    """Return the footnotes or endnotes of a document by their identifier, each on one line."""
    texts: dict[str, str] = {}
    for name in place.related(kind):
        root = place.xml(name, f"part with {kind}")
        reader = WordText(place.beside(name), shared)
        for note in [] if root is None else root:
            words = (block.text for block in reader.blocks(note))
            texts[attribute(note, "id")] = " ".join(" ".join(words).split())
    return texts


def margin_lines(place: Place, shared: Shared) -> Iterator[str]:
    """Yield the lines of headers and footers, without paragraphs that have no words."""
    for kind in ("header", "footer"):
        for name in place.related(kind):
            root = place.xml(name, kind)
            for block in [] if root is None else WordText(place.beside(name), shared).blocks(root):
                yield from block.text.split("\n") if LETTER.search(block.text) else ()


def note_comments(place: Place) -> None:
    """Note that the document has comments."""
    for name in place.related("comments"):
        root = place.xml(name, "list of comments")
        if root is not None and any(True for _ in root.iter("{*}comment")):
            place.leave_out(COMMENTS)


def heading_styles(styles: Element | None) -> set[str]:
    """Return the identifiers of heading styles: by name, by level, or by the style they are based on."""
    if styles is None:
        return set()
    entries = {attribute(style, "styleId"): style for style in styles.iter("{*}style")}
    headings = {identifier for identifier, style in entries.items() if makes_heading(style)}
    for identifier, style in entries.items():
        if any(attribute(base, "val") in headings for base in style.iterfind("{*}basedOn")):
            headings.add(identifier)
    return headings


def makes_heading(style: Element) -> bool:
    """Return True if a style is a heading style by its own name or level."""
    if attribute(style, "type") not in {"", "paragraph"}:
        return False
    for level in style.iterfind("{*}pPr/{*}outlineLvl"):
        return level_of(level) < BODY_LEVEL
    names = (attribute(name, "val").lower() for name in style.iterfind("{*}name"))
    return any(HEADING_STYLE.fullmatch(name) for name in names)

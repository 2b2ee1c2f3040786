"""Word documents: sections by heading. A Word file knows no pages, so none are invented."""

import re
from collections.abc import Iterator
from pathlib import Path

from hub.library.extract.container import (
    Element,
    Package,
    Relation,
    attribute,
    local_name,
    main_part,
    open_office,
    walk,
)
from hub.library.extract.drawings import graphic_text
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document
from hub.library.extract.problems import Unreadable
from hub.library.extract.properties import core_properties
from hub.library.extract.sections import Block, sections

# Deleted and moved text, second writings for older programs, and comments of reviewers are not the text.
NOT_TEXT = frozenset({"Fallback", "del", "moveFrom", "rPr", "pPr", "sectPr", "tblPr", "tcPr", "trPr"})
HEADING_STYLE = re.compile(r"(heading \d|title)")
BODY_LEVEL = 9
LETTER = re.compile(r"[^\W\d_]")  # a line without any is a page number
MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "p": "\n"}


def open_word(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the document's sections, with tables, text boxes and notes where they stand."""
    package = open_office(path, file_format, limits)
    name, root = main_part(package, "document", file_format)
    title, published_on = core_properties(package)
    pages = sections(Reading(package, name).blocks(root))
    return Document(pages, title, published_on, titled_by_first_page=True)


class Reading:
    """What is needed to read the body of one Word document."""

    def __init__(self, package: Package, name: str) -> None:
        """Looks up the document's styles, notes and references."""
        self.package = package
        self.name = name
        self.relations: dict[str, Relation] = package.relations(name)
        self.headings = heading_styles(self.optional("styles"))
        self.notes = {kind + "Reference": notes_of(self.optional(kind + "s")) for kind in ("footnote", "endnote")}

    def optional(self, kind: str) -> Element | None:
        """Return the root of a part that the document may have; damage there costs only that part."""
        for part in self.package.related(self.name, kind):
            try:
                return self.package.xml(part)
            except Unreadable:
                return None
        return None

    def blocks(self, root: Element) -> Iterator[Block]:
        """Headings, paragraphs and tables in order, then what stands at the head and foot of every page."""
        for element in body_elements(root):
            if local_name(element) == "tbl":
                yield Block("\n".join(self.rows(element)))
            else:
                yield Block(self.text(element), heading=self.is_heading(element))
        yield Block("\n".join(dict.fromkeys(self.margins())))

    def rows(self, table: Element) -> Iterator[str]:
        """Yield the rows of a table, cells separated by tabs; a table in a cell is read as part of the cell."""
        for row in nearest(table, "tr"):
            cells = [" ".join(self.text(cell).split()) for cell in nearest(row, "tc")]
            if any(cells):
                yield "\t".join(cells)

    def text(self, element: Element) -> str:
        """Return the text of a paragraph or a cell, with the notes it refers to in brackets."""
        return "".join(self.pieces(element)).strip()

    def pieces(self, element: Element) -> Iterator[str]:
        """Yield the pieces of a text in order."""
        for below in walk(element, NOT_TEXT):
            name = local_name(below)
            if name == "t":
                yield below.text or ""
            elif name in MARKS:
                yield MARKS[name]
            elif name in self.notes:
                note = self.notes[name].get(attribute(below, "id"), "")
                yield f" [{note}] " if note else ""
            elif name in {"relIds", "chart"}:
                yield from (f"\n{line}" for line in graphic_text(self.package, self.relations, below))

    def is_heading(self, paragraph: Element) -> bool:
        """Return whether a paragraph is a heading by its style or by its own level."""
        for level in paragraph.iterfind("{*}pPr/{*}outlineLvl"):
            return level_of(level) < BODY_LEVEL
        styles = paragraph.iterfind("{*}pPr/{*}pStyle")
        return any(attribute(style, "val") in self.headings for style in styles)

    def margins(self) -> Iterator[str]:
        """Yield the lines of headers and footers."""
        for kind in ("header", "footer"):
            for part in self.package.related(self.name, kind):
                try:
                    root = self.package.xml(part)
                except Unreadable:
                    continue
                lines = (self.text(paragraph) for paragraph in root.iter("{*}p"))
                yield from (line for line in lines if LETTER.search(line))


def body_elements(root: Element) -> Iterator[Element]:
    """Yield the paragraphs and tables of the body, also those inside content controls and marked insertions."""
    for element in root:
        if local_name(element) in {"p", "tbl"}:
            yield element
        elif local_name(element) not in NOT_TEXT:
            yield from body_elements(element)


def nearest(element: Element, name: str) -> Iterator[Element]:
    """Yield the elements of that name below, without those inside of others of that name."""
    for child in element:
        if local_name(child) == name:
            yield child
        elif local_name(child) not in NOT_TEXT:
            yield from nearest(child, name)


def heading_styles(styles: Element | None) -> set[str]:
    """Return the identifiers of the styles that make a heading: by name, by level, or by the style they build on."""
    if styles is None:
        return set()
    entries = {attribute(style, "styleId"): style for style in styles.iter("{*}style")}
    headings = {identifier for identifier, style in entries.items() if makes_heading(style)}
    for identifier, style in entries.items():
        if any(attribute(base, "val") in headings for base in style.iterfind("{*}basedOn")):
            headings.add(identifier)
    return headings


def makes_heading(style: Element) -> bool:
    """Return whether a paragraph style makes a heading by its own name or level."""
    if attribute(style, "type") not in {"", "paragraph"}:
        return False
    for level in style.iterfind("{*}pPr/{*}outlineLvl"):
        return level_of(level) < BODY_LEVEL
    names = (attribute(name, "val").lower() for name in style.iterfind("{*}name"))
    return any(HEADING_STYLE.fullmatch(name) for name in names)


def level_of(level: Element) -> int:
    """Return the outline level that an element states; that of body text when it states none."""
    value = attribute(level, "val")
    return int(value) if value.isdecimal() and len(value) == 1 else BODY_LEVEL


def notes_of(root: Element | None) -> dict[str, str]:
    """Return the footnotes or endnotes of a document by their identifier."""
    if root is None:
        return {}
    return {
        attribute(note, "id"): " ".join("".join(text.text or "" for text in note.iter("{*}t")).split()) for note in root
    }

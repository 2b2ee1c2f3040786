"""Word documents: sections by heading. A Word file doesn't store pages, so none are invented."""

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

# Deleted and moved text, fallbacks for older programs, and formatting aren't part of the text.
NOT_TEXT = frozenset({"Fallback", "del", "moveFrom", "rPr", "pPr", "sectPr", "tblPr", "tcPr", "trPr"})
HEADING_STYLE = re.compile(r"(heading \d|title)")
BODY_LEVEL = 9
LETTER = re.compile(r"[^\W\d_]")  # a line without letters is a page number
MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "p": "\n"}


def open_word(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the document's sections, with tables, text boxes and notes in place."""
    package = open_office(path, file_format, limits)
    name, root = main_part(package, "document", file_format)
    title, published_on = core_properties(package)
    pages = sections(Reading(package, name).blocks(root))
    return Document(pages, title, published_on, titled_by_first_page=True)


class Reading:
    """The reader of one Word document's body."""

    def __init__(self, package: Package, name: str) -> None:
        """Load the document's styles, notes and references."""
        self.package = package
        self.name = name
        self.relations: dict[str, Relation] = package.relations(name)
        self.headings = heading_styles(self.optional("styles"))
        self.notes = {kind + "Reference": draft_notes(self.optional(kind + "s")) for kind in ("footnote", "endnote")}

    def optional(self, kind: str) -> Element | None:
        """Return the root of an optional part; None when it is missing or damaged."""
        for part in self.package.related(self.name, kind):
            try:
                return self.package.xml(part)
            except Unreadable:
                return None
        return None

    def blocks(self, root: Element) -> Iterator[Block]:
        """Yield headings, paragraphs and tables in order, then the headers and footers."""
        for element in body_elements(root):
            if local_name(element) == "tbl":
                yield Block("\n".join(self.rows(element)))
            else:
                yield Block(self.text(element), heading=self.is_heading(element))
        yield Block("\n".join(dict.fromkeys(self.margins())))

    def rows(self, table: Element) -> Iterator[str]:
        """Yield the rows of a table, cells separated by tabs; a nested table is part of its cell."""
        for row in nearest(table, "tr"):
            cells = [" ".join(self.text(cell).split()) for cell in nearest(row, "tc")]
            if any(cells):
                yield "\t".join(cells)

    def text(self, element: Element) -> str:
        """Return the text of a paragraph or a cell, with its footnotes and endnotes in brackets."""
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
        """Return True if a paragraph is a heading by its style or its own level."""
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
    """Yield the paragraphs and tables of the body, including those in content controls and tracked insertions."""
    for element in root:
        if local_name(element) in {"p", "tbl"}:
            yield element
        elif local_name(element) not in NOT_TEXT:
            yield from body_elements(element)


def nearest(element: Element, name: str) -> Iterator[Element]:
    """Yield the descendants with that name, except those nested in others with that name."""
    for child in element:
        if local_name(child) == name:
            yield child
        elif local_name(child) not in NOT_TEXT:
            yield from nearest(child, name)


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


def level_of(level: Element) -> int:
    """Return the outline level in an element; that of body text when there is none."""
    value = attribute(level, "val")
    return int(value) if value.isdecimal() and len(value) == 1 else BODY_LEVEL


def draft_notes(root: Element | None) -> dict[str, str]:
    """Return the footnotes or endnotes of a document by their identifier."""
    if root is None:
        return {}
    return {
        attribute(note, "id"): " ".join("".join(text.text or "" for text in note.iter("{*}t")).split()) for note in root
    }

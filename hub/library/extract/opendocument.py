"""OpenDocument presentations, texts and spreadsheets, the formats of LibreOffice."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from hub.library.extract.container import Element, Package, attribute, local_name
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Cut, Document, ExtractedPage, Lost, one_line
from hub.library.extract.problems import OTHER_KIND, PASSWORD, Unreadable
from hub.library.extract.properties import properties
from hub.library.extract.sections import Block, sections
from hub.library.rules import PageKind

BODIES = {"odt": "text", "odp": "presentation", "ods": "spreadsheet"}
# Comments, deleted text and slide numbers aren't part of the text.
NOT_TEXT = frozenset({"annotation", "tracked-changes", "forms", "sequence-decls", "page-number"})
MARKS = {"tab": "\t", "line-break": "\n", "p": "\n", "h": "\n", "list-item": "\n", "note-body": " "}
LEAVES = {"p", "h", "table"}
MOST_REPEATED_CELLS = 50
MOST_SPACES = 200
COUNT = re.compile(r"[0-9]{1,9}")


def open_opendocument(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the slides, sections or sheets of an OpenDocument file."""
    package = Package(path, file_format, limits)
    refuse_encrypted(package)
    if "content.xml" not in package:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    root = package.xml("content.xml")
    kind = BODIES[file_format.extension]
    body = root.find("{*}body/{*}" + kind)
    if body is None:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    title, published_on = properties(package, "meta.xml", "creation-date")
    return Document(pages(kind, root, body, limits), title, published_on, titled_by_first_page=kind != "spreadsheet")


def refuse_encrypted(package: Package) -> None:
    """Raise Unreadable when the parts of the package are encrypted."""
    manifest = "META-INF/manifest.xml"
    if manifest in package and package.xml(manifest).find(".//{*}encryption-data") is not None:
        raise Unreadable(PASSWORD)


def pages(kind: str, root: Element, body: Element, limits: Limits) -> Iterator[ExtractedPage | Lost | Cut]:
    """Return the pages of a body of that kind."""
    if kind == "presentation":
        return slides(root, body)
    if kind == "spreadsheet":
        return sheets(body, limits)
    return sections(blocks(body))


def slides(root: Element, body: Element) -> Iterator[ExtractedPage]:
    """Yield all slides in order, including hidden ones."""
    hidden = styles_that_hide(root)
    for number, slide in enumerate(body.iterfind("{*}page"), start=1):
        text = "\n".join(lines(slide))
        title = slide_title(slide) or one_line(text.partition("\n")[0], 100)
        notes = "\n".join(line for part in slide.iterfind("{*}notes") for line in lines(part))
        yield ExtractedPage(number, PageKind.SLIDE, title, text, notes, hidden=attribute(slide, "style-name") in hidden)


def slide_title(slide: Element) -> str:
    """Return the text of the title's frame; "" when the slide has none."""
    for frame in slide.iter("{*}frame"):
        if attribute(frame, "class") == "title":
            return one_line(text_of(frame))
    return ""


def styles_that_hide(root: Element) -> set[str]:
    """Return the names of the styles that hide slides or sheets."""
    return {
        attribute(style, "name")
        for style in root.iterfind("{*}automatic-styles/{*}style")
        for looks in style
        if attribute(looks, "visibility") == "hidden" or attribute(looks, "display") == "false"
    }


def lines(element: Element) -> Iterator[str]:
    """Yield the paragraphs and table rows in an element that aren't blank, without a slide's notes."""
    for leaf in leaves(element):
        if local_name(leaf) == "table":
            yield from rows_of(leaf)
        elif text := text_of(leaf):
            yield text


def leaves(element: Element) -> Iterator[Element]:
    """Yield the paragraphs, headings and tables in an element, in order, without nested ones."""
    for child in element:
        if local_name(child) in LEAVES:
            yield child
        elif local_name(child) not in NOT_TEXT | {"notes"}:
            yield from leaves(child)


def blocks(body: Element) -> Iterator[Block]:
    """Yield the headings, paragraphs and tables of a text document."""
    for leaf in leaves(body):
        if local_name(leaf) == "table":
            yield Block("\n".join(rows_of(leaf)))
        else:
            yield Block(text_of(leaf), heading=local_name(leaf) == "h")


def sheets(body: Element, limits: Limits) -> Iterator[ExtractedPage | Cut]:
    """Yield all sheets with their names and their rows that aren't blank."""
    hidden = styles_that_hide(body.getroottree().getroot())
    for number, table in enumerate(body.iterfind("{*}table"), start=1):
        rows = list(islice(rows_of(table), limits.sheet_rows + 1))
        if len(rows) > limits.sheet_rows:
            yield Cut(number)
        name = one_line(attribute(table, "name"))
        text = "\n".join(rows[: limits.sheet_rows])
        yield ExtractedPage(number, PageKind.SHEET, name, text, hidden=attribute(table, "style-name") in hidden)


def rows_of(table: Element) -> Iterator[str]:
    """Yield the rows of a table that aren't blank, cells separated by tabs."""
    for row in table.iter("{*}table-row"):
        cells = [text for cell in row for text in cell_texts(cell)]
        if any(cells):
            yield "\t".join(cells).rstrip("\t")


def cell_texts(cell: Element) -> list[str]:
    """Return the text of a cell, once for each repetition."""
    if local_name(cell) not in {"table-cell", "covered-table-cell"}:
        return []
    times = times_of(attribute(cell, "number-columns-repeated"), MOST_REPEATED_CELLS)
    return [" ".join(text_of(cell).split())] * times


def text_of(element: Element) -> str:
    """Return all text in an element, with its line breaks and tabs."""
    pieces: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            pieces.append(current)
        elif local_name(current) not in NOT_TEXT:
            pieces += [spaces(current), MARKS.get(local_name(current), ""), current.text or ""]
            for child in reversed(current):
                waiting += [child.tail or "", child]
    return "".join(pieces).strip()


def spaces(element: Element) -> str:
    """Return the spaces that an element represents."""
    return " " * times_of(attribute(element, "c"), MOST_SPACES) if local_name(element) == "s" else ""


def times_of(number: str, most: int) -> int:
    """Return a repetition count: 1 unless `number` is a valid number, and never more than `most`."""
    return min(int(number), most) if COUNT.fullmatch(number) else 1

"""Excel workbooks: each sheet as lines of text as its cells show it, up to the limits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hub.library.extract import beside_cells
from hub.library.extract.calculated import Results
from hub.library.extract.cells import DAMAGE, Book, Cell, book_of, cells_of, elements_of, forget, is_hidden
from hub.library.extract.container import Element, Package, attribute, local_name, main_part, open_office
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Cut, Document, ExtractedPage, Lost, Part, Unread, one_line
from hub.library.extract.problems import DAMAGED, NO_RESULTS, Unreadable
from hub.library.extract.properties import core_properties
from hub.library.rules import PageKind

ROW = "{*}row"
HINT = "{*}dataValidation"


@dataclass
class Sheet:
    """The text of a sheet, as far as it was read."""

    lines: list[str] = field(default_factory=list)
    raw: dict[str, None] = field(default_factory=dict)
    printed: list[Element] = field(default_factory=list)
    hints: list[Element] = field(default_factory=list)
    length: int = 0
    is_whole: bool = True
    is_damaged: bool = False
    lacks_results: bool = False


@dataclass(frozen=True)
class Workbook:
    """An open workbook."""

    package: Package
    book: Book
    results: Results
    limits: Limits


def open_workbook(path: Path, file_format: Format, limits: Limits, calculated: Path | None = None) -> Document:
    """Return the workbook's sheets in order; formulas have their last results, or those of a `calculated` copy."""
    package = open_office(path, file_format, limits)
    title, published_on = core_properties(package)
    main, root = main_part(package, "workbook", file_format)
    results = Results(calculated, file_format, limits)
    workbook = Workbook(package, book_of(package, main, root), results, limits)
    return Document(sheets(workbook, main, root), title, published_on)


def sheets(workbook: Workbook, main: str, root: Element) -> Iterator[Part]:
    """Yield all sheets, numbered as their tabs; one that can't be read doesn't affect the others."""
    relations = workbook.package.relations(main)
    listed = root.findall("{*}sheets/{*}sheet")
    if not listed:
        raise Unreadable(DAMAGED)
    for number, entry in enumerate(listed, start=1):
        relation = relations.get(attribute(entry, "id"))
        if relation is None or relation.target not in workbook.package:
            yield Lost(number)
            continue
        try:
            yield from sheet_parts(workbook, number, entry, relation.target)
        except DAMAGE:
            yield Lost(number)
    if workbook.book.is_damaged:
        yield Unread("The texts or formats of the cells couldn’t be read in full.")


def sheet_parts(workbook: Workbook, number: int, entry: Element, part: str) -> Iterator[Part]:
    """Yield the page of a sheet, the files in it, and what couldn't be read; raises DAMAGE when nothing can be."""
    name = one_line(attribute(entry, "name"))
    sheet = read_sheet(workbook, part, attribute(entry, "name"))
    others: list[Part] = []
    for beside in beside_cells.beside(workbook.package, part, name):
        if isinstance(beside, str):
            sheet.lines.append(beside)
        else:
            others.append(beside)
    sheet.lines += beside_cells.printed_text(sheet.printed)
    also = [*sheet.raw, *beside_cells.hints(sheet.hints)]
    if sheet.is_damaged and not sheet.lines:
        raise Unreadable(DAMAGED)
    if not sheet.is_whole:
        yield Cut(number)
    yield ExtractedPage(
        number,
        PageKind.SHEET,
        name,
        "\n".join(sheet.lines),
        hidden=is_hidden(entry),
        also_searched="\n".join(text for text in also if text),
        is_picture=not sheet.lines and beside_cells.has_pictures(workbook.package, part),
    )
    yield from others
    if sheet.is_damaged:
        yield Unread(f"The sheet “{name}” is damaged, so only its beginning is searchable.")
    if sheet.lacks_results:
        yield Unread(NO_RESULTS.sentence.format(name=name))


def read_sheet(workbook: Workbook, part: str, name: str) -> Sheet:
    """Return the text of a sheet's cells up to the limits, or up to where the sheet is damaged."""
    sheet, count, names = Sheet(), 0, (ROW, HINT, *beside_cells.PRINTED)
    try:
        with workbook.package.stream(part) as source:
            for _, element in elements_of(source, names):
                kind = local_name(element)
                if kind != "row":
                    (sheet.hints if kind == "dataValidation" else sheet.printed).append(element)
                    continue
                count += 1
                if count > workbook.limits.sheet_rows or sheet.length > workbook.limits.page_characters:
                    sheet.is_whole = False
                    break
                add_row(sheet, cells_of(element, workbook.book), workbook.results, name)
                forget(element)
    except DAMAGE:
        sheet.is_damaged = True
    return sheet


def add_row(sheet: Sheet, cells: list[Cell], results: Results, name: str) -> None:
    """Add a row's cells as a line, separated by tabs; a blank row is left out."""
    shown: list[str] = []
    for cell in cells:
        text = cell.shown
        if cell.uncalculated is not None:
            text, is_known = results.of(name, cell.place)
            if not is_known:
                sheet.lacks_results = True
                sheet.raw[cell.uncalculated] = None
        if cell.raw:
            sheet.raw[cell.raw] = None
        shown.append(text)
    if line := "\t".join(shown).rstrip("\t"):
        sheet.lines.append(line)
        sheet.length += len(line) + 1

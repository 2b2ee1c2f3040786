"""The cells of a workbook's sheets, as they show their values. Sheets are read row by row, in either dialect.

Excel writes the cells of most files in one namespace, and those of "Strict Open XML" in another. Both are read here
by the names of their elements.
"""

import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zipfile import BadZipFile

from lxml import etree

from hub.library.extract.container import Element, Package, attribute, local_name
from hub.library.extract.date_formats import days_of, iso_text
from hub.library.extract.number_formats import BUILT_IN, GENERAL, is_date, number_text, plain, text_as_shown
from hub.library.extract.problems import DAMAGED, Unreadable

COLUMNS = 16_384
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
FORMULA_LENGTH = 300
TRUE = frozenset({"1", "true", "on"})
# What reading a damaged part raises.
DAMAGE = (etree.LxmlError, BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, Unreadable)


class Cell(NamedTuple):
    """A cell: its place such as ``B3``, what it shows, its value if that differs, and its formula without a result."""

    place: str
    shown: str
    raw: str = ""
    uncalculated: str | None = None


BLANK = Cell("", "")


@dataclass
class Book:
    """What the sheets of a workbook share: its texts, its formats by style, and the beginning of its days."""

    texts: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    since_1904: bool = False
    # The writing program left the results of formulas to the reader, and wrote zeros.
    calculates_later: bool = False
    is_damaged: bool = False


def book_of(package: Package, main: str, root: Element) -> Book:
    """Return what the sheets of a workbook share; what is damaged is missing."""
    settings = root.find("{*}workbookPr")
    calculation = root.find("{*}calcPr")
    book = Book(
        since_1904=settings is not None and settings.get("date1904") in TRUE,
        calculates_later=calculation is not None and calculation.get("fullCalcOnLoad") in TRUE,
    )
    for kind, fill in (("sharedStrings", add_texts), ("styles", add_formats)):
        for part in package.related(main, kind):
            try:
                fill(book, package, part)
            except DAMAGE:
                book.is_damaged = True
    return book


def add_texts(book: Book, package: Package, part: str) -> None:
    """Add the texts that cells refer to by number."""
    with package.stream(part) as source:
        for _, item in elements_of(source, ("{*}si",)):
            book.texts.append(text_in(item))
            forget(item)


def add_formats(book: Book, package: Package, part: str) -> None:
    """Add the number format of each style of cells."""
    root = package.xml(part)
    codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    codes.update((entry.get("numFmtId", ""), entry.get("formatCode", "")) for entry in root.iter("{*}numFmt"))
    for styles in root.iterfind("{*}cellXfs"):
        book.formats += [codes.get(style.get("numFmtId", ""), GENERAL) for style in styles.iterfind("{*}xf")]


def elements_of(source: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Element]]:
    """Yield the elements of those names in an untrusted XML file, as soon as each has ended.

    Raises Unreadable when the file defines entities, which no program for sheets does.
    """
    parser = etree.iterparse(
        source, tag=names, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    is_first = True
    for event, element in parser:
        if is_first and element.getroottree().docinfo.internalDTD is not None:
            raise Unreadable(DAMAGED)
        is_first = False
        yield event, element


def forget(element: Element) -> None:
    """Free the memory of an element that was read, and of those before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def text_in(item: Element) -> str:
    """Return the text of a cell or comment, without how it is pronounced."""
    pieces = [text.text or "" for text in item.iter("{*}t") if local_name(text.getparent()) != "rPh"]
    return unescaped("".join(pieces))


def unescaped(text: str) -> str:
    """Return the text with the characters that Excel writes by their number."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def cells_of(row: Element, book: Book) -> list[Cell]:
    """Return the cells of a row; those between them that aren't written are blank."""
    cells: list[Cell] = []
    for element in row:
        if local_name(element) != "c":
            continue
        place = element.get("r", "")
        column = column_of(place)
        while len(cells) < column - 1:
            cells.append(BLANK)
        cells.append(cell_of(element, place, book))
    return cells


def column_of(place: str) -> int:
    """Return the number of a cell's column from 1; 0 when its place isn't written or makes no sense."""
    column = 0
    for letter in place:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
        if column > COLUMNS:
            return 0
    return column


def cell_of(element: Element, place: str, book: Book) -> Cell:
    """Return a cell as it is shown."""
    value, formula, inline = None, None, ""
    for child in element:
        name = local_name(child)
        if name == "v":
            value = child.text or ""
        elif name == "f":
            formula = child.text or ""
        elif name == "is":
            inline = text_in(child)
    kind = element.get("t", "n")
    if formula is not None and kind != "str" and (not value or (value == "0" and book.calculates_later)):
        return Cell(place, "", uncalculated=f"={formula}"[:FORMULA_LENGTH] if formula else "")
    if kind == "inlineStr":
        value = inline
    if not value:
        return Cell(place, "")
    return Cell(place, *shown(value, kind, format_of(element, book), book))


def format_of(element: Element, book: Book) -> str:
    """Return the number format of a cell."""
    style = element.get("s", "0")
    place = int(style) if style.isascii() and style.isdecimal() else 0
    return book.formats[place] if place < len(book.formats) else GENERAL


def shown(value: str, kind: str, code: str, book: Book) -> tuple[str, str]:
    """Return what a cell shows, and its value if that is different, both on one line."""
    raw = ""
    if kind == "s":
        text = text_as_shown(text_at(value, book), code)
    elif kind in {"str", "inlineStr"}:
        text = text_as_shown(unescaped(value) if kind == "str" else value, code)
    elif kind == "b":
        text = "TRUE" if value.strip() == "1" else "FALSE"
    elif kind in {"n", "d"}:
        number = number_in(value, kind, book)
        text, raw = (value, "") if number is None else shown_number(number, value, code, book)
    else:
        text = value
    return " ".join(text.split()), raw


def text_at(number: str, book: Book) -> str:
    """Return the text that a cell refers to by its number; "", and the book is damaged, when there is none."""
    try:
        return book.texts[int(number)]
    except (ValueError, IndexError):
        book.is_damaged = True
        return ""


def number_in(value: str, kind: str, book: Book) -> float | None:
    """Return the number that a cell has, for a moment the number of days; None when it makes no sense."""
    if kind == "d":
        return days_of(value, since_1904=book.since_1904)
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def shown_number(number: float, value: str, code: str, book: Book) -> tuple[str, str]:
    """Return what a cell with a number shows, and its value if that is different."""
    if code == GENERAL:
        return (plain(number) if "." in value or "E" in value else value), ""
    text = " ".join(number_text(number, code, since_1904=book.since_1904).split())
    raw = (iso_text(number, since_1904=book.since_1904) if is_date(code) else "") or plain(number)
    return text, "" if raw == text else raw


def is_hidden(sheet: Element) -> bool:
    """Return True if a sheet's tab isn't shown."""
    return attribute(sheet, "state") in {"hidden", "veryHidden"}

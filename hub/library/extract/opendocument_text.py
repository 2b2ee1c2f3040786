"""The text of OpenDocument files: paragraphs, lists, tables, and the drawings in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.library.extract.alt_texts import said
from hub.library.extract.container import Element, attribute, local_name
from hub.library.extract.opendocument_lists import OUTLINE, Lists
from hub.library.extract.opendocument_objects import Objects
from hub.library.extract.parts import COMMENTS, DELETED, Place
from hub.library.extract.sections import Block
from hub.library.extract.updates import Label, Paragraph, aside, paragraph_of

# Comments, deleted text and slide numbers aren't part of the text; descriptions of drawings are read on their own.
NOT_TEXT = frozenset(
    {"annotation", "tracked-changes", "forms", "sequence-decls", "page-number", "notes", "note-citation"}
    | {"title", "desc", "event-listeners"}
)
MARKS = {"tab": "\t", "line-break": "\n", "p": "\n", "h": "\n", "list-item": "\n"}
DRAWINGS = frozenset(
    {"frame", "g", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "path", "connector"}
    | {"measure", "caption", "regular-polygon", "control"}
)
OBJECTS = {"object", "object-ole"}
WRITTEN = {"p", "h", "list"}
# Where a cell has its value, by the type of the value; numbers have it in `value`.
VALUES = {"string": "string-value", "boolean": "boolean-value", "date": "date-value", "time": "time-value"}
CELLS = {"table-cell", "covered-table-cell"}
FIELDS = {"text", "textarea", "formatted-text", "combobox", "number", "date", "time"}
MOST_REPEATED_CELLS = 50
MOST_SPACES = 200
COUNT = re.compile(r"[0-9]{1,9}")


@dataclass
class Styles:
    """What the styles of a document say: its lists, and the names of the styles that are bold."""

    lists: Lists
    bold: set[str] = field(default_factory=set)
    # Slides show bullets, but their text is read without them.
    bullets: bool = True


@dataclass(frozen=True)
class Nesting:
    """The list that an element is in: its style and its level from 1; level 0 is outside of lists."""

    style: str = ""
    level: int = 0


class OpenText:
    """The reader of one part of an OpenDocument file."""

    def __init__(self, place: Place, styles: Styles, objects: Objects, *, reads_comments: bool = False) -> None:
        """`place` notes what can't be read; `reads_comments` is True where comments are part of the text."""
        self.place = place
        self.styles = styles
        self.objects = objects
        self.reads_comments = reads_comments
        self.asides: list[Element | Block] = []
        self.label: Label | None = None

    def blocks(self, root: Element) -> Iterator[Block]:
        """Yield the headings, paragraphs, tables and drawings in an element in order, without a slide's notes."""
        waiting: list[tuple[Element | Block, Nesting]] = [(child, Nesting()) for child in reversed(root)]
        while waiting:
            element, nesting = waiting.pop()
            if isinstance(element, Block):
                yield element
                continue
            name = local_name(element)
            if name in {"p", "h"}:
                yield self.paragraph(element, name)
            elif name == "table":
                yield Block("\n".join(self.rows(element)))
            elif name in NOT_TEXT:
                self.note_left_out(element, name)
            else:
                yield from self.drawn(element, name)
                inner = self.nested(element, name, nesting)
                waiting.extend((child, inner) for child in reversed(element))
            waiting.extend((entry, Nesting()) for entry in reversed(self.asides))
            self.asides = []

    def lines(self, root: Element) -> Iterator[str]:
        """Yield the lines of an element that aren't blank."""
        for block in self.blocks(root):
            if block.also_searched:
                self.place.also.append(block.also_searched)
            yield from (line for line in block.text.split("\n") if line.strip())

    def paragraph(self, element: Element, name: str) -> Paragraph:
        """Return a paragraph or a heading with its number."""
        label, self.label = self.label, None
        if name == "h" and label is None and attribute(element, "is-list-header") != "true":
            level = times_of(attribute(element, "outline-level"), 10)
            label = self.styles.lists.label(OUTLINE, level)
        return paragraph_of(list(self.pieces(element)), label, heading=name == "h")

    def nested(self, element: Element, name: str, nesting: Nesting) -> Nesting:
        """Return the list that the children of an element are in, and count the element if it is an item."""
        if name == "list":
            style = attribute(element, "style-name") or nesting.style
            continues = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")
            if nesting.level == 0 and not continues:
                self.styles.lists.begin(style)
            return Nesting(style, nesting.level + 1)
        if name == "list-item" and any(local_name(child) in {"p", "h"} for child in element):
            label = self.styles.lists.label(nesting.style, nesting.level, attribute(element, "start-value"))
            self.label = label if label and (self.styles.bullets or label.text != "-") else None
        return nesting

    def drawn(self, element: Element, name: str) -> Iterator[Block]:
        """Yield what is said about a drawing, and the text of the object in it."""
        if name in DRAWINGS and (line := described(element)):
            yield aside(line)
        if name in OBJECTS:
            before = len(self.place.also)
            lines = "\n".join(self.objects.lines(self.place, element))
            raw = "\n".join(self.place.also[before:])
            del self.place.also[before:]
            yield aside(lines, raw)

    def rows(self, table: Element) -> Iterator[str]:
        """Yield the rows of a table that aren't blank, cells separated by tabs."""
        for row in rows_in(table):
            cells = [text for cell in row for text in self.cell_texts(cell)]
            if any(cells):
                yield "\t".join(cells).rstrip("\t")

    def cell_texts(self, cell: Element) -> list[str]:
        """Return the text of a cell, or its value if no text is written, once for each repetition."""
        if local_name(cell) not in CELLS:
            return []
        times = times_of(attribute(cell, "number-columns-repeated"), MOST_REPEATED_CELLS)
        text = " ".join(self.text(cell).split()) if len(cell) else ""
        is_written = any(local_name(child) in WRITTEN for child in cell)
        return [text if text or is_written else value_of(cell)] * times

    def text(self, element: Element) -> str:
        """Return all text in an element, with its line breaks and tabs."""
        return "".join(piece for piece, _ in self.pieces(element)).strip()

    def pieces(self, element: Element) -> Iterator[tuple[str, bool]]:
        """Yield the pieces of a text in order, and whether they are bold; drawings go to the asides."""
        waiting: list[tuple[Element | str, bool]] = [(element, False)]
        while waiting:
            current, bold = waiting.pop()
            if isinstance(current, str):
                yield current, bold
                continue
            name = local_name(current)
            if name in NOT_TEXT:
                self.note_left_out(current, name)
            elif name == "note":
                yield self.note(current), False
            elif name in DRAWINGS and current is not element:
                yield self.inline(current), False
            else:
                bold = bold or (name == "span" and attribute(current, "style-name") in self.styles.bold)
                yield mark_of(current, name) + (current.text or ""), bold
                for child in reversed(current):
                    waiting += [(child.tail or "", bold), (child, bold)]

    def note(self, element: Element) -> str:
        """Return a footnote or an endnote in brackets."""
        words = " ".join(" ".join(self.text(body) for body in element.iterfind("{*}note-body")).split())
        return f" [{words}] " if words else ""

    def inline(self, drawing: Element) -> str:
        """Return the formula that a drawing in a paragraph is; otherwise keep the drawing for after the paragraph."""
        for entry in drawing.iterfind("{*}object"):
            if formula := self.objects.formula(self.place, entry):
                return f" {formula} "
        self.asides.append(drawing)
        return ""

    def note_left_out(self, element: Element, name: str) -> None:
        """Note comments and deleted text that have words."""
        if name == "annotation":
            words = [text for entry in element.iter("{*}p") if (text := "".join(entry.itertext()).strip())]
            if words and self.reads_comments:
                self.asides.append(aside("\n".join(words)))
            elif words:
                self.place.leave_out(COMMENTS)
        elif name == "tracked-changes":
            deleted = (text for entry in element.iter("{*}deletion") for text in entry.itertext())
            if any(text.strip() for text in deleted):
                self.place.leave_out(DELETED)


def described(drawing: Element) -> str:
    """Return what is said about a drawing, its title first; "" when nothing is."""
    words = {local_name(entry): said("".join(entry.itertext())) for entry in drawing.iterfind("{*}*")}
    title, description = words.get("title", ""), words.get("desc", "")
    if not title or title in description:
        return description
    return f"{title}: {description}" if description else title


def value_of(cell: Element) -> str:
    """Return the value of a cell: some programs write only that, not the text that is shown."""
    kind = attribute(cell, "value-type")
    return " ".join(attribute(cell, VALUES.get(kind, "value")).split()) if kind else ""


def mark_of(element: Element, name: str) -> str:
    """Return the white space that an element stands for."""
    return " " * times_of(attribute(element, "c"), MOST_SPACES) if name == "s" else MARKS.get(name, "")


def rows_in(table: Element) -> Iterator[Element]:
    """Yield the rows of a table, without those of tables in its cells."""
    waiting = list(reversed(table))
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name == "table-row":
            yield element
        elif name.startswith("table-"):
            waiting.extend(reversed(element))


def form_lines(root: Element) -> Iterator[str]:
    """Yield the labels and the values of form fields."""
    for forms in root.iter("{*}forms"):
        for entry in forms.iter("{*}*"):
            value = attribute(entry, "current-value") or (
                attribute(entry, "value") if local_name(entry) in FIELDS else ""
            )
            typed = "".join(entry.itertext()) if local_name(entry) == "textarea" else ""
            words = (attribute(entry, "label"), value, typed if typed.strip() != value.strip() else "")
            yield from (text.strip() for text in words if text.strip())


def times_of(number: str, most: int) -> int:
    """Return a repetition count: 1 unless `number` is a valid number, and never more than `most`."""
    return min(int(number), most) if COUNT.fullmatch(number) else 1

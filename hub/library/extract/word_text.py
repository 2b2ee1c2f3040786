"""The text of one part of a Word document: its body, a header, a note."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.library.extract.alt_texts import alt_text, said
from hub.library.extract.chunks import chunk_blocks
from hub.library.extract.container import Element, attribute, local_name, properties_in
from hub.library.extract.drawings import GRAPHICS, graphic_lines
from hub.library.extract.equations import equation_text
from hub.library.extract.numbering import Numbers, whole
from hub.library.extract.parts import DELETED, Place
from hub.library.extract.sections import Block
from hub.library.extract.updates import Paragraph, aside, paragraph_of

# Deleted and moved text, fallbacks for older programs, and formatting aren't part of the text.
NOT_TEXT = frozenset({"Fallback", "del", "moveFrom", "rPr", "pPr", "sectPr", "tblPr", "tcPr", "trPr"})
TAKEN_OUT = {"del", "moveFrom"}
MARKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "p": "\n"}
# What a paragraph holds that isn't part of its line.
ASIDES = GRAPHICS | {"txbxContent"}
EQUATIONS = {"oMath", "oMathPara"}
DESCRIBED = {"docPr", "cNvPr"}
BODY_LEVEL = 9
OFF = {"0", "false", "none"}


@dataclass
class Shared:
    """What all parts of a document share: its heading styles, its notes by kind and identifier, its numbers."""

    headings: set[str]
    numbers: Numbers
    notes: dict[str, dict[str, str]] = field(default_factory=dict)


class WordText:
    """The reader of one part of a Word document."""

    def __init__(self, place: Place, shared: Shared) -> None:
        """`place` is the part; what can't be read is noted there."""
        self.place = place
        self.shared = shared
        self.asides: list[Element | Block] = []
        # Text boxes that come before the text of their paragraph.
        self.ahead: list[Element] = []

    def blocks(self, root: Element) -> Iterator[Block]:
        """Yield headings, paragraphs and tables in order, and what they hold behind them."""
        waiting: list[Element | Block] = list(reversed(root))
        while waiting:
            element = waiting.pop()
            if isinstance(element, Block):
                yield element
                continue
            name = local_name(element)
            if name == "tbl":
                yield Block("\n".join(self.rows(element)))
                yield aside(described_table(element))
            elif name == "p":
                own = self.paragraph(element)
                waiting.extend(reversed([*self.ahead, own, *self.asides]))
                self.ahead, self.asides = [], []
            elif name == "altChunk":
                yield from chunk_blocks(self.place, attribute(element, "id"))
            elif name in TAKEN_OUT:
                self.note_deleted(element)
            elif name in EQUATIONS:
                yield aside(equation_text(element))
            elif name in GRAPHICS:
                self.set_aside(element, name)
            elif name not in NOT_TEXT:
                waiting.extend(reversed(element))
            waiting.extend(reversed(self.asides))
            self.asides = []

    def paragraph(self, element: Element) -> Paragraph:
        """Return a paragraph with its number and its Markdown."""
        label = self.shared.numbers.label(element)
        return paragraph_of(list(self.pieces(element)), label, heading=self.is_heading(element))

    def rows(self, table: Element) -> Iterator[str]:
        """Yield the rows of a table, cells separated by tabs; a nested table is part of its cell."""
        for row in nearest(table, "tr"):
            cells = [" ".join(self.text(cell).split()) for cell in nearest(row, "tc")]
            if any(cells):
                yield "\t".join(cells)

    def text(self, element: Element) -> str:
        """Return the text of a cell or a note, with its footnotes and endnotes in brackets."""
        return "".join(piece for piece, _ in self.pieces(element)).strip()

    def pieces(self, element: Element) -> Iterator[tuple[str, bool]]:
        """Yield the pieces of a text in order, and whether they are bold; what isn't part of it goes to the asides."""
        described: set[str] = set()
        has_text = False
        waiting = [element]
        while waiting:
            below = waiting.pop()
            name = local_name(below)
            if name == "t":
                has_text = True
                yield below.text or "", is_bold(below)
            elif name == "r":
                waiting.extend(reversed(below))
            elif name in NOT_TEXT:
                self.note_deleted(below)
            elif name in EQUATIONS:
                yield equation_text(below), False
            elif name == "txbxContent" and not has_text and local_name(element) == "p":
                self.ahead.append(below)
            elif name in ASIDES:
                self.set_aside(below, name)
            else:
                if line := described_by(below, name):
                    self.describe(line, described)
                if text := self.piece(below, name, element):
                    yield text, False
                waiting.extend(reversed(below))

    def piece(self, below: Element, name: str, root: Element) -> str:
        """Return the text of one element itself."""
        if name == "p" and below is not root:
            label = self.shared.numbers.label(below)
            return f"\n{label.text} " if label else "\n"
        if name in MARKS and below is not root:
            return MARKS[name]
        if name in self.shared.notes:
            note = self.shared.notes[name].get(attribute(below, "id"), "")
            return f" [{note}] " if note else ""
        return chosen_entry(below) if name == "ddList" else ""

    def set_aside(self, element: Element, name: str) -> None:
        """Keep a text box, a chart or a diagram for after its paragraph."""
        if name == "txbxContent":
            self.asides.append(element)
            return
        before = len(self.place.also)
        lines = "\n".join(graphic_lines(self.place, element))
        raw = "\n".join(self.place.also[before:])
        del self.place.also[before:]
        if lines:
            self.asides.append(aside(lines, raw))

    def describe(self, line: str, described: set[str]) -> None:
        """Keep what is said about a picture for after its paragraph, once: Word writes it twice."""
        if line not in described:
            described.add(line)
            self.asides.append(aside(line))

    def note_deleted(self, element: Element) -> None:
        """Note that deleted text was left out, if there is any."""
        if local_name(element) in TAKEN_OUT and any(
            (text.text or "").strip() for text in element.iter("{*}delText", "{*}t")
        ):
            self.place.leave_out(DELETED)

    def is_heading(self, paragraph: Element) -> bool:
        """Return True if a paragraph is a heading by its style or its own level."""
        properties = properties_in(paragraph, "pPr")
        if properties is None:
            return False
        for level in properties.iterfind("{*}outlineLvl"):
            return level_of(level) < BODY_LEVEL
        return any(attribute(style, "val") in self.shared.headings for style in properties.iterfind("{*}pStyle"))


def is_bold(text: Element) -> bool:
    """Return True if a piece of text is itself formatted as bold."""
    properties = properties_in(text.getparent(), "rPr")
    if properties is None:
        return False
    for setting in properties.iterfind("{*}b"):
        return attribute(setting, "val") not in OFF
    return any(attribute(style, "val") == "Strong" for style in properties.iterfind("{*}rStyle"))


def described_by(element: Element, name: str) -> str:
    """Return what an element says about a picture or a table, or the text that it draws; "" when it says nothing."""
    if name in DESCRIBED:
        return alt_text(element)
    if name == "tbl":
        return described_table(element)
    if name == "textpath":
        return said(attribute(element, "string"))
    return said(attribute(element, "alt")) if name in {"shape", "rect", "group"} else ""


def described_table(table: Element) -> str:
    """Return what is said about a table, its title first; "" when nothing is."""
    properties = properties_in(table, "tblPr")
    if properties is None:
        return ""
    named = {local_name(entry): said(attribute(entry, "val")) for entry in properties.iterfind("{*}*")}
    return ": ".join(text for text in (named.get("tblCaption"), named.get("tblDescription")) if text)


def chosen_entry(choices: Element) -> str:
    """Return the entry that was chosen in a form field with a list."""
    entries = [attribute(entry, "val") for entry in choices.iterfind("{*}listEntry")]
    chosen = next((attribute(entry, "val") for entry in choices.iterfind("{*}result")), "0")
    place = whole(chosen, 0)
    return entries[place] if place < len(entries) else ""


def nearest(element: Element, name: str) -> Iterator[Element]:
    """Yield the descendants with that name, except those nested in others with that name."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if local_name(child) == name:
            yield child
        elif local_name(child) not in NOT_TEXT:
            waiting.extend(reversed(child))


def level_of(level: Element) -> int:
    """Return the outline level in an element; that of body text when there is none."""
    value = attribute(level, "val")
    return int(value) if value.isdecimal() and len(value) == 1 else BODY_LEVEL

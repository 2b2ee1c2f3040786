"""PDF documents with the hub's layout: headings, paragraphs and tables of any content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from hub.core.dates import moment_with_year
from hub.core.fonts import ENCODING, is_plain, printable, wide_font

CORE, WIDE = "helvetica", "opensans"
NAVY, ORANGE, STEEL, MIST, INK = (20, 33, 61), (232, 89, 12), (92, 107, 122), (233, 237, 241), (31, 41, 51)
WHITE = (255, 255, 255)
SIZE, LINE = 10.0, 5.2  # of the text in points, and of its lines in millimeters
CELL, PADDING = 9.0, 1.2
MARGIN = 18.0


@dataclass(frozen=True)
class Head:
    """The title and metadata of a document."""

    title: str
    organization: str
    hub_name: str
    made_at: datetime  # in the time zone to show
    landscape: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its width relative to the others, and whether it contains numbers."""

    name: str
    share: float
    is_number: bool = False


class Paper(FPDF):
    """A document: start with `banner`, then add parts below each other."""

    def __init__(self, head: Head) -> None:
        super().__init__(orientation="landscape" if head.landscape else "portrait", format="Letter")
        self.head = head
        self.core_fonts_encoding = ENCODING
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_title(printable(head.title))
        self.set_author(printable(head.organization))
        self.set_creator(printable(head.hub_name))
        self.set_lang("en-US")
        self.set_creation_date(head.made_at)
        self.alias_nb_pages()
        self.add_page()

    def as_bytes(self) -> bytes:
        """Return the finished document."""
        return bytes(self.output())

    def footer(self) -> None:
        """Write the footer: hub, organization, creation time and page number. fpdf2 calls this for each page."""
        self.set_y(-13)
        self._ink(STEEL, size=8)
        text = printable(
            f"{self.head.hub_name}  |  {self.head.organization}  |  Created {moment_with_year(self.head.made_at)}"
        )
        self._use_font_for(text)
        self.cell(0, 5, text)
        self._use_font_for("")
        self.set_x(self.l_margin)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="R")

    def banner(self, subtitle: str) -> None:
        """Write the title and subtitle at the top of the first page."""
        self.set_fill_color(*NAVY)
        self.rect(0, 0, self.w, 30, style="F")
        self.set_fill_color(*ORANGE)
        self.rect(0, 30, self.w, 1.4, style="F")
        self.set_y(8)
        self._ink(WHITE, "B", 18)
        self._write(self.head.title, 8, most=1)
        self._ink((213, 220, 227), size=10)
        self._write(subtitle, 5.4, most=1)
        self.set_y(38)

    def heading(self, text: str) -> None:
        """Write a heading, on the same page as the text after it."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(2)
        self._ink(NAVY, "B", 13)
        self._write(text, 7)
        self.ln(1)

    def paragraph(self, text: str) -> None:
        """Write a paragraph; line breaks in the text are kept."""
        self._ink()
        for line in text.split("\n"):
            self._write(line)
        self.ln(2)

    def small(self, text: str) -> None:
        """Write a note in small type."""
        self._ink(STEEL, size=8.5)
        self._write(text, 4.6)
        self.ln(2)

    def grid(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write a table that repeats its header on every page."""
        widths = [self.epw * column.share / sum(each.share for each in columns) for column in columns]
        self._row([column.name for column in columns], columns, widths, head=True)
        for number, row in enumerate(rows):
            self._row(row, columns, widths, shaded=number % 2 == 1)
        self.ln(4)

    def _row(
        self,
        row: Sequence[str],
        columns: Sequence[Column],
        widths: Sequence[float],
        *,
        head: bool = False,
        shaded: bool = False,
    ) -> None:
        self._ink(WHITE if head else INK, "B" if head else "", CELL)
        room = self.h - 2 * MARGIN - 30
        most = int(room / 4.4)  # a cell taller than a page is cut; the CSV file has all of it
        cells = [self._wrapped(text, width - 3)[:most] for text, width in zip(row, widths, strict=True)]
        height = 4.4 * max(1, *(len(lines) for lines in cells)) + 2 * PADDING
        if self.will_page_break(height):
            self.add_page()
            if not head:
                self._row([column.name for column in columns], columns, widths, head=True)
                self._ink(size=CELL)
        self.set_fill_color(*(NAVY if head else MIST if shaded else WHITE))
        self.rect(self.l_margin, self.get_y(), self.epw, height, style="F")
        left = self.l_margin
        for lines, column, width in zip(cells, columns, widths, strict=True):
            self._stack(lines, left, width, right=column.is_number)
            left += width
        self.set_y(self.get_y() + height)

    def _stack(self, lines: Sequence[str], left: float, width: float, *, right: bool) -> None:
        """Write lines below each other in a cell, without moving the position."""
        self._use_font_for("".join(lines))
        for place, line in enumerate(lines):
            start = left + width - 1.5 - self.get_string_width(line) if right else left + 1.5
            self.text(start, self.get_y() + PADDING + 4.4 * (place + 0.74), line)

    def _ink(self, color: tuple[int, int, int] = INK, style: str = "", size: float = SIZE) -> None:
        self.set_text_color(*color)
        self.set_font(CORE, style, size)

    def _use_font_for(self, text: str) -> None:
        """Select the font for ``text``: a built-in one if it has every character, otherwise Open Sans."""
        is_wide = not is_plain(text)
        if is_wide and WIDE not in self.fonts:
            self.add_font(WIDE, "", wide_font(""))
            self.add_font(WIDE, "B", wide_font("B"))
        self.set_font(WIDE if is_wide else CORE, self.font_style, self.font_size_pt)

    def _write(self, text: str, height: float = LINE, most: int = 0) -> None:
        """Write wrapped text up to the right margin, at most ``most`` lines (0: all).

        fpdf2's ``multi_cell`` does the same, but letter by letter and ten times slower.
        """
        for line in self._wrapped(text, self.epw - 2 * self.c_margin)[: most or None]:
            self.set_x(self.l_margin)
            self.cell(0, height, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _wrapped(self, text: str, width: float) -> list[str]:
        """Return the text in lines no wider than ``width`` in the current font; wider words are broken."""
        text = printable(text)
        self._use_font_for(text)
        lines: list[str] = []
        space, used = self.get_string_width(" "), width
        for word in text.split():
            for piece in self._pieces(word, width):
                needed = self.get_string_width(piece)
                if lines and used + space + needed <= width:
                    lines[-1] += f" {piece}"
                    used += space + needed
                else:
                    lines.append(piece)
                    used = needed
        return lines

    def _pieces(self, word: str, width: float) -> list[str]:
        """Return the word in pieces that each fit in a line."""
        if self.get_string_width(word) <= width:
            return [word]
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.get_string_width(pieces[-1] + letter) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces

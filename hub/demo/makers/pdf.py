"""PDF maker: a banner, headings, tables, bar charts and a running footer, in the core fonts."""

from datetime import UTC, datetime, time

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from hub.core.fonts import ENCODING, plain
from hub.demo.makers.look import CHART_COLORS, INK, MIST, NAVY, ORANGE, STEEL, Cover, number, rgb, widths
from hub.demo.markup import Block, blocks

# Page size in millimeters: 7.5 by 9.5 inches.
SIZE = (190, 241)
BODY = 12
LINE = 6.6


def make(cover: Cover, text: str) -> bytes:
    """Return the text as a PDF."""
    pdf = Paper(cover)
    pdf.add_page()
    pdf.banner()
    for block in blocks(text):
        pdf.put(block)
    return bytes(pdf.output())


class Paper(FPDF):
    """A PDF document with a cover, our styles, and a method for each kind of block."""

    def __init__(self, cover: Cover) -> None:
        super().__init__(format=SIZE)
        self.cover = cover
        self.core_fonts_encoding = ENCODING
        self.set_margins(22, 22, 22)
        self.set_auto_page_break(auto=True, margin=22)
        self.set_title(plain(cover.title))
        self.set_author(plain(cover.organization))
        self.set_subject(plain(cover.summary))
        self.set_creator("AMCC Resource Hub")
        self.set_lang("en-US")
        self.set_creation_date(datetime.combine(cover.published_on, time(14), UTC))

    def footer(self) -> None:
        """Print the organization and the page number."""
        self.set_y(-16)
        self._ink(STEEL, size=8)
        self.cell(0, 5, plain(self.cover.organization))
        self.set_x(self.l_margin)
        self.cell(0, 5, f"Page {self.page_no()}", align="R")

    def banner(self) -> None:
        """Print the banner at the top of the first page."""
        self.set_fill_color(*rgb(NAVY))
        self.rect(0, 0, self.w, 46, style="F")
        self.set_fill_color(*rgb(ORANGE))
        self.rect(0, 46, self.w, 1.6, style="F")
        self.set_y(14)
        self._ink("FFFFFF", "B", 20)
        self._lines(self.cover.title, 8.6)
        self.ln(2)
        self._ink("D5DCE3", size=9.5)
        self._lines(f"{self.cover.organization}  |  {self.cover.day}", 5)
        self.set_y(54)
        self._ink(STEEL, "I", BODY)
        self._lines(self.cover.summary, LINE)
        self.ln(3)

    def put(self, block: Block) -> None:
        """Print one block below the previous one."""
        putters = {
            "heading": self._heading,
            "paragraph": self._paragraph,
            "bullets": self._list,
            "numbers": self._list,
            "table": self._table,
            "note": self._note,
            "chart": self._chart,
            "break": self._break,
        }
        putters[block.kind](block)

    def _break(self, _block: Block) -> None:
        self.add_page()

    def _heading(self, block: Block) -> None:
        if self.will_page_break(24):
            self.add_page()
        self.ln(2)
        self._ink(NAVY if block.level == 1 else STEEL, "B", 14 if block.level == 1 else 11.5)
        self._lines(block.text, 7)
        self.ln(1)

    def _paragraph(self, block: Block) -> None:
        self._ink()
        self._lines(block.text)
        self.ln(2.4)

    def _list(self, block: Block) -> None:
        self._ink()
        for place, line in enumerate(block.lines, start=1):
            self.set_x(self.l_margin + 3)
            self.cell(6, LINE, "•" if block.kind == "bullets" else f"{place}.")
            self._lines(line)
            self.ln(0.9)
        self.ln(1.5)

    def _note(self, block: Block) -> None:
        self._ink(NAVY, "B")
        for note in block.lines:
            lines = self._wrapped(note, self.epw - 8)
            height = 6 * len(lines) + 4
            if self.will_page_break(height):
                self.add_page()
            self._box(self.l_margin, height, self.epw, MIST)
            self._box(self.l_margin, height, 1.2, ORANGE)
            self._stack(lines, self.l_margin + 4, 6, 2)
            self.set_y(self.get_y() + height)
        self.ln(3)

    def _table(self, block: Block) -> None:
        shares = widths(block.rows)
        columns = [self.epw * share / sum(shares) for share in shares]
        for place, row in enumerate(block.rows):
            self._ink("FFFFFF" if place == 0 else INK, "B" if place == 0 else "", 10)
            cells = [self._wrapped(text, width - 4) for text, width in zip(row, columns, strict=True)]
            height = 5.2 * max(len(lines) for lines in cells) + 2.8
            if self.will_page_break(height):
                self.add_page()
            self._box(self.l_margin, height, self.epw, NAVY if place == 0 else (MIST, "FFFFFF")[place % 2])
            left = self.l_margin
            for lines, width in zip(cells, columns, strict=True):
                self._stack(lines, left + 2, 5.2, 1.4)
                left += width
            self.set_y(self.get_y() + height)
        self.ln(4)

    def _chart(self, block: Block) -> None:
        """Print a chart as horizontal bars, each with its value."""
        if self.will_page_break(14 + 7 * len(block.rows)):
            self.add_page()
        self._ink(STEEL, "B", 9.5)
        self._lines(block.lines[1], 6)
        most = max(number(value) for _, value in block.rows)
        for place, (label, value) in enumerate(block.rows):
            self._ink(size=9)
            self.cell(50, 6.4, plain(label))
            self.set_fill_color(*rgb(CHART_COLORS[place % 2]))
            width = 78 * number(value) / most
            self.rect(self.get_x(), self.get_y() + 1, width, 4.4, style="F")
            self.set_x(self.get_x() + width + 2)
            self.cell(20, 6.4, plain(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)

    def _ink(self, color: str = INK, style: str = "", size: float = BODY) -> None:
        self.set_text_color(*rgb(color))
        self.set_font("Helvetica", style, size)

    def _lines(self, text: str, height: float = LINE) -> None:
        """Print wrapped text from the current position to the right margin.

        ``multi_cell`` does the same letter by letter and is ten times slower.
        """
        left = self.get_x()
        for line in self._wrapped(text, self.w - self.r_margin - left):
            self.set_x(left)
            self.cell(0, height, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _stack(self, lines: list[str], left: float, height: float, padding: float) -> None:
        """Print lines inside a box without moving the current position."""
        for place, line in enumerate(lines):
            self.text(left, self.get_y() + padding + height * (place + 0.74), line)

    def _box(self, left: float, height: float, width: float, color: str) -> None:
        self.set_fill_color(*rgb(color))
        self.rect(left, self.get_y(), width, height, style="F")

    def _wrapped(self, text: str, width: float) -> list[str]:
        """Return ``text`` as lines no wider than ``width`` in the current font; a longer word gets its own line."""
        lines: list[str] = []
        space, used = self.get_string_width(" "), width
        for word in plain(text).split():
            needed = self.get_string_width(word)
            if lines and used + space + needed <= width - 2 * self.c_margin:
                lines[-1] += f" {word}"
                used += space + needed
            else:
                lines.append(word)
                used = needed
        return lines

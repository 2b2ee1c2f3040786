"""PDF: a banner, headings, tables, bar charts and a running footer, in the core fonts."""

from datetime import UTC, datetime, time

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from hub.demo.makers.look import CHART_COLORS, INK, MIST, NAVY, ORANGE, STEEL, Cover, number, rgb, widths
from hub.demo.markup import Block, blocks

# The core fonts know these characters and no others, so whatever else a text has is put plainly.
ENCODING = "windows-1252"
PLAIN = {0x2011: "-", 0x2192: "to", 0x2264: "at most ", 0x2265: "at least ", 0x2212: "-", 0x202F: " "}
BODY = 12
LINE = 6.6


def make(cover: Cover, text: str) -> bytes:
    """The text as a PDF."""
    pdf = Paper(cover)
    pdf.add_page()
    pdf.banner()
    for block in blocks(text):
        pdf.put(block)
    return bytes(pdf.output())


def safe(text: str) -> str:
    """``text`` in characters that the core fonts have."""
    return text.translate(PLAIN).encode(ENCODING, "replace").decode(ENCODING)


class Paper(FPDF):
    """A letter-size paper that knows its cover."""

    def __init__(self, cover: Cover) -> None:
        super().__init__(format="letter")
        self.cover = cover
        self.core_fonts_encoding = ENCODING
        self.set_margins(24, 22, 24)
        self.set_auto_page_break(auto=True, margin=24)
        self.set_title(safe(cover.title))
        self.set_author(safe(cover.organization))
        self.set_subject(safe(cover.summary))
        self.set_creator("AMCC Resource Hub")
        self.set_lang("en-US")
        self.set_creation_date(datetime.combine(cover.published_on, time(14), UTC))

    def footer(self) -> None:
        """The organization and the page's number."""
        self.set_y(-16)
        self._ink(STEEL, size=8)
        self.cell(0, 5, safe(self.cover.organization))
        self.set_x(self.l_margin)
        self.cell(0, 5, f"Page {self.page_no()}", align="R")

    def banner(self) -> None:
        """The head of the first page."""
        self.set_fill_color(*rgb(NAVY))
        self.rect(0, 0, self.w, 54, style="F")
        self.set_fill_color(*rgb(ORANGE))
        self.rect(0, 54, self.w, 1.6, style="F")
        self.set_y(15)
        self._ink("FFFFFF", "B", 20)
        self._lines(self.cover.title, 8.6)
        self.ln(2)
        self._ink("D5DCE3", size=9.5)
        self._lines(f"{self.cover.organization}  |  {self.cover.day}", 5)
        self.set_y(63)
        self._ink(STEEL, "I", BODY)
        self._lines(self.cover.summary, LINE)
        self.ln(3)

    def put(self, block: Block) -> None:
        """One piece of the text, where the last one ended."""
        putters = {
            "heading": self._heading,
            "paragraph": self._paragraph,
            "bullets": self._list,
            "numbers": self._list,
            "table": self._table,
            "note": self._note,
            "chart": self._chart,
            "break": lambda _: self.add_page(),
        }
        putters[block.kind](block)

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
        self.set_fill_color(*rgb(MIST))
        self.set_draw_color(*rgb(ORANGE))
        for line in block.lines:
            self.multi_cell(
                0, 6, safe(line), fill=True, border="L", padding=2, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
        self.ln(3)

    def _table(self, block: Block) -> None:
        self._ink(size=10)
        self.set_draw_color(*rgb("C5CED6"))
        head = FontFace(emphasis="BOLD", color=(255, 255, 255), fill_color=rgb(NAVY))
        with self.table(
            [[safe(cell) for cell in row] for row in block.rows],
            headings_style=head,
            line_height=5.2,
            padding=1.4,
            col_widths=widths(block.rows),
            text_align="LEFT",
            cell_fill_color=rgb(MIST),
            cell_fill_mode="ROWS",
        ):
            pass
        self.ln(4)

    def _chart(self, block: Block) -> None:
        """Horizontal bars, each with its number."""
        if self.will_page_break(14 + 7 * len(block.rows)):
            self.add_page()
        self._ink(STEEL, "B", 9.5)
        self._lines(block.lines[1], 6)
        most = max(number(value) for _, value in block.rows)
        for place, (label, value) in enumerate(block.rows):
            self._ink(size=9)
            self.cell(48, 6.4, safe(label))
            self.set_fill_color(*rgb(CHART_COLORS[place % 2]))
            width = 95 * number(value) / most
            self.rect(self.get_x(), self.get_y() + 1, width, 4.4, style="F")
            self.set_x(self.get_x() + width + 2)
            self.cell(20, 6.4, safe(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)

    def _ink(self, color: str = INK, style: str = "", size: float = BODY) -> None:
        self.set_text_color(*rgb(color))
        self.set_font("Helvetica", style, size)

    def _lines(self, text: str, height: float = LINE) -> None:
        self.multi_cell(0, height, safe(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

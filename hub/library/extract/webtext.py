"""The writer of a web page's visible text as Markdown: what a reader sees, and what a screen reader says of pictures.

Bold type is marked, since the points of a newsletter are often told by nothing else; links are, if they are wanted.
"""

import re

from hub.library.extract.container import Element, local_name

UNSEEN = {"script", "style", "head", "template", "noscript", "svg", "object", "iframe"}
# The words in a drawing are seen.
SKIPPED = (UNSEEN - {"svg"}) | {"metadata", "defs"}
HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "##### ", "h6": "###### "}
CELLS = {"td", "th"}
PARAGRAPHS = {
    *("body", "main", "header", "footer", "section", "article", "aside", "nav", "div", "p", "pre", "blockquote"),
    *("ul", "ol", "dl", "table", "figure", "form", "address", "details", "hr", "center", "fieldset", "svg"),
}
LINES = {"tr", "dt", "dd", "figcaption", "caption", "option", "summary", "legend", "text", "title", "desc"}
BOLD = {"b", "strong"}
BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.IGNORECASE)
SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
# With which newsletter tools keep the text of a message out of its preview in the list of messages.
FILLER = re.compile(r"(?:[\u200b-\u200d\u034f\u2007\ufeff\xad][ \t\r\n\xa0]*){3,}")
TINY = re.compile(r"\s*[0-3](?:px)?\s*")
WITHOUT_VALUE = {"hidden", "password", "checkbox", "radio", "file", "color", "range"}
ABBREVIATIONS = {"abbr", "acronym", "dfn"}
SPOKEN = {"a", "button", "i", "span", "div"}
LISTS = {"ol", "ul"}
INDENT = "   "
DEEPEST = 8
NUMBER = re.compile(r"[0-9]{1,3}")
WEB_LINK = re.compile(r"(?:https?://|mailto:)[^\s()<>\[\]]+", re.IGNORECASE)
OPEN, CLOSE = "\ue000", "\ue001"  # where bold type begins and ends, until the line is complete
NUMBER_CELL = re.compile(f"[ {OPEN}]*[0-9]{{1,3}}[ {CLOSE}]*\t")
MARKERS = re.compile(f"[{OPEN}{CLOSE}]")
BOLD_RUN = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}?")
BOLD_JOINT = re.compile(f"{CLOSE}([ \t]*){OPEN}")


class Writer:
    """A writer of Markdown, called when elements begin and end."""

    def __init__(self, *, with_links: bool = False) -> None:
        """Begin with an empty text."""
        self.with_links = with_links
        self.lines: list[str] = []
        self.line: list[str] = []
        self.line_says_something = False
        self.counters: list[int | None] = []
        self.points_open = 0
        self.bold = 0
        self.written = 0  # pieces of text so far
        self.cells: list[int] = []  # the number of lines when each open cell began
        self.waiting: list[tuple[Element, int]] = []  # open elements that are spoken if they have no text
        self.links: list[str] = []

    def text(self) -> str:
        """Return the text written so far."""
        return "\n".join([*self.lines, with_bold("".join(self.line))])

    def enter(self, element: Element) -> None:
        """Write the beginning of an element and its text."""
        name = local_name(element)
        if name in HEADINGS:
            self.new_line(blank=True)
            self.line.append("" if self.line_says_something else HEADINGS[name])
        elif name in PARAGRAPHS:
            self.new_line(blank=True)
        elif name in LINES:
            self.new_line()
        elif name == "br":
            self.end_line()
        elif name == "li":
            self.begin_point(element)
        elif name in CELLS:
            self.cells.append(len(self.lines))
        if name in LISTS:
            self.counters.append(first_number(element) if name == "ol" else None)
        self.bold += is_bold(element, name)
        self.begin_link(element, name)
        self.write(replaced(element, name))
        if name in SPOKEN and (element.get("aria-label") or element.get("title")):
            self.waiting.append((element, self.written))
        self.write(element.text, preformatted=name == "pre")

    def leave(self, element: Element) -> None:
        """Write the end of an element and the text that follows it."""
        name = local_name(element)
        if self.waiting and self.waiting[-1][0] is element:
            _, before = self.waiting.pop()
            self.write("" if self.written > before else element.get("aria-label") or element.get("title"))
        if name in ABBREVIATIONS and element.get("title"):
            self.write(f" ({element.get('title')})")
        self.end_link(name)
        self.bold -= is_bold(element, name)
        if name in HEADINGS or name in PARAGRAPHS:
            self.new_line(blank=True)
        elif name in LINES:
            self.new_line()
        elif name in CELLS:
            self.end_cell()
        elif name == "li":
            self.points_open = max(0, self.points_open - 1)
            self.end_line()
        if name in LISTS and self.counters:
            self.counters.pop()
        self.write(element.tail)

    def begin_point(self, element: Element) -> None:
        """Begin a list item, with its number if the list is numbered."""
        self.new_line()
        counter = self.counters[-1] if self.counters else None
        if counter is not None and NUMBER.fullmatch(own := str(element.get("value") or "")):
            counter = int(own)
        self.line = [INDENT * min(self.points_open, DEEPEST), "- " if counter is None else f"{counter}. "]
        self.points_open += 1
        if counter is not None:
            self.counters[-1] = counter + 1

    def begin_link(self, element: Element, name: str) -> None:
        """Begin a link, if links are wanted."""
        if name == "a" and self.with_links:
            address = str(element.get("href") or "").strip()
            self.links.append(address if WEB_LINK.fullmatch(address) else "")
            if self.links[-1]:
                self.line.append("[")

    def end_link(self, name: str) -> None:
        """End a link with its address."""
        if name == "a" and self.links and (address := self.links.pop()):
            self.line.append(f"]({address})")

    def end_cell(self) -> None:
        """End a table cell. One whose text ended with a paragraph needs no mark, an empty one does."""
        began = self.cells.pop() if self.cells else 0
        if self.line_says_something or began == len(self.lines):
            self.line.append("\t")

    def new_line(self, *, blank: bool = False) -> None:
        """Begin a new line, after a blank one if ``blank``.

        A block at the beginning of a list item stays on the line of the item's number, and so does one in the cell
        behind that of a number.
        """
        if self.line_says_something and not (blank and NUMBER_CELL.fullmatch("".join(self.line))):
            self.end_line()
        in_new_point = bool("".join(self.line).strip())
        if blank and self.lines and self.lines[-1] and not in_new_point:
            self.lines.append("")

    def end_line(self) -> None:
        """Finish the line; the next one is indented like the open list items."""
        self.lines.append(with_bold("".join(self.line).rstrip()))
        self.line = [INDENT * min(self.points_open, DEEPEST)]
        self.line_says_something = False

    def write(self, text: str | None, *, preformatted: bool = False) -> None:
        """Write text of the page; white space is collapsed as in browsers, unless ``preformatted``."""
        if not text:
            return
        text = MARKERS.sub("", FILLER.sub(" ", text))
        written = text if preformatted else SPACE.sub(" ", text)
        after_space = not self.line_says_something or self.line[-1].rstrip(CLOSE).endswith(" ")
        if after_space and not preformatted:
            written = written.lstrip(" ")
        says_something = bool(written.strip())
        self.line.append(
            f"{OPEN}{written}{CLOSE}" if self.bold > 0 and says_something and not preformatted else written
        )
        self.line_says_something = self.line_says_something or says_something
        self.written += says_something


def with_bold(line: str) -> str:
    """Return a line with its bold runs in asterisks, white space outside of them; a heading needs none."""
    if OPEN not in line:
        return line
    if line.startswith("#"):
        return MARKERS.sub("", line)
    line = BOLD_JOINT.sub(r"\1", line)
    return BOLD_RUN.sub(lambda run: marked(run[1]), line)


def marked(words: str) -> str:
    """Return the words in asterisks, with the white space around them outside."""
    inner = words.strip(" \t")
    start = len(words) - len(words.lstrip(" \t"))
    return f"{words[:start]}**{inner}**{words[start + len(inner) :]}" if inner else words


def is_bold(element: Element, name: str) -> bool:
    """Return True if an element makes its own text bold."""
    return name in BOLD or bool(BOLD_STYLE.search(str(element.get("style") or "")))


def replaced(element: Element, name: str) -> str:
    """Return the words that stand for a picture, and what is entered in a field; "" for other elements."""
    if name in {"img", "area"}:
        alt = str(element.get("alt") or element.get("title") or "").strip()
        return f" {alt} " if alt and not is_pixel(element) else ""
    if name == "input":
        kind = str(element.get("type") or "").lower()
        value = str(element.get("alt" if kind == "image" else "value") or element.get("placeholder") or "")
        return f" {value} " if value and kind not in WITHOUT_VALUE else ""
    if name == "textarea" and not (element.text or "").strip():
        return str(element.get("placeholder") or "")
    return ""


def is_pixel(picture: Element) -> bool:
    """Return True if a picture is too small to be seen."""
    return any(TINY.fullmatch(str(picture.get(side) or "")) for side in ("width", "height"))


def first_number(numbered_list: Element) -> int:
    """Return the first number of a numbered list."""
    start = str(numbered_list.get("start", "1"))
    return int(start) if NUMBER.fullmatch(start) else 1

"""Web pages, and the HTML of emails, as Markdown, which is then read like typed text."""

import re
from pathlib import Path

from lxml import etree

from hub.library.extract.container import Element, local_name
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document
from hub.library.extract.properties import sensible_title
from hub.library.extract.text import read_text, sections_of
from hub.library.rules import PageKind

UNSEEN = {"script", "style", "head", "template", "noscript", "svg", "object", "iframe"}
HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "##### ", "h6": "###### "}
CELLS = {"td", "th"}
PARAGRAPHS = {
    *("body", "main", "header", "footer", "section", "article", "aside", "nav", "div", "p", "pre", "blockquote"),
    *("ul", "ol", "dl", "table", "figure", "form", "address", "details", "hr"),
}
LINES = {"tr", "dt", "dd", "figcaption", "caption", "option", "summary"}
SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
LISTS = {"ol", "ul"}
INDENT = "   "
DEEPEST = 8
NUMBER = re.compile(r"[0-9]{1,3}")


def open_webpage(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a web page: its pages are sections by heading, or the items of a numbered update."""
    root = parse_html(read_text(path, file_format, limits))
    title = "" if root is None else " ".join(root.xpath("//head/title[1]/text()"))
    pages = sections_of(markdown_of(root))
    by_heading = bool(pages) and pages[0].kind is PageKind.SECTION
    return Document(iter(pages), sensible_title(title), titled_by_first_page=by_heading)


def parse_html(markup: str) -> Element | None:
    """Return the root of a web page, even of malformed HTML; None when it is blank."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    return etree.fromstring(markup.encode("utf-8", "replace"), parser) if markup.strip() else None


def markdown_of(root: Element | None) -> str:
    """Return the visible text of a page as Markdown, with table cells separated by tabs."""
    if root is None:
        return ""
    writer = Writer()
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "end":
            writer.leave(element)
        elif local_name(element) in UNSEEN:
            events.skip_subtree()
        else:
            writer.enter(element)
    return writer.text()


class Writer:
    """A writer of Markdown, called when elements begin and end."""

    def __init__(self) -> None:
        """Begin with an empty text."""
        self.lines: list[str] = []
        self.line: list[str] = []
        self.line_says_something = False
        self.counters: list[int | None] = []
        self.points_open = 0

    def text(self) -> str:
        """Return the text written so far."""
        return "\n".join([*self.lines, "".join(self.line)])

    def enter(self, element: Element) -> None:
        """Write the beginning of an element and its text."""
        name = local_name(element)
        if name in HEADINGS:
            self.new_line(blank=True)
            self.line.append(HEADINGS[name])
        elif name in PARAGRAPHS:
            self.new_line(blank=True)
        elif name in LINES:
            self.new_line()
        elif name == "br":
            self.end_line()
        elif name == "li":
            self.begin_point()
        if name in LISTS:
            self.counters.append(first_number(element) if name == "ol" else None)
        self.write(element.text, preformatted=name == "pre")

    def leave(self, element: Element) -> None:
        """Write the end of an element and the text that follows it."""
        name = local_name(element)
        if name in HEADINGS or name in PARAGRAPHS:
            self.new_line(blank=True)
        elif name in LINES:
            self.new_line()
        elif name in CELLS:
            self.line.append("\t")
        elif name == "li":
            self.points_open = max(0, self.points_open - 1)
            self.end_line()
        if name in LISTS and self.counters:
            self.counters.pop()
        self.write(element.tail)

    def begin_point(self) -> None:
        """Begin a list item, with its number if the list is numbered."""
        self.new_line()
        counter = self.counters[-1] if self.counters else None
        self.line = [INDENT * min(self.points_open, DEEPEST), "- " if counter is None else f"{counter}. "]
        self.points_open += 1
        if counter is not None:
            self.counters[-1] = counter + 1

    def new_line(self, *, blank: bool = False) -> None:
        """Begin a new line, after a blank one if ``blank``.

        A block at the beginning of a list item stays on the line of the item's number.
        """
        if self.line_says_something:
            self.end_line()
        in_new_point = bool("".join(self.line).strip())
        if blank and self.lines and self.lines[-1] and not in_new_point:
            self.lines.append("")

    def end_line(self) -> None:
        """Finish the line; the next one is indented like the open list items."""
        self.lines.append("".join(self.line).rstrip())
        self.line = [INDENT * min(self.points_open, DEEPEST)]
        self.line_says_something = False

    def write(self, text: str | None, *, preformatted: bool = False) -> None:
        """Write text of the page; white space is collapsed as in browsers, unless ``preformatted``."""
        if not text:
            return
        written = text if preformatted else SPACE.sub(" ", text)
        self.line.append(written if self.line_says_something else written.lstrip(" "))
        self.line_says_something = self.line_says_something or bool(written.strip())


def first_number(numbered_list: Element) -> int:
    """Return the first number of a numbered list."""
    start = str(numbered_list.get("start", "1"))
    return int(start) if NUMBER.fullmatch(start) else 1

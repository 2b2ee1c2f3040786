"""Web pages, and the HTML of emails, as Markdown, which is then read like typed text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from hub.library.extract.container import Element, local_name
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document
from hub.library.extract.properties import sensible_title
from hub.library.extract.text import pages_of, read_text
from hub.library.extract.webtext import PARAGRAPHS, SKIPPED, Writer, is_pixel
from hub.library.rules import PageKind

# How deep a page is kept as it is. No page that people made is nested so deep, but threads of replies and broken
# generators are: from there on the text is kept, and its elements aren't.
DEEPEST = 1_000
TOO_DEEP = "Excessive depth"
# The elements that a head may have.
OF_THE_HEAD = {"title", "meta", "link", "base", "style", "script", "noscript", "template", "basefont", "isindex"}


def open_webpage(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a web page: its pages are sections by heading, or the items of a numbered update."""
    root = parse_html(read_text(path, file_format, limits))
    pages, left_out = pages_of(markdown_of(root))
    by_heading = bool(pages) and pages[0].kind is PageKind.SECTION
    return Document(iter([*pages, *left_out]), title_of(root), titled_by_first_page=by_heading)


def title_of(root: Element | None) -> str:
    """Return a page's own title; "" when it has none that a person seems to have chosen."""
    return "" if root is None else sensible_title(" ".join(root.xpath("//head/title[1]/text()")))


def parse_html(markup: str) -> Element | None:
    """Return the root of a web page, even of malformed HTML; None when it is blank. All of its text is there."""
    if not markup.strip():
        return None
    content = markup.encode("utf-8", "replace")
    # Without the "huge" limits, everything below a depth of 256 would be lost.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(content, parser)
    if parser.error_log and any(TOO_DEEP in entry.message for entry in list(parser.error_log)[-5:]):
        root = etree.fromstring(content, etree.HTMLParser(target=Flattening(), encoding="utf-8", huge_tree=True))
    return with_body(root)


def with_body(root: Element | None) -> Element | None:
    """Return the page with all that is seen in its body.

    The parser knows no elements of HTML 5: after a title, it takes `<main>` without `<body>` for a part of the head.
    """
    head = None if root is None else root.find("head")
    misplaced = [] if head is None else [part for part in head if local_name(part) not in OF_THE_HEAD]
    if root is not None and misplaced:
        body = root.find("body")
        body = etree.SubElement(root, "body") if body is None else body
        for place, part in enumerate(misplaced):
            body.insert(place, part)
        misplaced[-1].tail, body.text = (misplaced[-1].tail or "") + (body.text or ""), None
    return root


def has_pictures(markup: str) -> bool:
    """Return True if a web page shows a picture, other than the tiny ones that only count its readers."""
    root = parse_html(markup)
    return root is not None and any(not is_pixel(picture) for picture in root.iter("img"))


class Flattening:
    """A target of lxml's parser, which then has no limit of depth: builds a tree that isn't deeper than DEEPEST."""

    def __init__(self) -> None:
        """Begin with an empty tree."""
        self.builder = etree.TreeBuilder()
        self.depth = 0
        self.is_skipped = 0

    def start(self, tag: str, attributes: Mapping[str, Any]) -> None:
        """Begin an element; one that is too deep is left out, and a block becomes a line of its own."""
        self.depth += 1
        if self.depth <= DEEPEST:
            self.builder.start(tag, dict(attributes))
        elif tag in SKIPPED:
            self.is_skipped += 1
        elif tag in PARAGRAPHS or tag in {"br", "li", "tr"}:
            self.line_break()

    def end(self, tag: str) -> None:
        """End an element."""
        if self.depth <= DEEPEST:
            self.builder.end(tag)
        elif tag in SKIPPED:
            self.is_skipped -= 1
        elif tag in PARAGRAPHS:
            self.line_break()
        self.depth -= 1

    def data(self, text: str) -> None:
        """Add text."""
        if not self.is_skipped:
            self.builder.data(text)

    def close(self) -> Element:
        """Return the root of the tree."""
        return self.builder.close()

    def line_break(self) -> None:
        """Begin a new line."""
        self.builder.start("br", {})
        self.builder.end("br")


def markdown_of(root: Element | None, *, with_links: bool = False) -> str:
    """Return the visible text of a page as Markdown, with table cells separated by tabs and bold type marked."""
    if root is None:
        return ""
    writer = Writer(with_links=with_links)
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        is_seen = local_name(element) not in SKIPPED
        if event == "end":
            writer.leave(element) if is_seen else writer.write(element.tail)
        elif is_seen:
            writer.enter(element)
        else:
            events.skip_subtree()
    return writer.text()

"""Plain text, Markdown and captions: sections by heading, moments, or the items of a numbered weekly update.

A numbered update is a text with at least three numbered points at its outer level (`1.` or `2)`) whose numbers
increase by one and that make up most of the text. Each point is a page of kind ITEM with its number in the text.
Text before the first point is kept at the beginning of that point's page, and text after the last one at the end of
its page, so that nothing is lost; a heading above a point belongs to that point.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.library.extract import charsets
from hub.library.extract.captions import are_captions, parts_of_captions, title_of
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document, ExtractedPage, clean, one_line
from hub.library.extract.problems import EMPTY, OTHER_KIND, Unreadable
from hub.library.extract.sections import Block, sections
from hub.library.extract.transcripts import recognized
from hub.library.rules import PageKind

POINT = re.compile(r"(?P<indent>[ \t]{0,8})[*_]{0,3}(?P<number>\d{1,3})[.)][*_]{0,3}(?:\s+(?P<rest>\S.*))?$")
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(?P<words>.*))?$")
UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})[ \t]*$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^()\s]*)\)")
# Not after a capital, as in "U.S. Department".
SENTENCE_END = re.compile(r"(?<=[a-z0-9)\]\"”][.!?])\s+(?=[^a-z])")
WEB_PAGES = {"html", "htm"}

FEWEST_POINTS = 3
MAIN_SHARE = 0.5
HEADLINE = 60
ITEM_TITLE = 100


@dataclass(frozen=True)
class Point:
    """The first line of a numbered point."""

    line: int
    indent: int
    number: int


def sections_of(markdown: str) -> tuple[ExtractedPage, ...]:
    """Return the pages of typed Markdown: the items of a numbered update, or sections by heading.

    Accepts any string and keeps every word; the marks of headings and bold type are removed. Blank text has no pages.
    """
    lines = clean(markdown).split("\n")
    return tuple(items(lines) or sections(markdown_blocks(lines)))


def open_captions(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open captions: their pages are moments; a text without any time is divided at blank lines."""
    text = clean(read_text(path, file_format, limits))
    parts = list(parts_of_captions(text))
    return Document(iter(parts or sections(Block(part) for part in text.split("\n\n"))), title_of(text))


def open_text(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a plain text: its pages are the moments of a transcript, its items, or parts divided at blank lines."""
    text = clean(read_text(path, file_format, limits))
    lines = text.split("\n")
    if are_captions(text):
        return open_captions(path, file_format, limits)
    if (spoken := recognized(lines)) is not None:
        return Document(spoken)
    paragraphs = (Block(part) for part in text.split("\n\n"))
    return Document(iter(items(lines) or sections(paragraphs)))


def open_markdown(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a Markdown text: its pages are its items, or its sections, and the first section gives the title."""
    pages = sections_of(read_text(path, file_format, limits))
    return Document(iter(pages), titled_by_first_page=bool(pages) and pages[0].kind is PageKind.SECTION)


def open_table(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a CSV file as a single sheet with its unchanged text."""
    text = clean(read_text(path, file_format, limits))
    return Document(iter([ExtractedPage(1, PageKind.SHEET, "", text)]))


def read_text(path: Path, file_format: Format, limits: Limits) -> str:
    """Return the file's text in its detected encoding; raises Unreadable when it is blank or not text."""
    with path.open("rb") as file:
        content = file.read(4 * limits.all_characters)
    if not content.strip():
        raise Unreadable(EMPTY)
    return decoded(content, file_format)


def decoded(content: bytes, file_format: Format) -> str:
    """Return the text of a file in its character set; raises Unreadable when it is not text.

    A web page declares its character set; other files are UTF-8, UTF-16, or otherwise Windows-1252.
    """
    has_mark = content.startswith(tuple(mark for mark, _encoding in charsets.BYTE_ORDER_MARKS))
    if b"\0" in content[: charsets.SAMPLE] and not has_mark and not charsets.wide_encoding(content):
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    return charsets.decoded_page(content) if file_format.extension in WEB_PAGES else charsets.decoded(content)


def items(lines: list[str]) -> list[ExtractedPage]:
    """Return the pages of a numbered update; [] when the text isn't one."""
    points = numbered_points(lines)
    if len(points) < FEWEST_POINTS:
        return []
    starts = [with_heading_above(lines, point.line) for point in points]
    end = end_of_last(lines, points)
    if characters(lines[starts[0] : end]) < MAIN_SHARE * characters(lines):
        return []
    bounds = [0, *starts[1:], len(lines)]
    return [
        item(point, lines[bounds[place] : bounds[place + 1]], lines[point.line : bounds[place + 1]])
        for place, point in enumerate(points)
    ]


def numbered_points(lines: list[str]) -> list[Point]:
    """Return the points at the outer level if their numbers increase by one; [] when the numbers restart."""
    points = [point for point in points_of(lines) if point.number]
    if not points:
        return []
    outer = [point for point in points if point.indent <= points[0].indent + 1]
    chain: list[Point] = []
    for point in outer:
        if not chain or point.number == chain[-1].number + 1:
            chain.append(point)
        elif point.number == chain[0].number:
            return []
    return chain


def points_of(lines: list[str]) -> Iterator[Point]:
    """Yield every line outside code blocks that begins with a number like a point."""
    for number, line in outside_code(lines):
        match = POINT.match(line)
        if match:
            yield Point(number, len(match["indent"].expandtabs(4)), int(match["number"]))


def outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines outside fenced code blocks, with their indexes."""
    fence = ""
    for number, line in enumerate(lines):
        match = FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and match[1].startswith(fence):
            fence = ""
        elif not fence:
            yield number, line


def with_heading_above(lines: list[str], line: int) -> int:
    """Return the line of the heading directly above a point, otherwise the point's own line."""
    above = line - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and HEADING.match(lines[above]) else line


def end_of_last(lines: list[str], points: list[Point]) -> int:
    """Return the line after the last point: a signature, a heading, or text indented less than the points' text."""
    outdent_ends_list = not any(
        is_outdented(lines, number, points[0].indent) for number in range(points[0].line + 1, points[-1].line)
    )
    for number in range(points[-1].line + 1, len(lines)):
        if lines[number].rstrip() == "--" or HEADING.match(lines[number]):
            return number
        if outdent_ends_list and is_outdented(lines, number, points[0].indent):
            return number
    return len(lines)


def is_outdented(lines: list[str], number: int, indent: int) -> bool:
    """Return True if a paragraph begins at the line and is indented no more than the points."""
    line = lines[number]
    begins = bool(line.strip()) and not lines[number - 1].strip()
    return begins and not POINT.match(line) and len(line) - len(line.lstrip()) <= indent


def characters(lines: list[str]) -> int:
    """Return the number of characters on the lines, without surrounding white space."""
    return sum(len(line.strip()) for line in lines)


def item(point: Point, lines: list[str], own_lines: list[str]) -> ExtractedPage:
    """Return the page of one point: `lines` are all of its lines, `own_lines` those from its number on."""
    return ExtractedPage(point.number, PageKind.ITEM, item_title(own_lines), plain("\n".join(lines)))


def item_title(lines: list[str]) -> str:
    """Return the point's headline: its first line if that is short, otherwise its first sentence."""
    match = POINT.match(lines[0])
    first = plain((match and match["rest"]) or "")
    rest = lines[1:]
    if not first and rest:
        return one_line(plain("\n".join(rest)).partition("\n")[0], ITEM_TITLE)
    if len(first) <= HEADLINE:
        return one_line(first, ITEM_TITLE)
    blank = next((place for place, line in enumerate(rest) if not line.strip()), len(rest))
    paragraph = " ".join([first, *(plain(line) for line in rest[:blank])])
    return one_line(SENTENCE_END.split(paragraph, maxsplit=1)[0], ITEM_TITLE)


def markdown_blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the headings and the text between them, without Markdown marks."""
    headings = dict(headings_of(lines))
    body: list[str] = []
    for number, line in enumerate(lines):
        if number in headings:
            yield from body_blocks(body)
            body = []
            yield Block(headings[number], heading=True)
        elif number - 1 not in headings or not UNDERLINE.match(line) or HEADING.match(lines[number - 1]):
            body.append(line)
    yield from body_blocks(body)


def body_blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the paragraphs of a text without headings."""
    for paragraph in "\n".join(lines).split("\n\n"):
        yield Block(plain(paragraph))


def headings_of(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the indexes and words of headings, marked by number signs or underlined."""
    text = dict(outside_code(lines))
    for number, line in text.items():
        match = HEADING.match(line)
        if match and (words := heading_words(match)):
            yield number, plain(words)
        elif is_underlined(text, number):
            yield number, plain(line)


def heading_words(heading: re.Match[str]) -> str:
    """Return the words of a heading, without closing number signs."""
    words = (heading["words"] or "").strip()
    opened = words.rstrip("#")
    return opened.strip() if not opened or opened[-1].isspace() else words


def is_underlined(text: dict[int, str], number: int) -> bool:
    """Return True if a line is a heading: a single line above a line of equals signs or hyphens."""
    alone = not text.get(number - 1, "").strip() and not UNDERLINE.match(text[number])
    return alone and bool(text[number].strip()) and bool(UNDERLINE.match(text.get(number + 1, "")))


def plain(markdown: str) -> str:
    """Return the text without the marks of headings, bold type and links; the URL of a link is kept."""
    text = LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[1] != link[2] else link[1], markdown)
    without_marks = (HEADING.sub(heading_words, line) for line in text.split("\n"))
    return clean("\n".join(without_marks).replace("**", ""))

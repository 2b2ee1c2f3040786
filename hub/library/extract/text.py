"""Plain text, Markdown and captions: sections by heading, moments, or the items of a numbered weekly update.

A numbered update is a text with at least three numbered points at its outer level (`hub.library.extract.points`) whose
numbers increase and that make up most of the text. Each point is a page of kind ITEM with its number in the text.
Text before the first point is kept at the beginning of that point's page, and text after the last one at the end of
its page, so that nothing is lost; a heading above a point belongs to that point.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from hub.library.extract import charsets
from hub.library.extract.captions import are_captions, parts_of_captions, title_of
from hub.library.extract.dated import begins_with_date, date_lines
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.newsletters import LEFT_OUT, without_footer
from hub.library.extract.pages import Document, ExtractedPage, LeftOut, clean, one_line
from hub.library.extract.points import (
    FEWEST_POINTS,
    HEADING,
    Point,
    numbered_points,
    outside_code,
    point_at,
)
from hub.library.extract.problems import EMPTY, ENCRYPTED_FILE, OTHER_KIND, Unreadable
from hub.library.extract.sections import Block, sections
from hub.library.extract.transcripts import recognized
from hub.library.rules import PageKind

UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})[ \t]*$")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^()\s]*)\)")
# Not after a capital, as in "U.S. Department".
SENTENCE_END = re.compile(r"(?<=[a-z0-9)\]\"”][.!?])\s+(?=[^a-z])")
WEB_PAGES = {"html", "htm"}

MAIN_SHARE = 0.5
HEADLINE = 60
ITEM_TITLE = 100
SEALED = b"-----BEGIN PGP MESSAGE-----"
FEWEST_DATED = 2  # points of an update that begins with its date
PHRASE = 3  # words


def sections_of(markdown: str) -> tuple[ExtractedPage, ...]:
    """Return the pages of typed Markdown: the items of a numbered update, or sections by heading.

    Accepts any string; the marks of headings and bold type are removed, and what newsletter tools add. Every other
    word is kept. Blank text has no pages.
    """
    return pages_of(markdown)[0]


def pages_of(markdown: str) -> tuple[tuple[ExtractedPage, ...], tuple[LeftOut, ...]]:
    """Return the pages as `sections_of`, and what is left out."""
    lines, has_footer = without_footer(clean(markdown).split("\n"))
    return tuple(items(lines) or sections(markdown_blocks(lines))), (LEFT_OUT,) * has_footer


def open_captions(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open captions: their pages are moments; a text without any time is divided at blank lines."""
    text = clean(read_text(path, file_format, limits))
    parts = list(parts_of_captions(text))
    return Document(iter(parts or sections(Block(part) for part in text.split("\n\n"))), title_of(text))


def open_text(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a plain text: its pages are the moments of a transcript, its items, or parts divided at blank lines."""
    text = clean(read_text(path, file_format, limits))
    if are_captions(text):
        return open_captions(path, file_format, limits)
    if (spoken := recognized(text.split("\n"))) is not None:
        return Document(spoken)
    lines, has_footer = without_footer(text.split("\n"))
    pages = items(lines) or sections(text_blocks(lines))
    return Document(iter([*pages, *[LEFT_OUT] * has_footer]))


def open_markdown(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open a Markdown text: its pages are its items, or its sections, and the first section gives the title."""
    pages, left_out = pages_of(read_text(path, file_format, limits))
    return Document(iter([*pages, *left_out]), titled_by_first_page=bool(pages) and pages[0].kind is PageKind.SECTION)


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
    if content.lstrip().startswith(SEALED):
        raise Unreadable(ENCRYPTED_FILE)
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
    points = max(numbered_points(lines), key=len, default=[])
    is_dated = begins_with_date(lines)
    if len(points) < (FEWEST_DATED if is_dated else FEWEST_POINTS):
        return []
    starts = [with_heading_above(lines, point.line) for point in points]
    end = end_of_last(lines, points)
    if characters(lines[starts[0] : end]) < MAIN_SHARE * characters(lines[starts[0] if is_dated else 0 :]):
        return []
    bounds = [0, *starts[1:], len(lines)]
    return [
        item(point, lines[bounds[place] : bounds[place + 1]], lines[point.line + 1 : bounds[place + 1]])
        for place, point in enumerate(points)
    ]


def with_heading_above(lines: list[str], line: int) -> int:
    """Return the line of the heading directly above a point, otherwise the point's own line."""
    above = line - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    is_heading = above >= 0 and HEADING.match(lines[above]) and not point_at(lines[above])
    return above if is_heading else line


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
    return begins and not point_at(line) and len(line) - len(line.lstrip()) <= indent


def characters(lines: list[str]) -> int:
    """Return the number of characters on the lines, without surrounding white space."""
    return sum(len(line.strip()) for line in lines)


def item(point: Point, lines: list[str], rest: list[str]) -> ExtractedPage:
    """Return the page of one point: `lines` are all of its lines, `rest` those after the line of its number."""
    return ExtractedPage(point.number, PageKind.ITEM, item_title(point.rest, rest), plain("\n".join(lines)))


def item_title(first: str, rest: list[str]) -> str:
    """Return the point's headline: its first bold words, or its first line if that is short, or its first sentence."""
    if not first and rest:
        start = next((place for place, line in enumerate(rest) if line.strip()), 0)
        first, rest = rest[start].strip(), rest[start + 1 :]
    if bold := bold_title(first):
        return bold
    first = plain(first)
    if len(first) <= HEADLINE:
        return one_line(first, ITEM_TITLE)
    blank = next((place for place, line in enumerate(rest) if not line.strip()), len(rest))
    paragraph = " ".join([first, *(plain(line) for line in rest[:blank])])
    return one_line(SENTENCE_END.split(paragraph, maxsplit=1)[0], ITEM_TITLE)


def bold_title(line: str) -> str:
    """Return the first bold words of a line without the mark after them; "" unless they open it or are a phrase."""
    for match in BOLD.finditer(line):
        words = plain(match[1]).strip(" \t:–—-")
        if words and (not line[: match.start()].strip() or len(words.split()) >= PHRASE):
            return one_line(words, ITEM_TITLE)
    return ""


def text_blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the paragraphs of a plain text; the dates of several updates are its only headings."""
    start = 0
    for mark in date_lines(lines):
        yield from map(Block, "\n".join(lines[start : mark.line]).split("\n\n"))
        yield Block(lines[mark.line], heading=True)
        start = mark.line + 1
    yield from map(Block, "\n".join(lines[start:]).split("\n\n"))


def markdown_blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the headings and the text between them, without Markdown marks."""
    dates = {mark.line: plain(lines[mark.line]) for mark in date_lines(lines)}
    headings = dates | dict(headings_of(lines))
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

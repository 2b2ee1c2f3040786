"""Parts of a Word document in other formats (web pages, RTF, mail archives), which Word shows as part of its text."""

import re
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser

from hub.library.extract.container import ZIP_START, Element
from hub.library.extract.embedded import note_content
from hub.library.extract.formats import FORMATS
from hub.library.extract.pages import clean
from hub.library.extract.parts import Place
from hub.library.extract.problems import Unreadable
from hub.library.extract.rtf import RTF_START, rtf_text
from hub.library.extract.sections import Block
from hub.library.extract.text import decoded, markdown_blocks
from hub.library.extract.webpage import markdown_of, parse_html

WHAT = "inserted document"
HEAD = 4_096
DECLARED = re.compile(rb"(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{1,40})")


def chunk_blocks(place: Place, reference: str) -> Iterator[Block]:
    """Yield the text of an inserted part; a Word document becomes a file inside. What can't be read is noted."""
    name = place.target(reference, WHAT)
    content = place.content(name, WHAT) if name else b""
    if content.startswith(ZIP_START):
        note_content(place, content, name, WHAT)
    elif content:
        try:
            yield from text_blocks(name, content)
        except (Unreadable, ValueError, LookupError):
            place.unread(WHAT)


def text_blocks(name: str, content: bytes) -> Iterator[Block]:
    """Yield the text of an inserted part that isn't a Word document; raises Unreadable, ValueError or LookupError."""
    if content.lstrip().startswith(RTF_START):
        yield from (Block(part) for part in rtf_text(content).split("\n\n"))
    elif name.lower().endswith(".txt"):
        yield from (Block(part) for part in clean(decoded(content, FORMATS["txt"])).split("\n\n"))
    else:
        is_archive = b"mime-version:" in content[:HEAD].lower()
        page = parse_html(archived_page(content)) if is_archive else page_of(content)
        yield from markdown_blocks(clean(markdown_of(page)).split("\n"))


def page_of(content: bytes) -> Element | None:
    """Return the root of a web page inside a file, in UTF-8 or the encoding that it declares; raises Unreadable."""
    try:
        return parse_html(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        declaration = DECLARED.search(content[:HEAD])
    try:
        return parse_html(content.decode(declaration[1].decode() if declaration else "", "replace"))
    except LookupError:
        return parse_html(decoded(content, FORMATS["html"]))


def archived_page(content: bytes) -> str:
    """Return the page of a web archive (MHT); raises LookupError when it has none."""
    message = BytesParser(policy=policy.default).parsebytes(content)
    body = message.get_body(("html", "plain"))
    if body is None:
        raise LookupError(WHAT)
    return str(body.get_content())

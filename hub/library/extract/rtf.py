"""Rich Text Format: its text, with headers, notes and text boxes, which it stores beside the text."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from striprtf.striprtf import font_table_group, rtf_to_text

from hub.library.extract.alt_texts import said
from hub.library.extract.container import OLE_START
from hub.library.extract.embedded import note_content
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document, Part, clean
from hub.library.extract.parts import COMMENTS, DELETED, Notes
from hub.library.extract.problems import DAMAGED, EMPTY, OTHER_KIND, TOO_LARGE, Unreadable
from hub.library.extract.properties import plausible, sensible_title
from hub.library.extract.sections import Block, only_picture, sections
from hub.library.extract.text import items

RTF_START = b"{\\rtf"
LARGEST = 200 * 1024 * 1024
TITLE_WITHIN = 100_000
# Text beside the text, which the library leaves out: it becomes paragraphs, in place.
BESIDE = re.compile(
    r"(?:\\\*\s?)?\\(footnote|header[lrf]?|footer[lrf]?|shp|shpinst|shptxt|dptxbxtext|do|pntext|listtext"
    # The elements of equations, without those that hold their settings.
    r"|mmath|moMath|moMathPara|mr|mf|mnum|mden|me|mdeg|msub|msup|msSub|msSup|msSubSup|msPre|mrad|md|mfunc|mfName|mnary"
    r"|mlim|mlimLow|mlimUpp|mm|mmr|meqArr|macc|mbar|mbox|mborderBox|mgroupChr)(?![A-Za-z])-?\d{0,9} ?"
)
PARAGRAPHS = ("footnote", "header", "footer", "shp", "dptxbxtext", "do")
INLINE = {"pntext": " ", "listtext": " ", "mden": " / ", "msub": "_", "msup": "^", "mlim": "_"}
NUMBER_TAB = re.compile(r"(\\(?:list|pn)text(?![a-z])[^{}]{0,300}?)\\tab ?\}")
CELL = re.compile(r"\\(?:nest)?cell(?![a-z]) ?")
DELETION = re.compile(r"\\deleted(?![a-z0-9]|\s?0)1? ?")
COMMENT = re.compile(r"\\\*\s?\\annotation(?![a-z])")
PICTURE = re.compile(r"\\pict(?![a-z])")
OBJECT = re.compile(r"\\objdata(?![a-z])([\s0-9a-fA-F]*)")
PACKAGES = (OLE_START, b"PK\x03\x04", b"%PDF")
DESCRIPTION = re.compile(
    r"\{\\sp\s{0,3}\{\\sn\s{1,3}(?:wzDescription|gtextUNICODE)\}\s{0,3}\{\\sv\s{1,3}([^{}]{1,4000})\}"
)
TITLE = re.compile(r"\{\\title\s{1,3}([^{}]{1,2000})\}")
CODE_PAGE = re.compile(r"\\ansicpg\d{1,5}")
# Old Macs and DOS have encodings of their own, which the library doesn't know.
CHARSETS = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}
OTHER_CHARSET = re.compile(r"\{\\rtf\d{0,3}\s?\\(mac|pca?)(?![a-z])")
# One that follows a number in Unicode stands for the same character.
ESCAPE = re.compile(r"(\\u-?\d{1,6} ?)?\\'([89a-f][0-9a-f])", re.IGNORECASE)
BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
# With the letter that follows, which in Chinese, Japanese and Korean encodings is the other half of a character.
NOT_ASCII = re.compile(rb"[\x80-\xff]+[A-Za-z@^_`|~\[\]]?")
CREATED = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
# The library looks for links with a pattern whose time grows with the square of the text: none may match.
# It looks for fonts line by line: the entries are on lines of their own, and no line is long.
FONT_ENTRY = re.compile(r"[^}\n]{2000}|[^}\n]{0,2000}\}")
LINK = re.compile(r"hyper(?=link)", re.IGNORECASE)


def open_rtf(path: Path, file_format: Format, limits: Limits) -> Document:
    """Open an RTF file: its pages are its items, or parts divided at blank lines."""
    if path.stat().st_size > min(LARGEST, limits.unpacked_bytes):
        raise Unreadable(TOO_LARGE)
    content = path.read_bytes()
    if not content.strip():
        raise Unreadable(EMPTY)
    if not content.lstrip().startswith(RTF_START):
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    source = source_of(content)
    return Document(parts(source, text_of(source)), title_of(source), created_on(source))


def parts(source: str, text: str) -> Iterator[Part]:
    """Yield the pages, then what was left out or couldn't be read."""
    pages = items(text.split("\n")) or list(sections(Block(part) for part in text.split("\n\n")))
    yield from pages or ([only_picture()] if PICTURE.search(source) else [])
    if COMMENT.search(source):
        yield COMMENTS
    if DELETION.search(source):
        yield DELETED
    notes = Notes()
    for entry in OBJECT.finditer(source):
        note_object(notes, "".join(entry[1].split()))
    yield from notes.noted


def note_object(notes: Notes, digits: str) -> None:
    """Note an embedded object, given in hexadecimal digits: a head of its own, then the file or its container."""
    content = bytes.fromhex(digits[: len(digits) // 2 * 2])
    starts = [place for start in PACKAGES if (place := content.find(start)) >= 0]
    if starts:
        note_content(notes, content[min(starts) :], "", "embedded object")
    else:
        notes.unread("embedded object")


def between(match: re.Match[str]) -> str:
    """Return what stands for the beginning of a text beside the text, or of an element of an equation."""
    return "\\par " if match[1].startswith(PARAGRAPHS) else INLINE.get(match[1], "")


def rtf_text(content: bytes) -> str:
    """Return the text of an RTF file, then what it says about its pictures; raises Unreadable when it is damaged."""
    return text_of(source_of(content))


def source_of(content: bytes) -> str:
    """Return RTF in ASCII: without binary data, and with other bytes written as escapes."""
    pieces: list[bytes] = []
    place = 0
    for match in BINARY.finditer(content):
        if match.start() >= place:
            pieces.append(content[place : match.start()])
            place = match.end() + int(match[1])
    pieces.append(content[place:])
    source = NOT_ASCII.sub(escaped, b"".join(pieces).lstrip()).decode("ascii")
    if charset := OTHER_CHARSET.match(source):
        encoding = CHARSETS[charset[1]]
        return ESCAPE.sub(lambda match: match[0] if match[1] else wide(match[2], encoding), source)
    return source


def wide(digits: str, encoding: str) -> str:
    """Return a character, given by its number in an old encoding, as an escape by its number in Unicode."""
    number = ord(bytes.fromhex(digits).decode(encoding))
    return rf"\u{number - 0x10000 if number >= 0x8000 else number}?"  # noqa: PLR2004  (they are written with a sign)


def escaped(match: re.Match[bytes]) -> bytes:
    """Return bytes as escapes."""
    return b"".join(b"\\'%02x" % byte for byte in match[0])


def text_of(source: str) -> str:
    """Return the text of RTF source, then what it says about its pictures; raises Unreadable when it is damaged."""
    head = code_page(source)
    said_of_pictures = [said(plain(head + match[1])) for match in DESCRIPTION.finditer(source)]
    text = plain(source, whole=True)
    return clean("\n\n".join([text, *dict.fromkeys(line for line in said_of_pictures if line)]))


def plain(source: str, *, whole: bool = False) -> str:
    """Return the text of RTF source; `whole` is False for a piece of it, which has no head. Raises Unreadable."""
    prepared = BESIDE.sub(between, NUMBER_TAB.sub(r"\1 }", source))
    prepared = DELETION.sub(r"\\*\\deleted ", CELL.sub(r"\\tab ", LINK.sub("hyper\n", prepared)))
    fonts = str(font_table_group(prepared))  # type: ignore[no-untyped-call]
    if fonts:
        prepared = prepared.replace(fonts, FONT_ENTRY.sub(r"\g<0>\n", fonts), 1)
    try:
        text = rtf_to_text(prepared if whole else "{\\rtf1 " + prepared + "}", errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise Unreadable(DAMAGED) from error
    # Characters beyond the basic ones are written as two halves.
    return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\u2011", "-")


def title_of(source: str) -> str:
    """Return the title in the document's properties, if a person seems to have chosen it."""
    match = TITLE.search(source, 0, TITLE_WITHIN)
    return sensible_title(plain(code_page(source) + match[1])) if match else ""


def code_page(source: str) -> str:
    """Return the control word for the encoding of the document; "" when it has none."""
    match = CODE_PAGE.search(source, 0, TITLE_WITHIN)
    return f"{match[0]} " if match else ""


def created_on(source: str) -> date | None:
    """Return the plausible day on which the document was created."""
    match = CREATED.search(source, 0, TITLE_WITHIN)
    try:
        return plausible(date(int(match[1]), int(match[2]), int(match[3]))) if match else None
    except ValueError:
        return None

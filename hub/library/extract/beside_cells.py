"""Text on the sheets of Excel workbooks that isn't in cells: comments, text boxes, charts, headers and footers."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from lxml import etree

from hub.library.extract.alt_texts import alt_text
from hub.library.extract.cells import DAMAGE, text_in
from hub.library.extract.container import Element, Package, local_name, walk
from hub.library.extract.drawings import GRAPHICS, graphic_lines
from hub.library.extract.embedded import note_embedded
from hub.library.extract.pages import Part
from hub.library.extract.paragraphs import WRITTEN_TWICE, paragraph_text
from hub.library.extract.parts import Place

# Excel keeps a copy of each conversation for older versions, which begins with this.
COPY_OF_THREAD = "[Threaded comment]"
EMBEDDED = frozenset({"package", "oleObject"})
# Codes in headers and footers: places, fonts, colors, page numbers and so on.
PRINT_CODE = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d{1,3}|[A-JL-Za-z])')
PRINTED = ("{*}oddHeader", "{*}oddFooter", "{*}evenHeader", "{*}evenFooter", "{*}firstHeader", "{*}firstFooter")
NOTE = "Note"
# What the parser reports at the end of a part that is damaged beyond open elements.
CUT_OFF = frozenset({"ERR_TAG_NOT_FINISHED", "ERR_DOCUMENT_END", "ERR_DOCUMENT_EMPTY", "ERR_GT_REQUIRED"})

Lines = Iterator[str]


def beside(package: Package, part: str, name: str) -> Iterator[str | Part]:
    """Yield the lines of a sheet's comments, text boxes and charts, then what was noted; `name` is the sheet's."""
    place = Place(package, part, f" of the sheet “{name}”")
    for kind, read, what in KINDS:
        for target in place.related(kind):
            yield from lines_of(read, place, target, what)
    for identifier, reference in place.references.items():
        if reference.kind in EMBEDDED:
            note_embedded(place, identifier, "embedded file")
    yield from place.noted


def lines_of(read: Callable[[Place, str], Iterable[str]], place: Place, target: str, what: str) -> Iterator[str]:
    """Yield the lines of a part; if it is missing or damaged, those before the damage, and it is noted."""
    try:
        for line in read(place, target):
            if text := " ".join(line.split()):
                yield text
    except DAMAGE:
        place.unread(what)


def comments(sheet: Place, part: str) -> Lines:
    """Yield the notes of cells."""
    for comment in sheet.package.xml(part).iter("{*}comment"):
        text = text_in(comment)
        if text and not text.startswith(COPY_OF_THREAD):
            yield f"Comment on {comment.get('ref', 'a cell')}: {text}"


def conversations(sheet: Place, part: str) -> Lines:
    """Yield the comments of cells, with the replies to them."""
    for comment in sheet.package.xml(part).iter("{*}threadedComment"):
        for text in comment.iterfind("{*}text"):
            yield f"Comment on {comment.get('ref', 'a cell')}: {text.text or ''}"


def drawing(sheet: Place, part: str) -> Lines:
    """Yield the text of text boxes, shapes and charts, and the descriptions of pictures."""
    place = sheet.beside(part)
    for element in walk(sheet.package.xml(part), WRITTEN_TWICE):
        name = local_name(element)
        if name == "p":
            yield paragraph_text(element)
        elif name == "cNvPr":
            yield alt_text(element)
        elif name in GRAPHICS:
            yield from graphic_lines(place, element)
    sheet.also += place.also


def old_drawing(sheet: Place, part: str) -> Lines:
    """Yield the captions of buttons, check boxes and other controls, which are written as pages for a browser."""
    # Excel leaves some of their elements open.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(sheet.package.read(part), parser)
    if root is None:
        raise ValueError(part)
    for shape in root.iter("{*}shape"):
        kinds = [data.get("ObjectType") for data in shape.iter("{*}ClientData")]
        for box in () if NOTE in kinds else shape.iter("{*}textbox"):
            yield " ".join("".join(box.itertext()).split())
    if any(entry.type_name in CUT_OFF for entry in parser.error_log):
        raise ValueError(part)


KINDS: tuple[tuple[str, Callable[[Place, str], Lines], str], ...] = (
    ("comments", comments, "comments"),
    ("threadedComment", conversations, "comments"),
    ("drawing", drawing, "drawings or charts"),
    ("vmlDrawing", old_drawing, "controls"),
)


def has_pictures(package: Package, part: str) -> bool:
    """Return True if a sheet has pictures; False also if its drawings are damaged."""
    try:
        return any(True for name in package.related(part, "drawing") for _ in package.related(name, "image"))
    except DAMAGE:
        return False


def printed_text(elements: Iterable[Element]) -> Lines:
    """Yield the headers and footers of a sheet's printed pages, each once, without their codes."""
    texts = (PRINT_CODE.sub(" ", (element.text or "").replace("&&", "\0")) for element in elements)
    yield from dict.fromkeys(line for text in texts if (line := " ".join(text.replace("\0", "&").split())))


def hints(elements: Iterable[Element]) -> Lines:
    """Yield the words that Excel shows beside cells that are selected, and the choices that a cell offers."""
    for element in elements:
        choices = [child.text or "" for child in element.iterfind("{*}formula1")]
        listed = [choice.strip('"') for choice in choices if choice.startswith('"')]
        yield from chain((element.get("promptTitle", ""), element.get("prompt", "")), listed)

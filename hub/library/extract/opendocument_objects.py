"""Objects in OpenDocument files: formulas, charts, and other documents."""

import io
import zipfile
from collections.abc import Iterator

from hub.library.extract.container import Element, attribute, local_name, walk
from hub.library.extract.embedded import note_content
from hub.library.extract.equations import equation_text
from hub.library.extract.parts import LINKED, Place
from hub.library.extract.problems import Unreadable

WHAT = "embedded object"
TYPES = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
MIMETYPE = "application/vnd.oasis.opendocument."
NOT_NUMBERS = {"NaN", "1.#NAN"}
SETTINGS = ("Configurations2/", "Thumbnails/")
NO_SERIES = frozenset({"table"})


class Objects:
    """The objects of one document, each opened once."""

    def __init__(self) -> None:
        """Begin without any."""
        self.roots: dict[str, Element | None] = {}

    def formula(self, place: Place, element: Element) -> str:
        """Return the formula that an element refers to or has; "" when it is something else."""
        root = self.root(place, element)
        return equation_text(root) if root is not None and local_name(root) == "math" else ""

    def lines(self, place: Place, element: Element) -> Iterator[str]:
        """Yield the text of an object; a document becomes a file inside, and what can't be read is noted."""
        root = self.root(place, element)
        if root is None:
            return
        if local_name(root) == "math":
            yield equation_text(root)
            return
        for body in root.iterfind("{*}body/{*}*"):
            if local_name(body) == "chart":
                yield from chart_lines(place, body)
            elif local_name(body) in TYPES:
                note_document(place, folder_of(element), local_name(body))
            else:
                yield from paragraph_lines(body)

    def root(self, place: Place, element: Element) -> Element | None:
        """Return the root of an object; None when it has none, which is noted unless it is a file inside."""
        for inner in element:
            if local_name(inner) in {"math", "document"}:
                return inner
        name = folder_of(element)
        if name not in self.roots:
            self.roots[name] = opened(place, name)
        return self.roots[name]


def opened(place: Place, name: str) -> Element | None:
    """Return the root of an object by its folder; the file of another program becomes a file inside."""
    if "://" in name or name.startswith("../"):
        place.leave_out(LINKED)
    elif f"{name}/content.xml" in place.package:
        return place.xml(f"{name}/content.xml", WHAT)
    elif name in place.package:
        if content := place.content(name, WHAT):
            note_content(place, content, name, WHAT)
    else:
        place.unread(WHAT)
    return None


def folder_of(element: Element) -> str:
    """Return the name of the folder or part that an element refers to."""
    return attribute(element, "href").removeprefix("./").rstrip("/")


def note_document(place: Place, folder: str, kind: str) -> None:
    """Note a document in a folder as a file inside."""
    try:
        note_content(place, packed(place, folder, kind), folder, WHAT)
    except Unreadable:
        place.unread(WHAT)


def packed(place: Place, folder: str, kind: str) -> bytes:
    """Return the parts in a folder as a file of its own; raises Unreadable when one of them is damaged."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", MIMETYPE + kind)
        for name in [name for name in place.package.members if name.startswith(f"{folder.lower()}/")]:
            own = place.package.members[name].filename.lstrip("/")[len(folder) + 1 :]
            if own and own != "mimetype" and not own.startswith(SETTINGS):
                archive.writestr(own, place.package.read(name))
    return buffer.getvalue()


def paragraph_lines(root: Element, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the paragraphs in an element that aren't blank."""
    for element in walk(root, skip):
        if local_name(element) in {"p", "h"} and (text := "".join(element.itertext()).strip()):
            yield text


def chart_lines(place: Place, body: Element) -> Iterator[str]:
    """Yield a chart's titles, then its values as a table; raw values that are shown differently are also searched."""
    yield from dict.fromkeys(paragraph_lines(body, NO_SERIES))
    for row in body.iter("{*}table-row"):
        cells = []
        for cell in row.iter("{*}table-cell"):
            # Categories on several levels are there twice: as a list, and as one text.
            levels = [line for entry in cell.iterfind("{*}list") for line in paragraph_lines(entry)]
            text = " – ".join(levels) or " ".join(paragraph_lines(cell))
            cells.append("" if text in NOT_NUMBERS else text)
            raw = attribute(cell, "value")
            if raw and raw not in {text, *NOT_NUMBERS}:
                place.also.append(raw)
        if any(cells):
            yield "\t".join(cells).strip()

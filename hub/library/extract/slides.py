"""PowerPoint presentations: slides in the order of the slide show, with speaker notes."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hub.library.extract.alt_texts import alt_text
from hub.library.extract.container import Element, Package, local_name, main_part, open_office
from hub.library.extract.drawings import GRAPHICS, graphic_lines, has_pictures
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document, ExtractedPage, Lost, Part, one_line
from hub.library.extract.paragraphs import WRITTEN_TWICE, numbered_paragraphs, paragraphs, table_rows
from hub.library.extract.parts import COMMENTS, Place
from hub.library.extract.problems import Unreadable
from hub.library.extract.properties import core_properties
from hub.library.rules import PageKind

TITLES = {"title", "ctrTitle"}
NOT_IN_NOTES = {"sldImg", "sldNum", "hdr", "ftr", "dt"}
FOOTERS = {"sldNum", "hdr", "ftr", "dt"}
SHAPES = {"sp", "pic", "graphicFrame"}
FALSE = {"0", "false"}


def open_presentation(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the presentation's slides, including hidden ones, so that numbers match PowerPoint's."""
    package = open_office(path, file_format, limits)
    name, root = main_part(package, "presentation", file_format)
    title, published_on = core_properties(package)
    return Document(Deck(package, name, root).parts(), title, published_on, titled_by_first_page=True)


@dataclass
class Lines:
    """The lines of a slide: `descriptions` are those that describe pictures, `footers` those of its footer and date."""

    shown: list[str] = field(default_factory=list)
    descriptions: set[str] = field(default_factory=set)
    footers: list[str] = field(default_factory=list)

    def add_description(self, line: str) -> None:
        """Add a description of a picture, unless the same words are there already."""
        if line and line not in self.shown:
            self.shown.append(line)
            self.descriptions.add(line)

    @property
    def first(self) -> str:
        """The first line of the slide's own words; "" when it has none."""
        words = (line for line in self.shown if line not in self.descriptions)
        return next(words, "").partition("\n")[0]


class Deck:
    """The reader of one presentation."""

    def __init__(self, package: Package, name: str, root: Element) -> None:
        """`name` and `root` are those of the main part."""
        self.package = package
        self.references = package.relations(name)
        self.root = root
        # The masters of each layout that was read, and the masters that were read.
        self.layouts: dict[str, list[str]] = {}
        self.masters: set[str] = set()

    def parts(self) -> Iterator[Part]:
        """Yield all slides that the presentation lists, in order, each followed by what was noted on it."""
        listed = [attribute_with_prefix(entry) for entry in self.root.iter("{*}sldId")]
        for number, reference in enumerate(listed, start=1):
            parts: list[Part] = [Lost(number)]
            with suppress(Unreadable, KeyError):
                parts = self.slide(self.references[reference].target, number)
            yield from parts

    def slide(self, name: str, number: int) -> list[Part]:
        """Return one slide with its text and notes, then what was noted on it."""
        root = self.package.xml(name)
        place = Place(self.package, name, f" on slide {number}")
        lines = slide_lines(place, root)
        if root.get("showMasterSp") not in FALSE:
            self.add_background(place)
        note_comments(place)
        page = ExtractedPage(
            number,
            PageKind.SLIDE,
            slide_title(root) or one_line(lines.first, 100),
            "\n".join(lines.shown),
            notes="\n".join(notes(place)),
            hidden=root.get("show") in FALSE,
            also_searched="\n".join(place.also),
            is_picture=len(lines.shown) == len(lines.footers) and has_pictures(root),
        )
        return [page, *place.noted]

    def add_background(self, place: Place) -> None:
        """Add the fixed text of the slide's layout and master to the first slide that shows it: many share it."""
        for name in place.related("slideLayout"):
            if name not in self.layouts:
                self.layouts[name] = self.layout_masters(place, name)
            for master in self.layouts[name]:
                if master not in self.masters:
                    self.masters.add(master)
                    background(place, master)

    def layout_masters(self, place: Place, name: str) -> list[str]:
        """Add the fixed text of a layout to what is searched; returns the masters that it shows."""
        root = background(place, name)
        shows_master = root is not None and root.get("showMasterSp") not in FALSE
        return Place(self.package, name, place.where, place.noted).related("slideMaster") if shows_master else []


def background(place: Place, name: str) -> Element | None:
    """Add the fixed text of a layout or a master, without its placeholders; returns its root."""
    root = place.xml(name, "layout")
    if root is not None:
        own = place.beside(name)
        place.also += [*slide_lines(own, root, fixed_only=True).shown, *own.also]
    return root


def slide_lines(place: Place, root: Element, *, fixed_only: bool = False) -> Lines:
    """Return the lines in the order of the shapes, with tables, SmartArt and charts in place.

    `fixed_only` leaves out placeholders, which layouts have for slides to fill in.
    """
    lines = Lines()
    waiting = [root]
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name in WRITTEN_TWICE or (fixed_only and name in SHAPES and placeholder(element)):
            continue
        if name == "sp" and placeholder(element) in FOOTERS:
            lines.footers += paragraphs(element)
        add_lines(lines, place, element)
        if name not in {"tbl", "txBody"}:
            waiting.extend(reversed(element))
    return lines


def add_lines(lines: Lines, place: Place, element: Element) -> None:
    """Add the text of an element on a slide, if it has any."""
    name = local_name(element)
    if name == "tbl":
        lines.shown += table_rows(element)
    elif name == "txBody":
        lines.shown += numbered_paragraphs(element)
    elif name == "cNvPr":
        lines.add_description(alt_text(element))
    elif name in GRAPHICS:
        lines.shown += graphic_lines(place, element)


def attribute_with_prefix(entry: Element) -> str:
    """Return the `r:id` of an entry, which also has an unrelated `id`."""
    return next((str(value) for key, value in entry.items() if key.endswith("}id")), "")


def slide_title(root: Element) -> str:
    """Return the text of the title placeholder on one line; "" when the slide has none."""
    for shape in root.iter("{*}sp"):
        if placeholder(shape) in TITLES:
            return one_line(" ".join(paragraphs(shape)))
    return ""


def placeholder(shape: Element) -> str:
    """Return the placeholder type of a shape; "body" by default, "" when it isn't a placeholder."""
    for element in shape.iter("{*}ph"):
        return str(element.get("type", "body"))
    return ""


def notes(place: Place) -> Iterator[str]:
    """Yield the lines of a slide's speaker notes."""
    for name in place.related("notesSlide"):
        root = place.xml(name, "page with notes")
        for shape in [] if root is None else root.iter("{*}sp", "{*}graphicFrame"):
            if placeholder(shape) not in NOT_IN_NOTES:
                yield from slide_lines(place.beside(name), shape).shown


def note_comments(place: Place) -> None:
    """Note that a slide has comments, classic or modern."""
    for name in place.related("comments"):
        root = place.xml(name, "list of comments")
        if root is not None and any(True for _ in root.iter("{*}cm")):
            place.leave_out(COMMENTS)

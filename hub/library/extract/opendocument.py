"""OpenDocument presentations, texts and spreadsheets, the formats of LibreOffice."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from hub.library.extract.container import Element, Package, attribute, local_name, walk
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.opendocument_lists import Lists
from hub.library.extract.opendocument_objects import Objects
from hub.library.extract.opendocument_text import DRAWINGS, OpenText, Styles, form_lines
from hub.library.extract.pages import Cut, Document, ExtractedPage, Part, one_line
from hub.library.extract.parts import Place
from hub.library.extract.problems import OTHER_KIND, PASSWORD, Unreadable
from hub.library.extract.properties import properties
from hub.library.extract.sections import Block, only_picture, sections
from hub.library.extract.updates import update_pages
from hub.library.rules import PageKind

BODIES = {"odt": "text", "odp": "presentation", "ods": "spreadsheet"}
STYLES = "styles.xml"
LETTER = re.compile(r"[^\W\d_]")  # a line without letters is a page number
# What the header and footer of a sheet have unless someone changes them.
DEFAULT_MARGIN = re.compile(r"\W*(page|seite|sheet|of|\?+)?[\W\d]*(of|von)?[\W\d]*", re.IGNORECASE)
FIXED = {"", "footer", "header"}  # the other frames of a master are placeholders
MARGINS = ("header", "footer")


def open_opendocument(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the slides, sections or sheets of an OpenDocument file."""
    package = Package(path, file_format, limits)
    refuse_encrypted(package)
    if "content.xml" not in package:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    root = package.xml("content.xml")
    kind = BODIES[file_format.extension]
    body = root.find("{*}body/{*}" + kind)
    if body is None:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    title, published_on = properties(package, "meta.xml", "creation-date")
    reading = Reading(package, root, body)
    if kind != "text":
        pages = reading.slides() if kind == "presentation" else reading.sheets(limits)
        return Document(pages, title, published_on, titled_by_first_page=kind == "presentation")
    parts = reading.sections()
    by_heading = bool(parts) and isinstance(parts[0], ExtractedPage) and parts[0].kind is PageKind.SECTION
    return Document(iter(parts), title, published_on, titled_by_first_page=by_heading)


def refuse_encrypted(package: Package) -> None:
    """Raise Unreadable when the parts of the package are encrypted."""
    manifest = "META-INF/manifest.xml"
    if manifest in package and package.xml(manifest).find(".//{*}encryption-data") is not None:
        raise Unreadable(PASSWORD)


class Reading:
    """The reader of one OpenDocument file."""

    def __init__(self, package: Package, root: Element, body: Element) -> None:
        """`root` is that of the content, `body` the text, the presentation or the spreadsheet in it."""
        self.package = package
        self.root = root
        self.body = body
        self.place = Place(package, "content.xml")
        what = "list of styles, headers and footers"
        self.styles_root = self.place.xml(STYLES, what) if STYLES in package else None
        self.styles = Styles(Lists(root, self.styles_root), bold_styles(root))
        self.objects = Objects()
        self.masters: set[str] = set()

    def text_at(self, place: Place, *, reads_comments: bool = False) -> OpenText:
        """Return a reader that notes at a place."""
        return OpenText(place, self.styles, self.objects, reads_comments=reads_comments)

    def sections(self) -> list[Part]:
        """Return the sections of a text, or its items if it is a numbered update, then what was noted."""
        blocks = list(self.text_at(self.place).blocks(self.body))
        blocks += [Block(line) for line in form_lines(self.body)]
        margins = "\n".join(dict.fromkeys(line for line in self.margins() if LETTER.search(line)))
        pages = update_pages(blocks, margins) or list(sections([*blocks, Block(margins)]))
        if not pages and has_pictures(self.body):
            pages = [only_picture()]
        return [*pages, *self.place.noted]

    def margins(self) -> Iterator[str]:
        """Yield the lines of headers and footers."""
        for master in [] if self.styles_root is None else self.styles_root.iterfind("{*}master-styles/{*}master-page"):
            for part in master:
                if local_name(part).startswith(MARGINS) and attribute(part, "display") != "false":
                    yield from self.text_at(self.place).lines(part)

    def slides(self) -> Iterator[Part]:
        """Yield all slides in order, including hidden ones, each followed by what was noted on it."""
        self.styles.bullets = False
        hidden = styles_that_hide(self.root)
        yield from self.place.noted
        for number, slide in enumerate(self.body.iterfind("{*}page"), start=1):
            place = Place(self.package, "content.xml", f" on slide {number}")
            lines = [*self.text_at(place).lines(slide), *form_lines(slide)]
            footers = list(self.footers(slide))
            self.add_background(place, attribute(slide, "master-page-name"))
            notes = [line for part in slide.iterfind("{*}notes") for line in self.text_at(place).lines(part)]
            yield ExtractedPage(
                number,
                PageKind.SLIDE,
                slide_title(self.text_at(Place(self.package, "")), slide) or one_line(next(iter(lines), ""), 100),
                "\n".join([*lines, *footers]),
                "\n".join(notes),
                hidden=attribute(slide, "style-name") in hidden,
                also_searched="\n".join(place.also),
                is_picture=not lines and has_pictures(slide),
            )
            yield from place.noted

    def footers(self, slide: Element) -> Iterator[str]:
        """Yield the header, the footer and the fixed date of a slide."""
        for kind in ("header", "footer", "date-time"):
            name = attribute(slide, f"use-{kind}-name")
            for entry in self.body.iterfind("{*}" + kind + "-decl") if name else ():
                text = "".join(entry.itertext()).strip()
                if attribute(entry, "name") == name and text and attribute(entry, "source") != "current-date":
                    yield text

    def add_background(self, place: Place, name: str) -> None:
        """Add the fixed text of a slide's master to the first slide that shows it: many share it."""
        if name in self.masters or self.styles_root is None:
            return
        self.masters.add(name)
        for master in self.styles_root.iterfind("{*}master-styles/{*}master-page"):
            if attribute(master, "name") == name:
                fixed = [part for part in master if attribute(part, "class") in FIXED]
                reader = self.text_at(place)
                place.also += [line for part in fixed if local_name(part) in DRAWINGS for line in holding(reader, part)]

    def sheets(self, limits: Limits) -> Iterator[Part]:
        """Yield all sheets with their names and their rows that aren't blank, then their drawings and comments."""
        hidden = styles_that_hide(self.root)
        margins = dict.fromkeys(line for line in self.margins() if not DEFAULT_MARGIN.fullmatch(line))
        for number, table in enumerate(self.body.iterfind("{*}table"), start=1):
            name = one_line(attribute(table, "name"))
            place = Place(self.package, "content.xml", f" on the sheet “{name}”" if name else f" on sheet {number}")
            reader = self.text_at(place, reads_comments=True)
            rows = list(islice(reader.rows(table), limits.sheet_rows + 1))
            if len(rows) > limits.sheet_rows:
                yield Cut(number)
            lines = [*rows[: limits.sheet_rows], *drawn_lines(reader, table), *form_lines(table)]
            lines += margins if number == 1 else []
            is_hidden = attribute(table, "style-name") in hidden
            also = "\n".join(place.also)
            yield ExtractedPage(number, PageKind.SHEET, name, "\n".join(lines), hidden=is_hidden, also_searched=also)
            yield from place.noted
        yield from self.place.noted


def holding(reader: OpenText, element: Element) -> Iterator[str]:
    """Yield the lines of an element itself, and not only of what is in it."""
    reader.asides.append(element)
    yield from asides_of(reader)


def asides_of(reader: OpenText) -> Iterator[str]:
    """Yield the lines of what the paragraphs and cells that were read have beside their text."""
    while reader.asides:
        entry = reader.asides.pop(0)
        if isinstance(entry, Block):
            yield from (line for line in entry.text.split("\n") if line.strip())
            reader.place.also += [entry.also_searched] if entry.also_searched else []
        else:
            waiting, reader.asides = reader.asides, []
            yield from reader.lines([entry])
            reader.asides += waiting


def drawn_lines(reader: OpenText, table: Element) -> Iterator[str]:
    """Yield the text of the drawings and comments on a sheet."""
    yield from asides_of(reader)
    for shapes in table.iterfind("{*}shapes"):
        yield from reader.lines(shapes)


def slide_title(reader: OpenText, slide: Element) -> str:
    """Return the text of the title's frame; "" when the slide has none."""
    for frame in slide.iter("{*}frame"):
        if attribute(frame, "class") == "title":
            return one_line(" ".join(reader.text(part) for part in frame.iterfind("{*}text-box")))
    return ""


def has_pictures(slide: Element) -> bool:
    """Return True if a slide has a picture other than that of an object."""
    for frame in walk(slide, frozenset({"notes"})):
        names = {local_name(child) for child in frame} if local_name(frame) == "frame" else set()
        if "image" in names and not names & {"object", "object-ole"}:
            return True
    return False


def bold_styles(root: Element) -> set[str]:
    """Return the names of the styles of bold text."""
    bold = {
        attribute(style, "name")
        for style in root.iterfind("{*}automatic-styles/{*}style")
        for looks in style.iterfind("{*}text-properties")
        if attribute(looks, "font-weight") in {"bold", "700", "800", "900"}
    }
    return bold | {"Strong_20_Emphasis"}


def styles_that_hide(root: Element) -> set[str]:
    """Return the names of the styles that hide slides or sheets."""
    return {
        attribute(style, "name")
        for style in root.iterfind("{*}automatic-styles/{*}style")
        for looks in style
        if attribute(looks, "visibility") == "hidden" or attribute(looks, "display") == "false"
    }

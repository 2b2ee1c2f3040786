"""PowerPoint presentations: slides in the order of the slide show, with speaker notes."""

from collections.abc import Iterator
from pathlib import Path

from hub.library.extract.container import Element, Package, local_name, main_part, open_office, walk
from hub.library.extract.drawings import WRITTEN_TWICE, graphic_text, paragraphs, table_rows
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Cut, Document, ExtractedPage, Lost, one_line
from hub.library.extract.problems import Unreadable
from hub.library.extract.properties import core_properties
from hub.library.rules import PageKind

TITLES = {"title", "ctrTitle"}
CARRIERS = {"tbl", "txBody", "relIds", "chart"}
NOT_IN_NOTES = {"sldImg", "sldNum", "hdr", "ftr", "dt"}


def open_presentation(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the presentation's slides, including hidden ones, so that numbers match PowerPoint's."""
    package = open_office(path, file_format, limits)
    name, root = main_part(package, "presentation", file_format)
    title, published_on = core_properties(package)
    return Document(slides(package, name, root), title, published_on, titled_by_first_page=True)


def slides(package: Package, name: str, root: Element) -> Iterator[ExtractedPage | Lost | Cut]:
    """Yield all slides that the presentation lists, in order."""
    relations = package.relations(name)
    listed = [attribute_with_prefix(entry) for entry in root.iter("{*}sldId")]
    for number, reference in enumerate(listed, start=1):
        try:
            yield slide(package, relations[reference].target, number)
        except (Unreadable, KeyError):
            yield Lost(number)


def attribute_with_prefix(entry: Element) -> str:
    """Return the `r:id` of an entry, which also has an unrelated `id`."""
    return next((str(value) for key, value in entry.items() if key.endswith("}id")), "")


def slide(package: Package, part: str, number: int) -> ExtractedPage:
    """Return one slide with its text and notes."""
    root = package.xml(part)
    text = "\n".join(slide_text(package, part, root))
    return ExtractedPage(
        number,
        PageKind.SLIDE,
        slide_title(root) or one_line(text.partition("\n")[0], 100),
        text,
        notes="\n".join(notes(package, part)),
        hidden=root.get("show") in {"0", "false"},
    )


def slide_text(package: Package, part: str, root: Element) -> Iterator[str]:
    """Yield the slide's lines in the order of its shapes, with tables, SmartArt and charts in place."""
    relations = package.relations(part)
    for shape in shapes(root):
        name = local_name(shape)
        if name == "tbl":
            yield from table_rows(shape)
        elif name == "txBody":
            yield from paragraphs(shape)
        else:
            yield from graphic_text(package, relations, shape)


def shapes(root: Element) -> Iterator[Element]:
    """Yield the elements with text on a slide: text bodies outside tables, tables, references to graphics."""
    for element in walk(root, WRITTEN_TWICE | {"tc"}):
        if local_name(element) in CARRIERS:
            yield element


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


def notes(package: Package, part: str) -> Iterator[str]:
    """Yield the lines of a slide's speaker notes."""
    for name in package.related(part, "notesSlide"):
        for shape in package.xml(name).iter("{*}sp"):
            if placeholder(shape) not in NOT_IN_NOTES:
                yield from paragraphs(shape)

"""SmartArt, charts, pictures and embedded files in the drawings of Office files."""

from collections.abc import Iterator

from hub.library.extract.alt_texts import alt_text
from hub.library.extract.charts import chart_lines
from hub.library.extract.container import Element, attribute, local_name, walk
from hub.library.extract.embedded import note_embedded, note_object
from hub.library.extract.paragraphs import WRITTEN_TWICE, paragraphs
from hub.library.extract.parts import CONTROLS, Place

PICTURES = frozenset({"blip", "imagedata"})
# The elements that refer to a graphic with text.
GRAPHICS = frozenset({"relIds", "chart", "oleObj", "OLEObject", "control", "subDoc"})


def graphic_lines(place: Place, element: Element) -> Iterator[str]:
    """Yield the text of what an element of GRAPHICS refers to; what has no text of its own is noted at the place."""
    name = local_name(element)
    if name == "relIds":
        yield from diagram_lines(place, attribute(element, "dm"))
    elif name == "chart":
        yield from linked_chart(place, attribute(element, "id"))
    elif name == "control":
        place.leave_out(CONTROLS)
    elif name == "subDoc":
        note_embedded(place, attribute(element, "id"), "inserted document")
    else:
        note_object(
            place, element, attribute(element, "progId") or attribute(element, "ProgID") or attribute(element, "name")
        )


def diagram_lines(place: Place, reference: str) -> Iterator[str]:
    """Yield the text of SmartArt, and what is said about its pictures."""
    name = place.target(reference, "diagram")
    root = place.xml(name, "diagram") if name else None
    if root is not None:
        yield from paragraphs(root)
        yield from (line for entry in root.iter("{*}cNvPr") if (line := alt_text(entry)))


def linked_chart(place: Place, reference: str) -> Iterator[str]:
    """Yield the text of a chart."""
    name = place.target(reference, "chart")
    root = place.xml(name, "chart") if name else None
    if root is not None:
        own = place.beside(name)
        yield from chart_lines(own, root)
        place.also += own.also


def has_pictures(root: Element) -> bool:
    """Return True if a drawing has a picture, other than the one of an embedded object."""
    return any(local_name(element) in PICTURES for element in walk(root, WRITTEN_TWICE | {"oleObj", "object"}))

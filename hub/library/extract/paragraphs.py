"""The paragraphs and tables of drawings in Office files."""

from collections.abc import Iterator

from hub.library.extract.container import Element, local_name, walk
from hub.library.extract.equations import equation_text

# Office writes newer shapes twice: the second copy is for older programs.
WRITTEN_TWICE = frozenset({"Fallback"})
INSIDE_RUNS = frozenset({"AlternateContent", "Choice"})
EQUATIONS = frozenset({"m", "oMath", "oMathPara"})


def paragraph_text(paragraph: Element) -> str:
    """Return the text of one drawing paragraph, without the slide number."""
    parts = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name == "br":
            parts.append("\n")
        elif name in EQUATIONS:
            parts.append(equation_text(element))
        elif name == "r" or (name == "fld" and element.get("type") != "slidenum"):
            parts.extend(text.text or "" for text in element.iter("{*}t"))
        elif name in INSIDE_RUNS:
            waiting.extend(reversed(element))
    return "".join(parts).strip()


def paragraphs(element: Element) -> Iterator[str]:
    """Yield the paragraphs in a shape that aren't blank."""
    for below in walk(element, WRITTEN_TWICE):
        if local_name(below) == "p" and (text := paragraph_text(below)):
            yield text


def table_rows(table: Element) -> Iterator[str]:
    """Yield the rows of a table, their cells separated by tabs."""
    for row in table.iter("{*}tr"):
        cells = [" ".join(paragraphs(cell)) for cell in row.iter("{*}tc")]
        if any(cells):
            yield "\t".join(cells)

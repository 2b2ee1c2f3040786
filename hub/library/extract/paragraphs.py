"""The paragraphs and tables of drawings in Office files."""

from collections.abc import Iterator

from hub.library.extract.container import Element, attribute, local_name, walk
from hub.library.extract.equations import equation_text
from hub.library.extract.numbering import in_form, whole

# Office writes newer shapes twice: the second copy is for older programs.
WRITTEN_TWICE = frozenset({"Fallback"})
INSIDE_RUNS = frozenset({"AlternateContent", "Choice"})
# The forms of automatic numbers by how their names begin, and what follows the number by how they end.
FORMS = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"}
ENDS = {"Period": ".", "ParenR": ")"}
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


def numbered_paragraphs(body: Element) -> Iterator[str]:
    """Yield the paragraphs of a text body that aren't blank, with their automatic numbers."""
    counts: dict[int, int] = {}
    for paragraph in body.iterfind("{*}p"):
        text = paragraph_text(paragraph)
        if text:
            label = automatic_number(paragraph, counts)
            yield f"{label} {text}" if label else text


def automatic_number(paragraph: Element, counts: dict[int, int]) -> str:
    """Count a paragraph at its level; returns its number as PowerPoint shows it, "" when it has none."""
    properties = next(paragraph.iterfind("{*}pPr"), None)
    level = whole("" if properties is None else attribute(properties, "lvl"), 0)
    numbers = [] if properties is None else list(properties.iterfind("{*}buAutoNum"))
    for deeper in [entry for entry in counts if entry > level or (entry == level and not numbers)]:
        del counts[deeper]
    for number in numbers:
        counts[level] = counts[level] + 1 if level in counts else whole(attribute(number, "startAt"), 1)
        form = attribute(number, "type")
        digits = in_form(
            counts[level], next((own for start, own in FORMS.items() if form.startswith(start)), "decimal")
        )
        return f"({digits})" if form.endswith("Both") else digits + ENDS.get(form[-6:], "")
    return ""


def table_rows(table: Element) -> Iterator[str]:
    """Yield the rows of a table, their cells separated by tabs."""
    for row in table.iter("{*}tr"):
        cells = [" ".join(paragraphs(cell)) for cell in row.iter("{*}tc")]
        if any(cells):
            yield "\t".join(cells)

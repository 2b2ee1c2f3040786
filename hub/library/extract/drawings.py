"""Text in the drawings of Office files: paragraphs, tables, SmartArt and charts."""

from collections.abc import Iterator

from hub.library.extract.container import Element, Package, Relation, attribute, local_name, walk

# Office writes newer shapes twice: the second copy is for older programs.
WRITTEN_TWICE = frozenset({"Fallback"})


def paragraph_text(paragraph: Element) -> str:
    """Return the text of one drawing paragraph, without the slide number."""
    parts = []
    for element in paragraph:
        name = local_name(element)
        if name == "br":
            parts.append("\n")
        elif name == "r" or (name == "fld" and element.get("type") != "slidenum"):
            parts.extend(text.text or "" for text in element.iter("{*}t"))
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


def graphic_text(package: Package, relations: dict[str, Relation], element: Element) -> Iterator[str]:
    """Yield the text of SmartArt and charts that a drawing refers to."""
    name = local_name(element)
    reference = attribute(element, "dm" if name == "relIds" else "id")
    relation = relations.get(reference)
    if relation is None or relation.target not in package:
        return
    if name == "relIds":
        yield from paragraphs(package.xml(relation.target))
    elif name == "chart":
        yield from chart_text(package.xml(relation.target))


def chart_text(chart: Element) -> Iterator[str]:
    """Yield a chart's titles, then the names of its series and categories, each once."""
    yield from paragraphs(chart)
    names = (value.text or "" for cache in chart.iter("{*}strCache") for value in cache.iter("{*}v"))
    yield from dict.fromkeys(name.strip() for name in names if name.strip())

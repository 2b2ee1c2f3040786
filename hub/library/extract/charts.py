"""Charts of Office files as text: their titles, then their values by category, as they are shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.library.extract.alt_texts import alt_text
from hub.library.extract.container import Element, attribute, local_name, walk
from hub.library.extract.embedded import note_embedded
from hub.library.extract.number_formats import raw_as_shown
from hub.library.extract.paragraphs import paragraphs
from hub.library.extract.parts import CHART_DATA, Place

INDEX = re.compile(r"[0-9]{1,7}")
# In a larger table, the rows of values follow one another: its time and size don't grow with their product.
MOST_CELLS = 1_000_000
NAMED = ("tx", "cat", "val", "xVal", "yVal", "bubbleSize")


@dataclass
class Column:
    """The values of one row of a chart by their position, and the raw ones if they are shown differently."""

    name: str = ""
    labels: dict[int, list[str]] = field(default_factory=dict)
    values: dict[int, list[str]] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)


def chart_lines(place: Place, chart: Element) -> list[str]:
    """Return the lines of a chart, which is the part at `place`; its raw values are added to `place.also`.

    A chart without values of its own has its workbook as a file inside.
    """
    modern = chart.find("{*}chartData") is not None
    titles = modern_titles(chart) if modern else classic_titles(chart)
    columns = list(modern_columns(chart) if modern else classic_columns(chart))
    lines = [*dict.fromkeys(line for line in titles if line), *grid(columns)]
    for column in columns:
        place.also += column.raw
    note_workbook(place, chart, empty=not any(column.values or column.labels for column in columns))
    return [*lines, *user_shapes(place)]


def note_workbook(place: Place, chart: Element, *, empty: bool) -> None:
    """Note the workbook behind a chart: as a file inside if the chart itself is empty."""
    for data in chart.iter("{*}externalData"):
        reference = place.references.get(attribute(data, "id"))
        if reference is None or reference.external or not empty:
            place.leave_out(CHART_DATA)
        else:
            note_embedded(place, attribute(data, "id"), "workbook of the chart")


def user_shapes(place: Place) -> Iterator[str]:
    """Yield the text that was drawn onto a chart."""
    for name in place.related("chartUserShapes"):
        root = place.xml(name, "text drawn onto the chart")
        if root is not None:
            yield from paragraphs(root)
            yield from (line for entry in root.iter("{*}cNvPr") if (line := alt_text(entry)))


def classic_titles(chart: Element) -> Iterator[str]:
    """Yield the titles and labels of a chart, and other names that aren't those of its values."""
    yield from paragraphs(chart)
    for name in chart.iter("{*}trendline"):
        yield from ((entry.text or "").strip() for entry in name.iterfind("{*}name"))
    for cache in chart.iter("{*}strCache", "{*}dlblRangeCache"):
        if not any(local_name(above) in {*NAMED} and within_series(above) for above in cache.iterancestors()):
            yield from ((value.text or "").strip() for value in cache.iter("{*}v"))


def within_series(element: Element) -> bool:
    """Return True if an element belongs directly to a row of values."""
    return element.getparent() is not None and local_name(element.getparent()) == "ser"


def classic_columns(chart: Element) -> Iterator[Column]:
    """Yield the rows of values of a chart."""
    since_1904 = any(attribute(entry, "val") not in {"0", "false"} for entry in chart.iterfind("{*}date1904"))
    axis_codes = {own_code(axis) for axis in chart.iter("{*}valAx")}
    axis_code = axis_codes.pop() if len(axis_codes) == 1 else ""
    for series in chart.iter("{*}ser"):
        column = Column(" ".join((value.text or "").strip() for value in series.iterfind("{*}tx//{*}v")))
        code = label_code(series) or axis_code
        for name in ("cat", "xVal"):
            for data in series.iterfind("{*}" + name):
                read_points(data, column.labels, column, since_1904=since_1904)
        for name in ("val", "yVal", "bubbleSize"):
            for data in series.iterfind("{*}" + name):
                read_points(data, column.values, column, code, since_1904=since_1904)
        yield column


def label_code(series: Element) -> str:
    """Return the number format of the labels of a row of values, or of its chart; "" when it is that of the data."""
    for holder in (series, series.getparent()):
        for labels in holder.iterfind("{*}dLbls"):
            if code := own_code(labels):
                return code
    return ""


def own_code(element: Element) -> str:
    """Return the number format of an axis or of labels; "" when it is that of the data."""
    for entry in element.iterfind("{*}numFmt"):
        if attribute(entry, "sourceLinked") in {"0", "false"}:
            return attribute(entry, "formatCode")
    return ""


def read_points(
    data: Element, points: dict[int, list[str]], column: Column, code: str = "", *, since_1904: bool = False
) -> None:
    """Add the points of one kind to those of a row; levels of categories are added from the outermost on."""
    for holder in levels(data):
        own = next((entry.text or "" for entry in holder.iterfind("{*}formatCode")), "")
        is_number = local_name(holder).startswith("num")
        for point in holder.iterfind("{*}pt"):
            raw = " ".join((value.text or "").strip() for value in point.iterfind("{*}v"))
            form = code or attribute(point, "formatCode") or own
            add_point(points, point, raw_as_shown(raw, form, since_1904=since_1904) if is_number else raw)
            note_raw(column, raw, points, point)


def levels(data: Element) -> list[Element]:
    """Return the caches with points in an element, the outermost level of categories first."""
    names = ("lvl", "strCache", "numCache", "strLit", "numLit")
    return [entry for entry in reversed(list(data.iter())) if local_name(entry) in names]


def add_point(points: dict[int, list[str]], point: Element, text: str) -> None:
    """Add the text of a point at its position."""
    index = attribute(point, "idx")
    if text and INDEX.fullmatch(index):
        points.setdefault(int(index), []).append(text)


def note_raw(column: Column, raw: str, points: dict[int, list[str]], point: Element) -> None:
    """Keep a raw value if it is shown differently."""
    index = attribute(point, "idx")
    texts = points.get(int(index), []) if INDEX.fullmatch(index) else []
    if raw and (not texts or texts[-1] != raw):
        column.raw.append(raw)


def modern_titles(chart: Element) -> Iterator[str]:
    """Yield the titles of a chart of Office 2016 and later."""
    for element in walk(chart, frozenset({"chartData", "series"})):
        if local_name(element) == "txData":
            yield from ((value.text or "").strip() for value in element.iterfind("{*}v"))
    yield from paragraphs(chart)


def modern_columns(chart: Element) -> Iterator[Column]:
    """Yield the rows of values of a chart of Office 2016 and later: a waterfall, a funnel, a treemap."""
    names: dict[str, str] = {}
    for series in chart.iter("{*}series"):
        words = " ".join((value.text or "").strip() for value in series.iterfind("{*}tx/{*}txData/{*}v"))
        for reference in series.iterfind("{*}dataId"):
            names.setdefault(attribute(reference, "val"), words)
    for data in chart.iterfind("{*}chartData/{*}data"):
        column = Column(names.get(attribute(data, "id"), ""))
        for dimension in data:
            if local_name(dimension) in {"strDim", "numDim"}:
                read_dimension(dimension, column)
        yield column


def read_dimension(dimension: Element, column: Column) -> None:
    """Add the points of one dimension, from the outermost level of categories on."""
    is_number = local_name(dimension) == "numDim"
    points = column.values if is_number else column.labels
    for level in reversed(list(dimension.iterfind("{*}lvl"))):
        for point in level.iterfind("{*}pt"):
            raw = (point.text or "").strip()
            add_point(points, point, raw_as_shown(raw, attribute(level, "formatCode")) if is_number else raw)
            if is_number:
                note_raw(column, raw, points, point)


def grid(columns: list[Column]) -> Iterator[str]:
    """Yield the values as a table if all rows have the same categories, otherwise one row after another."""
    filled = [column for column in columns if column.values or column.labels or column.name]
    labels = next((column.labels for column in filled if column.labels), {})
    cells = len(filled) * sum(len(column.values) for column in filled)
    if cells > MOST_CELLS or any(column.labels not in ({}, labels) for column in filled):
        for column in filled:
            yield from table([column], column.labels)
    else:
        yield from table(filled, labels)


def table(columns: list[Column], labels: dict[int, list[str]]) -> Iterator[str]:
    """Yield the head with the names of the rows of values, then a line for each category."""
    depth = max((len(words) for words in labels.values()), default=0)
    if any(column.name for column in columns):
        yield "\t".join([*[""] * min(depth, 1), *(column.name for column in columns)]).strip()
    positions = sorted({index for column in columns for index in column.values} | set(labels))
    for index in positions:
        words = labels.get(index, [])
        values = (" ".join(column.values.get(index, [])) for column in columns)
        yield "\t".join([" – ".join(words), *values] if depth else [*values]).rstrip("\t")

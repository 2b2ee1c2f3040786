"""Office files with parts that python-pptx and python-docx can't make: charts, diagrams, equations, comments."""

from collections.abc import Mapping
from pathlib import Path

from tests.library import documents

TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
SLIDE = "ppt/slides/slide1.xml"
SLIDE_RELATIONS = "ppt/slides/_rels/slide1.xml.rels"
BODY = "word/document.xml"
BODY_RELATIONS = "word/_rels/document.xml.rels"
NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
)
PARAGRAPH = "<w:p {names}>{properties}<w:r><w:t>{words}</w:t></w:r></w:p>"


def relation(identifier: str, kind: str, target: str, mode: str = "") -> str:
    """Return a relationship; `kind` is the last word of its type."""
    external = f' TargetMode="{mode}"' if mode else ""
    return f'<Relationship Id="{identifier}" Type="{TYPES}{kind}" Target="{target}"{external}/>'


def slide_with(
    path: Path, shapes: str, relations: str = "", parts: Mapping[str, bytes] | None = None, title: str = "Presses"
) -> Path:
    """Return a presentation whose only slide has a title, those shapes, relationships and other parts."""
    documents.deck(path, lambda show: documents.add_slide(show, title, ""))
    return added_to(path, SLIDE, SLIDE_RELATIONS, "</p:spTree>", shapes, relations, parts)


def word_with(path: Path, content: str, relations: str = "", parts: Mapping[str, bytes] | None = None) -> Path:
    """Return a Word document with that content, relationships and other parts."""
    documents.word(path, lambda document: None)
    return added_to(path, BODY, BODY_RELATIONS, "<w:sectPr", content, relations, parts)


def added_to(
    path: Path, name: str, listing: str, mark: str, content: str, relations: str, parts: Mapping[str, bytes] | None
) -> Path:
    """Return the same file with content before a mark in one part, and with relationships and other parts."""
    old, old_relations = documents.part_of(path, name), documents.part_of(path, listing)
    changes = {
        name: old.replace(mark, content + mark, 1).encode(),
        listing: old_relations.replace("</Relationships>", relations + "</Relationships>").encode(),
    }
    return documents.rezipped(path, {**changes, **(parts or {})})


def frame(inner: str) -> str:
    """Return a graphic frame of a slide with that content."""
    data = f"<a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic>"
    return f'<p:graphicFrame {NAMES}><p:nvGraphicFramePr><p:cNvPr id="9" name="Frame"/></p:nvGraphicFramePr>{data}</p:graphicFrame>'


def text_shape(paragraphs: str) -> str:
    """Return a shape of a slide with those paragraphs."""
    return f'<p:sp {NAMES}><p:nvSpPr><p:cNvPr id="7" name="Box"/><p:nvPr/></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>'


def picture(description: str, *, title: str = "") -> str:
    """Return a picture of a slide with an alternative text."""
    properties = f'<p:nvPicPr><p:cNvPr id="8" name="Picture 7" descr="{description}" title="{title}"/></p:nvPicPr>'
    return f'<p:pic {NAMES}>{properties}<p:blipFill><a:blip r:embed="rIdPicture"/></p:blipFill></p:pic>'


def word_picture(description: str) -> str:
    """Return a paragraph of a Word document with a picture that has an alternative text."""
    anchor = f'<wp:inline><wp:docPr id="1" name="Picture 1" descr="{description}"/><a:graphic/></wp:inline>'
    return f"<w:p {NAMES}><w:r><w:t>Beside it</w:t></w:r><w:r><w:drawing>{anchor}</w:drawing></w:r></w:p>"


def paragraph(words: str, properties: str = "") -> str:
    """Return a paragraph of a Word document."""
    own = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return PARAGRAPH.format(names=NAMES, properties=own, words=words)


def listed(words: str, number: int, level: int = 0) -> str:
    """Return a paragraph of a Word document in a list."""
    return paragraph(words, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(place: int, form: str, text: str, more: str = "") -> str:
    """Return the definition of one level of a list."""
    return f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(levels: str, lists: str = '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>') -> dict[str, bytes]:
    """Return the part with the definitions of the lists of a Word document."""
    definition = f'<w:abstractNum w:abstractNumId="5">{levels}</w:abstractNum>'
    return {"word/numbering.xml": f"<w:numbering {NAMES}>{definition}{lists}</w:numbering>".encode()}


def chart(series: str, title: str = "", more: str = "") -> bytes:
    """Return the part of a chart."""
    words = (
        f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx></c:title>" if title else ""
    )
    plot = f"<c:plotArea><c:barChart>{series}</c:barChart></c:plotArea>"
    return f"<c:chartSpace {NAMES}><c:chart>{words}{plot}</c:chart>{more}</c:chartSpace>".encode()


def points(values: tuple[str, ...]) -> str:
    """Return the points of a chart's cache."""
    return "".join(f'<c:pt idx="{place}"><c:v>{value}</c:v></c:pt>' for place, value in enumerate(values))


def series(name: str, labels: tuple[str, ...], values: tuple[str, ...], code: str = "General") -> str:
    """Return a row of values of a chart."""
    return (
        f"<c:ser><c:tx><c:strRef><c:strCache>{points((name,))}</c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache>{points(labels)}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache>"
        f"<c:formatCode>{code}</c:formatCode>{points(values)}</c:numCache></c:numRef></c:val></c:ser>"
    )


CHART = frame(f'<c:chart {NAMES} r:id="rIdChart"/>')
CHART_RELATION = relation("rIdChart", "chart", "../charts/chart9.xml")
CHART_PART = "ppt/charts/chart9.xml"

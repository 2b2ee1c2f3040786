"""PDFs for the tests of extraction, with contents that libraries for PDFs don't write in this form."""

from collections.abc import Sequence
from pathlib import Path

HEIGHT = 792
FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding{}>>"
TO_UNICODE = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00><ff> endcodespacerange "
    "{count} beginbfchar {entries} endbfchar endcmap end end"
)


def written(
    path: Path,
    *contents: str,
    annotations: Sequence[str] = (),
    form: str = "",
    letters: dict[str, str] | None = None,
    xobjects: str = "",
    others: Sequence[str] = (),
) -> Path:
    """Return a PDF whose pages have those content streams.

    `annotations` belong to the first page; `form` is its dictionary of fields, where ``@0`` is the first annotation;
    `letters` says which text a letter of the font stands for; `others` are further objects, named ``%0`` and so on.
    """
    objects: list[str] = ["", ""]

    def add(text: str) -> str:
        objects.append(text)
        return f"{len(objects)} 0 R"

    mapping = f"/ToUnicode {add(stream(unicode_map(letters)))}" if letters else ""
    font = add(FONT.format(mapping))
    extras: list[str] = []
    for other in others:
        extras.append(add(numbered(other, "%", extras)))
    notes = [add(numbered(annotation, "%", extras)) for annotation in annotations]
    pages: list[str] = []
    for content in contents:
        body = add(stream(content))
        listed = f"/Annots[{' '.join(notes)}]" if notes and not pages else ""
        resources = f"<</Font<</F {font}>>/XObject<<{numbered(xobjects, '%', extras)}>>>>"
        pages.append(
            add(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 {HEIGHT}]/Resources {resources}/Contents {body}{listed}>>")
        )
    fields = numbered(numbered(form.replace("FONT", font), "@", notes), "%", extras)
    objects[0] = f"<</Type/Catalog/Pages 2 0 R{fields}>>"
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(pages)}]>>"
    path.write_bytes(assembled(objects))
    return path


def numbered(text: str, sign: str, references: list[str]) -> str:
    """Return the text with a sign and a number replaced by a reference to that object."""
    for place, reference in enumerate(references):
        text = text.replace(f"{sign}{place}", reference)
    return text


def stream(content: str, entries: str = "") -> str:
    """Return an object with a stream."""
    return f"<</Length {len(content.encode('latin-1'))}{entries}>>stream\n{content}\nendstream"


def unicode_map(letters: dict[str, str]) -> str:
    """Return the map from letters of a font to text."""
    entries = " ".join(f"<{ord(letter):02x}><{text.encode('utf-16-be').hex()}>" for letter, text in letters.items())
    return TO_UNICODE.format(count=len(letters), entries=entries)


def assembled(objects: list[str]) -> bytes:
    """Return the file with these objects, numbered from 1."""
    content, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(content)}\n%%EOF"
    return content + (head + end).encode("latin-1")


def at(x: float, y: float, text: str, size: float = 10) -> str:
    """Return the commands that write a line at a place."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def paragraph(lines: Sequence[str], x: float = 72, top: float = 700) -> str:
    """Return the commands that write lines below each other."""
    return "".join(at(x, top - 14 * place, line) for place, line in enumerate(lines))


def image(width: int = 4, height: int = 4) -> str:
    """Return a gray picture as an object."""
    entries = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8"
    return stream("~" * (width * height), entries)


def shown_at(left: float, bottom: float, width: float, height: float, name: str = "Im") -> str:
    """Return the commands that show a picture."""
    return f"q {width} 0 0 {height} {left} {bottom} cm /{name} Do Q\n"

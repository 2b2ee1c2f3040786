"""The demo world's files: real documents, with the same bytes whenever they are made for the same day."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from hub.demo.makers import deck, document, mail, pdf, workbook
from hub.demo.makers.look import Cover
from hub.demo.shapes import DemoResource
from hub.demo.world import organization_of

MAKERS: dict[str, Callable[[Cover, str], bytes]] = {
    "pdf": pdf.make,
    "pptx": deck.make,
    "docx": document.make,
    "xlsx": workbook.make,
}
OFFICE = {"pptx", "docx", "xlsx"}

_THUMBNAIL = re.compile(rb"<Relationship [^>]*thumbnail[^>]*/>")


def make(resource: DemoResource, today: date) -> bytes:
    """Return the bytes of a resource's file, or of its Markdown text; raise ValueError for a link."""
    if resource.url:
        message = f"{resource.key} is a link and has no bytes."
        raise ValueError(message)
    text = resource.text(today)
    if resource.extension in {"", "md"}:
        return f"{text.strip()}\n".encode()
    published = resource.published_on(today)
    cover = Cover(resource.title, organization_of(resource).name, resource.summary, published)
    if resource.extension == "eml":
        return mail.make(cover, text, resource.key)
    content = MAKERS[resource.extension](cover, text)
    return _sealed(content, cover) if resource.extension in OFFICE else content


def _sealed(content: bytes, cover: Cover) -> bytes:
    """Return an Office file without its real creation time and the thumbnail of its template."""
    sealed = BytesIO()
    moment = (cover.published_on.year, cover.published_on.month, cover.published_on.day, 14, 0, 0)
    with ZipFile(BytesIO(content)) as old, ZipFile(sealed, "w", ZIP_DEFLATED, compresslevel=4) as new:
        for entry in old.infolist():
            if entry.filename == "docProps/thumbnail.jpeg":
                continue
            info = ZipInfo(entry.filename, moment)
            info.compress_type = ZIP_DEFLATED
            new.writestr(info, _part(entry.filename, old.read(entry), cover))
    return sealed.getvalue()


def _part(name: str, content: bytes, cover: Cover) -> bytes:
    if name == "docProps/core.xml":
        return _properties(cover)
    if name == "_rels/.rels":
        return _THUMBNAIL.sub(b"", content)
    if name.endswith(".xlsx"):
        return _sealed(content, cover)
    return content


def _properties(cover: Cover) -> bytes:
    """Return the core properties XML: title, author, and the publication day as the creation time."""
    return _CORE.format(
        title=_escaped(cover.title),
        author=_escaped(cover.organization),
        subject=_escaped(cover.summary),
        moment=f"{cover.published_on.isoformat()}T14:00:00Z",
    ).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_CORE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"\
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"\
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title>\
<dc:creator>{author}</dc:creator><dc:subject>{subject}</dc:subject>\
<cp:lastModifiedBy>{author}</cp:lastModifiedBy>\
<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>\
<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>
"""

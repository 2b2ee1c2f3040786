"""Files embedded in documents, such as a workbook on a slide: as files inside, or named if they can't be read."""

import io
import zipfile
from collections.abc import Sequence

import olefile

from hub.library.extract.container import OLE_START, Element, attribute
from hub.library.extract.parts import LINKED, Notes, Place

KINDS = {
    "xlsx": "Workbook",
    "xlsb": "Workbook",
    "xls": "Workbook",
    "ods": "Workbook",
    "docx": "Document",
    "doc": "Document",
    "odt": "Document",
    "rtf": "Document",
    "pptx": "Presentation",
    "ppt": "Presentation",
    "odp": "Presentation",
    "pdf": "PDF",
}
STARTS = {b"%PDF": "pdf", b"{\\rtf": "rtf"}
# The first folder of the parts of an Office file, and the streams of older files.
FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
OPEN_DOCUMENT = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
PACKAGES = ("Package", "CONTENTS", "EmbeddedOdf")
# Programs whose objects are pictures, or the data of an add-in (think-cell) whose drawings are on the slide.
NO_TEXT = (
    "paint",
    "pbrush",
    "photo",
    "image",
    "bitmap",
    "msphoto",
    "ms_clip",
    "msclip",
    "imaging",
    "static",
    "tclayout",
)
NATIVE = "\x01Ole10Native"
LARGEST = 100 * 1024 * 1024


def note_object(place: Place, element: Element, program: str) -> None:
    """Note an embedded object by the element that refers to it; `program` is the identifier of its program."""
    what = object_words(program)
    if program.lower().startswith(NO_TEXT):
        return
    if attribute(element, "Type") == "Link" or any(True for _ in element.iterfind("{*}link")):
        place.leave_out(LINKED)
    else:
        note_embedded(place, attribute(element, "id"), what)


def object_words(program: str) -> str:
    """Return what an embedded object is, in words."""
    kinds = {
        "msgraph": "chart",
        "equation": "equation",
        "mathtype": "equation",
        "visio": "Visio drawing",
        "excel": "embedded workbook",
    }
    kinds |= {"word": "embedded document", "powerpoint": "embedded presentation", "acro": "embedded PDF"}
    return next((words for start, words in kinds.items() if program.lower().startswith(start)), "embedded object")


def note_embedded(place: Place, reference: str, what: str) -> None:
    """Note the file that is referred to as a file inside, or as unread."""
    name = place.target(reference, what)
    if name and not place.has(name) and (content := place.content(name, what)):
        note_content(place, content, name, what)


def note_content(place: Notes, content: bytes, part: str, what: str) -> None:
    """Note the bytes of an embedded file as a file inside, named by its own name or its kind and place."""
    own_name, inner = unwrapped(content)
    extension = kind_of(inner)
    if own_name and ("." in own_name or extension):
        place.inner(own_name if "." in own_name else f"{own_name}.{extension}", inner, part)
    elif extension in KINDS:
        place.inner(f"{KINDS[extension]}{place.where}.{extension}", inner, part)
    else:
        place.unread(what)


def unwrapped(content: bytes) -> tuple[str, bytes]:
    """Return the file in an OLE container, with its own name if it has one; other content is unchanged."""
    if not content.startswith(OLE_START):
        return "", content
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            if container.exists(NATIVE):
                return native(container.openstream(NATIVE).read(LARGEST))
            for name in PACKAGES:
                if container.exists(name):
                    return "", container.openstream(name).read(LARGEST)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (the parser raises any kind of error; what it can't open is named as unread)
        return "", content
    return "", content


def native(content: bytes) -> tuple[str, bytes]:
    """Return the name and the content of a file that was put into a document as a whole.

    The layout: the size, two bytes, the name and the path each ending in a zero byte, 8 bytes, the length of another
    path and the path, the size of the content and the content. Raises ValueError or IndexError when it is damaged.
    """
    end = content.index(b"\0", 6)
    name = decoded_name(content[6:end]).replace("\\", "/").rpartition("/")[2]
    place = content.index(b"\0", end + 1) + 1 + 4
    length = int.from_bytes(content[place : place + 4], "little")
    place += 4 + length
    size = int.from_bytes(content[place : place + 4], "little")
    inner = content[place + 4 : place + 4 + size]
    if not inner:
        raise ValueError(name)
    return name, inner


def decoded_name(name: bytes) -> str:
    """Return a file's name in UTF-8, otherwise in Windows-1252."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp1252", "replace")


def kind_of(content: bytes) -> str:
    """Return the extension for the content of a file; "" when it isn't known."""
    for start, extension in STARTS.items():
        if content.startswith(start):
            return extension
    if content.startswith(b"PK\x03\x04"):
        return kind_of_zip(content)
    if content.startswith(OLE_START):
        return kind_of_container(content)
    return ""


def kind_of_zip(content: bytes) -> str:
    """Return the extension of an Office or OpenDocument file by its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return ""
    if "mimetype" in names:
        start = content[38:].removeprefix(b"application/vnd.oasis.opendocument.")
        return next((extension for kind, extension in OPEN_DOCUMENT.items() if start.startswith(kind)), "")
    if "xl/workbook.bin" in names:
        return "xlsb"
    return by_folder([name.lstrip("/").lower() for name in names])


def by_folder(names: Sequence[str]) -> str:
    """Return the extension of an Office file by the folders of its parts."""
    for folder, extension in FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            return extension
    return ""


def kind_of_container(content: bytes) -> str:
    """Return the extension of an older Office file by its streams."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            return next((extension for stream, extension in STREAMS.items() if container.exists(stream)), "")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (the parser raises any kind of error; what it can't open is named as unread)
        return ""

"""A file inside a document, such as an attachment of an email, found again by its address (`ExtractedPage.part`)."""

from pathlib import Path

from hub.library.extract.formats import FORMATS, Format, format_of
from hub.library.extract.inside import DEEPEST, Opener
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Inner
from hub.library.extract.problems import DAMAGED, Unreadable


def inner_file(path: Path, file_format: Format, limits: Limits, opener: Opener, address: str, folder: Path) -> Inner:
    """Return the file with this address: "2", or "2/1" for the first file inside the second; raises Unreadable.

    ``opener`` opens a document without the files inside it; ``folder`` is for copies of the files on the way.
    """
    rest = address
    for depth in range(DEEPEST):
        parts = opener(path, file_format, limits).pages
        inner = next((part for part in parts if isinstance(part, Inner) and leads(part.part, rest)), None)
        if inner is None:
            break
        if inner.part == rest:
            return inner
        inner_format = format_of(inner.name) or FORMATS.get(inner.extension)
        if inner_format is None:
            break
        rest = rest[len(inner.part) + 1 :]
        path, file_format = folder / f"inner-{depth}", inner_format
        path.write_bytes(inner.content)
    raise Unreadable(DAMAGED)


def leads(part: str, address: str) -> bool:
    """Return True if the address is this part's, or of a file in it."""
    return bool(part) and (address == part or address.startswith(f"{part}/"))


def with_extension(inner: Inner) -> str:
    """Return the file's name without folders, with the extension of its format if it has none that the hub accepts."""
    name = inner.name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "attachment"
    return name if format_of(name) or not inner.extension else f"{name}.{inner.extension}"

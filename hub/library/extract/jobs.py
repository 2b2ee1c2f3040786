"""What the helper process can be asked to do with a file, each in a fork of its own under its limits."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.library.extract import pictures
from hub.library.extract.answers import Telling, end
from hub.library.extract.excerpt import excerpt
from hub.library.extract.formats import FORMATS, Format
from hub.library.extract.legacy import modernized
from hub.library.extract.limits import Limits
from hub.library.extract.openers import open_document
from hub.library.extract.pieces import piece
from hub.library.extract.printing import printed
from hub.library.extract.sandbox import leave_files
from hub.library.extract.typeset import as_html
from hub.library.rules import State

# How much a job that no one waits for gives way to everyone else.
PATIENCE = 10


@dataclass(frozen=True)
class Task:
    """A file and what is asked of it; `folder` may be written to and is gone afterward."""

    path: Path
    file_format: Format
    limits: Limits
    folder: Path
    details: dict[str, Any]


def read(task: Task) -> Iterator[bytes]:
    """Yield the pages with their text, line by line."""
    path, file_format = task.path, task.file_format
    if file_format.converted_to is not None:
        path, file_format = modernized(path, file_format, task.folder)
    leave_files(path, task.folder)
    document = open_document(path, file_format, task.limits)
    for entry in Telling(document, file_format.page_kind, task.limits).lines():
        yield line_of(entry)


def draw(task: Task) -> Iterator[bytes]:
    """Yield the pictures of the pages `numbers` of a PDF, `width` wide, as far as they are begun in `seconds`."""
    details = task.details
    if details.get("patient"):
        os.nice(PATIENCE)
    leave_files(task.path, task.folder)
    yield from told(pictures.drawn(task.path, details["numbers"], details["width"], details["seconds"]))


def print_out(task: Task) -> Iterator[bytes]:
    """Yield a PDF of a presentation; its piece is numbered with how many slides it has."""
    os.nice(PATIENCE)
    result = printed(task.path, task.file_format, task.folder)
    leave_files(result, task.folder)
    yield from told([(pictures.count_pages(result), result.read_bytes())])


def thumbnail(task: Task) -> Iterator[bytes]:
    """Yield the picture that an Office file carries of its first slide."""
    leave_files(task.path, task.folder)
    yield from told(pictures.embedded(task.path, task.file_format, task.details["width"], task.limits))


def repack(task: Task) -> Iterator[bytes]:
    """Yield a file that is a picture itself."""
    leave_files(task.path, task.folder)
    yield from told(pictures.pictured(task.path, task.file_format, task.details["width"]))


def cut_out(task: Task) -> Iterator[bytes]:
    """Yield the pages `numbers` of a PDF as a PDF of their own, with the `lines` below them."""
    leave_files(task.path, task.folder)
    yield from told([(1, excerpt(task.path, task.details["numbers"], task.details["lines"]))])


def typeset(task: Task) -> Iterator[bytes]:
    """Yield a Markdown text, an email or a web page as safe HTML."""
    os.nice(PATIENCE)
    leave_files(task.path, task.folder)
    yield from told([(1, as_html(task.path, task.file_format, task.limits).encode("utf-8", "replace"))])


def told(pieces: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """Yield the pieces, then that all went well."""
    for number, content in pieces:
        yield piece(number, content)
    yield line_of(end(State.OK, ""))


def line_of(entry: dict[str, Any]) -> bytes:
    """One entry as a line of JSON."""
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


JOBS: dict[str, Callable[[Task], Iterator[bytes]]] = {
    "read": read,
    "draw": draw,
    "print": print_out,
    "thumbnail": thumbnail,
    "repack": repack,
    "typeset": typeset,
    "excerpt": cut_out,
}


def done(request: dict[str, Any], limits: Limits, folder: Path) -> Iterator[bytes]:
    """Return all that is told of a request."""
    file_format = FORMATS[request["extension"]]
    task = Task(Path(request["path"]), file_format, limits, folder, request.get("details", {}))
    return JOBS[request.get("job", "read")](task)

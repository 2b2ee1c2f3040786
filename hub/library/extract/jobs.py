"""The jobs of the helper process: each runs on one file, in its own fork, under its limits."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.library.extract import pictures
from hub.library.extract.answers import ReportWriter, end
from hub.library.extract.calculated import calculated_copy
from hub.library.extract.excerpt import excerpt
from hub.library.extract.formats import FORMATS, Format
from hub.library.extract.inner_file import inner_file, with_extension
from hub.library.extract.legacy import converted_copy
from hub.library.extract.limits import Limits
from hub.library.extract.openers import open_alone, open_document
from hub.library.extract.picture_text import for_recognition
from hub.library.extract.pieces import piece
from hub.library.extract.printing import printed
from hub.library.extract.recognition import as_json, parse_table, recognition_of
from hub.library.extract.sandbox import confine_reader
from hub.library.extract.splitting import entries, split_file
from hub.library.extract.tesseract import recognized
from hub.library.extract.typeset import as_html
from hub.library.rules import State

# The niceness of jobs that no one waits for.
NICENESS = 10


@dataclass(frozen=True)
class Task:
    """A file and the details of a job; `folder` is writable and temporary."""

    path: Path
    file_format: Format
    limits: Limits
    folder: Path
    details: dict[str, Any]


def read(task: Task) -> Iterator[bytes]:
    """Yield the pages with their text, line by line; with `calculate`, formulas without results get theirs."""
    path, file_format = task.path, task.file_format
    if file_format.converted_to is not None:
        path, file_format = converted_copy(path, file_format, task.folder)
    calculated = calculated_copy(path, file_format, task.folder) if task.details.get("calculate") else None
    confine_reader(path, task.folder)
    document = open_document(path, file_format, task.limits, calculated)
    for entry in ReportWriter(document, file_format.page_kind, task.limits).lines():
        yield line_of(entry)


def draw(task: Task) -> Iterator[bytes]:
    """Yield the pictures of the pages `numbers` of a PDF, `width` wide, as many as can be begun within `seconds`."""
    details = task.details
    if details.get("low_priority"):
        os.nice(NICENESS)
    confine_reader(task.path, task.folder)
    yield from completed(pictures.drawn(task.path, details["numbers"], details["width"], details["seconds"]))


def print_out(task: Task) -> Iterator[bytes]:
    """Yield a PDF of a presentation; the number of its piece is the number of slides."""
    os.nice(NICENESS)
    result = printed(task.path, task.file_format, task.folder)
    confine_reader(result, task.folder)
    yield from completed([(pictures.count_pages(result), result.read_bytes())])


def thumbnail(task: Task) -> Iterator[bytes]:
    """Yield the thumbnail in an Office file."""
    confine_reader(task.path, task.folder)
    yield from completed(pictures.embedded(task.path, task.file_format, task.details["width"], task.limits))


def repack(task: Task) -> Iterator[bytes]:
    """Yield the pages `numbers` of a picture file as WebP, `width` wide, as many as can be begun within `seconds`."""
    details = task.details
    confine_reader(task.path, task.folder)
    yield from completed(pictures.pictured(task.path, details["numbers"], details["width"], details["seconds"]))


def prepare(task: Task) -> Iterator[bytes]:
    """Yield the page `number` of a PDF or a picture file as text recognition needs it."""
    os.nice(NICENESS)
    confine_reader(task.path, task.folder)
    yield from completed([(1, for_recognition(task.path, task.file_format, task.details["number"]))])


def recognize(task: Task) -> Iterator[bytes]:
    """Yield the text in a prepared picture, in `languages`.

    It isn't drawn here: what starts a program isn't confined as much as what opens a file.
    """
    os.nice(NICENESS)
    table = recognized(task.path, task.details["languages"])
    confine_reader(task.path, task.folder)
    yield from completed([(1, as_json(recognition_of(parse_table(table))))])


def cut_out(task: Task) -> Iterator[bytes]:
    """Yield the pages `numbers` of a PDF as a new PDF, with the `lines` below them."""
    confine_reader(task.path, task.folder)
    yield from completed([(1, excerpt(task.path, task.details["numbers"], task.details["lines"]))])


def copy(task: Task) -> Iterator[bytes]:
    """Yield the name of the file inside a document that has the address `part`, then its bytes."""
    path, file_format = task.path, task.file_format
    if file_format.converted_to is not None:
        path, file_format = converted_copy(path, file_format, task.folder)
    confine_reader(path, task.folder)
    inner = inner_file(path, file_format, task.limits, open_alone, task.details["part"], task.folder)
    name = with_extension(inner).encode("utf-8", "replace")
    yield from completed([(1, name), (2, inner.content)])


def typeset(task: Task) -> Iterator[bytes]:
    """Yield a Markdown text, an email or a web page as safe HTML."""
    os.nice(NICENESS)
    confine_reader(task.path, task.folder)
    yield from completed([(1, as_html(task.path, task.file_format, task.limits).encode("utf-8", "replace"))])


def split(task: Task) -> Iterator[bytes]:
    """Yield the updates of several dates in a file: see `hub.library.extract.splitting`."""
    path, file_format = task.path, task.file_format
    if file_format.converted_to is not None:
        path, file_format = converted_copy(path, file_format, task.folder)
    confine_reader(path, task.folder)
    yield from completed(entries(split_file(path, file_format, task.limits)))


def completed(pieces: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """Yield the pieces, then an end entry with state OK."""
    for number, content in pieces:
        yield piece(number, content)
    yield line_of(end(State.OK, ""))


def line_of(entry: dict[str, Any]) -> bytes:
    """Return an entry as a line of JSON."""
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


JOBS: dict[str, Callable[[Task], Iterator[bytes]]] = {
    "read": read,
    "draw": draw,
    "print": print_out,
    "thumbnail": thumbnail,
    "repack": repack,
    "prepare": prepare,
    "recognize": recognize,
    "typeset": typeset,
    "copy": copy,
    "excerpt": cut_out,
    "split": split,
}


def run_job(request: dict[str, Any], limits: Limits, folder: Path) -> Iterator[bytes]:
    """Run the job of a request, and return its output."""
    file_format = FORMATS[request["extension"]]
    task = Task(Path(request["path"]), file_format, limits, folder, request.get("details", {}))
    return JOBS[request.get("job", "read")](task)

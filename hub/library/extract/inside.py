"""Files inside files: attachments of an email, files in a PDF portfolio, workbooks on a slide.

A reader yields them as `Inner` parts. Here each is opened in turn, to a depth of three, and its pages become pages of
kind ATTACHMENT behind those of the document, named after the file. What can't be opened is named.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hub.library.extract.formats import FORMATS, Format, format_of
from hub.library.extract.limits import Limits
from hub.library.extract.pages import (
    Cut,
    Document,
    ExtractedPage,
    Inner,
    LeftOut,
    Lost,
    Part,
    Unread,
    listed,
    one_line,
)
from hub.library.extract.passing import may_pass
from hub.library.extract.problems import Unreadable
from hub.library.rules import PageKind

DEEPEST = 3
NAME_LENGTH = 120

Opener = Callable[[Path, Format, Limits], Document]


class Unpacking:
    """The pages of a document, followed by those of the files inside it."""

    def __init__(self, opener: Opener, limits: Limits) -> None:
        """`opener` opens a document whose format isn't an old one."""
        self.opener = opener
        self.limits = limits
        self.highest = 0
        self.opened = 0

    def parts(self, document: Document) -> Iterator[Part]:
        """Yield the parts of the document, then those of the files inside it; none of them is an `Inner`."""
        files: list[Inner] = []
        for part in document.pages:
            if isinstance(part, Inner):
                files.append(part)
                continue
            if isinstance(part, ExtractedPage):
                self.highest = max(self.highest, part.number)
            yield part
        for file in files:
            yield from self.inside(file, 1)

    def inside(self, file: Inner, depth: int) -> Iterator[Part]:
        """Yield the pages of one file inside, and of the files in it; what wasn't read is a sentence."""
        name = one_line(file.name, NAME_LENGTH) or "unnamed"
        self.opened += 1
        if depth > DEEPEST:
            yield Unread(f"The attachment “{name}” wasn’t opened, because it is too deep inside other files.")
            return
        if self.opened > self.limits.inner_files:
            yield Unread(f"The attachment “{name}” wasn’t opened: there are too many files inside this one.")
            return
        try:
            yield from self.renumbered(file, name, depth)
        except Unreadable as unreadable:
            yield Unread(f"The attachment “{name}” {unreadable.finding.of_part}.")
        except MemoryError:
            raise
        except Exception as error:
            if may_pass(error):
                raise
            yield Unread(f"The attachment “{name}” is damaged.")

    def renumbered(self, file: Inner, name: str, depth: int) -> Iterator[Part]:
        """Yield the pages of a file as attachments, numbered after all pages so far."""
        file_format = format_of(file.name) or FORMATS.get(file.extension)
        if file_format is None or not file_format.readable or file_format.converted_to:
            yield Unread(f"The attachment “{name}” is of a kind that the hub can’t read inside another file.")
            return
        with tempfile.NamedTemporaryFile(suffix=f".{file_format.extension}") as copy:
            copy.write(file.content)
            copy.flush()
            pictures: list[int] = []
            before = self.highest
            for part in self.opener(Path(copy.name), file_format, self.limits).pages:
                if isinstance(part, Inner):
                    inner_name = f"{name} / {part.name}"
                    deeper = Inner(inner_name, part.content, f"{file.part}/{part.part}", part.extension)
                    yield from self.inside(deeper, depth + 1)
                    continue
                if isinstance(part, ExtractedPage):
                    pictures += [part.number] if part.is_picture else []
                    yield self.attached(part, name, file.part)
                else:
                    yield named(part, name, file_format.page_kind)
            if self.highest == before:
                yield Unread(f"No text was found in the attachment “{name}”.")
            if pictures:
                which = listed(file_format.page_kind, pictures)
                yield Unread(f"The attachment “{name}” has pictures without text ({which}).")

    def attached(self, page: ExtractedPage, name: str, part: str) -> ExtractedPage:
        """Return a page of a file inside the document as an attachment."""
        self.highest += 1
        where = page.title or (f"{page.kind.value} {page.number}" if page.number > 1 else "")
        return ExtractedPage(
            self.highest,
            PageKind.ATTACHMENT,
            one_line(f"{name}: {where}" if where else name),
            page.text,
            page.notes,
            hidden=page.hidden,
            also_searched=page.also_searched,
            part=part,
        )


def named(part: Part, name: str, kind: PageKind) -> Part:
    """Return a part of a file inside the document that has no page, with the file's name."""
    if isinstance(part, Lost):
        return Unread(f"The attachment “{name}” couldn’t be read in full ({listed(kind, [part.number])}).")
    if isinstance(part, Cut):
        return Unread(f"The attachment “{name}” is too long to search in full ({listed(kind, [part.number])}).")
    if isinstance(part, Unread):
        return Unread(f"In the attachment “{name}”: {part.sentence}")
    return LeftOut(f"In the attachment “{name}”: {part.sentence}") if isinstance(part, LeftOut) else part

"""Adding a page that keeps the updates of several dates as one resource for each date.

Each date's text is stored as a Markdown file of its own. The same text gives the same file, so adding the page again
finds what the hub has already (docs/decisions/0023-a-page-of-updates-is-split-into-texts.md).
"""

import hashlib
import io
import logging
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.orm import Session

from config import Config
from hub.core import dates
from hub.core.db import config_of
from hub.core.errors import Refused
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.extract import walls
from hub.library.extract.formats import format_of
from hub.library.extract.limits import Limits
from hub.library.extract.pages import one_line
from hub.library.extract.reader import Busy, Reader
from hub.library.extract.splitting import SPLIT_FORMATS, Part, Split, received
from hub.library.file_names import title_from
from hub.library.files import originals, scanner
from hub.library.models import Resource
from hub.library.rules import LONGEST_TITLE, ScanState, State
from hub.members.models import Organization, Person
from hub.members.rules.permissions import PermissionHolder

log = logging.getLogger("hub.library")

LARGEST = 50_000_000  # bytes
# Shorter than when the worker reads a file: a person waits.
LIMITS = Limits(wall_seconds=40, processor_seconds=30)
WAIT = 30.0  # seconds for the reader to be free
CANNOT = "This file can’t be split by date. Add it as it is."
NOT_CHECKED = "The virus scanner isn’t responding, so this file can’t be opened to split it by date. Try again later."
FILE_NAME_LENGTH = 80
LONGEST_BASE = 200
TITLE = "Update"  # of a pasted text without a title


@dataclass(frozen=True)
class Planned:
    """A part that would become a resource, with its title; `same` is a resource that has it already.

    Without a `file_name`, it is typed text.
    """

    part: Part
    title: str
    file_name: str
    same: Resource | None = None


def split_stored(config: Config, path: Path, file_name: str, reader: Reader | None = None) -> Split:
    """Return the updates in a file, without parts if it doesn't have several dates. Raises Refused, FileNotFoundError.

    The file is opened in the limited helper process, and only after the virus scanner, if there is one, has checked it.
    """
    file_format = format_of(file_name)
    if file_format is None or file_format.extension not in SPLIT_FORMATS:
        return Split()
    if path.stat().st_size > LARGEST:
        raise Refused(f"The file is too large to split by date. The limit is {dates.file_size(LARGEST)}.")
    if not walls.may_open(config, with_office=file_format.converted_to is not None):
        raise Refused(walls.REFUSED)
    _check_for_viruses(config, path)
    if reader is None:
        with Reader(LIMITS) as own:
            return split_stored_by(own, path, file_format.extension)
    return split_stored_by(reader, path, file_format.extension)


def split_stored_by(reader: Reader, path: Path, extension: str) -> Split:
    """Return the updates in a file, as `reader` divides it; raises Refused."""
    try:
        pieces = reader.make("split", path, extension, LIMITS, WAIT)
        if pieces.state is not State.OK:
            log.info("This file wasn't split by date: %s (%s)", path, pieces.detail)
            raise Refused(CANNOT)
        return received(pieces)
    except (Busy, ValueError) as error:
        raise Refused(CANNOT) from error


def _check_for_viruses(config: Config, path: Path) -> None:
    if not config.CLAMD:
        return
    try:
        with path.open("rb") as file:
            verdict = scanner.check(config.CLAMD, file)
    except scanner.ScannerDown as error:
        raise Refused(NOT_CHECKED) from error
    if verdict.state is not ScanState.CLEAN:
        raise Refused(CANNOT)


def planned(split: Split, file_name: str, title: str = "") -> list[Planned]:
    """Return what the parts would become. ``title`` is that of all, if someone entered one.

    Without a ``file_name``, the parts are of typed text.
    """
    name = title_from(file_name) if file_name else ""
    base = one_line(title) or split.title or name or first_words(split.before) or TITLE
    return [
        Planned(
            part,
            one_line(f"{base[:LONGEST_BASE].strip()}, {dates.long(part.day)}", LONGEST_TITLE),
            f"{name[:FILE_NAME_LENGTH].strip()} {part.day.isoformat()}.md" if name else "",
        )
        for part in split.parts
    ]


def first_words(markdown: str) -> str:
    """Return the first line with words, without its marks; "" if there is none."""
    return next((words for line in markdown.split("\n") if (words := line.strip("#*_ "))), "")


def hash_of(part: Part) -> str:
    """Return the SHA-256 of the file of a part, as hexadecimal digits."""
    return hashlib.sha256(part.text.encode()).hexdigest()


def content_of(config: Config, each: Planned) -> library_actions.Content:
    """Return the content of a part, whose file is stored if it has one."""
    if not each.file_name:
        return library_actions.Written(each.part.text)
    stored = originals.store(config, io.BytesIO(each.part.text.encode()))
    return library_actions.File(stored, each.file_name)


def with_duplicates(db: Session, person: PermissionHolder | None, plan: list[Planned]) -> list[Planned]:
    """Return the plan with the resources that ``person`` may read and that have the same text already."""
    return [
        replace(each, same=library_queries.same_file(db, person, hash_of(each.part))) if each.file_name else each
        for each in plan
    ]


def add(
    db: Session,
    person: Person | None,
    organization: Organization,
    facts: library_actions.Facts,
    plan: list[Planned],
    *,
    in_bulk: bool = False,
) -> list[Resource]:
    """Add a resource for each planned part that the hub doesn't have yet; returns them. Raises Refused.

    ``in_bulk``: they are some of many.
    """
    config = config_of(db)
    return [
        library_actions.add(
            db,
            person,
            organization,
            replace(facts, title=each.title, published_on=each.part.day),
            content_of(config, each),
            in_bulk=in_bulk,
        )
        for each in plan
        if each.same is None
    ]

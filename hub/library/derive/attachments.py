"""Files inside a stored document, such as attachments of an email, copied out by the limited child process."""

import atexit
from dataclasses import dataclass

from config import Config
from hub.core.errors import Refused
from hub.core.text import one_line
from hub.library.extract import walls
from hub.library.extract.formats import format_of
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Revision

MEGABYTE = 1024 * 1024
# A person waits for it.
COPYING = Limits(wall_seconds=30, processor_seconds=25, answer_bytes=200 * MEGABYTE)
TIMEOUT = 10.0  # seconds that a request waits for other files copied in this process

NOT_COPIED = "The hub can’t copy this attachment. Download the file, save the attachment from it, and add that."
NO_WALLS = (
    "This hub can’t open files on its current machine. Download the file, save the attachment from it, and add that."
)

# One helper for each web process, started by the first attachment.
_copier = Reader(COPYING)
atexit.register(_copier.close)


@dataclass(frozen=True)
class Attachment:
    """A file inside a document: its name and its bytes."""

    name: str
    content: bytes


def attachment(config: Config, revision: Revision, part: str) -> Attachment:
    """Return the file with the address ``part`` inside a revision's file.

    Raises Refused when it can't be copied, NotNow when the document is missing from the storage, Busy when other files
    are being copied.
    """
    file_format = format_of(revision.file_name or "")
    if file_format is None or not part:
        raise Refused(NOT_COPIED)
    if not walls.may_open(config, with_office=file_format.converted_to is not None):
        raise Refused(NO_WALLS)
    path = originals.path_to_serve(config, revision.sha256 or "")
    copied = _copier.make("copy", path, file_format.extension, timeout=TIMEOUT, part=part)
    name, content = copied.each.get(1, b"").decode("utf-8", "replace"), copied.each.get(2, b"")
    if not content:
        raise Refused(NOT_COPIED)
    return Attachment(one_line(name), content)

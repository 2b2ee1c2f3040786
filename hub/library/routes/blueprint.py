"""What every page of the library starts with: the blueprint, the person, and a file that came."""

from flask import Blueprint
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from hub.core import web
from hub.library import actions, files
from hub.library.rules import (
    after_title,
    table_of,
    topic_label,
)
from hub.members.models import Person

bp = Blueprint("library", __name__)

bp.add_app_template_global(topic_label)
bp.add_app_template_global(table_of)
bp.add_app_template_global(after_title)

Answer = str | Response | tuple[str, int]


def stored(upload: FileStorage) -> actions.File:
    """Store one file under its hash; raises Refused."""
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    actions.check_name(name)
    return actions.File(files.store(web.config(), upload.stream), name)


def reopened(person: Person, handle: str) -> actions.File | None:
    """A file that was stored before the form came, by the note that its sender got; None when the note isn't theirs."""
    found = files.opened(web.config(), person.id, handle)
    return actions.File(*found) if found else None

"""The library's blueprint, and helpers for uploaded files that its pages share."""

from flask import Blueprint
from werkzeug.datastructures import FileStorage

from hub.core import web
from hub.library import actions as library_actions
from hub.library.files import handles, originals
from hub.library.rules import topic_label
from hub.library.tables import after_title, table_of
from hub.members.models import Person

bp = Blueprint("library", __name__)

bp.add_app_template_global(topic_label)
bp.add_app_template_global(table_of)
bp.add_app_template_global(after_title)


def stored(upload: FileStorage) -> library_actions.File:
    """Store an uploaded file under its hash and return it; raises Refused."""
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    library_actions.check_name(name)
    return library_actions.File(originals.store(web.config(), upload.stream), name)


def reopened(person: Person, handle: str) -> library_actions.File | None:
    """Return the file that was stored before the form was sent, by its handle; None if the handle isn't this person's."""
    stored_file = handles.opened(web.config(), person.id, handle)
    return library_actions.File(*stored_file) if stored_file else None

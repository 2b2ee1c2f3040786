"""What every page of the library starts with: the blueprint, the person, and a file that came."""

from flask import Blueprint
from werkzeug.datastructures import FileStorage

from hub.core import web
from hub.library import actions as library_actions
from hub.library.files import handles, originals
from hub.library.rules import after_title, table_of, topic_label
from hub.members.models import Person

bp = Blueprint("library", __name__)

bp.add_app_template_global(topic_label)
bp.add_app_template_global(table_of)
bp.add_app_template_global(after_title)


def stored(upload: FileStorage) -> library_actions.File:
    """Store one file under its hash; raises Refused."""
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    library_actions.check_name(name)
    return library_actions.File(originals.store(web.config(), upload.stream), name)


def reopened(person: Person, handle: str) -> library_actions.File | None:
    """Return a file that was stored before the form came, by the note that its sender got; None when the note isn't theirs."""
    found = handles.opened(web.config(), person.id, handle)
    return library_actions.File(*found) if found else None

"""Icons for pages: single ones cut out of Bootstrap's collection, which is never sent whole (1.1 MB)."""

import re
from functools import lru_cache
from pathlib import Path

import flask_bootstrap
from markupsafe import Markup

_COLLECTION = Path(flask_bootstrap.__file__).parent / "static/bootstrap5/icons/bootstrap-icons.svg"


@lru_cache
def icon(name: str) -> Markup:
    """Return the icon of this name, in the color of the text around it; hidden from screen readers, since words say it.

    Raises KeyError for a name that the collection doesn't have.
    """
    found = re.search(rf'<symbol[^>]* id="{re.escape(name)}">(.*?)</symbol>', _collection(), re.DOTALL)
    if not found:
        raise KeyError(name)
    shape = Markup(found[1])  # noqa: S704 - from the installed collection, not from people
    return (
        Markup('<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">')
        + shape
        + Markup("</svg>")
    )


@lru_cache(maxsize=1)
def _collection() -> str:
    return _COLLECTION.read_text()

"""Icons for pages, extracted one by one from Bootstrap's sprite file, which is too large to send (1.1 MB)."""

import re
from functools import lru_cache
from pathlib import Path

import flask_bootstrap
from markupsafe import Markup

_COLLECTION = Path(flask_bootstrap.__file__).parent / "static/bootstrap5/icons/bootstrap-icons.svg"


@lru_cache
def icon(name: str) -> Markup:
    """Return the named icon as inline SVG in the color of the text; hidden from screen readers, which read the text.

    Raises KeyError for an unknown name.
    """
    match = re.search(rf'<symbol[^>]* id="{re.escape(name)}">(.*?)</symbol>', _collection(), re.DOTALL)
    if not match:
        raise KeyError(name)
    shape = Markup(match[1])  # noqa: S704 - from the installed collection, not from people
    return (
        Markup('<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">')
        + shape
        + Markup("</svg>")
    )


@lru_cache(maxsize=1)
def _collection() -> str:
    return _COLLECTION.read_text()

"""The Flask application and its templates' environment, with what every page pays kept low. Imports no room."""

from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from flask.templating import Environment

MOST = 4_096  # addresses of a process; each takes about 300 bytes
_LONGEST = 64  # characters of a value: what someone typed is longer, and rarely the same


class Templates(Environment):
    """Flask's environment of templates.

    Templates without names of their own share the names of all. Jinja puts an empty layer over these for each template,
    and a page with ten templates and macros then looks through 500 names in Python.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the names that a template can use, with its own in ``d``."""
        return super().make_globals(d) if d else self.globals


class Hub(Flask):
    """Flask's application. A page has up to 200 addresses, most of them the same on every page."""

    jinja_environment = Templates

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._built = lru_cache(MOST)(self._build)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of ``endpoint``, as Flask does; the same one again is remembered.

        Only paths with short numbers and texts are: others depend on the request, or aren't asked for again.
        """
        given = {name: value for name, value in values.items() if value is not None}  # Flask leaves None out, too
        if not has_request_context() or not all(_is_plain(name, value) for name, value in given.items()):
            return super().url_for(endpoint, **values)
        if endpoint.startswith("."):
            blueprint = request.blueprint
            endpoint = f"{blueprint}{endpoint}" if blueprint else endpoint[1:]
        return self._built(request.root_path, endpoint, tuple(given.items()))

    def _build(self, _root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return super().url_for(endpoint, **dict(values))


def _is_plain(name: str, value: object) -> bool:
    """Return True for a value that an address can be remembered by: two that are equal are written alike.

    True isn't, which equals 1; nor what Flask takes as an option, except the anchor.
    """
    if name.startswith("_") and name != "_anchor":
        return False
    return type(value) is int or (type(value) is str and len(value) <= _LONGEST)

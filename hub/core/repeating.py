"""Repeats a request once that met someone else's write at the same time: a deadlock, or a unique index."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]

# In the environment of a request: it may be repeated; and it shall be, and its response is dropped.
_MAY_REPEAT, _SHALL_REPEAT = "hub.may_repeat", "hub.shall_repeat"


class Tee:
    """The body of a request, which keeps what is read from it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.kept = BytesIO()

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes."""
        return self._keep(self._stream.read(size))

    def readline(self, size: int = -1) -> bytes:
        """Read up to the end of a line."""
        return self._keep(self._stream.readline(size))

    def _keep(self, part: bytes) -> bytes:
        self.kept.write(part)
        return part


class Repeating:
    """The app, with forms up to ``most_bytes`` repeated when `ask_again` was called.

    The first try was rolled back, and its response, with its cookies and messages, is dropped. A larger body isn't kept.
    """

    def __init__(self, app: Wsgi, most_bytes: int) -> None:
        self._app, self._most_bytes = app, most_bytes

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        if environ.get("REQUEST_METHOD") != "POST" or not self._is_small(environ):
            return self._app(environ, start_response)
        tee = Tee(environ["wsgi.input"])
        first: list[tuple[Any, ...]] = []
        again = environ.copy()
        environ |= {"wsgi.input": tee, _MAY_REPEAT: True}
        answer = self._app(environ, lambda *start: first.append(start))
        if not environ.get(_SHALL_REPEAT):
            start_response(*first[-1])
            return answer
        if close := getattr(answer, "close", None):
            close()
        tee.read()  # what the first try didn't read
        return self._app(again | {"wsgi.input": BytesIO(tee.kept.getvalue())}, start_response)

    def _is_small(self, environ: Environ) -> bool:
        length = environ.get("CONTENT_LENGTH") or "0"
        return length.isdecimal() and int(length) <= self._most_bytes and "HTTP_TRANSFER_ENCODING" not in environ


def ask_again(environ: Environ) -> bool:
    """Ask for the request to be repeated; return False if it was repeated already, or can't be."""
    environ[_SHALL_REPEAT] = bool(environ.get(_MAY_REPEAT))
    return bool(environ[_SHALL_REPEAT])

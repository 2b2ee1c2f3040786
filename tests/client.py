"""The browser of tests that use no real one."""

import os
import re
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from hub.core.versions import CONFLICT


class Browser(FlaskClient):
    """A test client that sends what the hub's forms send with each POST: the CSRF token, and the version.

    Most tests don't open a form before they send it. Without the field ``version``, the browser acts as if the form had
    been opened just before: it sends the form again with the version in the answer, once, and fails if that is old too.
    A test of two people at once sends the versions of the forms that it opened (tests/forms.py); a form with the field
    ``version`` is sent as it is. With ``sends_version = False``, so is every form.
    """

    sends_csrf = True
    sends_version = True

    def open(self, *args: Any, **kwargs: Any) -> Any:
        data = kwargs.get("data") or {}
        is_form = kwargs.get("method", "GET") == "POST" and "json" not in kwargs and isinstance(data, dict)
        if not self.sends_csrf or not is_form:
            return super().open(*args, **kwargs)
        data = {"csrf_token": self._csrf_token()} | {name: _kept_open(value) for name, value in data.items()}
        answer = super().open(*args, **kwargs | {"data": _reopened(data)})
        if answer.status_code != CONFLICT or "version" in data or not self.sends_version:
            return answer
        versions = re.findall(r'name="version" value="([0-9a-f.]+)(!?)"', answer.text)
        if not versions:
            return answer
        version, _seen = max(versions, key=lambda match: match[1])
        answer = super().open(*args, **kwargs | {"data": _reopened(data | {"version": version})})
        assert answer.status_code != CONFLICT, "Something else was saved between opening the form and sending it."
        return answer

    def _csrf_token(self) -> str:
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", os.urandom(20).hex())
        return str(URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token").dumps(raw))


def _kept_open(value: Any) -> Any:
    """Return a value of a form with the bytes of its files, since sending a file closes it."""
    if isinstance(value, list):
        return [_kept_open(item) for item in value]
    is_file = isinstance(value, tuple) and hasattr(value[0], "read")
    return (value[0].read(), *value[1:]) if is_file else value


def _reopened(data: dict[str, Any]) -> dict[str, Any]:
    """Return a form with its files open."""

    def opened(value: Any) -> Any:
        if isinstance(value, list):
            return [opened(item) for item in value]
        is_file = isinstance(value, tuple) and isinstance(value[0], bytes)
        return (BytesIO(value[0]), *value[1:]) if is_file else value

    return {name: opened(value) for name, value in data.items()}

"""A form that is sent twice, such as by a double click, has one effect, and both requests get the same response.

Each form has an id of its own. The response to it is kept in the transaction of what it did, and the second request
gets that response. For a button that changes a state, that holds for a moment: someone who goes back later and
presses it again means it. A form that makes something, marked with `once`, makes it once for as long as responses are kept.
One that shows a secret, marked with `shown_once`, is answered again only for a moment, too.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from cryptography.fernet import Fernet
from flask import Flask, Response, current_app, flash, g, request
from flask import session as cookie
from flask.json.tag import TaggedJSONSerializer
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from hub.core import clock
from hub.core.db import take_turns
from hub.core.sent_forms import MOMENT, SentForm
from hub.core.web import db, store_nowhere

View = TypeVar("View", bound=Callable[..., Any])

FORM_ID = "form_id"  # the hidden field, in templates/parts/forms.html
_AT_ONCE = 1 << 20  # bytes of a file
_LONGEST_PAGE = 500_000  # bytes; a longer response is made again
_NOT_CONTENT = frozenset({"csrf_token"})  # differs between two copies of a form without changing what it does
_MESSAGES = "_flashes"  # where Flask keeps messages in the cookie
_FIRST_ERROR = 400
_json = TaggedJSONSerializer()


def once(view: View) -> View:
    """Mark a view that makes something."""
    view.once = True  # type: ignore[attr-defined]
    return view


def shown_once(view: View) -> View:
    """Mark a view that makes a secret and shows it: a second click shows the same, but no one sees it again later.

    The browser doesn't keep its page either.
    """
    view.shown_once = True  # type: ignore[attr-defined]
    return once(view)


def keep_no_response() -> None:
    """Keep no response to this request, which did nothing: the same form does it the next time."""
    g.pop("sent_form", None)


def init(app: Flask) -> None:
    """Answer forms that were sent before. Call it after rooms are registered: what they check comes first."""
    app.before_request(_answer_again)
    app.after_request(_keep)


def _answer_again() -> Response | None:
    """Return the response that the form got before, if there is one."""
    if request.method == "POST":
        g.cookie_before = dict(cookie)
    if request.method == "POST" and request.files:
        db.commit()  # a hash of large files takes a while, and nothing else may wait for it
    digest = _digest()
    if not digest:
        return None
    take_turns(db, [f"form {digest}"])  # another request with the same form finishes first
    db.expire_all()  # what was read before may have changed
    earlier = _earlier_response(digest)
    if earlier is None:
        g.sent_form = digest
    return earlier


def _digest() -> str:
    """Return a hash of the form's id, its address and all that was entered; "" without an id.

    The same id with other values, such as after going back and changing the text, is another form, and so is a copy of
    it in another person's browser. Requests of programs have no id, and are done each time.
    """
    if request.method != "POST" or not request.form.get(FORM_ID):
        return ""
    parts: list[str | bytes] = [request.full_path, str(cookie.get("csrf_token", ""))]
    for name, value in request.form.items(multi=True):
        if name not in _NOT_CONTENT:
            parts += [name, value]
    for name, file in request.files.items(multi=True):
        parts += [name, file.filename or "", _digest_of(file)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part if isinstance(part, bytes) else part.encode()).digest())
    return digest.hexdigest()


def _digest_of(file: FileStorage) -> bytes:
    digest = hashlib.sha256()
    while part := file.stream.read(_AT_ONCE):
        digest.update(part)
    file.stream.seek(0)
    return digest.digest()


def _earlier_response(digest: str) -> Response | None:
    """Return the kept response again, with its messages and what it set in the cookie."""
    sent = db.get(SentForm, _key_of(digest), populate_existing=True)
    is_lasting = _is_marked("once") and not _is_marked("shown_once")
    if sent is None or (not is_lasting and clock.now() - sent.at > MOMENT):
        return None
    kept = _json.loads(zlib.decompress(_cipher(digest).decrypt(sent.response)).decode())
    for name in kept["removed"]:
        cookie.pop(name, None)
    cookie.update(kept["set"])
    for category, message in kept["messages"]:
        flash(message, category)
    return Response(kept["body"], kept["status"], [tuple(pair) for pair in kept["headers"]])


def _keep(response: Response) -> Response:
    """Keep the response, if the form was accepted; a page with errors did nothing."""
    if _is_marked("shown_once"):
        store_nowhere()
    digest = g.pop("sent_form", "")
    if not digest:
        return response
    if earlier := _earlier_response(digest):  # of a request that passed while the view committed in between
        db.rollback()
        return earlier
    is_redirect = response.status_code in {302, 303}
    is_page = response.status_code < _FIRST_ERROR and _is_marked("once") and not response.is_streamed
    if not (is_redirect or (is_page and len(response.get_data()) <= _LONGEST_PAGE)):
        return response
    kept = zlib.compress(_json.dumps(_described(response)).encode())
    try:
        db.merge(SentForm(key=_key_of(digest), at=clock.now(), response=_cipher(digest).encrypt(kept)))
        db.flush()
    except IntegrityError:
        db.rollback()
        return _earlier_response(digest) or response
    return response


def _described(response: Response) -> dict[str, Any]:
    before = g.cookie_before
    return {
        "status": response.status_code,
        "body": response.get_data(as_text=True),
        "headers": [list(pair) for pair in response.headers if pair[0] != "Content-Length"],
        "messages": list(cookie.get(_MESSAGES, [])),
        "set": {name: value for name, value in cookie.items() if name != _MESSAGES and before.get(name) != value},
        "removed": [name for name in before if name != _MESSAGES and name not in cookie],
    }


def _is_marked(mark: str) -> bool:
    return getattr(current_app.view_functions.get(request.endpoint or ""), mark, False)


def _key_of(digest: str) -> str:
    return hashlib.sha256(f"key {digest}".encode()).hexdigest()


def _cipher(digest: str) -> Fernet:
    """Return what encrypts a response, which may show a secret link: only the browser that has the form can read it."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"response {digest}".encode()).digest()))

"""Answers a browser that already has a page with "304 Not Modified", without the page. Imports no room."""

from hashlib import blake2b

from flask import Response, g, request
from flask import session as cookie

_KEY_BYTES = 64  # the longest key of BLAKE2b
_TAG_BYTES = 16
_CSRF = "csrf_token"  # in `g` the token of this response, in the cookie the secret that it is made from


def note_one_time_form() -> None:
    """Note that the page has a form that works once, so that a browser may not show an old copy of it."""
    g.has_one_time_form = True


def leave_out_known(response: Response, secret: str) -> None:
    """Add an ETag to the response, and leave out its body if the browser sent that ETag.

    The tag is made from the finished page, so the page's rights were checked and its visit is noted, and nothing has to
    be told when it changes. It also depends on ``secret``, the hub's key, and on the session: no one gets a page of
    someone else, nor one whose CSRF token no longer works. Responses that are stored nowhere have none.
    """
    has_tag = response.status_code != 200 or "ETag" in response.headers  # noqa: PLR2004 - a page
    if has_tag or request.method not in {"GET", "HEAD"} or response.is_streamed or response.direct_passthrough:
        return
    if g.get("has_one_time_form") or response.cache_control.no_store:
        return
    body = response.get_data()
    if token := g.get(_CSRF):
        body = body.replace(token.encode(), b"")
    key = secret.encode()[:_KEY_BYTES]
    digest = blake2b(str(cookie.get(_CSRF, "")).encode(), key=key, digest_size=_TAG_BYTES)
    digest.update(body)
    response.set_etag(digest.hexdigest(), weak=True)  # weak: the same page with another CSRF token has it too
    response.make_conditional(request)

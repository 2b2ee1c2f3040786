"""The log of requests, a line each. Imports no room."""

import logging
import re
import time

from flask import Response, g, request

log = logging.getLogger("hub.web")

_LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")


def log_line(response: Response, person_id: int | None) -> None:
    """Log the request without its query, and with the route's pattern if the path contains a secret token.

    A path that no route matches may contain a token too, such as a link with an extra slash, so it is masked.
    """
    hidden = request.view_args and "token" in request.view_args and request.url_rule
    path = request.path if request.url_rule else _LIKE_A_TOKEN.sub("…", request.path)
    level = logging.DEBUG if "static" in (request.endpoint or "") else logging.INFO
    log.log(
        level,
        "request",
        extra={
            "method": request.method,
            "path": str(request.url_rule) if hidden else path,
            "status": response.status_code,
            "took_ms": round(1000 * (time.monotonic() - g.get("began", time.monotonic())), 1),
            "person": person_id,
            "address": request.remote_addr,
        },
    )

"""The theme: light, dark or system."""

from flask import Response, redirect, request

from hub.core import web
from hub.members.login import safe_next
from hub.overview.routes.blueprint import bp


@bp.app_context_processor
def _theme() -> dict[str, str]:
    """Add the chosen theme to every page; "" is the system's."""
    chosen = request.cookies.get("hub_look", "")
    return {"look": chosen if chosen in {"light", "dark"} else ""}


@bp.post("/look")
@web.public
def choose_theme() -> Response:
    """Keep the chosen theme in a cookie of this browser."""
    chosen = request.form.get("look", "")
    response = redirect(safe_next(request.form.get("next")))
    if chosen in {"light", "dark"}:
        response.set_cookie("hub_look", chosen, max_age=365 * 86_400, httponly=True, samesite="Lax")
    else:
        response.delete_cookie("hub_look")
    return response  # type: ignore[return-value]

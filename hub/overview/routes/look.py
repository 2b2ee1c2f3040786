"""Light, dark, or as the system has it."""

from flask import Response, redirect, request

from hub.core import web
from hub.members.login import safe_next
from hub.overview.routes.blueprint import bp


@bp.app_context_processor
def _look() -> dict[str, str]:
    """Light or dark, if the person chose; empty means as their system has it."""
    chosen = request.cookies.get("hub_look", "")
    return {"look": chosen if chosen in {"light", "dark"} else ""}


@bp.post("/look")
@web.public
def choose_look() -> Response:
    """Remember light, dark, or as the system has it, on this browser."""
    chosen = request.form.get("look", "")
    answer = redirect(safe_next(request.form.get("next")))
    if chosen in {"light", "dark"}:
        answer.set_cookie("hub_look", chosen, max_age=365 * 86_400, httponly=True, samesite="Lax")
    else:
        answer.delete_cookie("hub_look")
    return answer  # type: ignore[return-value]

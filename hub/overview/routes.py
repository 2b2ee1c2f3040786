"""Home and the board."""

from flask import Blueprint, render_template

from hub.core import web

bp = Blueprint("overview", __name__)


@bp.get("/")
@web.public
def home() -> str:
    """Where everybody starts."""
    return render_template("overview/home.html")

"""What the forms of members share."""

from typing import Any

from flask import render_template, request

from hub.core import web
from hub.core.errors import Refused, TooManyTries


def form_page(template: str, **context: Any) -> tuple[str, int]:
    """Return a form, empty or as it was typed: a POST that gets here didn't do what it should."""
    return render_template(template, **context), 200 if request.method in web.SAFE_METHODS else 422


def refusal(error: Refused) -> str:
    """Why not, for the form; too many tries have a page of their own."""
    if isinstance(error, TooManyTries):
        raise error
    return str(error)

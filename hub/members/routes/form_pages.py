"""Helpers for form pages."""

from typing import Any

from flask import render_template, request

from hub.core import web
from hub.core.errors import Refused, TooManyAttempts


def form_page(template: str, **context: Any) -> tuple[str, int]:
    """Render a form, empty or as it was submitted; the status of a POST is 422, because it failed."""
    return render_template(template, **context), 200 if request.method in web.SAFE_METHODS else 422


def refusal(error: Refused) -> str:
    """Return the sentence of a refusal for the form; re-raises TooManyAttempts, which has its own error page."""
    if isinstance(error, TooManyAttempts):
        raise error
    return str(error)

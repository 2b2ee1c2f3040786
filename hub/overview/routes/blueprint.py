"""What every page of the overview starts with."""

from typing import Any

from flask import Blueprint

from hub.core import web
from hub.core.errors import NotFound
from hub.members.rules.permissions import Permission, may

bp = Blueprint("overview", __name__)


def must(permission: Permission) -> None:
    """Whoever may not sees nothing here."""
    if not may(web.signed_in(), permission):
        raise NotFound


page_number = web.page_number


def one_of(kind: Any, value: str) -> Any:
    """The member of an enum with this value, or None: a filter that means nothing filters nothing."""
    return next((member for member in kind if member.value == value), None)

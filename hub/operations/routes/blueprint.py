"""The blueprint of the room."""

from flask import Blueprint

bp = Blueprint("operations", __name__)

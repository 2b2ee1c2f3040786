"""The blueprint of the overview pages."""

from flask import Blueprint

bp = Blueprint("overview", __name__)

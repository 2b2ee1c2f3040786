"""What every page of the overview starts with."""

from flask import Blueprint

bp = Blueprint("overview", __name__)

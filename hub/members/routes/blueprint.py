"""What every page of members starts with."""

from flask import Blueprint

bp = Blueprint("members", __name__)

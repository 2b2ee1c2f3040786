"""The page of the hub's terms, which hints and help texts link to."""

from functools import lru_cache

from flask import render_template

from config import ROOT
from hub.core import web
from hub.overview.routes.blueprint import bp
from hub.overview.rules.words import Section, sections_of


@bp.get("/words")
@web.public
def words() -> str:
    """Show the hub's terms with their definitions."""
    return render_template("overview/words.html", sections=_sections())


@lru_cache(maxsize=1)
def _sections() -> tuple[Section, ...]:
    return tuple(sections_of((ROOT / "docs" / "words.md").read_text()))

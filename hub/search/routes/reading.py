"""What search adds to the pages that people read: the words that were searched for, acronyms explained, what is alike."""

import re
from collections.abc import Callable, Collection
from typing import Any

from flask import g
from markupsafe import Markup, escape

from hub.core import clock, web
from hub.core.web import db
from hub.members.login import current_person
from hub.search.queries import glossary as glossary_queries
from hub.search.queries import related as related_queries
from hub.search.routes.blueprint import bp
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import question as question_rules
from hub.search.rules import words as words_rules
from hub.search.rules.passages import marked_words

LONGEST_MARKED = 500  # characters of a query whose words are marked on a page
# Parts of sanitized HTML that are no text, or in which nothing may be put: a link, code, what stands as it was typed.
_NO_TEXT = re.compile(
    r"<(a|code|pre|abbr|button)\b.*?</\1>|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL | re.IGNORECASE
)


@bp.app_template_global()
def marked(text: str, typed: str) -> Markup:
    """``text`` for a page: what was searched for marked, acronyms with what they stand for; every part escaped."""
    parts = marked_words(text, _wanted(typed[:LONGEST_MARKED])).parts if typed else ((text, False),)
    return Markup().join(
        Markup("<mark>{}</mark>").format(_explained(part)) if found else _explained(part) for part, found in parts
    )


@bp.app_template_global()
def with_acronyms(html: Markup) -> Markup:
    """Sanitized HTML with its acronyms explained."""
    done, at = Markup(), 0
    for match in _NO_TEXT.finditer(html):
        done += _explained(html[at : match.start()], Markup) + Markup(match[0])  # noqa: S704 - sanitized
        at = match.end()
    return done + _explained(html[at:], Markup)


@web.before_pages(bp)
def _add_to_reading(template: str, values: dict[str, Any]) -> None:
    """Give pages that show a resource's text the glossary, and a resource's page what is like it."""
    if values.get("shows_text"):
        g.acronyms = (glossary_queries.glossary(db), set())
    if template == "library/show.html":
        values["alike"] = related_queries.related(db, current_person(), values["resource"].id)


def _wanted(typed: str) -> Collection[str]:
    """Return the terms to mark for a question, with those of the names that the glossary adds; read once for each page."""
    kept: dict[str, Collection[str]] = g.setdefault("marked_terms", {})
    if typed not in kept:
        nodes = question_rules.parse(typed, clock.today(web.config().zone)).nodes
        texts = [typed, *glossary_rules.widened(nodes, _glossary()[0]).also]
        kept[typed] = {
            term for text in texts for piece in words_rules.pieces(text) for term in words_rules.all_terms_of(piece[0])
        }
    return kept[typed]


def _explained(text: str, safe: Callable[[str], Markup] = escape) -> Markup:
    """Return the text, escaped; each acronym at its first place on the page with what it stands for, by mouse and by key."""
    known, seen = _glossary()
    done, at = Markup(), 0
    for match in known.acronym.finditer(text) if known.acronym else ():
        if match[0] not in seen:
            seen.add(match[0])
            done += safe(text[at : match.start()]) + _abbreviation(match[0], known.meanings[match[0]])
            at = match.end()
    return done + safe(text[at:])


def _abbreviation(short: str, meaning: str) -> Markup:
    return Markup('<abbr class="acronym" tabindex="0" title="{}">{}</abbr>').format(meaning, short)


def _glossary() -> tuple[glossary_rules.Glossary, set[str]]:
    """Return the glossary, and the acronyms that this page has explained so far; empty unless the page shows text."""
    kept: tuple[glossary_rules.Glossary, set[str]] = g.get("acronyms") or (glossary_rules.Glossary(), set())
    return kept

"""What search adds to the pages of resources: marked words, explained acronyms, related resources."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate
from typing import Any

from flask import g
from markupsafe import Markup, escape

from hub.core import clock, web
from hub.core.web import db
from hub.library.extract.recognition import Place
from hub.members.login import current_person
from hub.search.queries import glossary as glossary_queries
from hub.search.queries import related as related_queries
from hub.search.routes.blueprint import bp
from hub.search.rules import expanding as expanding_rules
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import marking as marking_rules
from hub.search.rules import question as question_rules
from hub.search.rules.passages import marked_words

# Parts of sanitized HTML that stay as they are: tags, and whole elements that may hold no <abbr>.
_UNTOUCHED = re.compile(
    r"<(a|code|pre|abbr|button)\b.*?</\1>|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL | re.IGNORECASE
)


@bp.app_template_global()
def marked(text: str, typed: str) -> Markup:
    """Return ``text``, escaped, with the words of the query marked and acronyms explained."""
    parts = marked_words(text, _marked_terms(typed)).parts if typed else ((text, False),)
    return Markup().join(
        Markup("<mark>{}</mark>").format(_explained(part)) if is_marked else _explained(part)
        for part, is_marked in parts
    )


@bp.app_template_global()
def marked_places(places: Sequence[Place], typed: str) -> list[tuple[int, int, int, int]]:
    """Return left, top, width and height of the words in a picture that ``marked`` marks in its text."""
    terms = _marked_terms(typed)
    # One text for all words is much quicker than a text for each.
    ends = list(accumulate(len(place[0]) + 1 for place in places))
    matching = set()
    at = 0
    for part, is_marked in marked_words(" ".join(place[0] for place in places), terms).parts:
        if is_marked:
            matching.add(bisect_right(ends, at))
        at += len(part)
    return [places[index][1:] for index in sorted(matching)]


@bp.app_template_global()
def with_acronyms(html: Markup) -> Markup:
    """Return sanitized HTML with its acronyms explained."""
    done, at = Markup(), 0
    for match in _UNTOUCHED.finditer(html):
        done += _explained(html[at : match.start()], Markup) + Markup(match[0])  # noqa: S704 - sanitized
        at = match.end()
    return done + _explained(html[at:], Markup)


@web.before_pages(bp)
def _add_to_reading(template: str, values: dict[str, Any]) -> None:
    """Give pages that show a resource's text the glossary, and a resource's page its related resources."""
    if values.get("shows_text"):
        g.acronyms = (glossary_queries.glossary(db), set())
    if template == "library/show.html":
        values["alike"] = related_queries.related(db, current_person(), values["resource"].id)


def _marked_terms(typed: str) -> Collection[str]:
    """Return the terms to mark for a query, including the names that the glossary adds; computed once per page."""
    cache: dict[str, Collection[str]] = g.setdefault("marked_terms", {})
    if typed not in cache:
        nodes = question_rules.parse(typed, clock.today(web.config().zone)).nodes
        cache[typed] = marking_rules.wanted_in(expanding_rules.expanded(nodes, _glossary()[0]).nodes)
    return cache[typed]


def _explained(text: str, safe: Callable[[str], Markup] = escape) -> Markup:
    """Return the text, escaped, with an ``<abbr>`` around the first occurrence of each acronym on the page."""
    glossary, seen = _glossary()
    done, at = Markup(), 0
    for match in glossary.acronym.finditer(text) if glossary.acronym else ():
        short = match[0].replace("&amp;", "&")
        if short not in seen:
            seen.add(short)
            done += safe(text[at : match.start()]) + _abbreviation(short, glossary.meanings[short])
            at = match.end()
    return done + safe(text[at:])


def _abbreviation(short: str, meaning: str) -> Markup:
    return Markup('<abbr class="acronym" tabindex="0" title="{}">{}</abbr>').format(meaning, short)


def _glossary() -> tuple[glossary_rules.Glossary, set[str]]:
    """Return the glossary and the acronyms that the page has explained so far; both empty unless the page shows text."""
    acronyms: tuple[glossary_rules.Glossary, set[str]] = g.get("acronyms") or (glossary_rules.Glossary(), set())
    return acronyms

"""The search page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, render_template, request
from markupsafe import Markup, escape

from hub.core import web
from hub.core.text import clean
from hub.core.web import db
from hub.library.rules import Audience, Kind
from hub.search import queries
from hub.search.queries import FILTERS, SORTS, Query
from hub.search.rules.passages import marked_throughout

bp = Blueprint("search", __name__)


LONGEST_MARKED = 500  # characters of a query whose words are marked on a page
MOST_VALUES = 20  # of one filter
LAST_PAGE = 500  # whoever looks farther should ask better

# Which values of a filter mean something; others are ignored, and the page says so.
MEANINGFUL: Mapping[str, Callable[[str], bool]] = {
    "kind": lambda value: value in set(Kind),
    "organization": lambda value: re.fullmatch(r"[a-z0-9-]{1,60}", value) is not None,
    "topic": lambda value: 0 < len(value) <= 80,  # noqa: PLR2004 - the length of a topic
    "year": lambda value: re.fullmatch(r"[1-9][0-9]{3}", value) is not None,
    "audience": lambda value: value in set(Audience),
}
LABELS = {"kind": "Kind", "organization": "Organization", "topic": "Topic", "year": "Year", "audience": "Audience"}
SORT_LABELS = {"relevance": "Best match", "newest": "Newest", "oldest": "Oldest", "title": "Title"}


@bp.app_template_global()
def marked(text: str, typed: str) -> Markup:
    """``text`` for a page, with the words marked that were searched for; every part escaped."""
    parts = marked_throughout(text, typed[:LONGEST_MARKED]).parts
    return Markup().join(Markup("<mark>{}</mark>").format(part) if found else escape(part) for part, found in parts)


@bp.get("/search")
@web.public
def results() -> str:
    """What the person finds; the whole question stands in the address."""
    query, notes = _asked()
    found = queries.search(db, web.signed_in(), query)
    if query.page > found.pages:
        found = queries.search(db, web.signed_in(), replace(query, page=found.pages))
    return render_template(
        "search/results.html",
        found=found,
        query=found.query,
        notes=[*notes, *found.notes],
        chosen=_chosen(found),
        labels=LABELS,
        sorts={name: SORT_LABELS[name] for name in SORTS},
    )


def _asked() -> tuple[Query, Sequence[str]]:
    """The question in the address, and sentences on what of it was ignored."""
    notes: list[str] = []
    filters = {name: _values(name, notes) for name in FILTERS}
    sort = request.args.get("sort", "") or "relevance"
    if sort not in SORTS:
        notes.append("There is no such order, so the best matches come first.")
        sort = "relevance"
    text = clean(request.args.get("q", ""))
    return Query(text, {name: values for name, values in filters.items() if values}, sort, _page(notes)), notes


def _values(name: str, notes: list[str]) -> Sequence[str]:
    given = [value for raw in request.args.getlist(name) if (value := clean(raw))]
    known = list(dict.fromkeys(value for value in given if MEANINGFUL[name](value)))[:MOST_VALUES]
    if len(known) < len(set(given)):
        notes.append(f"Part of the filter “{LABELS[name]}” was ignored: it means nothing here.")
    return known


def _page(notes: list[str]) -> int:
    given = request.args.get("page", "") or "1"
    if re.fullmatch(r"[0-9]{1,6}", given) and int(given):
        return min(int(given), LAST_PAGE)
    notes.append("There is no such page of results, so the first one is shown.")
    return 1


def _chosen(found: queries.Results) -> Sequence[tuple[str, str, str]]:
    """The active filters: name, value and what a person reads."""
    words = {(name, facet.value): facet.label for name, facets in found.facets.items() for facet in facets}
    words |= {("audience", audience.value): audience.label for audience in Audience}
    return [
        (name, value, words.get((name, value), value))
        for name, values in found.query.filters.items()
        for value in values
    ]

"""The search page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import render_template, url_for
from markupsafe import Markup, escape

from hub.core import web
from hub.core.web import db
from hub.library import queries as library
from hub.library.derive import previews
from hub.library.rules import Audience
from hub.search import queries
from hub.search.routes.blueprint import asked, bp, query_of
from hub.search.rules.addresses import LABELS, SORT_LABELS
from hub.search.rules.passages import marked_throughout

LONGEST_MARKED = 500  # characters of a query whose words are marked on a page


@dataclass(frozen=True)
class Picture:
    """The small picture of a hit's page: its address, and its size, so that nothing jumps when it comes."""

    address: str
    width: int
    height: int


@bp.app_template_global()
def marked(text: str, typed: str) -> Markup:
    """``text`` for a page, with the words marked that were searched for; every part escaped."""
    parts = marked_throughout(text, typed[:LONGEST_MARKED]).parts
    return Markup().join(Markup("<mark>{}</mark>").format(part) if found else escape(part) for part, found in parts)


@bp.get("/search")
@web.public
def results() -> str:
    """What the person finds; the whole question stands in the address."""
    question = asked()
    query = query_of(question)
    found = queries.search(db, web.signed_in(), query)
    if query.page > found.pages:
        found = queries.search(db, web.signed_in(), replace(query, page=found.pages))
    return render_template(
        "search/results.html",
        found=found,
        query=found.query,
        notes=[*question.notes, *found.notes],
        chosen=_chosen(found),
        labels=LABELS,
        sorts=SORT_LABELS,
        pictures=_pictures(found.hits),
    )


def _chosen(found: queries.Results) -> Sequence[tuple[str, str, str]]:
    """The active filters: name, value and what a person reads."""
    words = {(name, facet.value): facet.label for name, facets in found.facets.items() for facet in facets}
    words |= {("audience", audience.value): audience.label for audience in Audience}
    return [
        (name, value, words.get((name, value), value))
        for name, values in found.query.filters.items()
        for value in values
    ]


def _pictures(hits: Sequence[queries.Hit]) -> Mapping[int, Picture]:
    """The pictures of the pages that hits show, by resource; of those that have one already."""
    places = {hit.resource: hit.page for hit in hits if hit.page}
    pictures = {}
    for revision in library.current_revisions(db, places):
        resource, number = revision.resource_id, places[revision.resource_id]
        size = previews.thumbnail(web.config(), revision, number)
        if size:
            address = url_for(
                "library.image", resource_id=resource, number=number, width=previews.SMALL, revision=revision.number
            )
            pictures[resource] = Picture(address, *size)
    return pictures

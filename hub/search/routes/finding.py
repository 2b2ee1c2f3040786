"""The search page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, make_response, render_template, url_for

from hub.core import clock, web
from hub.core.web import db
from hub.library import queries as library_queries
from hub.library.derive.previews import shelf, showing
from hub.library.models import Revision
from hub.library.rules import Audience
from hub.members.login import current_person
from hub.members.models import Person
from hub.search import forms as search_forms
from hub.search.actions import LONGEST_SEARCH_NAME
from hub.search.models import SavedSearch
from hub.search.queries import news as news_queries
from hub.search.queries import results as results_queries
from hub.search.queries import searches as searches_queries
from hub.search.routes import visiting as visiting_routes
from hub.search.routes.blueprint import bp, query_of, search_request
from hub.search.rules import addresses as addresses_rules
from hub.search.rules import results as results_rules
from hub.search.rules.addresses import LABELS, SORT_LABELS, SearchRequest
from hub.search.rules.suggesting import unfinished_word
from hub.search.rules.visits import Seen


@dataclass(frozen=True)
class Picture:
    """The thumbnail of a hit's page, with its size, so that nothing moves when it loads."""

    address: str
    width: int
    height: int


@bp.get("/search")
@web.public
def results() -> Response:
    """Show the results of the search that the URL describes."""
    person, search = current_person(), search_request()
    query = query_of(search)
    results = _search(person, query)
    if query.page > results.pages:
        results = _search(person, replace(query, page=results.pages))
    address = addresses_rules.canonical(search)
    saved = searches_queries.saved_as(db, person, address) if person else None
    seen = visiting_routes.seen_by(person)
    lines = library_queries.current_revisions(db, [hit.resource for hit in results.hits])
    page = render_template(
        "search/results.html",
        results=results,
        query=results.query,
        notes=[*search.notes, *results.notes],
        chosen=_active_filters(results),
        labels=LABELS,
        sorts=SORT_LABELS,
        pictures=_pictures(results.hits, lines),
        new=_new(lines, person, saved, seen),
        address=address,
        saved=saved,
        keep=search_forms.SaveForm(formdata=None, name=_default_name(search), tells=True, address=address)
        if person
        else None,
    )
    response = make_response(page)
    if person:
        text = " ".join(search.text.split()) if query.page == 1 else ""
        visiting_routes.note_after(response, person, seen, text, saved)
    return response


def _search(person: Person | None, query: results_rules.Query) -> results_rules.Results:
    """Return the results; while the person is still typing and nothing matches, the last word counts as a prefix."""
    results = results_queries.search(db, person, query)
    prefix = unfinished_word(query.text) if visiting_routes.is_typing() else ""
    if results.total or not prefix:
        return results
    prefix_results = results_queries.search(db, person, replace(query, text=f"{query.text}*"))
    if not prefix_results.total:
        return results
    note = f"While you type, results include words that begin with “{prefix}”."
    return replace(prefix_results, query=query, notes=[*prefix_results.notes, note])


def _default_name(search: SearchRequest) -> str:
    """Return the name that the form to save a search proposes."""
    return (search.text or "New resources")[:LONGEST_SEARCH_NAME]


def _new(
    lines: Sequence[Revision], person: Person | None, saved: SavedSearch | None, seen: Seen | None
) -> Collection[int]:
    """Return the resources that are new since the person looked at this saved search, or else since their last visit."""
    if saved:
        seen = Seen(saved.looked_at, saved.looked_before_at)
    since = seen.since(clock.now()) if seen else None
    return {line.resource_id for line in lines if person and news_queries.is_new(line.resource, person, since)}


def _active_filters(results: results_rules.Results) -> Sequence[tuple[str, str, str]]:
    """Return the name, value and label of each active filter."""
    labels = {(name, facet.value): facet.label for name, facets in results.facets.items() for facet in facets}
    labels |= {("audience", audience.value): audience.label for audience in Audience}
    return [
        (name, value, labels.get((name, value), value))
        for name, values in results.query.filters.items()
        for value in values
    ]


def _pictures(hits: Sequence[results_rules.Hit], lines: Sequence[Revision]) -> Mapping[int, Picture]:
    """Return the thumbnails of the pages that hits show, by resource; pages without one are left out."""
    places = {hit.resource: hit.page for hit in hits if hit.page}
    pictures = {}
    for revision in lines:
        resource, number = revision.resource_id, places.get(revision.resource_id)
        size = showing.thumbnail(web.config(), revision, number) if number else None
        if size:
            address = url_for(
                "library.image", resource_id=resource, number=number, width=shelf.SMALL, revision=revision.number
            )
            pictures[resource] = Picture(address, *size)
    return pictures

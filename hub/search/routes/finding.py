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
from hub.search.routes.blueprint import asked, bp, query_of
from hub.search.rules import addresses as addresses_rules
from hub.search.rules import results as results_rules
from hub.search.rules.addresses import LABELS, SORT_LABELS, Asked
from hub.search.rules.suggesting import unfinished
from hub.search.rules.visits import Seen


@dataclass(frozen=True)
class Picture:
    """The small picture of a hit's page: its address, and its size, so that nothing jumps when it comes."""

    address: str
    width: int
    height: int


@bp.get("/search")
@web.public
def results() -> Response:
    """What the person finds; the whole question stands in the address."""
    person, question = current_person(), asked()
    query = query_of(question)
    found = _found(person, query)
    if query.page > found.pages:
        found = _found(person, replace(query, page=found.pages))
    address = addresses_rules.kept(question)
    saved = searches_queries.saved_as(db, person, address) if person else None
    seen = visiting_routes.seen_by(person)
    lines = library_queries.current_revisions(db, [hit.resource for hit in found.hits])
    page = render_template(
        "search/results.html",
        found=found,
        query=found.query,
        notes=[*question.notes, *found.notes],
        chosen=_chosen(found),
        labels=LABELS,
        sorts=SORT_LABELS,
        pictures=_pictures(found.hits, lines),
        new=_new(lines, person, saved, seen),
        address=address,
        saved=saved,
        keep=search_forms.KeepForm(formdata=None, name=_name_of(question), tells=True, address=address)
        if person
        else None,
    )
    answer = make_response(page)
    if person:
        visiting_routes.note_after(
            answer, person, seen, " ".join(question.text.split()) if query.page == 1 else "", saved
        )
    return answer


def _found(person: Person | None, query: results_rules.Query) -> results_rules.Results:
    """Return what is found; when that is nothing and someone still types the last word, what has words that begin so."""
    found = results_queries.search(db, person, query)
    begun = unfinished(query.text) if visiting_routes.is_typing() else ""
    if found.total or not begun:
        return found
    wider = results_queries.search(db, person, replace(query, text=f"{query.text}*"))
    note = f"While you type, what has words that begin with “{begun}” is shown."
    return replace(wider, query=query, notes=[*wider.notes, note]) if wider.total else found


def _name_of(question: Asked) -> str:
    """Return what a search may be called that has no name yet."""
    return (question.text or "New resources")[:LONGEST_SEARCH_NAME]


def _new(
    lines: Sequence[Revision], person: Person | None, saved: SavedSearch | None, seen: Seen | None
) -> Collection[int]:
    """Return the resources that are new to the person: since they looked at this saved search, or since their last visit."""
    if saved:
        seen = Seen(saved.looked_at, saved.looked_before_at)
    since = seen.since(clock.now()) if seen else None
    return {line.resource_id for line in lines if person and news_queries.is_new(line.resource, person, since)}


def _chosen(found: results_rules.Results) -> Sequence[tuple[str, str, str]]:
    """Return the active filters: name, value and what a person reads."""
    words = {(name, facet.value): facet.label for name, facets in found.facets.items() for facet in facets}
    words |= {("audience", audience.value): audience.label for audience in Audience}
    return [
        (name, value, words.get((name, value), value))
        for name, values in found.query.filters.items()
        for value in values
    ]


def _pictures(hits: Sequence[results_rules.Hit], lines: Sequence[Revision]) -> Mapping[int, Picture]:
    """Return the pictures of the pages that hits show, by resource; of those that have one already."""
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

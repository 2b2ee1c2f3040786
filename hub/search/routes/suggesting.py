"""Suggestions while someone types."""

from flask import Response, jsonify, request, url_for

from hub.core import web
from hub.core.text import clean
from hub.core.web import db
from hub.members.login import current_person
from hub.search.queries import suggestions as suggestions_queries
from hub.search.queries.suggestions import Sort, Suggestion
from hub.search.routes.blueprint import bp
from hub.search.rules.suggesting import LONGEST


@bp.get("/search/suggestions")
@web.public
def suggestions() -> Response:
    """What ``?q=`` may become, as JSON: sort, label, detail and the address to open, the likeliest first."""
    found = suggestions_queries.suggestions(db, current_person(), clean(request.args.get("q", ""))[:LONGEST])
    return jsonify(
        suggestions=[
            {"sort": one.sort.label, "label": one.label, "detail": one.detail, "address": _address(one)}
            for one in found
        ]
    )


def _address(one: Suggestion) -> str:
    """Return where a suggestion leads: to the resource itself, or to a search."""
    match one.sort:
        case Sort.RESOURCE:
            return url_for("library.show", resource_id=int(one.value))
        case Sort.ORGANIZATION:
            return url_for(".results", organization=one.value)
        case Sort.TOPIC:
            return url_for(".results", topic=one.value)
        case _:
            return url_for(".results", q=one.value)

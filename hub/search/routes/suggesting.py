"""Search suggestions while a person types."""

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
    """Answer with suggestions for ``?q=`` as JSON, best first: sort, label, detail, and the URL to open."""
    typed = clean(request.args.get("q", ""))[:LONGEST]
    return jsonify(
        suggestions=[
            {
                "sort": suggestion.sort.label,
                "label": suggestion.label,
                "detail": suggestion.detail,
                "address": _address(suggestion),
            }
            for suggestion in suggestions_queries.suggestions(db, current_person(), typed)
        ]
    )


def _address(suggestion: Suggestion) -> str:
    """Return the URL that a suggestion opens: the resource itself, or a search."""
    match suggestion.sort:
        case Sort.RESOURCE:
            return url_for("library.show", resource_id=int(suggestion.value))
        case Sort.ORGANIZATION:
            return url_for(".results", organization=suggestion.value)
        case Sort.TOPIC:
            return url_for(".results", topic=suggestion.value)
        case _:
            return url_for(".results", q=suggestion.value)

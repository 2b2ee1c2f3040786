"""What search gives: results for a person, suggestions, news, and what the index must stand for."""

from hub.search.queries.glossary import entries, entry_for, glossary
from hub.search.queries.keeping import (
    count_of,
    feed_by_token,
    feed_for,
    feeds_of,
    hash_of,
    last_visit,
    recent_of,
    saved_as,
    saved_for,
    saved_of,
)
from hub.search.queries.news import (
    Newcomer,
    is_new,
    is_settled,
    new_in,
    newest_of,
    query_of,
    settled_until,
)
from hub.search.queries.related import Related, related
from hub.search.queries.results import Facet, Hit, Query, Results, allowed, as_json, ids_of, search
from hub.search.queries.rows import marks, signature, stamps
from hub.search.queries.suggestions import Sort, Suggestion, suggestions

__all__ = [
    "Facet",
    "Hit",
    "Newcomer",
    "Query",
    "Related",
    "Results",
    "Sort",
    "Suggestion",
    "allowed",
    "as_json",
    "count_of",
    "entries",
    "entry_for",
    "feed_by_token",
    "feed_for",
    "feeds_of",
    "glossary",
    "hash_of",
    "ids_of",
    "is_new",
    "is_settled",
    "last_visit",
    "marks",
    "new_in",
    "newest_of",
    "query_of",
    "recent_of",
    "related",
    "saved_as",
    "saved_for",
    "saved_of",
    "search",
    "settled_until",
    "signature",
    "stamps",
    "suggestions",
]

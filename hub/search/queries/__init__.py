"""What search gives: results for a person, and what the index must stand for."""

from hub.search.queries.results import Facet, Hit, Query, Results, allowed, as_json, ids_of, search
from hub.search.queries.rows import marks, signature, stamps

__all__ = [
    "Facet",
    "Hit",
    "Query",
    "Results",
    "allowed",
    "as_json",
    "ids_of",
    "marks",
    "search",
    "signature",
    "stamps",
]

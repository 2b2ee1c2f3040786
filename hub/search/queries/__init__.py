"""What search gives: results for a person, the glossary, and what the index must stand for."""

from hub.search.queries.glossary import entries, entry_for, glossary
from hub.search.queries.results import Facet, Hit, Query, Results, allowed, as_json, ids_of, search
from hub.search.queries.rows import marks, signature, stamps

__all__ = [
    "Facet",
    "Hit",
    "Query",
    "Results",
    "allowed",
    "as_json",
    "entries",
    "entry_for",
    "glossary",
    "ids_of",
    "marks",
    "search",
    "signature",
    "stamps",
]
